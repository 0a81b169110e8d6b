//! Brings teams in from a CSV table.

use std::collections::{HashMap, HashSet};

use super::{change, check_place, create};
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::csv_table::LineFault;
use crate::domain::id::{TeamId, VendorId};
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::team::{COLUMNS, Team, TeamInput, TeamLine, TeamTree};
use crate::usecases::line_import::{self, Row, Upload};

/// Stores the teams of `teams.csv`: new ones and changed ones, known by their codes. A line may name a team above it that stands further
/// down in the file. Refused lines do not hinder the others, but a team below a refused new team is refused with it.
///
/// # Permissions
/// `people.write`; each team and its place must be within reach.
///
/// # Errors
/// `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    let reach = actor.reach(Action::PeopleWrite)?;
    let (rows, report) = line_import::rows(app, upload, &COLUMNS, TeamLine::of_line, |line| ("code", line.code.clone())).await?;
    let plan = move |conn: &mut AnyConnection, rows: &[Row<TeamLine>], report: &mut LineReport| {
        plan(conn, &reach, rows, report).map(|steps| vec![steps])
    };
    // One transaction for all: a team may depend on any other of the file.
    line_import::store(app, actor, rows, report, usize::MAX, plan, apply).await
}

/// A team as it is, if it is, and as the file wants it, its parent by code where the parent is new.
type Step = (Option<Team>, TeamInput, Option<String>);

/// What is known of the teams while the file is gone through.
struct Known {
    tree: TeamTree,
    existing: HashMap<String, Team>,
    vendors: HashMap<String, VendorId>,
    within: Option<HashSet<TeamId>>,
    /// Stand-ins for the ids of teams that are new.
    new: HashMap<String, TeamId>,
}

fn plan(conn: &mut AnyConnection, reach: &Reach, rows: &[Row<TeamLine>], report: &mut LineReport) -> Result<Vec<Step>> {
    let teams = db::teams::all(conn)?;
    let everything = Reach::everything();
    let mut known = Known {
        tree: db::teams::tree_of(&teams),
        existing: teams.into_iter().map(|team| (team.code.clone(), team)).collect(),
        vendors: db::vendors::all(conn, &everything)?.into_iter().map(|vendor| (vendor.code, vendor.id)).collect(),
        within: db::teams::ids_within(conn, reach)?,
        new: HashMap::new(),
    };
    let mut steps = Vec::new();
    let mut open: Vec<&Row<TeamLine>> = rows.iter().collect();
    // Each round takes the lines whose parent is not waiting itself; what waits in a circle is taken last, and refused for it.
    while !open.is_empty() {
        let waiting: HashSet<&str> = open.iter().map(|row| row.value.code.as_str()).collect();
        let waits = |row: &Row<TeamLine>| row.value.parent.as_ref().is_some_and(|p| p.as_deref().is_some_and(|p| waiting.contains(p)));
        let (later, now): (Vec<&Row<TeamLine>>, Vec<&Row<TeamLine>>) = open.iter().partition(|row| waits(row));
        let (later, now) = if now.is_empty() { (Vec::new(), later) } else { (later, now) };
        for row in now {
            match place(&mut known, reach, &row.value) {
                Ok((step, outcome)) => {
                    report.note(row.line, &row.value.code, outcome);
                    steps.push(step);
                }
                Err(refusal) => report.refuse(LineFault::from_refusal(row.line, by_column(refusal))),
            }
        }
        open = later;
    }
    Ok(steps)
}

/// The file knows others by code: its columns are `parent` and `vendor`.
fn by_column(mut refusal: Refusal) -> Refusal {
    for fault in &mut refusal.faults {
        if let Some(column) = fault.field.strip_suffix("_id") {
            fault.field = column.to_owned();
        }
    }
    refusal
}

fn place(known: &mut Known, reach: &Reach, line: &TeamLine) -> std::result::Result<(Step, LineOutcome), Refusal> {
    let before = known.existing.get(&line.code).cloned();
    if let (Some(team), Some(within)) = (&before, &known.within)
        && !within.contains(&team.id)
    {
        return Err(Refusal::invalid("code", format!("the team {} is not within your reach", line.code)));
    }
    let mut new_parent = None;
    let parent_id = match &line.parent {
        None => before.as_ref().and_then(|team| team.parent_id),
        Some(None) => None,
        Some(Some(code)) => match (known.existing.get(code), known.new.get(code)) {
            (Some(team), _) => Some(team.id),
            (None, Some(id)) => {
                new_parent = Some(code.clone());
                Some(*id)
            }
            (None, None) => return Err(Refusal::invalid("parent", format!("there is no team with the code `{code}`"))),
        },
    };
    let vendor_id = match &line.vendor {
        None => before.as_ref().and_then(|team| team.vendor_id),
        Some(None) => None,
        Some(Some(code)) => match known.vendors.get(code) {
            Some(id) => Some(*id),
            None => return Err(Refusal::invalid("vendor", format!("there is no vendor with the code `{code}`"))),
        },
    };
    let was = before.as_ref().map(Team::input);
    if was.as_ref().is_none_or(|was| (was.parent_id, was.vendor_id) != (parent_id, vendor_id)) && new_parent.is_none() {
        check_place(reach, known.within.as_ref(), parent_id, vendor_id)?;
    }
    // A stand-in that no stored team has: the file's line tells new teams apart.
    let id = before.as_ref().map_or_else(|| stand_in(known.new.len()), |team| team.id);
    let vendor_id = known.tree.place(id, parent_id, vendor_id)?;
    let archived = line.archived.or(was.as_ref().map(|was| was.archived)).unwrap_or(false);
    let after = TeamInput { code: line.code.clone(), name: line.name.clone(), parent_id, vendor_id, archived };
    let outcome = match was {
        None => {
            known.new.insert(line.code.clone(), id);
            LineOutcome::Inserted
        }
        Some(was) => line_import::outcome(&[
            ("name", was.name != after.name),
            ("parent", was.parent_id != after.parent_id),
            ("vendor", was.vendor_id != after.vendor_id),
            ("archived", was.archived != after.archived),
        ]),
    };
    Ok(((before, after, new_parent), outcome))
}

fn stand_in(count: usize) -> TeamId {
    TeamId(uuid::Uuid::from_u128(u128::try_from(count).unwrap_or(u128::MAX)))
}

fn apply(tx: &mut Tx<'_>, steps: Vec<Step>) -> Result<()> {
    let mut tree = db::teams::tree_of(&db::teams::all(tx.conn)?);
    let mut made: HashMap<String, TeamId> = HashMap::new();
    let mut moved = Vec::new();
    for (before, mut after, new_parent) in steps {
        if let Some(code) = new_parent {
            after.parent_id = made.get(&code).copied();
        }
        match before {
            None => {
                let team = create::store(tx, &mut tree, &after)?;
                moved.push(team.id);
                made.insert(team.code, team.id);
            }
            Some(before) => {
                let parent = before.parent_id;
                let team = change::store(tx, &mut tree, before, after)?;
                if team.parent_id != parent {
                    moved.push(team.id);
                }
            }
        }
    }
    db::teams::store_places(tx, &tree, &moved)
}
