//! The people of the demo centre, as `seed/demo/people.json` has them.

use serde::Deserialize;

/// Everybody and where they belong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCentre {
    /// The centre itself.
    pub organisation: Organisation,
    /// Vendors.
    pub vendors: Vec<DemoVendor>,
    /// Teams, those above before those below.
    pub teams: Vec<DemoTeam>,
    /// Agents.
    pub agents: Vec<DemoAgent>,
    /// People who log in.
    pub users: Vec<DemoUser>,
}

/// The centre itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// IANA time zone.
    pub time_zone: String,
    /// ISO 4217 currency.
    pub currency: String,
}

/// A vendor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoVendor {
    /// Its code.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
}

/// A team.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoTeam {
    /// Its code.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Code of the team above.
    pub parent: Option<String>,
    /// Code of the vendor.
    pub vendor: Option<String>,
    /// The queues that its agents serve.
    #[serde(default)]
    pub queues: Vec<String>,
}

/// An agent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoAgent {
    /// Employee number.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the team.
    pub team: String,
    /// Code of the team in which the agent was until the end of last month.
    pub moved_from: Option<String>,
    /// In how many of a hundred conversations nothing goes wrong.
    pub care: u32,
    /// The violation types that the agent tends to.
    pub habits: Vec<String>,
    /// Days worked last month and this month; `None` where no attendance is imported.
    pub worked_days: Option<[u32; 2]>,
}

/// Somebody who logs in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoUser {
    /// Login.
    pub login: String,
    /// Name.
    pub name: String,
    /// What the user may do.
    pub roles: Vec<DemoRole>,
    /// Employee number of the agent that the user is.
    pub agent: Option<String>,
    /// Under which number, and in which team, somebody is employed who handles no conversations: what an inspector bears is deducted there.
    pub staff: Option<DemoStaff>,
    /// How many samples of a draw an inspector takes.
    pub capacity: Option<u32>,
}

/// Employment of somebody who handles no conversations.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoStaff {
    /// Employee number.
    pub code: String,
    /// Code of the team.
    pub team: String,
}

/// A role within a scope.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoRole {
    /// The role's word.
    pub role: String,
    /// Code of the team to which it is limited.
    pub team: Option<String>,
}

impl DemoCentre {
    /// The queues that an agent serves, last month (`true`) or this month.
    pub fn queues(&self, agent: &DemoAgent, last_month: bool) -> &[String] {
        let team = agent.moved_from.as_ref().filter(|_| last_month).unwrap_or(&agent.team);
        self.teams.iter().find(|other| other.code == *team).map_or(&[], |team| &team.queues)
    }
}
