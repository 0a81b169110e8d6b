//! How far the inspectors are.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::samples;
use crate::db::scope;
use crate::domain::access::Reach;
use crate::domain::id::{DrawId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleState;

/// So many samples of one inspector, in one state (as stored: an expired claim is `claimed`) and due on one day.
pub type Counted = (Option<UserId>, SampleState, NaiveDate, i64);

/// The samples within reach, counted by inspector, state and day.
///
/// # Errors
/// What the database says.
pub fn by_inspector(conn: &mut AnyConnection, reach: &Reach, draw: Option<DrawId>, period: Option<Period>) -> Result<Vec<Counted>> {
    // What is one's own as an agent plays no part in who grades what.
    let reach = Reach { agent: None, ..reach.clone() };
    let counted = || {
        samples::table
            .filter(scope::agents(samples::agent_id, &reach))
            .group_by((samples::inspector_id, samples::state, samples::due_on))
            .select((samples::inspector_id, samples::state, samples::due_on, diesel::dsl::count_star()))
    };
    Ok(match (draw, period) {
        (Some(draw), _) => counted().filter(samples::draw_id.eq(draw)).load(conn)?,
        (None, Some(period)) => counted().filter(samples::period.eq(period)).load(conn)?,
        (None, None) => counted().load(conn)?,
    })
}
