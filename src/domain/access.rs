//! Who may do what: the one permission table, role × action × scope (handbook 1).

mod action;
mod permission;

pub use action::Action;
pub use permission::{Permission, permission};

use super::id::{AgentId, TeamId, TokenId, UserId, VendorId};
use super::refusal::{Refusal, Refused};
use super::words::words;

words! {
    /// A role (handbook 1).
    Role ("role") {
        /// QA manager 质控主管.
        QaManager = "qa_manager",
        /// Inspector 质检员.
        Inspector = "inspector",
        /// Team lead 组长/主管.
        TeamLead = "team_lead",
        /// Agent 客服.
        Agent = "agent",
        /// Finance 财务.
        Finance = "finance",
        /// Complaint desk 投诉岗.
        ComplaintDesk = "complaint_desk",
        /// Admin 管理员.
        Admin = "admin",
        /// Auditor 审计.
        Auditor = "auditor",
    }
}

words! {
    /// How far a granted role reaches.
    ReachKind ("reach") {
        /// The whole centre.
        All = "all",
        /// The teams of one vendor.
        Vendor = "vendor",
        /// One team and the teams below it.
        Team = "team",
        /// Only what is the person's own: an agent's own results, an inspector's own samples.
        Own = "own",
    }
}

/// A role that a person holds, and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// How far it reaches.
    pub reach: GrantReach,
}

/// How far a granted role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantReach {
    /// The whole centre.
    All,
    /// The teams of one vendor.
    Vendor(VendorId),
    /// One team and those below it.
    Team(TeamId),
    /// Only what is the person's own.
    Own,
}

/// What a bearer token may do of what its user may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenScope {
    /// Everything.
    All,
    /// Everything that changes nothing.
    Read,
    /// One action.
    One(Action),
}

impl TokenScope {
    /// Reads `all`, `read` or the word of an action.
    ///
    /// # Errors
    /// `Invalid` on the field `scopes`.
    pub fn parse(text: &str) -> Refused<Self> {
        match text {
            "all" => Ok(Self::All),
            "read" => Ok(Self::Read),
            _ => text.parse().map(Self::One).map_err(|_| {
                let words = Action::ALL.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
                Refusal::invalid("scopes", format!("`{text}` is not a scope; use all, read, or one of: {words}"))
            }),
        }
    }

    /// The word that [`Self::parse`] reads.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Read => "read",
            Self::One(action) => action.as_str(),
        }
    }

    /// Whether the scope covers the action.
    pub fn covers(&self, action: Action) -> bool {
        match self {
            Self::All => true,
            Self::Read => action.is_read(),
            Self::One(one) => *one == action,
        }
    }
}

/// Where a request came from, for the audit log, and its idempotency key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network address of the caller.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The `Idempotency-Key` that came with the request.
    pub idempotency_key: Option<String>,
}

words! {
    /// What kind of actor does something, for the audit log.
    ActorKind ("actor_kind") {
        /// A person or program that logged in.
        User = "user",
        /// Someone with access to the machine, by the command line.
        Operator = "operator",
        /// The service itself: a job.
        Service = "service",
    }
}

/// Who is acting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What kind of actor it is.
    pub kind: ActorKind,
    /// The user; absent for the operator and the service.
    pub user: Option<UserId>,
    /// The agent that the user is, for those who are agents.
    pub agent: Option<AgentId>,
    /// The roles held.
    pub grants: Vec<Grant>,
    /// The token that was shown, and what it may do; absent in a session.
    pub token: Option<(TokenId, Vec<TokenScope>)>,
    /// Where the request came from.
    pub origin: Origin,
}

impl Actor {
    /// Someone at the command line of the machine: may do everything.
    pub fn operator() -> Self {
        let grants = [Role::Admin, Role::QaManager].map(|role| Grant { role, reach: GrantReach::All }).to_vec();
        Self { kind: ActorKind::Operator, user: None, agent: None, grants, token: None, origin: Origin::default() }
    }

    /// The service itself, for jobs.
    pub fn service() -> Self {
        Self { kind: ActorKind::Service, ..Self::operator() }
    }

