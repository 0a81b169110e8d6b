//! Conversations as lists and pages show them.

use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::connection::{AnyConnection, MultiBackend};
use crate::db::conversations::ConversationRow;
use crate::db::error::Result;
use crate::db::schema::{agents, calibration_grades, calibrations, conversations, evaluations, regrades, samples, team_ancestors};
use crate::db::scope;
use crate::db::sql_types::{At, OptionalAt};
use crate::domain::access::Reach;
use crate::domain::calibration::CalibrationState;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, TeamId, UserId};
use crate::domain::period::Period;
use crate::domain::regrade::RegradeState;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Small letters: ASCII on SQLite, all on PostgreSQL.
    fn lower(text: Text) -> Text;
}

/// Which conversations are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this agent, by id.
    pub agent_id: Option<AgentId>,
    /// Of this agent, by employee number.
    pub employee_no: Option<String>,
    /// Of agents who are in this team or below it now.
    pub team: Option<TeamId>,
    /// Of this channel.
    pub channel: Option<Channel>,
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this period.
    pub period: Option<Period>,
    /// From this source.
    pub source: Option<String>,
    /// Whose external id contains this text, in small or capital letters.
    pub external_id: Option<String>,
}

/// A conversation with its agent.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// The conversation.
    pub row: ConversationRow,
    /// The agent's employee number.
    pub employee_no: String,
    /// The agent's name.
    pub agent_name: String,
    /// The team that the agent is in now.
    pub team_id: TeamId,
    /// When its transcript was deleted.
    #[diesel(deserialize_as = OptionalAt)]
    pub transcript_purged_at: Option<DateTime<Utc>>,
    /// When its recordings were deleted.
    #[diesel(deserialize_as = OptionalAt)]
    pub recordings_purged_at: Option<DateTime<Utc>>,
}

/// The columns of [`Listed`].
macro_rules! listed {
    () => {
        (
            ConversationRow::as_select(),
            agents::employee_no,
            agents::name,
            agents::team_id,
            conversations::transcript_purged_at,
            conversations::recordings_purged_at,
        )
    };
}

/// The samples that an inspector has and that were not replaced.
macro_rules! own_samples {
    ($user:expr) => {
        samples::table.filter(samples::inspector_id.eq($user)).filter(samples::replaced_at.is_null())
    };
}

/// The conversations that somebody still has to grade a second time.
macro_rules! to_regrade {
    ($user:expr) => {
        regrades::table
            .inner_join(evaluations::table)
            .filter(scope::any_of(regrades::inspector_id, $user).and(regrades::state.eq(RegradeState::Assigned)))
            .select(evaluations::conversation_id)
    };
}

/// The conversations of the open calibration sessions that somebody grades in.
macro_rules! to_calibrate {
    ($user:expr) => {
        calibration_grades::table
            .inner_join(calibrations::table)
            .filter(scope::any_of(calibration_grades::user_id, $user).and(calibrations::state.eq(CalibrationState::Open)))
            .select(calibrations::conversation_id)
    };
}

/// A query of conversations with these ids, kept to those within reach and those that the actor grades: by a sample, a second time, or in an open
/// calibration session. What the actor grades is asked of these ids alone: an inspector has thousands of samples in the end.
macro_rules! to_be_seen {
    ($query:expr, $reach:expr, $ids:expr) => {
        match judge($reach) {
            Some(judge) => {
                let samples = samples::table
                    .filter(scope::any_of(samples::inspector_id, inspector($reach)).and(samples::replaced_at.is_null()))
                    .filter(scope::any_of(samples::conversation_id, $ids))
                    .select(samples::conversation_id);
                $query.filter(
                    scope::agents(conversations::agent_id, $reach)
                        .or(conversations::id.eq_any(samples))
                        .or(conversations::id.eq_any(to_regrade!([judge]).filter(scope::any_of(evaluations::conversation_id, $ids))))
                        .or(conversations::id.eq_any(to_calibrate!([judge]).filter(scope::any_of(calibrations::conversation_id, $ids)))),
                )
            }
            None => $query.filter(scope::agents(conversations::agent_id, $reach)),
        }
    };
}

/// Who may read and hear what was given to them to be judged, and nothing more: whoever does not see everything anyway.
fn judge(reach: &Reach) -> Option<UserId> {
    reach.user.filter(|_| !reach.all)
}

/// The inspector whose own samples are within reach.
fn inspector(reach: &Reach) -> Option<UserId> {
    reach.user.filter(|_| reach.own && !reach.all)
}

