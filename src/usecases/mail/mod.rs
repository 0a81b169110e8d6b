//! Mail that other use cases and the clock give rise to.

pub mod charges;
pub mod daily;
pub mod month;
pub mod results;
pub mod work;
