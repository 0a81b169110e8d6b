//! The actor's reach as SQL: lists are filtered where the rows are, not afterwards.
//!
//! `query.filter(scope::agents(samples::agent_id, &reach))` keeps the rows of the agents within reach, and all rows where the reach is
//! everything. What is an inspector's own is a question of samples and not of agents: filter that by [`Reach::user`].

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};

use super::sql_types::Uid;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, TeamId, VendorId};

/// Rows whose agent is within reach: of its teams and vendors, as the agents belong to them now, and the actor's own.
pub fn agents<C>(agent_id: C, reach: &Reach) -> Within<C> {
    Within { column: agent_id, of: Of::Agent, reach: reach.clone() }
}

/// Rows whose team is within reach.
pub fn teams<C>(team_id: C, reach: &Reach) -> Within<C> {
    Within { column: team_id, of: Of::Team, reach: reach.clone() }
}

/// The most teams and vendors of a reach, and the most ids, whose statements stay prepared: each number of them is a statement of its own.
const KEPT: usize = 4;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Of {
    Agent,
    Team,
}

/// A condition: see [`agents`] and [`teams`].
#[derive(Debug, Clone)]
pub struct Within<C> {
    column: C,
    of: Of,
    reach: Reach,
}

impl<C> Within<C> {
    /// `SELECT id FROM teams WHERE …` of the teams and vendors in reach.
    fn teams_sql<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<Uid>,
        TeamId: ToSql<Uid, DB>,
        VendorId: ToSql<Uid, DB>,
    {
        out.push_sql("SELECT scope_t.id FROM teams scope_t WHERE FALSE");
        if !self.reach.teams.is_empty() {
            out.push_sql(" OR scope_t.id IN (SELECT scope_a.team_id FROM team_ancestors scope_a WHERE scope_a.ancestor_id IN (");
            for (n, team) in self.reach.teams.iter().enumerate() {
                out.push_sql(if n == 0 { "" } else { ", " });
                out.push_bind_param::<Uid, TeamId>(team)?;
            }
            out.push_sql("))");
        }
        for vendor in &self.reach.vendors {
            out.push_sql(" OR scope_t.vendor_id = ");
            out.push_bind_param::<Uid, VendorId>(vendor)?;
        }
        Ok(())
    }
}

impl<C, DB> QueryFragment<DB> for Within<C>
where
    C: QueryFragment<DB>,
    DB: Backend + HasSqlType<Uid>,
    AgentId: ToSql<Uid, DB>,
    TeamId: ToSql<Uid, DB>,
    VendorId: ToSql<Uid, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.reach.all {
            out.push_sql("TRUE");
            return Ok(());
        }
        // Each number of teams and vendors is a statement of its own: those of ordinary reaches are worth keeping prepared.
        let within = self.reach.teams.len().saturating_add(self.reach.vendors.len());
        if within > KEPT {
            out.unsafe_to_cache_prepared();
        }
        let own = self.reach.agent.as_ref().filter(|_| self.reach.own && matches!(self.of, Of::Agent));
        // Whoever has no team is not looked for in teams: of `agent_id = …` and of nothing the database makes far less work.
        if within == 0 && own.is_none() {
            out.push_sql("FALSE");
            return Ok(());
        }
        out.push_sql("(");
        if within > 0 {
            self.column.walk_ast(out.reborrow())?;
            match self.of {
                Of::Team => {
                    out.push_sql(" IN (");
                    self.teams_sql(&mut out)?;
                    out.push_sql(")");
                }
                Of::Agent => {
                    out.push_sql(" IN (SELECT scope_g.id FROM agents scope_g WHERE scope_g.team_id IN (");
                    self.teams_sql(&mut out)?;
                    out.push_sql("))");
                }
            }
        }
        if let Some(own) = own {
            out.push_sql(if within > 0 { " OR " } else { "" });
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(" = ");
            out.push_bind_param::<Uid, AgentId>(own)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<C> QueryId for Within<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Expression> Expression for Within<C> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for Within<C> {}
impl<C: SelectableExpression<QS>, QS> SelectableExpression<QS> for Within<C> {}

impl<C> ValidGrouping<()> for Within<C> {
    type IsAggregate = is_aggregate::No;
}

/// Rows whose `column` is one of these ids: `eq_any`, but the statement stays prepared where there are few of them, as there mostly are.
pub fn any_of<C, T>(column: C, ids: impl IntoIterator<Item = T>) -> AnyOf<C, T> {
    AnyOf { column, ids: ids.into_iter().collect() }
}

/// A condition: see [`any_of`].
#[derive(Debug, Clone)]
pub struct AnyOf<C, T> {
    column: C,
    ids: Vec<T>,
}

impl<C, T, DB> QueryFragment<DB> for AnyOf<C, T>
where
    C: QueryFragment<DB>,
    DB: Backend + HasSqlType<Uid>,
    T: ToSql<Uid, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.ids.len() > KEPT {
            out.unsafe_to_cache_prepared();
        }
        if self.ids.is_empty() {
            out.push_sql("FALSE");
            return Ok(());
        }
        self.column.walk_ast(out.reborrow())?;
        for (n, id) in self.ids.iter().enumerate() {
            out.push_sql(if n == 0 { " IN (" } else { ", " });
            out.push_bind_param::<Uid, T>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<C, T> QueryId for AnyOf<C, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: Expression, T> Expression for AnyOf<C, T> {
    type SqlType = Bool;
}

impl<C: AppearsOnTable<QS>, T, QS> AppearsOnTable<QS> for AnyOf<C, T> {}
impl<C: SelectableExpression<QS>, T, QS> SelectableExpression<QS> for AnyOf<C, T> {}

impl<C, T> ValidGrouping<()> for AnyOf<C, T> {
    type IsAggregate = is_aggregate::No;
}
