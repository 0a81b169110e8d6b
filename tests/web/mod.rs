mod login;
mod people;
mod sampling;
mod standards;
mod system;
