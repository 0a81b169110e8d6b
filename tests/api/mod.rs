mod conversations;
mod me;
mod recordings;
mod sampled_conversations;
