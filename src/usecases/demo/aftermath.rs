//! What follows from the demo's gradings: complaints, severe cases, appeals, corrective actions.

use chrono::{Days, NaiveDate};

use crate::app::App;
use crate::db::ledger::agent_is_within;
use crate::db::views::conversations::{self, Wanted};
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::appeal::{AppealInput, AppealPoint, DecisionInput, PointDecision, PointOutcome, PointTarget};
use crate::domain::breach::BreachInput;
use crate::domain::complaint::{Adjudication, ComplaintInput, ComplaintLevel};
use crate::domain::escalation::{CaseState, EscalationPolicy, Sanction, SanctionKind};
use crate::domain::follow_up::{FollowUpInput, FollowUpKind};
use crate::domain::id::{AgentId, AppealId, EscalationId, EvaluationId, ViolationId};
use crate::domain::ledger::{EntryKind, LedgerEntry, LedgerFilter};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::appeals::decide::decide;
use crate::usecases::appeals::submit::submit;
use crate::usecases::breaches::record as breaches;
use crate::usecases::complaints::{adjudicate, record as complaints};
use crate::usecases::escalation::{EscalationFilter, acknowledge, list as cases, sanction};
use crate::usecases::follow_ups::set::set as follow_up;
use crate::usecases::settings::change::escalation_policy;

/// Identity checks that were left out open a case too.
pub(super) async fn set_policy(app: &App, manager: &Actor) -> Result<()> {
    let policy = EscalationPolicy { violation_types: vec!["identity_not_verified".to_owned()], ..EscalationPolicy::default() };
    escalation_policy(app, manager, 0, policy).await.map(drop)
}

async fn agent(app: &App, employee_no: &'static str) -> Result<AgentId> {
    let mut found = app.read(move |conn| db::agents::with_numbers(conn, &[employee_no.to_owned()])).await?;
    Ok(found.remove(employee_no).ok_or_else(|| Refusal::not_found("agent", employee_no))?.id)
}

/// Records a complaint about an agent's latest conversation of a period, and adjudicates it where a level is given.
pub(super) async fn complain(
    app: &App,
    desk: &Actor,
    (reference, employee_no): (&str, &'static str),
    (period, day): (Period, NaiveDate),
    text: &str,
    level: Option<ComplaintLevel>,
) -> Result<()> {
    let agent_id = agent(app, employee_no).await?;
    let wanted = Wanted { agent_id: Some(agent_id), period: Some(period), ..Wanted::default() };
    let latest = app.read(move |conn| conversations::page(conn, &Reach::everything(), &wanted, None, 1)).await?;
    let input = ComplaintInput {
        reference: reference.to_owned(),
        agent_id,
        conversation_id: latest.first().map(|found| found.row.id),
        occurred_on: day,
        text: text.to_owned(),
    };
    let made = complaints::record(app, desk, input).await?;
    if let Some(level) = level {
        let reason = "听取录音并核对工单后认定 Decided after hearing the recording".to_owned();
        let found = Adjudication { upheld: true, level: Some(level), reason };
        adjudicate::adjudicate(app, desk, made.id, made.version, found).await?;
    }
    Ok(())
}

/// Records an operating breach.
pub(super) async fn breach(app: &App, desk: &Actor, employee_no: &'static str, day: NaiveDate) -> Result<()> {
    let input = BreachInput {
        reference: format!("OB-{}", day.format("%Y%m%d")),
        agent_id: agent(app, employee_no).await?,
        occurred_on: day,
        occurrences: 1,
        text: "通话中未锁屏离开工位 Left the desk during a call without locking the screen".to_owned(),
    };
    breaches::record(app, desk, input).await.map(drop)
}

/// The first of these people whose reach covers the agent.
async fn responsible<'a>(app: &App, people: &[&'a Actor], action: Action, agent: AgentId) -> Result<Option<&'a Actor>> {
    for person in people {
        let Ok(reach) = person.reach(action) else { continue };
        if app.read(move |conn| agent_is_within(conn, &reach, agent)).await? {
            return Ok(Some(person));
        }
    }
    Ok(None)
}

/// The cases that nobody has acknowledged yet, the earliest first.
async fn open_cases(app: &App, manager: &Actor) -> Result<Vec<(EscalationId, AgentId)>> {
    let filter = EscalationFilter { state: Some(CaseState::Open), ..EscalationFilter::default() };
    let page = cases::list(app, manager, filter, PageRequest { limit: PageRequest::MAX, after: None }).await?;
    Ok(page.items.into_iter().rev().map(|case| (case.id, case.agent_id)).collect())
}

