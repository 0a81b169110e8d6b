//! The order of a list by one of its columns, and where its next page begins.

use diesel::dsl::sql;
use diesel::expression::{AsExpression, SqlLiteral, UncheckedBind};
use diesel::sql_types::{Bool, Text};

use super::sql_types::Uid;
use crate::domain::list_order::{AppealOrder, BreachOrder, CaseOrder, ComplaintOrder, FollowUpOrder, Sort};

/// SQL expressions over the columns of one table that its list is ordered by, one after the other; the id comes last. None of them is ever
/// NULL, for which the databases have different places.
#[derive(Debug, Clone)]
pub(super) struct Ordering {
    table: &'static str,
    parts: Vec<String>,
    descending: bool,
}

/// A condition with an id in it.
type Condition<I> = SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, <I as AsExpression<Uid>>::Expression>>;

impl Ordering {
    fn by<const N: usize>(table: &'static str, parts: [&str; N], descending: bool) -> Self {
        let id = format!("{table}.id");
        Self { table, parts: parts.into_iter().map(str::to_owned).chain([id]).collect(), descending }
    }

    /// By the name and the number of the agent that a row is about.
    fn by_agent(table: &'static str, descending: bool) -> Self {
        let of = |column: &str| format!("(SELECT agents.{column} FROM agents WHERE agents.id = {table}.agent_id)");
        Self::by(table, [of("name").as_str(), of("employee_no").as_str()], descending)
    }

    /// What stands after `ORDER BY`.
    pub(super) fn clause(&self) -> SqlLiteral<Text> {
        let direction = if self.descending { "DESC" } else { "ASC" };
        sql(&self.parts.iter().map(|part| format!("{part} {direction}")).collect::<Vec<_>>().join(", "))
    }

    /// Whether a row comes after the one with this id, wherever that stands now.
    pub(super) fn after<I: AsExpression<Uid>>(&self, id: I) -> Condition<I> {
        let (parts, table) = (self.parts.join(", "), self.table);
        let comparison = if self.descending { "<" } else { ">" };
        sql::<Bool>(&format!("({parts}) {comparison} (SELECT {parts} FROM {table} WHERE {table}.id = ")).bind::<Uid, _>(id).sql(")")
    }
}

impl From<Sort<AppealOrder>> for Ordering {
    fn from(Sort { by, descending }: Sort<AppealOrder>) -> Self {
        match by {
            AppealOrder::Agent => Self::by_agent("appeals", descending),
            AppealOrder::Due => Self::by("appeals", ["appeals.due_at"], descending),
            AppealOrder::Made => Self::by("appeals", [], descending),
            AppealOrder::Period => Self::by("appeals", ["appeals.period"], descending),
            AppealOrder::State => Self::by("appeals", ["appeals.state"], descending),
        }
    }
}

impl From<Sort<BreachOrder>> for Ordering {
    fn from(Sort { by, descending }: Sort<BreachOrder>) -> Self {
        match by {
            BreachOrder::Agent => Self::by_agent("breaches", descending),
            BreachOrder::Occurred => Self::by("breaches", ["breaches.occurred_on"], descending),
            BreachOrder::Occurrences => Self::by("breaches", ["breaches.occurrences"], descending),
            BreachOrder::Recorded => Self::by("breaches", [], descending),
            BreachOrder::Reference => Self::by("breaches", ["breaches.reference"], descending),
            BreachOrder::State => Self::by("breaches", ["breaches.state"], descending),
        }
    }
}

impl From<Sort<CaseOrder>> for Ordering {
    fn from(Sort { by, descending }: Sort<CaseOrder>) -> Self {
        let table = "escalations";
        match by {
            CaseOrder::Agent => Self::by_agent(table, descending),
            CaseOrder::Due => {
                let last = if descending { "0 ELSE 1" } else { "1 ELSE 0" };
                let none = format!("CASE WHEN escalations.due_at IS NULL THEN {last} END");
                Self::by(table, [none.as_str(), "COALESCE(escalations.due_at, escalations.opened_at)"], descending)
            }
            CaseOrder::Level => Self::by(table, ["escalations.level"], descending),
            CaseOrder::Opened => Self::by(table, [], descending),
            CaseOrder::State => Self::by(table, ["escalations.state"], descending),
        }
    }
}

impl From<Sort<ComplaintOrder>> for Ordering {
    fn from(Sort { by, descending }: Sort<ComplaintOrder>) -> Self {
        match by {
            ComplaintOrder::Agent => Self::by_agent("complaints", descending),
            ComplaintOrder::Occurred => Self::by("complaints", ["complaints.occurred_on"], descending),
            ComplaintOrder::Recorded => Self::by("complaints", [], descending),
            ComplaintOrder::Reference => Self::by("complaints", ["complaints.reference"], descending),
            ComplaintOrder::State => Self::by("complaints", ["complaints.state"], descending),
        }
    }
}

impl From<Sort<FollowUpOrder>> for Ordering {
    fn from(Sort { by, descending }: Sort<FollowUpOrder>) -> Self {
        let table = "follow_ups";
        match by {
            FollowUpOrder::Agent => Self::by_agent(table, descending),
            FollowUpOrder::Due => Self::by(table, ["follow_ups.due_on"], descending),
            FollowUpOrder::Made => Self::by(table, [], descending),
            FollowUpOrder::Owner => Self::by(table, ["(SELECT users.name FROM users WHERE users.id = follow_ups.owner_id)"], descending),
            FollowUpOrder::State => Self::by(table, ["follow_ups.state"], descending),
        }
    }
}
