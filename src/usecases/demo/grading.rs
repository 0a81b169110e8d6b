//! How the demo's inspectors work through their queues.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::clock::SetClock;
use crate::db::Result;
use crate::db::views::samples::SampleFilter;
use crate::db::views::{conversations, samples};
use crate::domain::Refusal;
use crate::domain::access::{Actor, Reach};
use crate::domain::demo::{DemoConversation, Dice, sheet};
use crate::domain::id::DrawId;
use crate::domain::page::{Cursor, PageRequest};
use crate::usecases::evaluations::submit::{Submission, submit};
use crate::usecases::queue::next::next;

/// The external ids of the conversations of a draw.
pub(super) async fn sampled(app: &App, draw: DrawId) -> Result<Vec<String>> {
    let now = app.clock.now();
    app.read(move |conn| {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let filter = SampleFilter { draw_id: Some(draw), ..SampleFilter::default() };
            let page = samples::page(conn, &Reach::everything(), &filter, now, &PageRequest { limit: PageRequest::MAX, after })?;
            ids.extend(page.items.into_iter().map(|(row, ..)| row.conversation_id));
            after = page.next.as_deref().map(Cursor::decode).transpose()?;
            if after.is_none() {
                break;
            }
        }
        ids.into_iter()
            .map(|id| {
                let found = conversations::find(conn, &Reach::everything(), id)?;
                Ok(found.ok_or_else(|| Refusal::not_found("conversation", id))?.row.external_id)
            })
            .collect()
    })
    .await
}

/// The inspectors take turns, each with the next sample of the own queue, until so many are graded or nothing waits any more.
pub(super) async fn grade(
    app: &App,
    clock: &SetClock,
    inspectors: &[&Actor],
    told: &BTreeMap<String, DemoConversation>,
    (from, till): (DateTime<Utc>, DateTime<Utc>),
    wanted: usize,
) -> Result<()> {
    let total = i32::try_from(wanted.max(1)).unwrap_or(i32::MAX);
    let mut dice = Dice::named(&format!("assay demo 1/grading/{}", from.date_naive()));
    let (mut done, mut idle) = (0_i32, 0);
    for inspector in inspectors.iter().cycle() {
        if done >= total || idle >= inspectors.len() {
            break;
        }
        clock.set(from + (till - from) / total * done);
        let Some(work) = next(app, inspector).await? else {
            idle += 1;
            continue;
        };
        idle = 0;
        done += 1;
        let id = &work.conversation.summary.external_id;
        let made = told.get(id).ok_or_else(|| Refusal::not_found("conversation", id))?;
        // Listening, reading and marking takes a little longer than the conversation itself.
        let seconds = u32::try_from(made.duration_ms / 1_000).unwrap_or(0).min(600) + u32::try_from(dice.between(60, 240)).unwrap_or(60);
        submit(app, inspector, work.sample.id, Submission { sheet: sheet(made, &work.scorecard.content), seconds }).await?;
    }
    Ok(())
}
