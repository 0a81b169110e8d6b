mod config;
mod serve;
mod setup;
