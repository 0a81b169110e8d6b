//! Tells inspectors of new samples, in the transaction in which they are given.

use serde_json::json;

use crate::db::outbox::{announce, enqueue};
use crate::db::views::mail::{given, plan_of};
use crate::db::{self, Result, Tx};
use crate::domain::id::{DrawId, SampleId, UserId};
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

/// Tells an inspector of one sample that was given by hand or took the place of a replaced one. Called after it is stored; what people did
/// themselves they are not told of, and a sample that comes back to somebody is told of again.
///
/// # Errors
/// What the database says.
pub fn given_one(tx: &mut Tx<'_>, sample: SampleId) -> Result<()> {
    let row = db::samples::load(tx.conn, sample)?;
    let Some(inspector) = row.inspector_id.filter(|inspector| tx.actor.user != Some(*inspector)) else { return Ok(()) };
    let (plan, period) = plan_of(tx.conn, row.draw_id)?;
    let letter = Letter::Assignments(Assignments { plan, period, samples: 1, due_on: row.due_on, path: "/queue".into() });
    let dedupe = format!("{sample}:{}", tx.now.timestamp_micros());
    enqueue(tx, &Post { to: Recipient::User(inspector), letter, dedupe, about: vec![About::new("sample", sample)] })?;
    Ok(())
}

/// Tells somebody of other work with a day by which it is to be done: second gradings, a calibration session. Called once for each object; what
/// people gave to themselves they are not told of.
///
/// # Errors
/// What the database says.
pub fn given_else(tx: &mut Tx<'_>, inspector: UserId, letter: Assignments, about: About) -> Result<()> {
    if tx.actor.user != Some(inspector) {
        let dedupe = format!("{}:{}", about.kind, about.id);
        enqueue(tx, &Post { to: Recipient::User(inspector), letter: Letter::Assignments(letter), dedupe, about: vec![about] })?;
    }
    Ok(())
}
