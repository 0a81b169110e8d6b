mod close;
mod import;
mod people;
