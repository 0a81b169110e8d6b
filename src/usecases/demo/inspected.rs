//! How the demo's inspectors are inspected: second gradings and calibration.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::app::App;
use crate::db::{self, Error, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, Reach};
use crate::domain::demo::{DemoConversation, milder, sheet, stricter};
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{ConversationId, ScorecardVersionId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::regrade::{DifferenceDecision, DifferenceVerdict, RegradeState};
use crate::domain::scorecard::{ScorecardContent, VersionState};
use crate::usecases::calibrations::grade::CalibrationGrade;
use crate::usecases::calibrations::set::CalibrationInput;
use crate::usecases::calibrations::{close, grade as calibrate, set};
use crate::usecases::regrades::choose::{Choice, choose};
use crate::usecases::regrades::decide::{Decisions, decide};
use crate::usecases::regrades::grade::{SecondGrade, grade};
use crate::usecases::regrades::{Regrade, list, show};

/// How many of a hundred evaluations are graded again.
const PERCENT: u32 = 5;

/// Chooses a share of the month's evaluations; the inspectors grade all but the last of them again. In the first two the second inspector sees an
/// error that the first one did not; about the first of these the manager has decided.
pub(super) async fn regrade(
    app: &App,
    manager: &Actor,
    inspectors: &[&Actor],
    told: &BTreeMap<String, DemoConversation>,
    period: Period,
) -> Result<()> {
    choose(app, manager, Choice { period, percent: PERCENT }).await?;
    let page = PageRequest { limit: PageRequest::MAX, after: None };
    let mut chosen = list::list(app, manager, Some(RegradeState::Assigned), Some(period), page).await?.items;
    chosen.pop();
    for (number, task) in chosen.iter().enumerate() {
        let Some(inspector) = inspectors.iter().find(|actor| actor.user.is_some() && actor.user == task.inspector_id) else { continue };
        let made = made(app, told, task.conversation_id).await?;
        let content = content(app, task.scorecard_version_id).await?;
        let same = sheet(made, &content);
        let sheet = if number < 2 { stricter(same) } else { same };
        grade(app, inspector, task.id, SecondGrade { sheet }).await?;
        if number == 0 {
            conclude(app, manager, task).await?;
        }
    }
    Ok(())
}

async fn conclude(app: &App, manager: &Actor, task: &Regrade) -> Result<()> {
    let graded = show::show(app, manager, task.id).await?;
    let reason =
        "开头语确实不完整，应当标记；首检为新版评估表上线首日 The opening was incomplete; it was the first day of the new scorecard"
            .to_owned();
    let decision = |_| DifferenceDecision { verdict: DifferenceVerdict::SecondRight, good_reason: true, reason: reason.clone() };
    let decisions = graded.differences.unwrap_or_default().iter().map(decision).collect();
    decide(app, manager, task.id, graded.version, Decisions { decisions }).await.map(drop)
}

/// The conversation as its script tells it.
async fn made<'a>(app: &App, told: &'a BTreeMap<String, DemoConversation>, id: ConversationId) -> Result<&'a DemoConversation> {
    let found = app.read(move |conn| db::views::conversations::find(conn, &Reach::everything(), id)).await?;
    let external = found.ok_or_else(|| Refusal::not_found("conversation", id))?.row.external_id;
    Ok(told.get(&external).ok_or_else(|| Refusal::not_found("conversation", external))?)
}

async fn content(app: &App, version: ScorecardVersionId) -> Result<ScorecardContent> {
    let found = app.read(move |conn| db::calibrations::content(conn, version)).await?;
    found.ok_or_else(|| Refusal::not_found("scorecard version", version).into())
}

/// A call in which several things went wrong, and the scorecard for it.
async fn divisive(
    app: &App,
    told: &BTreeMap<String, DemoConversation>,
    period: Period,
    skip: usize,
) -> Result<Option<(ConversationId, ScorecardVersionId)>> {
    let mut calls = told.values().filter(|made| made.call && made.period == period && made.findings.len() >= 2);
    let Some(made) = calls.nth(skip) else { return Ok(None) };
    let (source, external) = (made.input.source.clone().unwrap_or_default(), made.external_id.clone());
    app.read(move |conn| {
        let (conversation, _) =
            db::complaints::conversation(conn, &source, &external)?.ok_or_else(|| Refusal::not_found("conversation", &external))?;
        let phone = db::scorecards::by_code(conn, "phone")?.ok_or_else(|| Refusal::not_found("scorecard", "phone"))?;
        let published = db::scorecards::versions_of(conn, &[phone.id])?.into_iter().find(|it| it.state == VersionState::Published);
        let version = published.ok_or_else(|| Error::Damaged("the scorecard phone has no published version".to_owned()))?;
        Ok(Some((conversation, version.id)))
    })
    .await
}

/// A session of three inspectors, with the manager's grade for reference. One that is `closed` has everybody's grade and a report; the other waits
/// for all but the first.
pub(super) async fn calibrate_together(
    app: &App,
    manager: &Actor,
    inspectors: &[&Actor],
    told: &BTreeMap<String, DemoConversation>,
    (period, today): (Period, NaiveDate),
    closed: bool,
) -> Result<()> {
    let Some((conversation_id, scorecard_version_id)) = divisive(app, told, period, usize::from(!closed)).await? else { return Ok(()) };
    let people: Vec<&Actor> = inspectors.iter().copied().take(3).collect();
    let participants: Vec<UserId> = people.iter().filter_map(|actor| actor.user).collect();
    let input = CalibrationInput {
        name: if closed { "身份核实与服务态度 Identity and attitude" } else { "静音与话术 Silence and wording" }.to_owned(),
        conversation_id,
        scorecard_version_id,
        participants,
        reference_id: manager.user,
        due_on: today.checked_add_days(Days::new(3)).unwrap_or(today),
    };
    let session = set::set(app, manager, input).await?;
    let truth = sheet(made(app, told, conversation_id).await?, &content(app, scorecard_version_id).await?);
    let hand_in = async |actor: &Actor, sheet: AnswerSheet| calibrate::grade(app, actor, session.id, CalibrationGrade { sheet }).await;
    let of: [fn(AnswerSheet) -> AnswerSheet; 3] = [|sheet| sheet, milder, stricter];
    for (actor, grade) in people.iter().zip(of) {
        hand_in(actor, grade(truth.clone())).await?;
        if !closed {
            return Ok(());
        }
    }
    hand_in(manager, truth).await?;
    close::close(app, manager, session.id, session.version).await.map(drop)
}
