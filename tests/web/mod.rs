mod account;
mod fine_lists;
mod grading;
mod login;
mod results;
