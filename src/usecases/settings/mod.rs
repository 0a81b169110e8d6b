//! What managers set as a whole: the working calendar, the escalation policy, the terms of appeals.

pub mod change;
pub mod show;

use serde::{Deserialize, Serialize};

/// A setting with its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set<S> {
    /// What is set.
    pub setting: S,
    /// Its version, the `ETag` of a change; 0 while the default holds.
    pub version: i32,
}
