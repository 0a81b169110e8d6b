mod account;
mod case_link;
mod fine_lists;
mod grading;
mod login;
mod results;
