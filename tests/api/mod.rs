mod fine_lists;
mod fine_policies;
mod ledger;
mod me;
mod periods;
