//! Sets a calibration session.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Calibration, view};
use crate::app::App;
use crate::db::calibrations::CalibrationRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::calibration::CalibrationState;
use crate::domain::id::{ConversationId, ScorecardVersionId, UserId};
use crate::domain::mail::About;
use crate::domain::mail::letters::Assignments;
use crate::domain::period::{Period, local_day};
use crate::domain::refusal::{Faults, checked_text};
use crate::usecases::mail;

/// The most people of one session.
const MAX_PEOPLE: usize = 100;

/// A calibration session as it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationInput {
    /// What it is called, 1 to 200 characters.
    pub name: String,
    /// The conversation that everybody grades.
    pub conversation_id: ConversationId,
    /// The scorecard version that it is graded with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Who grades, 2 to 100 people.
    pub participants: Vec<UserId>,
    /// Who gives the reference grade that the others are held against; not one of the participants.
    #[serde(default)]
    pub reference_id: Option<UserId>,
    /// Until when, a local day that has not passed.
    pub due_on: NaiveDate,
}

/// Sets a session. Those who grade in it are told.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault.
pub async fn set(app: &App, actor: &Actor, input: CalibrationInput) -> Result<Calibration> {
    actor.may_everywhere(Action::CalibrationRun)?;
    let who = actor.person()?;
    app.write_once(actor, "calibrations.set", &input.clone(), move |tx| {
        let today = local_day(tx.now, db::organisation::load(tx.conn)?.zone);
        let mut faults = Faults::new();
        let name = faults.take(checked_text("name", &input.name, 200)).unwrap_or_default();
        let mut people = input.participants.clone();
        people.sort_unstable();
        people.dedup();
        if !(2..=MAX_PEOPLE).contains(&people.len()) {
            faults.push("participants", format!("are {} people; name 2 to {MAX_PEOPLE}", people.len()));
        }
        if input.reference_id.is_some_and(|reference| people.contains(&reference)) {
            faults.push("reference_id", "must not be one of the participants");
        }
        people.extend(input.reference_id);
        let active = db::concerned::active_users(tx.conn, &people)?;
        for missing in people.iter().filter(|person| !active.contains(person)) {
            faults.push("participants", format!("{missing} is not a user who may log in"));
        }
        if input.due_on < today {
            faults.push("due_on", format!("{} has passed; it is {today}", input.due_on));
        }
        if db::calibrations::conversation(tx.conn, input.conversation_id)?.is_none() {
            faults.push("conversation_id", format!("there is no conversation {}", input.conversation_id));
        }
        if db::calibrations::content(tx.conn, input.scorecard_version_id)?.is_none() {
            faults.push("scorecard_version_id", format!("there is no scorecard version {}", input.scorecard_version_id));
        }
        faults.finish()?;
        let row = CalibrationRow {
            id: tx.id(),
            name,
            conversation_id: input.conversation_id,
            scorecard_version_id: input.scorecard_version_id,
            reference_id: input.reference_id,
            due_on: input.due_on,
            state: CalibrationState::Open,
            made_by: who,
            made_at: tx.now,
            closed_at: None,
            version: 1,
        };
        db::calibrations::insert(tx, &row, &people)?;
        tx.audit_new("calibration.set", ("calibration", &row.id), &input)?;
        for person in &people {
            let reference = row.reference_id == Some(*person);
            let letter = Assignments {
                plan: format!("校准 Calibration: {}", row.name),
                period: Period::of_day(today)?,
                samples: 1,
                due_on: row.due_on,
                path: if reference { format!("/decisions/calibrations/{}", row.id) } else { "/queue".to_owned() },
            };
            mail::work::given_else(tx, *person, letter, About::new("calibration", row.id))?;
        }
        view(tx.conn, row, Some(who))
    })
    .await
}
