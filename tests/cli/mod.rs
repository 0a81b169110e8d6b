//! The command line, as a process.

mod backup;
mod close;
mod config;
mod crash;
mod draw;
mod import;
mod people;
mod results;
mod serve;
mod setup;
