//! The command line, as a process.

mod backup;
mod close;
mod draw;
mod import;
mod people;
mod results;
