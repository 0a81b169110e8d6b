//! Grants: the roles of users, as people and files write them down.

use serde::{Deserialize, Serialize};

use super::access::{Grant, GrantReach, ReachKind, Role};
use super::id::{TeamId, VendorId};
use super::refusal::{Refusal, Refused, checked_code};

/// A role and how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantInput {
    /// The role.
    pub role: Role,
    /// How far it reaches. Where absent: what `vendor_id` or `team_id` names; else `own` for agents and inspectors, and `all` for the
    /// other roles but `team_lead`, which must name a team or a vendor.
    #[serde(default)]
    pub reach: Option<ReachKind>,
    /// The vendor, for the reach `vendor`.
    #[serde(default)]
    pub vendor_id: Option<VendorId>,
    /// The team, for the reach `team`: this one and those below it.
    #[serde(default)]
    pub team_id: Option<TeamId>,
}

impl GrantInput {
    /// The grant that this says.
    ///
    /// # Errors
    /// `Invalid` where the reach and what it names do not go together.
    pub fn checked(self) -> Refused<Grant> {
        let reach = match (self.reach, self.vendor_id, self.team_id) {
            (None | Some(ReachKind::Vendor), Some(vendor), None) => GrantReach::Vendor(vendor),
            (None | Some(ReachKind::Team), None, Some(team)) => GrantReach::Team(team),
            (Some(ReachKind::All), None, None) => GrantReach::All,
            (Some(ReachKind::Own), None, None) => GrantReach::Own,
            (None, None, None) => default_reach(self.role)?,
            (Some(ReachKind::Vendor), None, None) => return Err(Refusal::invalid("vendor_id", "is missing; the reach `vendor` names one")),
            (Some(ReachKind::Team), None, None) => return Err(Refusal::invalid("team_id", "is missing; the reach `team` names one")),
            (_, Some(_), Some(_)) => return Err(Refusal::invalid("team_id", "stands beside `vendor_id`; a role reaches one of them")),
            (Some(kind), Some(_), None) => {
                return Err(Refusal::invalid("vendor_id", format!("does not go with the reach `{kind}`; leave it out")));
            }
            (Some(kind), None, Some(_)) => {
                return Err(Refusal::invalid("team_id", format!("does not go with the reach `{kind}`; leave it out")));
            }
        };
        Ok(Grant { role: self.role, reach })
    }

    /// How a grant is written.
    pub const fn of(grant: &Grant) -> Self {
        let (reach, vendor_id, team_id) = match grant.reach {
            GrantReach::All => (ReachKind::All, None, None),
            GrantReach::Vendor(vendor) => (ReachKind::Vendor, Some(vendor), None),
            GrantReach::Team(team) => (ReachKind::Team, None, Some(team)),
            GrantReach::Own => (ReachKind::Own, None, None),
        };
        Self { role: grant.role, reach: Some(reach), vendor_id, team_id }
    }
}

fn default_reach(role: Role) -> Refused<GrantReach> {
    match role {
        Role::Agent | Role::Inspector => Ok(GrantReach::Own),
        Role::QaManager | Role::Finance | Role::ComplaintDesk | Role::Admin | Role::Auditor => Ok(GrantReach::All),
        Role::TeamLead => Err(Refusal::invalid("reach", "is missing; a team_lead's role reaches a team or a vendor: name it")),
    }
}

/// A role in a file: `qa_manager`, `team_lead@team:A1` or `auditor@vendor:V1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantCell {
    /// The role.
    pub role: Role,
    /// How far it reaches, where the file says so.
    pub reach: Option<ReachKind>,
    /// The code of the vendor or team.
    pub code: Option<String>,
}

impl std::str::FromStr for GrantCell {
    type Err = Refusal;
    fn from_str(text: &str) -> Refused<Self> {
        let bad = |refusal: Refusal| {
            let why = refusal.faults.into_iter().next().map_or(refusal.message, |fault| fault.message);
            Refusal::invalid("roles", format!("{why}; write a role like qa_manager, team_lead@team:CODE or auditor@vendor:CODE"))
        };
        let (role, reach) = text.split_once('@').map_or((text, None), |(role, reach)| (role, Some(reach)));
        let role = role.trim().parse().map_err(bad)?;
        let Some(reach) = reach else { return Ok(Self { role, reach: None, code: None }) };
        let (kind, code) = reach.split_once(':').map_or((reach, None), |(kind, code)| (kind, Some(code)));
        let kind: ReachKind = kind.trim().parse().map_err(bad)?;
        let code = code.map(|code| checked_code("roles", code)).transpose().map_err(bad)?;
        if code.is_some() != matches!(kind, ReachKind::Vendor | ReachKind::Team) {
            return Err(bad(Refusal::invalid("roles", format!("`{text}` names a code where none belongs, or none where one does"))));
        }
        Ok(Self { role, reach: Some(kind), code })
    }
}

impl std::fmt::Display for GrantCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.role)?;
        match (self.reach, &self.code) {
            (Some(reach), Some(code)) => write!(f, "@{reach}:{code}"),
            (Some(reach), None) => write!(f, "@{reach}"),
            (None, _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn grant(role: Role) -> GrantInput {
        GrantInput { role, reach: None, vendor_id: None, team_id: None }
    }

    #[test]
    fn a_role_reaches_what_it_names() {
        let team = TeamId(Uuid::from_u128(1));
        let lead = GrantInput { team_id: Some(team), ..grant(Role::TeamLead) };
        assert_eq!(lead.checked().unwrap().reach, GrantReach::Team(team));
        assert_eq!(grant(Role::Inspector).checked().unwrap().reach, GrantReach::Own);
        assert_eq!(grant(Role::Finance).checked().unwrap().reach, GrantReach::All);
        let field = |grant: GrantInput| grant.checked().unwrap_err().faults[0].field.clone();
        assert_eq!(field(grant(Role::TeamLead)), "reach");
        assert_eq!(field(GrantInput { reach: Some(ReachKind::Vendor), ..grant(Role::Auditor) }), "vendor_id");
        assert_eq!(field(GrantInput { reach: Some(ReachKind::All), ..lead }), "team_id");
        assert_eq!(field(GrantInput { vendor_id: Some(VendorId(Uuid::nil())), ..lead }), "team_id");
    }
}
