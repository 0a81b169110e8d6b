//! Reminds the owners of follow-ups that are due. Run by the clock, not by people.

use chrono::Days;

use crate::app::App;
use crate::db::follow_ups::FollowUpRow;
use crate::db::{self, Result, Tx};
use crate::domain::access::Actor;
use crate::domain::follow_up::{FollowUpKind, FollowUpState};
use crate::domain::id::FollowUpId;
use crate::domain::mail::letters::{FollowUp, Name};
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::period::local_day;

/// How many days before its day a follow-up is called to mind.
const BEFORE: Days = Days::new(1);

/// How many follow-ups one round takes.
const AT_A_TIME: i64 = 200;

/// Writes to the owner of each follow-up once on the day before it is due, and once when that day has passed; gives how many letters there were.
///
/// # Errors
/// What the database says.
pub async fn remind(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let waiting = app
        .read(move |conn| {
            let today = local_day(now, db::organisation::load(conn)?.zone);
            db::follow_ups::to_remind(conn, today, today.checked_add_days(BEFORE).unwrap_or(today), AT_A_TIME)
        })
        .await?;
    let mut told = 0_usize;
    for id in waiting {
        if app.write(&Actor::service(), move |tx| step(tx, id)).await? {
            told = told.saturating_add(1);
        }
    }
    Ok(told)
}

fn step(tx: &mut Tx<'_>, id: FollowUpId) -> Result<bool> {
    // Another instance may have been faster, or somebody may have ended it meanwhile.
    let open = |row: &FollowUpRow| row.state == FollowUpState::Open;
    let Some(mut row) = db::follow_ups::find(tx.conn, id)?.filter(open) else { return Ok(false) };
    let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
    let overdue = row.due_on < today;
    if (overdue && row.overdue_at.is_some()) || (!overdue && row.reminded_at.is_some()) {
        return Ok(false);
    }
    row.reminded_at = row.reminded_at.or(Some(tx.now));
    row.overdue_at = overdue.then_some(tx.now);
    db::follow_ups::update(tx, &mut row)?;
    let letter = FollowUp {
        what: Masked::of(&row.body),
        action: match row.kind {
            FollowUpKind::Coaching => Name::new("辅导", "coaching"),
            FollowUpKind::OfflineTraining => Name::new("下线培训", "offline training"),
            FollowUpKind::ProcessChange => Name::new("流程改进", "a change of the process"),
        },
        agent: Some(db::concerned::of_agent(tx.conn, row.agent_id)?.agent),
        due_on: row.due_on,
        overdue,
        path: format!("/follow-ups/{}", row.id),
    };
    let post = Post {
        to: Recipient::User(row.owner_id),
        letter: Letter::FollowUpDue(letter),
        dedupe: format!("{}:{}", row.id, if overdue { "overdue" } else { "due" }),
        about: vec![About::new("follow_up", row.id)],
    };
    db::outbox::enqueue(tx, &post)?;
    Ok(true)
}