/// A page of conversations within reach, the latest first, after the position of another one.
///
/// # Errors
/// What the database says.
pub fn page(
    conn: &mut AnyConnection,
    reach: &Reach,
    wanted: &Wanted,
    after: Option<(DateTime<Utc>, ConversationId)>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut query = conversations::table.inner_join(agents::table).into_boxed::<MultiBackend>();
    let by_agent = wanted.agent_id.is_some() || wanted.employee_no.is_some() || wanted.team.is_some();
    query = match inspector(reach) {
        // Asking for an agent must not tell whose a blind sample is.
        Some(user) if by_agent => query.filter(
            scope::agents(conversations::agent_id, reach)
                .or(conversations::id.eq_any(own_samples!(user).filter(samples::blind.eq(false)).select(samples::conversation_id))),
        ),
        Some(user) => query.filter(
            scope::agents(conversations::agent_id, reach).or(conversations::id.eq_any(own_samples!(user).select(samples::conversation_id))),
        ),
        None => query.filter(scope::agents(conversations::agent_id, reach)),
    };
    if let Some(agent) = wanted.agent_id {
        query = query.filter(conversations::agent_id.eq(agent));
    }
    if let Some(number) = &wanted.employee_no {
        query = query.filter(agents::employee_no.eq(number));
    }
    if let Some(team) = wanted.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    if let Some(channel) = wanted.channel {
        query = query.filter(conversations::channel.eq(channel));
    }
    if let Some(queue) = &wanted.queue {
        query = query.filter(conversations::queue.eq(queue));
    }
    if let Some(period) = wanted.period {
        query = query.filter(conversations::period.eq(period));
        // So that what is later is not looked through in the order of time. Its days are local ones: no zone is more than a day away.
        if let Some((from, to)) = period.first_day().pred_opt().zip(period.last_day().checked_add_days(Days::new(2))) {
            let [from, to] = [from, to].map(|day| At(day.and_time(NaiveTime::MIN).and_utc()));
            query = query.filter(conversations::started_at.ge(from).and(conversations::started_at.lt(to)));
        }
    }
    if let Some(source) = &wanted.source {
        query = query.filter(conversations::source.eq(source));
    }
    if let Some(text) = &wanted.external_id {
        let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(lower(conversations::external_id).like(format!("%{literal}%")).escape('\\'));
    }
    if let Some((at, id)) = after {
        let at = At(at);
        query = query.filter(conversations::started_at.le(at).and(conversations::started_at.lt(at).or(conversations::id.lt(id))));
    }
    Ok(query.order((conversations::started_at.desc(), conversations::id.desc())).limit(limit).select(listed!()).load(conn)?)
}

/// One conversation within reach: also one that the actor has to grade a second time or in an open calibration session.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, reach: &Reach, id: ConversationId) -> Result<Option<Listed>> {
    let query = conversations::table.inner_join(agents::table).filter(conversations::id.eq(id)).into_boxed::<MultiBackend>();
    let query = to_be_seen!(query, reach, [id]);
    Ok(query.select(listed!()).first(conn).optional()?)
}

/// Which of these conversations are within reach, as [`find`] sees it.
///
/// # Errors
/// What the database says.
pub fn within(conn: &mut AnyConnection, reach: &Reach, ids: &[ConversationId]) -> Result<HashSet<ConversationId>> {
    let query = conversations::table.filter(scope::any_of(conversations::id, ids.iter().copied())).into_boxed::<MultiBackend>();
    let query = to_be_seen!(query, reach, ids.iter().copied());
    Ok(query.select(conversations::id).load::<ConversationId>(conn)?.into_iter().collect())
}

/// Which of these conversations the actor sees only to grade them blind, so that their agent must not be named: as blind samples, a second
/// time, or in a calibration session.
///
/// # Errors
/// What the database says.
pub fn blind(conn: &mut AnyConnection, reach: &Reach, ids: &[ConversationId]) -> Result<HashSet<ConversationId>> {
    let Some(judge) = judge(reach) else { return Ok(HashSet::new()) };
    let own = samples::table
        .filter(scope::any_of(samples::inspector_id, inspector(reach)).and(samples::replaced_at.is_null()))
        .filter(scope::any_of(samples::conversation_id, ids.iter().copied()))
        .select((samples::conversation_id, samples::blind))
        .load::<(ConversationId, bool)>(conn)?;
    let mut blind: HashSet<ConversationId> = own.iter().filter(|(_, blind)| *blind).map(|(id, _)| *id).collect();
    blind.extend(
        to_regrade!([judge]).filter(scope::any_of(evaluations::conversation_id, ids.iter().copied())).load::<ConversationId>(conn)?,
    );
    blind.extend(
        to_calibrate!([judge]).filter(scope::any_of(calibrations::conversation_id, ids.iter().copied())).load::<ConversationId>(conn)?,
    );
    for (id, _) in own.iter().filter(|(_, blind)| !*blind) {
        blind.remove(id);
    }
    if !blind.is_empty() {
        let by_agent = conversations::table
            .filter(conversations::id.eq_any(blind.iter().copied().collect::<Vec<_>>()))
            .filter(scope::agents(conversations::agent_id, reach))
            .select(conversations::id)
            .load::<ConversationId>(conn)?;
        for id in by_agent {
            blind.remove(&id);
        }
    }
    Ok(blind)
}
