mod close;
mod import;
