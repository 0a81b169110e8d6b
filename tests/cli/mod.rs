mod close;
mod people;
