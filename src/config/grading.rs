use serde::{Deserialize, Serialize};

use super::within;
use crate::domain::refusal::Faults;

/// How grading works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradingConfig {
    /// After how many minutes without a sign of work a claimed sample goes back to the queue, 1 to 1,440.
    pub claim_minutes: u32,
    /// For how many hours after submission inspectors may correct an own evaluation, 0 to 744.
    pub correction_hours: u32,
    /// Whether inspectors see who handled the conversation.
    pub blind: bool,
}

impl Default for GradingConfig {
    fn default() -> Self {
        Self { claim_minutes: 60, correction_hours: 24, blind: false }
    }
}

impl GradingConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        within(faults, "grading.claim_minutes", self.claim_minutes, 1..=1440);
        within(faults, "grading.correction_hours", self.correction_hours, 0..=744);
    }
}
