mod config;
mod draw;
mod serve;
mod setup;
