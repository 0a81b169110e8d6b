mod fine_lists;
pub mod fine_policies;
mod ledger;
mod me;
mod periods;
