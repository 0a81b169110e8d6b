//! Queries that are valid on both native backends but that the common backend does not know, such as `ON CONFLICT` and `UNION`; and how a
//! statement that runs all the time stays prepared.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use diesel::{AsChangeset, QueryResult, QuerySource, RunQueryDsl};

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

/// Inserts many rows of a type that leaves no column to its default: by `COPY` on PostgreSQL, and on SQLite by one statement that stays prepared.
macro_rules! insert_each {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::db::AnyConnection::Sqlite(conn) => {
                for row in $rows {
                    diesel::insert_into($table).values(row).execute(conn)?;
                }
            }
            $crate::db::AnyConnection::Postgres(conn) => {
                diesel::copy_from($table).from_insertable($rows).execute(conn)?;
            }
        }
    };
}
pub(crate) use insert_each;

/// `UPDATE table SET changes WHERE which`, whose text is always the same, so that its statement stays prepared. diesel prepares each of its own
/// updates anew, because fields may be left out; of `changes` none may be. For [`natively`].
pub fn kept_update<T, C, W>(table: T, changes: C, which: W) -> KeptUpdate<T::FromClause, C::Changeset, W>
where
    T: QuerySource,
    C: AsChangeset<Target = T>,
{
    KeptUpdate { table: table.from_clause(), changes: changes.as_changeset(), which }
}

/// What [`kept_update`] makes.
#[derive(Debug, Clone, Copy)]
pub struct KeptUpdate<T, C, W> {
    table: T,
    changes: C,
    which: W,
}

impl<T, C, W, DB> QueryFragment<DB> for KeptUpdate<T, C, W>
where
    DB: Backend,
    T: QueryFragment<DB>,
    C: QueryFragment<DB>,
    W: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql("UPDATE ");
        self.table.walk_ast(pass.reborrow())?;
        pass.push_sql(" SET ");
        self.changes.walk_ast(pass.reborrow())?;
        pass.push_sql(" WHERE ");
        self.which.walk_ast(pass)
    }
}

impl<T, C, W> QueryId for KeptUpdate<T, C, W> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, C, W, Conn> RunQueryDsl<Conn> for KeptUpdate<T, C, W> {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};
    use diesel::prelude::*;

    use super::kept_update;

    diesel::table! {
        things (id) {
            id -> Integer,
            name -> Text,
            size -> Nullable<Integer>,
        }
    }

    static CACHED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn an_update_changes_what_it_says_and_is_prepared_once() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER)").unwrap();
        conn.batch_execute("INSERT INTO things VALUES (1, 'a', 10), (2, 'b', 20)").unwrap();
        conn.set_instrumentation(|event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                CACHED.fetch_add(1, Ordering::Relaxed);
            }
        });
        for (id, name, size) in [(1, "c", None), (2, "d", Some(21)), (3, "e", None)] {
            let changes = (things::name.eq(name), things::size.eq(size));
            let changed = kept_update(things::table, changes, things::id.eq(id)).execute(&mut conn).unwrap();
            assert_eq!(changed, usize::from(id < 3));
        }
        assert_eq!(CACHED.load(Ordering::Relaxed), 1);
        let all: Vec<(i32, String, Option<i32>)> = things::table.order(things::id).load(&mut conn).unwrap();
        assert_eq!(all, [(1, "c".to_owned(), None), (2, "d".to_owned(), Some(21))]);
    }
}
