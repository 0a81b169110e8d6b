mod close;
mod import;
mod people;
mod results;
