//! Tells inspectors of new samples, in the transaction of the draw.

use serde_json::json;

use crate::db::outbox::{announce, enqueue};
use crate::db::views::mail::{given, plan_of};
use crate::db::{Result, Tx};
use crate::domain::id::DrawId;
use crate::domain::mail::letters::Assignments;
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::webhook::{Announcement, Event};

/// Tells each inspector who was given samples of a draw, and the webhooks. Called after the samples are stored.
///
/// # Errors
/// What the database says.
pub fn drawn(tx: &mut Tx<'_>, draw: DrawId) -> Result<()> {
    let (plan, period) = plan_of(tx.conn, draw)?;
    let about = vec![About::new("draw", draw)];
    let mut all = 0_i64;
    for (inspector, samples, due_on) in given(tx.conn, draw)? {
        all = all.saturating_add(samples);
        let letter = Letter::Assignments(Assignments { plan: plan.clone(), period, samples, due_on, path: "/queue".into() });
        enqueue(tx, &Post { to: Recipient::User(inspector), letter, dedupe: draw.to_string(), about: about.clone() })?;
    }
    let data = json!({ "draw_id": draw, "period": period, "assigned_samples": all });
    announce(tx, &Announcement { event: Event::DrawMade, data, dedupe: draw.to_string(), about })?;
    Ok(())
}
