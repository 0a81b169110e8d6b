//! The verbs: one folder per noun, one file per verb. Each file tells the whole story of one thing that a user does.
//!
//! A use case asks the permission table first, then loads the facts, lets the domain decide, and stores the state, the audit line and
//! whatever follows in the same transaction.

pub mod agents;
pub mod appeals;
pub mod attendance;
pub mod audit;
pub mod breaches;
pub mod calibrations;
pub mod catalogue;
pub mod charges;
pub mod complaints;
pub mod conversations;
pub mod demo;
pub mod drafts;
pub mod draws;
pub mod escalation;
pub mod evaluations;
pub mod findings;
pub mod fine_lists;
pub mod fine_policies;
pub mod fines;
pub mod follow_ups;
pub mod health;
pub mod import_runs;
pub mod integrity;
pub mod ledger;
pub mod line_import;
pub mod mail;
pub mod mail_preferences;
pub mod organisation;
pub mod outbox;
pub mod pass_policies;
pub mod periods;
pub mod queue;
pub mod recordings;
pub mod regrades;
pub mod results;
pub mod retention;
pub mod samples;
pub mod sampling_plans;
pub mod scorecards;
pub mod sessions;
pub mod settings;
pub mod teams;
pub mod tokens;
pub mod users;
pub mod vendors;
pub mod violation_types;
pub mod violations;
pub mod webhooks;

pub use crate::db::{Error, Result};
