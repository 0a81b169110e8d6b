mod config;
mod draw;
mod import;
mod serve;
mod setup;
