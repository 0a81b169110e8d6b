//! The command line, as a process.

mod backup;
