//! Reminds the owners of follow-ups that are due. Run by the clock, not by people.

use chrono::Days;

use crate::app::App;
use crate::db::follow_ups::FollowUpRow;
use crate::db::{self, Result, Tx};
use crate::domain::access::Actor;
use crate::domain::follow_up::{FollowUpKind, FollowUpState};
use crate::domain::mail::letters::{FollowUp, Name};
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::period::local_day;

/// How many days before its day a follow-up is called to mind.
const BEFORE: Days = Days::new(1);

/// How many follow-ups one round takes.
const AT_A_TIME: i64 = 200;

/// Writes to the owner of each follow-up once, the day before it is due; gives how many letters there were.
///
/// # Errors
/// What the database says.
pub async fn remind(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let due = app
        .read(move |conn| {
            let today = local_day(now, db::organisation::load(conn)?.zone);
            db::follow_ups::due(conn, today.checked_add_days(BEFORE).unwrap_or(today), AT_A_TIME)
        })
        .await?;
    let count = due.len();
    for row in due {
        app.write(&Actor::service(), move |tx| step(tx, row.clone())).await?;
    }
    Ok(count)
}

fn step(tx: &mut Tx<'_>, mut row: FollowUpRow) -> Result<()> {
    if row.state != FollowUpState::Open {
        return Ok(());
    }
    let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
    row.reminded_at = Some(tx.now);
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
        overdue: row.due_on < today,
        path: format!("/follow-ups/{}", row.id),
    };
    let post = Post {
        to: Recipient::User(row.owner_id),
        letter: Letter::FollowUpDue(letter),
        dedupe: row.id.to_string(),
        about: vec![About::new("follow_up", row.id)],
    };
    db::outbox::enqueue(tx, &post)?;
    Ok(())
}
