mod close;
mod draw;
