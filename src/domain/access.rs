//! Who may do what: the one permission table, role × action × scope (handbook 1).

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

words! {
    /// Something that a person can do. Each use case asks for exactly one of these first.
    Action ("action") {
        /// See vendors, teams and agents.
        PeopleRead = "people.read",
        /// Change vendors, teams, agents and their teams.
        PeopleWrite = "people.write",
        /// See log-ins and their roles.
        UserRead = "users.read",
        /// Change log-ins, roles and passwords, and anybody's tokens.
        UserWrite = "users.write",
        /// Make, see and revoke one's own tokens.
        TokenOwn = "tokens.own",
        /// See worked days.
        AttendanceRead = "attendance.read",
        /// Record worked days.
        AttendanceWrite = "attendance.write",
        /// See conversations with their transcripts.
        ConversationRead = "conversations.read",
        /// Bring conversations and recordings in.
        ConversationImport = "conversations.import",
        /// Hear recordings.
        RecordingHear = "recordings.hear",
        /// See scorecards and the violation catalogue.
        CatalogueRead = "catalogue.read",
        /// Change scorecards and the violation catalogue.
        CatalogueWrite = "catalogue.write",
        /// See fine and pass policies.
        PolicyRead = "policies.read",
        /// Make new versions of fine and pass policies.
        PolicyWrite = "policies.write",
        /// See sampling plans, draws and samples.
        SamplingRead = "sampling.read",
        /// Change sampling plans, draw, assign samples.
        SamplingWrite = "sampling.write",
        /// Take samples from the queue, grade them, replace them, correct one's own evaluations.
        Grade = "grading",
        /// See evaluations and violations with their evidence.
        EvaluationRead = "evaluations.read",
        /// See results: pass status and pass rates.
        ResultRead = "results.read",
        /// See ledger entries and fine lists.
        LedgerRead = "ledger.read",
        /// Post rewards and manual adjustments.
        LedgerWrite = "ledger.write",
        /// Export fine lists and the ledger.
        LedgerExport = "ledger.export",
        /// See periods and what stands in the way of closing them.
        PeriodRead = "periods.read",
        /// Close a period.
        PeriodClose = "periods.close",
        /// Search the audit log.
        AuditRead = "audit.read",
        /// Choose how often one hears of what.
        MailOwn = "mail.own",
        /// See the outbox and the webhooks.
        MailRead = "mail.read",
        /// Send messages again, change webhooks.
        MailWrite = "mail.write",
    }
}

impl Action {
    /// Whether the action changes nothing. A token with the scope `read` may do exactly these. Hearing a recording and exporting leave an
    /// audit line, but change nothing else.
    pub const fn is_read(self) -> bool {
        match self {
            Self::PeopleRead
            | Self::UserRead
            | Self::AttendanceRead
            | Self::ConversationRead
            | Self::RecordingHear
            | Self::CatalogueRead
            | Self::PolicyRead
            | Self::SamplingRead
            | Self::EvaluationRead
            | Self::ResultRead
            | Self::LedgerRead
            | Self::LedgerExport
            | Self::PeriodRead
            | Self::AuditRead
            | Self::MailRead => true,
            Self::PeopleWrite
            | Self::UserWrite
            | Self::TokenOwn
            | Self::MailOwn
            | Self::MailWrite
            | Self::AttendanceWrite
            | Self::ConversationImport
            | Self::CatalogueWrite
            | Self::PolicyWrite
            | Self::SamplingWrite
            | Self::Grade
            | Self::LedgerWrite
            | Self::PeriodClose => false,
        }
    }
}

/// What a role may do with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Not at all.
    No,
    /// Only with what is the person's own, however far the role reaches.
    Own,
    /// As far as the role reaches.
    Granted,
}

/// The permission table.
pub const fn permission(role: Role, action: Action) -> Permission {
    use Action as A;
    use Permission::{Granted, No, Own};
    match role {
        Role::QaManager => match action {
            A::UserWrite | A::MailRead | A::MailWrite => No,
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::TokenOwn
            | A::MailOwn
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationRead
            | A::ConversationImport
            | A::RecordingHear
            | A::CatalogueRead
            | A::CatalogueWrite
            | A::PolicyRead
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodRead
            | A::PeriodClose
            | A::AuditRead => Granted,
        },
        Role::Inspector => match action {
            A::CatalogueRead | A::PolicyRead | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn | A::ConversationRead | A::RecordingHear | A::SamplingRead | A::Grade | A::EvaluationRead => Own,
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingWrite
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
        },
        Role::TeamLead => match action {
            A::PeopleRead
            | A::AttendanceRead
            | A::ConversationRead
            | A::RecordingHear
            | A::CatalogueRead
            | A::PolicyRead
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
        },
        Role::Agent => match action {
            A::CatalogueRead | A::PolicyRead | A::PeriodRead => Granted,
            A::PeopleRead
            | A::TokenOwn
            | A::MailOwn
            | A::AttendanceRead
            | A::ConversationRead
            | A::RecordingHear
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
        },
        Role::Finance => match action {
            A::PeopleRead | A::CatalogueRead | A::PolicyRead | A::ResultRead | A::LedgerRead | A::LedgerExport | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationRead
            | A::ConversationImport
            | A::RecordingHear
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::LedgerWrite
            | A::PeriodClose
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
        },
        Role::ComplaintDesk => match action {
            A::PeopleRead | A::ConversationRead | A::RecordingHear | A::CatalogueRead | A::PolicyRead | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
        },
        Role::Admin => match action {
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueRead
            | A::PolicyRead
            | A::PeriodRead
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::ConversationRead
            | A::RecordingHear
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose => No,
        },
        Role::Auditor => match action {
            A::TokenOwn | A::MailOwn => Own,
            _ if action.is_read() => Granted,
            _ => No,
        },
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
