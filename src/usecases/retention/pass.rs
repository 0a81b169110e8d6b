//! One pass over the conversations whose time may be over: first those that were held before, then on from where the last run has ended.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use crate::db::retention::{self as rows, Aged};
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::id::ConversationId;
use crate::domain::period::Period;
use crate::domain::retention::{Hold, Kept, RetentionPolicy};

/// How many conversations one transaction looks at.
const AT_A_TIME: i64 = 200;

/// How far a pass is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Among those that were held before, after this one.
    Held(Option<ConversationId>),
    /// In time, after this one.
    Time(Option<(DateTime<Utc>, ConversationId)>),
}

/// What a pass follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) kept: Kept,
    pub(super) policy: RetentionPolicy,
    pub(super) now: DateTime<Utc>,
    pub(super) cutoff: DateTime<Utc>,
}

/// What becomes of some conversations.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) purge: Vec<ConversationId>,
    pub(super) hold: Vec<(ConversationId, Hold)>,
    /// Were held, and nothing is left of them.
    release: Vec<ConversationId>,
    done_until: Option<DateTime<Utc>>,
    pub(super) next: Option<Place>,
}

/// Looks at the next conversations.
pub(super) fn look(conn: &mut AnyConnection, rule: &Rule, place: Place) -> Result<Step> {
    let closed = db::periods::last_closed(conn)?;
    let zone = db::organisation::load(conn)?.zone;
    // Nothing of a month that is not closed is even looked at.
    let until = closed.map_or(DateTime::UNIX_EPOCH, |period: Period| period.bounds(zone).1).min(rule.cutoff);
    let (aged, mut step) = match place {
        Place::Held(after) => {
            let aged = rows::held(conn, rule.kept, after, AT_A_TIME)?;
            let next = aged.last().map_or(Place::Time(None), |last| Place::Held(Some(last.id)));
            (aged, Step { next: Some(next), ..Step::default() })
        }
        Place::Time(after) => {
            let from = match after {
                Some(after) => Some(after),
                None => rows::done_until(conn, rule.kept)?.map(|at| (at, ConversationId(uuid::Uuid::nil()))),
            };
            let aged = rows::begun_before(conn, from, until, AT_A_TIME)?;
            let next = aged.last().map(|last| Place::Time(Some((last.started_at, last.id))));
            let reached = aged.last().map_or(until, |last| last.started_at);
            let done_until = Some(reached).filter(|reached| from.is_none_or(|(from, _)| *reached > from));
            (aged, Step { next, done_until, ..Step::default() })
        }
    };
    let (left, gone): (Vec<Aged>, Vec<Aged>) = aged.into_iter().partition(|it| it.has(rule.kept));
    step.release = gone.iter().map(|it| it.id).collect();
    let mut over = Vec::new();
    for it in left {
        let ended = it.started_at.checked_add_signed(Duration::milliseconds(it.duration_ms)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        if closed.is_none_or(|closed| it.period > closed) {
            step.hold.push((it.id, Hold::OpenMonth));
        } else if ended > rule.cutoff {
            step.hold.push((it.id, Hold::NotOver));
        } else {
            over.push(it.id);
        }
    }
    let holds = db::retention_holds::holding(conn, &over, rule.now)?;
    for id in over {
        match holds.get(&id) {
            Some(hold) => step.hold.push((id, *hold)),
            None => step.purge.push(id),
        }
    }
    Ok(step)
}

/// Does what was found, with one line in the audit log that names every conversation.
pub(super) fn apply(tx: &mut Tx<'_>, rule: &Rule, step: &Step) -> Result<()> {
    let kept = rule.kept;
    for (id, hold) in &step.hold {
        rows::hold(tx, kept, *id, *hold)?;
    }
    rows::release(tx, kept, &step.release)?;
    rows::release(tx, kept, &step.purge)?;
    if !step.purge.is_empty() {
        let mut details = json!({ "policy": rule.policy, "ended_until": rule.cutoff, "conversations": step.purge });
        match kept {
            Kept::Transcripts => rows::purge_transcripts(tx, &step.purge)?,
            Kept::Recordings => {
                let files = rows::purge_recordings(tx, &step.purge)?;
                let files: Vec<_> = files.into_iter().map(|(id, sha256)| json!({ "id": id, "sha256": sha256 })).collect();
                if let Some(details) = details.as_object_mut() {
                    details.insert("recordings".into(), files.into());
                }
            }
        }
        tx.audit_event("retention.purged", ("retention", &kept), &details)?;
    }
    if let Some(until) = step.done_until {
        rows::set_done_until(tx, kept, until)?;
    }
    Ok(())
}
