mod conversations;
mod draws;
mod me;
mod queue;
mod recordings;
mod sampled_conversations;
mod samples;
mod sampling_plans;
