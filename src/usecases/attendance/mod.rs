//! Attendance (出勤).

pub mod export;
pub mod import;
pub mod list;
pub mod record;
