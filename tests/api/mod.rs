mod draws;
mod me;
mod queue;
mod samples;
mod sampling_plans;
