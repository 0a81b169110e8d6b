//! Names by ids, for lists that know only the ids.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{agents, users};
use crate::db::scope;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, UserId};

/// How many ids one query asks for.
const CHUNK: usize = 1_000;

/// The names of users; whoever is not there has none.
///
/// # Errors
/// What the database says.
pub fn users(conn: &mut AnyConnection, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let mut names = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(UserId, String)> =
            users::table.filter(users::id.eq_any(ids.to_vec())).select((users::id, users::name)).load(conn)?;
        names.extend(rows);
    }
    Ok(names)
}

/// The employee numbers and names of agents within reach.
///
/// # Errors
/// What the database says.
pub fn agents(conn: &mut AnyConnection, reach: &Reach, ids: &[AgentId]) -> Result<HashMap<AgentId, (String, String)>> {
    let mut names = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(AgentId, String, String)> = agents::table
            .filter(agents::id.eq_any(ids.to_vec()))
            .filter(scope::agents(agents::id, reach))
            .select((agents::id, agents::employee_no, agents::name))
            .load(conn)?;
        names.extend(rows.into_iter().map(|(id, number, name)| (id, (number, name))));
    }
    Ok(names)
}
