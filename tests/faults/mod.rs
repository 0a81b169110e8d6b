//! What breaks around the service: disks, databases, clocks, machines. What was acknowledged is kept, once, and nothing is half done
//! (docs/RELIABILITY.md).

mod backup;
mod clocks;
mod disk;
mod instances;
mod month;
mod postgres;