    /// Whether the actor holds a role, however far it reaches.
    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }

    /// The user, for what only a logged-in person can do.
    ///
    /// # Errors
    /// `Forbidden` for the operator and the service.
    pub fn person(&self) -> Refused<UserId> {
        self.user.ok_or_else(|| Refusal::forbidden("only a person who is logged in can do this; use that person's token"))
    }

    /// How far the actor may do `action`; the first thing that every use case asks.
    ///
    /// # Errors
    /// `Forbidden` where it may not be done at all.
    pub fn reach(&self, action: Action) -> Refused<Reach> {
        if let Some((_, scopes)) = &self.token
            && !scopes.iter().any(|scope| scope.covers(action))
        {
            return Err(Refusal::forbidden(format!("the token's scopes do not cover {action}")));
        }
        let mut reach = Reach::default();
        for grant in &self.grants {
            match permission(grant.role, action) {
                Permission::No => {}
                Permission::Own => reach.own = true,
                Permission::Granted => match grant.reach {
                    GrantReach::All => reach.all = true,
                    GrantReach::Vendor(vendor) => reach.vendors.push(vendor),
                    GrantReach::Team(team) => reach.teams.push(team),
                    GrantReach::Own => reach.own = true,
                },
            }
        }
        if !reach.all && !reach.own && reach.vendors.is_empty() && reach.teams.is_empty() {
            return Err(Refusal::forbidden(format!("none of your roles may do {action}")));
        }
        reach.user = self.user;
        reach.agent = self.agent;
        Ok(reach)
    }

    /// Like [`Self::reach`], for what concerns the whole centre or nothing at all, such as the catalogue: any reach will do.
    ///
    /// # Errors
    /// `Forbidden` where it may not be done at all.
    pub fn may(&self, action: Action) -> Refused<()> {
        self.reach(action).map(drop)
    }

    /// Like [`Self::reach`], for what only someone with the whole centre in reach may do, such as closing a month.
    ///
    /// # Errors
    /// `Forbidden` where the reach is smaller.
    pub fn may_everywhere(&self, action: Action) -> Refused<()> {
        if self.reach(action)?.all {
            Ok(())
        } else {
            Err(Refusal::forbidden(format!("{action} here needs a role that reaches the whole centre")))
        }
    }
}

/// The rows that an actor may see or change with one action. Lists are filtered by it in SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Everything; the rest does not matter then.
    pub all: bool,
    /// Everything of these vendors.
    pub vendors: Vec<VendorId>,
    /// Everything of these teams and those below.
    pub teams: Vec<TeamId>,
    /// What is the actor's own: as an agent ([`Self::agent`]) or as an inspector ([`Self::user`]).
    pub own: bool,
    /// The acting user.
    pub user: Option<UserId>,
    /// The agent that the user is.
    pub agent: Option<AgentId>,
}

impl Reach {
    /// Everything there is, for what the service itself looks at.
    pub fn everything() -> Self {
        Self { all: true, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role, reach: GrantReach) -> Actor {
        Actor { kind: ActorKind::User, grants: vec![Grant { role, reach }], ..Actor::operator() }
    }

    #[test]
    fn an_auditor_reads_everything_and_changes_nothing() {
        for action in Action::ALL {
            let may = permission(Role::Auditor, *action) == Permission::Granted;
            assert_eq!(may, action.is_read(), "{action}");
        }
    }

    #[test]
    fn a_role_reaches_no_further_than_granted() {
        let team = TeamId(uuid::Uuid::from_u128(1));
        let lead = actor(Role::TeamLead, GrantReach::Team(team));
        let reach = lead.reach(Action::ResultRead).unwrap();
        assert!(!reach.all && reach.teams == [team]);
        assert!(lead.may_everywhere(Action::ResultRead).is_err());
        assert_eq!(lead.reach(Action::PeriodClose).unwrap_err().code, "forbidden");
        let agent = actor(Role::Agent, GrantReach::All);
        let reach = agent.reach(Action::ResultRead).unwrap();
        assert!(reach.own && !reach.all, "an agent sees only own results, whatever the grant says");
    }

    #[test]
    fn a_token_narrows_what_its_user_may_do() {
        let mut manager = actor(Role::QaManager, GrantReach::All);
        manager.token = Some((TokenId(uuid::Uuid::nil()), vec![TokenScope::Read]));
        assert!(manager.may(Action::ResultRead).is_ok());
        assert!(manager.may(Action::PeriodClose).is_err());
        assert!(TokenScope::parse("fine-lists").is_err());
    }
}
