//! What opens an escalation case, and whom it goes to.

use serde::{Deserialize, Serialize};

use super::SanctionKind;
use crate::domain::access::Role;
use crate::domain::id::{TeamId, UserId, VendorId};
use crate::domain::refusal::{Faults, Refused, checked_code};
use crate::domain::violation::ViolationClass;

/// One who is told: a person, or everybody who holds a role that reaches the agent's team. Exactly one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Everybody who holds this role and whose reach covers the agent's team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// This person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// One level of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Who is told; 1 to 20.
    pub recipients: Vec<Recipient>,
    /// How many minutes of working time they have to acknowledge, 1 to 100,000.
    pub minutes: u32,
}

/// What a chain belongs to. Exactly one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitOf {
    /// A team and those below it that have no chain of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// A vendor's teams that have no chain of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<VendorId>,
}

/// The chain of a team or a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitChain {
    /// Whose chain it is.
    pub unit: UnitOf,
    /// The levels, in order; 1 to 10.
    pub levels: Vec<Level>,
}

/// A case for an agent with so many violations within one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountRule {
    /// Stable code of the rule; one case per agent, period and rule.
    pub code: String,
    /// The violations that count: of these classes …
    #[serde(default)]
    pub classes: Vec<ViolationClass>,
    /// … or of these types.
    #[serde(default)]
    pub violation_types: Vec<String>,
    /// How many open a case, 2 to 1,000.
    pub at_least: u32,
}

/// What opens an escalation case and whom it goes to. Class A and red lines always open one (handbook 3.8); this adds to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EscalationPolicy {
    /// Further classes that open a case.
    #[serde(default)]
    pub classes: Vec<ViolationClass>,
    /// Further types that open a case, by code.
    #[serde(default)]
    pub violation_types: Vec<String>,
    /// Cases for many violations within a period; at most 20.
    #[serde(default)]
    pub counts: Vec<CountRule>,
    /// The levels for everybody without a chain of their own, in order; 1 to 10.
    pub levels: Vec<Level>,
    /// Chains of teams and vendors. The chain of the team itself goes before those of the teams above it, those before the vendor's.
    #[serde(default)]
    pub chains: Vec<UnitChain>,
    /// The sanctions that a second person must approve (four eyes).
    #[serde(default)]
    pub four_eyes: Vec<SanctionKind>,
}

impl Default for EscalationPolicy {
    /// The team's leads have four working hours, then the QA managers have eight; dismissal and legal action need four eyes.
    fn default() -> Self {
        let level = |role, minutes| Level { recipients: vec![Recipient { role: Some(role), user_id: None }], minutes };
        Self {
            classes: Vec::new(),
            violation_types: Vec::new(),
            counts: Vec::new(),
            levels: vec![level(Role::TeamLead, 240), level(Role::QaManager, 480)],
            chains: Vec::new(),
            four_eyes: vec![SanctionKind::Dismissal, SanctionKind::LegalAction],
        }
    }
}

fn check_levels(faults: &mut Faults, path: &str, levels: &[Level]) {
    if !(1..=10).contains(&levels.len()) {
        faults.push(path, format!("has {} levels; a chain has 1 to 10", levels.len()));
    }
    for (index, level) in levels.iter().enumerate() {
        if !(1..=100_000).contains(&level.minutes) {
            faults.push(format!("{path}[{index}].minutes"), format!("is {}; must be 1 to 100000", level.minutes));
        }
        if !(1..=20).contains(&level.recipients.len()) {
            faults.push(format!("{path}[{index}].recipients"), format!("has {}; name 1 to 20", level.recipients.len()));
        }
        for (place, recipient) in level.recipients.iter().enumerate() {
            if recipient.role.is_some() == recipient.user_id.is_some() {
                faults.push(format!("{path}[{index}].recipients[{place}]"), "must be either a role or a user_id");
            }
        }
    }
}

impl EscalationPolicy {
    /// The policy with codes trimmed, or everything that is wrong with it. Whether the people, teams and types exist is for the caller.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self) -> Refused<Self> {
        let mut faults = Faults::new();
        check_levels(&mut faults, "levels", &self.levels);
        for (index, chain) in self.chains.iter().enumerate() {
            if chain.unit.team_id.is_some() == chain.unit.vendor_id.is_some() {
                faults.push(format!("chains[{index}].unit"), "must be either a team_id or a vendor_id");
            }
            if self.chains.iter().take(index).any(|earlier| earlier.unit == chain.unit) {
                faults.push(format!("chains[{index}].unit"), "has a chain already; leave one");
            }
            check_levels(&mut faults, &format!("chains[{index}].levels"), &chain.levels);
        }
        if self.counts.len() > 20 {
            faults.push("counts", format!("has {} rules; at most 20 are allowed", self.counts.len()));
        }
        let mut codes = Vec::new();
        for (index, rule) in self.counts.iter_mut().enumerate() {
            if let Some(code) = faults.take(checked_code(&format!("counts[{index}].code"), &rule.code)) {
                if codes.contains(&code) {
                    faults.push(format!("counts[{index}].code"), format!("`{code}` is the code of another rule; codes are unique"));
                }
                codes.push(code.clone());
                rule.code = code;
            }
            if !(2..=1_000).contains(&rule.at_least) {
                faults.push(format!("counts[{index}].at_least"), format!("is {}; must be 2 to 1000", rule.at_least));
            }
            if rule.classes.is_empty() && rule.violation_types.is_empty() {
                faults.push(format!("counts[{index}].classes"), "name at least one class or one of `violation_types`");
            }
        }
        faults.finish().map(|()| self)
    }

    /// The levels for a team: `teams` are the team itself and those above it, nearest first.
    pub fn chain(&self, teams: &[TeamId], vendor: Option<VendorId>) -> &[Level] {
        let of = |wanted: UnitOf| self.chains.iter().find(|chain| chain.unit == wanted).map(|chain| chain.levels.as_slice());
        let of_team = teams.iter().find_map(|team| of(UnitOf { team_id: Some(*team), vendor_id: None }));
        of_team.or_else(|| of(UnitOf { team_id: None, vendor_id: Some(vendor?) })).unwrap_or(&self.levels)
    }
}
