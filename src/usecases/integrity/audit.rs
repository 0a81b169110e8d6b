//! The audit log against its seals.

use crate::app::App;
use crate::db::{AnyConnection, Result, audit_seals};
use crate::domain::audit::{Seal, Sealing};
use crate::domain::integrity::Found;

/// How many seals are looked at in one consistent state of the database.
const SEALS: i64 = 20;
/// How many lines are read at a time.
const LINES: i64 = 1_000;

/// Computes every seal again. Gives number and hash of the last one.
pub(super) async fn chain(app: &App, noted: Option<&(i64, String)>) -> Result<(Found, Option<(i64, String)>)> {
    let (mut found, mut before): (Found, Option<Seal>) = (Found::default(), None);
    let mut noted_seen = false;
    loop {
        let from = before.clone();
        let (part, seals) = app
            .read(move |conn| {
                let seals = audit_seals::after(conn, from.as_ref().map_or(0, |seal| seal.number), SEALS)?;
                let mut part = Found::default();
                let mut last = from.clone();
                for seal in &seals {
                    part.looked();
                    look(conn, last.as_ref(), seal, &mut part)?;
                    last = Some(seal.clone());
                }
                Ok((part, seals))
            })
            .await?;
        found.join(part);
        if let Some((number, hash)) = noted
            && let Some(seal) = seals.iter().find(|seal| seal.number == *number)
        {
            noted_seen = true;
            found.compare(&format!("seal {number}"), "hash, as it was noted,", hash, &seal.hash);
        }
        match seals.into_iter().next_back() {
            Some(last) => before = Some(last),
            None => break,
        }
    }
    if let Some((number, hash)) = noted.filter(|_| !noted_seen) {
        found.misfit(format!("seal {number}"), format!("hash, as it was noted, {hash}"), "no such seal");
    }
    Ok((found, before.map(|seal| (seal.number, seal.hash))))
}

fn look(conn: &mut AnyConnection, before: Option<&Seal>, seal: &Seal, found: &mut Found) -> Result<()> {
    let object = format!("seal {}", seal.number);
    found.compare(&object, "number", &before.map_or(1, |before| before.number.saturating_add(1)), &seal.number);
    let mut sealing = Sealing::after(before);
    let mut after = before.map_or(0, |before| before.upto);
    loop {
        let lines = audit_seals::lines(conn, after, seal.upto, LINES)?;
        let Some(last) = lines.last() else { break };
        after = last.seq;
        lines.iter().try_for_each(|line| sealing.add(line))?;
    }
    let again = sealing.finish(seal.number, seal.upto);
    found.compare(&object, "lines", &seal.lines, &again.lines);
    found.compare(&object, "hash", &seal.hash, &again.hash);
    Ok(())
}
