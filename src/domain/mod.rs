//! The rules, one file per noun. Nothing here reads a clock, draws a random number, touches a file or a database:
//! facts and time come in as arguments, decisions go out as values.

pub mod access;
pub mod agreement;
pub mod appeal;
pub mod breach;
pub mod calendar;
pub mod calibration;
pub mod cap;
pub mod catalogue;
pub mod charge;
pub mod complaint;
pub mod conversation;
pub mod defaults;
pub mod escalation;
pub mod evaluation;
pub mod evidence;
pub mod fine_list;
pub mod fine_policy;
pub mod follow_up;
pub mod id;
pub mod language;
pub mod ledger;
pub mod manual_entry;
pub mod money;
pub mod month_close;
pub mod page;
pub mod pass_policy;
pub mod period;
pub mod refusal;
pub mod regrade;
pub mod results;
pub mod reward;
pub mod sampling;
pub mod scorecard;
pub mod source_charge;
pub mod version;
pub mod violation;
pub(crate) mod words;

pub use refusal::{Refusal, Refused};
