mod close;
mod draw;
mod import;
mod people;
mod results;
