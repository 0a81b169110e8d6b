mod case_link;
mod login;
