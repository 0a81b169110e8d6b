mod conversations;
mod me;
mod recordings;
