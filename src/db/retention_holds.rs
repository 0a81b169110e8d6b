//! What keeps a conversation beyond its time.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{appeals, calibrations, complaints, escalations, evaluations, regrades, samples};
use super::settings;
use super::sql_types::{At, OptionalAt};
use crate::domain::appeal::{AppealState, AppealTerms};
use crate::domain::calibration::CalibrationState;
use crate::domain::complaint::ComplaintState;
use crate::domain::escalation::CaseState;
use crate::domain::id::{ComplaintId, ConversationId, EvaluationId};
use crate::domain::regrade::RegradeState;
use crate::domain::retention::Hold;
use crate::domain::sampling::sample::SampleState;

/// Cases that somebody still works on.
const OPEN_CASES: [CaseState; 3] = [CaseState::Open, CaseState::Acknowledged, CaseState::Proposed];

/// An evaluation of one of the conversations.
struct Judged {
    id: EvaluationId,
    conversation: ConversationId,
    known_at: DateTime<Utc>,
}

/// Which of these conversations must be kept, at most some hundred, and the first reason for each: what waits for a decision, and what may still be
/// appealed against at `now`.
///
/// # Errors
/// What the database says.
pub fn holding(conn: &mut AnyConnection, ids: &[ConversationId], now: DateTime<Utc>) -> Result<HashMap<ConversationId, Hold>> {
    let mut holds = HashMap::new();
    let judged = judged(conn, ids)?;
    let of_evaluation: HashMap<EvaluationId, ConversationId> = judged.iter().map(|it| (it.id, it.conversation)).collect();
    let complained: Vec<(ComplaintId, Option<ConversationId>, ComplaintState)> = complaints::table
        .filter(complaints::conversation_id.eq_any(ids))
        .select((complaints::id, complaints::conversation_id, complaints::state))
        .load(conn)?;
    appealed(conn, &of_evaluation, &complained, now, &mut holds)?;
    let (terms, _) = settings::load::<AppealTerms>(conn)?;
    let calendar = settings::calendar(conn)?;
    for it in &judged {
        if now < calendar.add_days(it.known_at, terms.days_to_appeal) {
            holds.entry(it.conversation).or_insert(Hold::Appealable);
        }
    }
    let ungraded = samples::table
        .filter(samples::conversation_id.eq_any(ids).and(samples::state.eq_any([SampleState::Open, SampleState::Claimed])))
        .select(samples::conversation_id);
    note(&mut holds, ungraded.load(conn)?, Hold::Sample);
    let again = regrades::table
        .inner_join(evaluations::table)
        .filter(evaluations::conversation_id.eq_any(ids).and(regrades::state.ne(RegradeState::Decided)))
        .select(evaluations::conversation_id);
    note(&mut holds, again.load(conn)?, Hold::Regrade);
    let sessions = calibrations::table
        .filter(calibrations::conversation_id.eq_any(ids).and(calibrations::state.eq(CalibrationState::Open)))
        .select(calibrations::conversation_id);
    note(&mut holds, sessions.load(conn)?, Hold::Calibration);
    let waiting =
        complained.iter().filter(|(_, _, state)| *state == ComplaintState::Recorded).filter_map(|(_, conversation, _)| *conversation);
    note(&mut holds, waiting.collect(), Hold::Complaint);
    let of_these: Vec<EvaluationId> = of_evaluation.keys().copied().collect();
    let cases: Vec<(Option<ConversationId>, Option<EvaluationId>)> = escalations::table
        .filter(escalations::state.eq_any(OPEN_CASES))
        .filter(escalations::conversation_id.eq_any(ids).or(escalations::evaluation_id.eq_any(&of_these)))
        .select((escalations::conversation_id, escalations::evaluation_id))
        .load(conn)?;
    let cases = cases
        .into_iter()
        .filter_map(|(conversation, evaluation)| conversation.or_else(|| evaluation.and_then(|id| of_evaluation.get(&id).copied())));
    note(&mut holds, cases.collect(), Hold::Case);
    Ok(holds)
}

fn note(holds: &mut HashMap<ConversationId, Hold>, ids: Vec<ConversationId>, hold: Hold) {
    for id in ids {
        holds.entry(id).or_insert(hold);
    }
}

fn judged(conn: &mut AnyConnection, ids: &[ConversationId]) -> Result<Vec<Judged>> {
    let rows: Vec<(EvaluationId, ConversationId, At, OptionalAt)> = evaluations::table
        .filter(evaluations::conversation_id.eq_any(ids))
        .select((evaluations::id, evaluations::conversation_id, evaluations::submitted_at, evaluations::corrected_at))
        .load(conn)?;
    let judged = |(id, conversation, submitted, corrected): (_, _, At, OptionalAt)| Judged {
        id,
        conversation,
        known_at: corrected.0.unwrap_or(submitted.0),
    };
    Ok(rows.into_iter().map(judged).collect())
}

/// Appeals that wait, and those whose second instance can still be asked for.
fn appealed(
    conn: &mut AnyConnection,
    of_evaluation: &HashMap<EvaluationId, ConversationId>,
    complained: &[(ComplaintId, Option<ConversationId>, ComplaintState)],
    now: DateTime<Utc>,
    holds: &mut HashMap<ConversationId, Hold>,
) -> Result<()> {
    let evaluations: Vec<EvaluationId> = of_evaluation.keys().copied().collect();
    let complaints: Vec<ComplaintId> = complained.iter().map(|(id, _, _)| *id).collect();
    let rows: Vec<(Option<EvaluationId>, Option<ComplaintId>, AppealState, OptionalAt)> = appeals::table
        .filter(appeals::state.eq_any([AppealState::Open, AppealState::SecondInstance, AppealState::Decided]))
        .filter(appeals::evaluation_id.eq_any(&evaluations).or(appeals::complaint_id.eq_any(&complaints)))
        .select((appeals::evaluation_id, appeals::complaint_id, appeals::state, appeals::decided_at))
        .load(conn)?;
    if rows.is_empty() {
        return Ok(());
    }
    let (terms, _) = settings::load::<AppealTerms>(conn)?;
    let calendar = settings::calendar(conn)?;
    for (evaluation, complaint, state, decided_at) in rows {
        let decided_lately = || decided_at.0.is_some_and(|at| now < calendar.add_days(at, terms.days_to_second));
        let waits = state.is_pending() || (terms.second_instance && decided_lately());
        if !waits {
            continue;
        }
        let of_complaint = |id| complained.iter().find(|(other, _, _)| *other == id).and_then(|(_, conversation, _)| *conversation);
        let conversation = evaluation.and_then(|id| of_evaluation.get(&id).copied()).or_else(|| complaint.and_then(of_complaint));
        note(holds, conversation.into_iter().collect(), Hold::Appeal);
    }
    Ok(())
}
