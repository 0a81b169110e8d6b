mod close;
mod results;
