//! The organisation (the centre itself).

pub mod init;
pub mod period;
