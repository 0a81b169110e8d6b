//! Closed months against their digest, their totals and the ledger (handbook 3.7).

use std::collections::BTreeSet;

use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::fine_list::{CanonicalHead, FileFormat, FineLine, ListDigest, Totalling};
use crate::domain::id::LedgerEntryId;
use crate::domain::integrity::Found;
use crate::domain::language::Language;
use crate::domain::period::Period;
use crate::usecases::fine_lists::export::kept_name;

/// How many lines of the ledger are read at a time.
const LINES: i64 = 2_000;

pub(super) async fn closed(app: &App) -> Result<Found> {
    let mut found = Found::default();
    for period in app.read(db::integrity::closed).await? {
        found.join(app.read(move |conn| look(conn, period)).await?);
    }
    Ok(found)
}

fn look(conn: &mut AnyConnection, period: Period) -> Result<Found> {
    let mut found = Found::default();
    found.looked();
    let object = format!("period {period}");
    let Some(row) = db::periods::find(conn, period)? else { return Ok(found) };
    let kept = row.totals()?;
    let currency = db::organisation::load(conn)?.currency;

    let mut digest = ListDigest::begin(&CanonicalHead::new(period, currency, &kept))?;
    let mut totalling = Totalling::default();
    let mut posted = Posted::new(period);
    let mut frozen: Vec<(LedgerEntryId, i64)> = Vec::new();
    let mut position = 0;
    loop {
        let lines = db::period_lists::lines_after(conn, &Reach::everything(), period, position, LINES)?;
        let Some((last, _)) = lines.last() else { break };
        position = *last;
        for (_, line) in &lines {
            totalling.add(line)?;
            if let Err(refusal) = digest.add(line) {
                found.misfit(&object, "lines in the order of their ids", refusal);
                return Ok(found);
            }
        }
        frozen.extend(lines.iter().map(|(_, line): &(i64, FineLine)| (line.id, line.amount_minor)));
        posted.hold_against(conn, &object, &mut frozen, false, &mut found)?;
    }
    posted.hold_against(conn, &object, &mut frozen, true, &mut found)?;
    found.compare(&object, "totals", &totalling.finish(), &kept);
    found.compare(&object, "digest", &Some(digest.finish()), &row.digest);

    let wanted: BTreeSet<String> = [FileFormat::Csv, FileFormat::Xlsx]
        .into_iter()
        .flat_map(|format| Language::ALL.iter().map(move |language| kept_name(format, *language)))
        .collect();
    let files: BTreeSet<String> = db::integrity::kept_files(conn, period)?.into_iter().collect();
    found.compare(&object, "files", &wanted, &files);
    Ok(found)
}

/// The ledger's lines of a period, read beside the frozen ones: both in the order of their ids.
struct Posted {
    period: Period,
    after: Option<LedgerEntryId>,
    read: Vec<(LedgerEntryId, i64)>,
    ended: bool,
}

impl Posted {
    fn new(period: Period) -> Self {
        Self { period, after: None, read: Vec::new(), ended: false }
    }

    /// Takes what is in both and says what is in one only. Without `all`, what may still come in the next block stays.
    fn hold_against(
        &mut self,
        conn: &mut AnyConnection,
        object: &str,
        frozen: &mut Vec<(LedgerEntryId, i64)>,
        all: bool,
        found: &mut Found,
    ) -> Result<()> {
        let upto = if all { None } else { frozen.last().map(|line| line.0) };
        while !self.ended && upto.is_none_or(|upto| self.after.is_none_or(|after| after < upto)) {
            let lines = db::integrity::lines_of_period(conn, self.period, self.after, LINES)?;
            self.after = lines.last().map(|line| line.0).or(self.after);
            self.ended = lines.is_empty();
            self.read.extend(lines);
        }
        let within = |line: &(LedgerEntryId, i64)| upto.is_none_or(|upto| line.0 <= upto);
        let rest = self.read.split_off(self.read.partition_point(within));
        let ledger: BTreeSet<_> = std::mem::replace(&mut self.read, rest).into_iter().collect();
        let list: BTreeSet<_> = frozen.drain(..).collect();
        for (id, amount) in ledger.difference(&list) {
            found.misfit(object, format!("line {id} of {amount}, as in the ledger"), "not so in the frozen list");
        }
        for (id, amount) in list.difference(&ledger) {
            found.misfit(object, format!("line {id} of {amount}, as in the frozen list"), "not so in the ledger");
        }
        Ok(())
    }
}