/// The leads acknowledge every open case, and the manager ends it; the first one with training, for which the lead sets a corrective action.
pub(super) async fn end_cases(app: &App, manager: &Actor, leads: &[&Actor], today: NaiveDate) -> Result<()> {
    for (number, (case, agent)) in open_cases(app, manager).await?.into_iter().enumerate() {
        let lead = responsible(app, leads, Action::EscalationAcknowledge, agent).await?;
        let taken = acknowledge::acknowledge(app, lead.unwrap_or(manager), case).await?;
        let (kind, reason) = if number == 0 {
            (SanctionKind::OfflineTraining, "下线培训三天，考核合格后上线 Three days of training, back on the line after a test")
        } else {
            (SanctionKind::NoAction, "首次发生，已由组长面谈 First time; the lead has talked about it")
        };
        let ended = Sanction { kinds: vec![kind], reason: reason.to_owned(), amount_minor: None, notice_to: Vec::new() };
        sanction::sanction(app, manager, case, taken.summary.version, ended).await?;
        if let (0, Some(lead)) = (number, lead) {
            let input = FollowUpInput { escalation_id: Some(case), ..action(FollowUpKind::OfflineTraining, today) };
            follow_up(app, lead, input).await?;
        }
    }
    Ok(())
}

fn action(kind: FollowUpKind, today: NaiveDate) -> FollowUpInput {
    FollowUpInput {
        kind,
        evaluation_id: None,
        violation_id: None,
        escalation_id: None,
        appeal_id: None,
        item: None,
        violation_type: None,
        owner_id: None,
        due_on: today.checked_add_days(Days::new(7)).unwrap_or(today),
        text: "与客服一起复听录音，演练规范话术 Hear the recording together and practise the right words".to_owned(),
    }
}

/// The fines of a period that come from violations, in the order of posting.
async fn fines(app: &App, period: Period) -> Result<Vec<(LedgerEntry, EvaluationId, ViolationId)>> {
    let filter = LedgerFilter { period: Some(period), ..LedgerFilter::default() };
    let page = PageRequest { limit: PageRequest::MAX, after: None };
    let lines = app.read(move |conn| db::ledger::page(conn, &Reach::everything(), &filter, &page)).await?.items;
    let fine = |line: LedgerEntry| match (line.kind, line.evaluation_id, line.violation_id) {
        (EntryKind::Fine, Some(evaluation), Some(violation)) => Some((line, evaluation, violation)),
        _ => None,
    };
    Ok(lines.into_iter().filter_map(fine).collect())
}

async fn appeal(app: &App, by: &Actor, (evaluation, violation): (EvaluationId, ViolationId), text: &str) -> Result<(AppealId, i32)> {
    let point = AppealPoint { target: PointTarget::Violation { violation_id: violation }, text: text.to_owned() };
    let input =
        AppealInput { evaluation_id: Some(evaluation), complaint_id: None, breach_id: None, points: vec![point], text: text.to_owned() };
    let made = submit(app, by, input).await?;
    Ok((made.summary.id, made.summary.version))
}

/// A lead appeals against one fine of the closed month and wins: the open month takes it back. Does nothing where the month has no such fine.
pub(super) async fn appeal_and_win(app: &App, manager: &Actor, leads: &[&Actor], period: Period) -> Result<()> {
    for (line, evaluation, violation) in fines(app, period).await? {
        if line.violation_type.as_deref() != Some("rating_not_invited") {
            continue;
        }
        let Some(lead) = responsible(app, leads, Action::AppealSubmit, line.agent_id).await? else { continue };
        let text = "客户先行挂机，无法邀请评价 The customer hung up first; there was no chance to invite a rating";
        let (id, version) = appeal(app, lead, (evaluation, violation), text).await?;
        let target = PointTarget::Violation { violation_id: violation };
        let point = PointDecision {
            target,
            outcome: PointOutcome::Overturned,
            to_type: None,
            to_class: None,
            to_level: None,
            to_occurrences: None,
        };
        let reason = "复听录音，申诉成立，撤销该项 Heard again: the appeal is right, the finding is taken back".to_owned();
        return decide(app, manager, id, version, DecisionInput { points: vec![point], reason }).await.map(drop);
    }
    Ok(())
}

/// Somebody appeals against the latest fine of the open month that they can, the agents themselves first; nobody has decided yet. The lead sets
/// a corrective action for the fine before it.
pub(super) async fn appeal_and_wait(app: &App, agents: &[&Actor], leads: &[&Actor], period: Period, today: NaiveDate) -> Result<()> {
    let mut lines = fines(app, period).await?;
    lines.reverse();
    let mut appealed = None;
    'people: for people in [agents, leads] {
        for (line, evaluation, violation) in &lines {
            if let Some(person) = responsible(app, people, Action::AppealSubmit, line.agent_id).await? {
                let text = "当时系统卡顿，已向客户说明并致歉 The system hung; I told the customer so and apologised";
                appeal(app, person, (*evaluation, *violation), text).await?;
                appealed = Some(*violation);
                break 'people;
            }
        }
    }
    for (line, _, violation) in lines.iter().filter(|(.., violation)| Some(*violation) != appealed) {
        if let Some(lead) = responsible(app, leads, Action::FollowUpWrite, line.agent_id).await? {
            let input = FollowUpInput { violation_id: Some(*violation), ..action(FollowUpKind::Coaching, today) };
            return follow_up(app, lead, input).await.map(drop);
        }
    }
    Ok(())
}
