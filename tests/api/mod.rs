mod evaluations;
mod me;
mod pass_policies;
mod results;
mod scorecards;
mod violation_types;
