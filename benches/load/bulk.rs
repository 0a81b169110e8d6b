//! Many rows at once, made by the database itself.

use assay::db::connection::{Opener, Purpose};
use diesel::prelude::*;

use crate::support::TestApp;

/// The words of one database.
#[derive(Clone, Copy)]
pub struct Words {
    postgres: bool,
}

impl Words {
    pub fn of(test: &TestApp) -> Self {
        Self { postgres: test.is_postgres() }
    }

    /// An id made of a kind (0 to 255) and an expression for a whole number; ids of one kind rise with it.
    pub fn id(self, kind: u8, number: &str) -> String {
        if self.postgres {
            format!("('019a0000-0000-7000-80{kind:02x}-' || lpad(to_hex({number}), 12, '0'))::uuid")
        } else {
            format!("unhex(printf('019a00000000700080{kind:02x}%012x', {number}))")
        }
    }

    /// A moment: so many seconds after the beginning of October 2026.
    pub fn moment(self, seconds: &str) -> String {
        if self.postgres {
            format!("(TIMESTAMPTZ '2026-10-01T00:00:00Z' + ({seconds}) * INTERVAL '1 second')")
        } else {
            format!("(1790812800 + {seconds}) * 1000000")
        }
    }

    /// A day of October 2026, counted from 0.
    pub fn day(self, day: &str) -> String {
        if self.postgres { format!("(DATE '2026-10-01' + ({day})::int)") } else { format!("printf('2026-10-%02d', 1 + {day})") }
    }

    /// 32 zero bytes.
    pub fn digest(self) -> &'static str {
        if self.postgres { "decode(repeat('00', 32), 'hex')" } else { "zeroblob(32)" }
    }

    /// `n(i)`: the whole numbers from `from` to `to`.
    fn numbers(self, from: u64, to: u64) -> String {
        if self.postgres {
            format!("(SELECT generate_series({from}::bigint, {to}::bigint) AS i) AS n")
        } else {
            format!("(WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) SELECT i FROM n) AS n")
        }
    }
}

/// Inserts a row for each whole number from `from` below `to`, in transactions of 100,000. `values` is a select list in which `i` is the number.
pub fn insert(test: &TestApp, table: &str, columns: &str, values: &str, from: u64, to: u64) {
    let words = Words::of(test);
    let mut at = from;
    while at < to {
        let end = (at + 100_000).min(to);
        let sql = format!("INSERT INTO {table} ({columns}) SELECT {values} FROM {}", words.numbers(at, end - 1));
        test.write(move |tx| Ok(diesel::sql_query(sql.clone()).execute(tx.conn)?));
        at = end;
    }
}

/// Lets the database know how its tables are filled, as its own upkeep would (which is switched off in the cluster of the tests). PostgreSQL marks no page
/// as visible to all while a commit that filled it is not yet in the log, which it writes later here: hence the checkpoint before, too.
pub fn analyse(test: &TestApp) {
    let opener = Opener { address: test.app.db.address().clone(), purpose: Purpose::Write };
    let texts: &[&str] = if test.is_postgres() { &["CHECKPOINT", "VACUUM ANALYZE", "CHECKPOINT"] } else { &["ANALYZE"] };
    for text in texts {
        diesel::sql_query(*text).execute(&mut opener.open().unwrap()).unwrap();
    }
}

/// Agents numbered `B0` and on, all of one team.
pub fn agents(test: &TestApp, team: &str, count: u64) {
    let words = Words::of(test);
    let id = words.id(1, "i");
    let created = words.moment("0");
    let team = words.id_of_team(team);
    insert(
        test,
        "agents",
        "id, employee_no, name, language, team_id, version, created_at",
        &format!("{id}, 'B' || i, 'Agent ' || i, 'zh', {team}, 1, {created}"),
        0,
        count,
    );
    let since = if test.is_postgres() { "DATE '2026-01-01'" } else { "'2026-01-01'" };
    insert(test, "agent_teams", "agent_id, from_date, team_id, created_at", &format!("{id}, {since}, {team}, {created}"), 0, count);
}

impl Words {
    fn id_of_team(self, code: &str) -> String {
        format!("(SELECT id FROM teams WHERE code = '{code}')")
    }
}

/// Chats of October, by turns of the agents, at all hours of all days.
pub fn conversations(test: &TestApp, agents: u64, from: u64, to: u64) {
    let words = Words::of(test);
    let (id, agent) = (words.id(2, "i"), words.id(1, &format!("(i % {agents})")));
    let spread = format!("((i / {agents}) * 7919 % 2592000)");
    let (started, day) = (words.moment(&spread), words.day(&format!("({spread} / 86400)")));
    let created = words.moment("2600000");
    insert(
        test,
        "conversations",
        "id, source, external_id, channel, agent_id, started_at, duration_ms, period, local_day, queue, language, satisfaction, customer_ref, \
         attributes, lines, recordings, digest, created_at, updated_at",
        &format!(
            "{id}, 'load', 'c-' || i, 'chat', {agent}, {started}, 60000 + i % 600000, '2026-10', {day}, 'queue-' || (i % 7), 'zh', 1 + i % 5, \
             'customer-' || (i % 100003), '{{\"order\":\"' || i || '\"}}', 0, 0, {}, {created}, {created}",
            words.digest()
        ),
        from,
        to,
    );
    let bits = if test.is_postgres() {
        "BIT_OR(1 << (EXTRACT(DAY FROM local_day)::integer - 1))"
    } else {
        "SUM(DISTINCT 1 << (CAST(substr(local_day, 9, 2) AS INTEGER) - 1))"
    };
    let days = format!("SELECT period, agent_id, {bits} FROM conversations GROUP BY period, agent_id");
    for sql in ["DELETE FROM conversation_days".to_owned(), format!("INSERT INTO conversation_days (period, agent_id, days) {days}")] {
        test.write(move |tx| Ok(diesel::sql_query(sql.clone()).execute(tx.conn)?));
    }
}
