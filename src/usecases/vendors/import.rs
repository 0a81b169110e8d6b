//! Brings vendors in from a CSV table.

use std::collections::HashMap;

use super::{change, create};
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::vendor::{COLUMNS, Vendor, VendorInput, VendorLine};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// A vendor as it is, if it is, and as the file wants it.
type Step = (Option<Vendor>, VendorInput);

/// Stores the vendors of `vendors.csv`: new ones and changed ones, known by their codes. Refused lines do not hinder the others.
///
/// # Permissions
/// `people.write` for the whole centre.
///
/// # Errors
/// `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    actor.may_everywhere(Action::PeopleWrite)?;
    let reach = actor.reach(Action::PeopleWrite)?;
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, VendorLine::of_line, |line| ("code", line.code.clone())).await?;
    let plan = move |conn: &mut AnyConnection, rows: &[Row<VendorLine>], report: &mut LineReport| plan(conn, &reach, rows, report);
    line_import::store(app, actor, rows, report, CHUNK, plan, apply).await
}

fn plan(conn: &mut AnyConnection, reach: &Reach, rows: &[Row<VendorLine>], report: &mut LineReport) -> Result<Vec<Step>> {
    let mut existing: HashMap<_, _> = db::vendors::all(conn, reach)?.into_iter().map(|vendor| (vendor.code.clone(), vendor)).collect();
    let mut steps = Vec::new();
    for row in rows {
        let vendor = existing.remove(&row.value.code);
        let before = vendor.as_ref().map(Vendor::input);
        let after = row.value.onto(before.as_ref());
        let outcome = before.map_or(LineOutcome::Inserted, |before| {
            line_import::outcome(&[("name", before.name != after.name), ("archived", before.archived != after.archived)])
        });
        report.note(row.line, &after.code, outcome);
        steps.push((vendor, after));
    }
    Ok(steps)
}

fn apply(tx: &mut Tx<'_>, (before, after): Step) -> Result<()> {
    match before {
        None => create::store(tx, &after).map(drop),
        Some(before) => change::store(tx, before, after).map(drop),
    }
}
