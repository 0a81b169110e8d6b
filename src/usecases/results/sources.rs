//! Where the errors of a period come from.

use std::collections::BTreeMap;

use crate::app::App;
use crate::db::views::error_sources;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::{AgentId, TeamId};
use crate::domain::period::Period;
use crate::domain::scorecard::ItemKind;
use crate::domain::violation::{ErrorKind, ViolationClass};

/// How often a type of violation stands in a period, in evaluations that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSource {
    /// Code of the type.
    pub code: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Its class.
    pub class: ViolationClass,
    /// Whether it opens an escalation case.
    pub red_line: bool,
    /// The error that it counted as.
    pub kind: ErrorKind,
    /// Violations.
    pub violations: u64,
    /// Agents who have at least one.
    pub agents: u64,
}

/// A scorecard item that failed in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemSource {
    /// The item's code. Items of several scorecards with one code and one title are one.
    pub code: String,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// Whether failing it is a key error.
    pub kind: ItemKind,
    /// How often each agent failed it.
    pub failed: BTreeMap<AgentId, u64>,
}

impl ItemSource {
    /// How often it failed.
    pub fn total(&self) -> u64 {
        self.failed.values().sum()
    }
}

/// Where the errors of a period come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// Violations by type, the most frequent first.
    pub types: Vec<TypeSource>,
    /// Failed items, the most frequent first.
    pub items: Vec<ItemSource>,
}

/// Where the errors of a period come from, of agents within reach and, where one is given, of a team and those below it.
///
/// # Permissions
/// `evaluations.read`.
///
/// # Errors
/// `Forbidden`.
pub async fn sources(app: &App, actor: &Actor, period: Period, team: Option<TeamId>) -> Result<Sources> {
    let reach = actor.reach(Action::EvaluationRead)?;
    app.read(move |conn| {
        let counted = error_sources::by_type(conn, &reach, period, team)?;
        let known = db::violation_types::all(conn)?;
        let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
        let types = counted.into_iter().filter_map(|it| {
            let of_type = known.values().find(|row| row.id == it.type_id)?;
            Some(TypeSource {
                code: of_type.code.clone(),
                name_zh: of_type.name_zh.clone(),
                name_en: of_type.name_en.clone(),
                class: of_type.class,
                red_line: of_type.red_line,
                kind: it.kind,
                violations: unsigned(it.violations),
                agents: unsigned(it.agents),
            })
        });
        let types = types.collect();
        let failed = error_sources::by_item(conn, &reach, period, team)?;
        let asked = error_sources::items_of(conn, failed.iter().map(|it| it.version).collect())?;
        let mut items: BTreeMap<(String, String), ItemSource> = BTreeMap::new();
        for count in failed {
            let Some(item) = asked.get(&(count.version, count.item.clone())) else { continue };
            let new = || ItemSource {
                code: item.code.clone(),
                title_zh: item.title_zh.clone(),
                title_en: item.title_en.clone(),
                kind: item.kind,
                failed: BTreeMap::new(),
            };
            let source = items.entry((item.code.clone(), item.title_zh.clone())).or_insert_with(new);
            let so_far = source.failed.entry(count.agent_id).or_default();
            *so_far = so_far.saturating_add(unsigned(count.failed));
        }
        let mut items: Vec<ItemSource> = items.into_values().collect();
        items.sort_by_key(|it| (std::cmp::Reverse(it.total()), it.code.clone()));
        Ok(Sources { types, items })
    })
    .await
}
