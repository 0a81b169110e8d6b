mod migrate;
mod write;
