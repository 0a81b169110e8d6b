//! Queries that are valid on both native backends but that the common backend does not know, such as `ON CONFLICT` and `UNION`; and how a
//! statement that runs all the time stays prepared.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use super::connection::{AnyConnection, MultiBackend};

/// Runs a query that is valid on PostgreSQL and on SQLite through the common connection.
#[derive(Debug, Clone, Copy)]
pub struct Both<Q>(pub Q);

impl<Q> QueryFragment<MultiBackend> for Both<Q>
where
    Q: QueryFragment<Pg> + QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<Q: QueryId> QueryId for Both<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<AnyConnection> for Both<Q> {}

/// Runs a query on the database's own connection. Its statement is then found again by its type; through the common connection its text is
/// written anew each time. For what runs with every request or every grade.
macro_rules! natively {
    ($conn:expr, $run:ident, $query:expr) => {
        match $conn {
            $crate::db::AnyConnection::Sqlite(conn) => $query.$run(conn),
            $crate::db::AnyConnection::Postgres(conn) => $query.$run(conn),
        }
    };
}
pub(crate) use natively;

/// An update whose text is always the same, so that its statement stays prepared; diesel prepares each update anew, because fields may be left out.
/// For [`natively`].
#[derive(Debug, Clone, Copy)]
pub struct Kept<Q>(pub Q);

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Kept<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for Kept<Q> {}
