//! Decides the differences between the two grades; a missed error without a good reason costs the first inspector (handbook 3.10).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Regrade, view};
use crate::app::App;
use crate::db::regrades::RegradeRow;
use crate::db::views::grading;
use crate::db::{self, Error, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::id::{LedgerEntryId, RegradeId};
use crate::domain::ledger::EntryKind;
use crate::domain::mail::About;
use crate::domain::money::Money;
use crate::domain::regrade::{Difference, DifferenceDecision, RegradeState, check_decisions, deduction, is_borne};
use crate::domain::{Refusal, version};
use crate::usecases::fines::post_for_source::{Source, post_for_source, posted};
use crate::usecases::mail;

/// What is decided about each difference, in the order of the differences.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// One for each difference.
    pub decisions: Vec<DifferenceDecision>,
}

/// What follows from the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decided {
    /// The second grading.
    pub regrade: Regrade,
    /// What the first inspector bears: double the deduction of each error that was missed without a good reason.
    pub borne: Money,
    /// The line of the ledger that says so; absent where nothing is borne.
    pub posted: Option<LedgerEntryId>,
}

/// Decides every difference. Results do not change by it: what the decision says about the evaluation is for a correction or an appeal.
///
/// # Errors
/// `Forbidden` for the two inspectors; `NotFound`; `Stale`; `Invalid` with all faults; `Conflict` with code `not_graded_again`, or with code
/// `no_staff_record` where the first inspector would bear something and has no employee number that finance could deduct it from.
pub async fn decide(app: &App, actor: &Actor, id: RegradeId, seen: i32, command: Decisions) -> Result<Decided> {
    let reach = actor.reach(Action::RegradeRun)?;
    let who = actor.person()?;
    app.write(actor, move |tx| {
        let mut row = db::regrades::get(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        if row.state != RegradeState::Graded {
            return Err(Refusal::conflict("not_graded_again", format!("this second grading is {}", row.state)).into());
        }
        if row.first_inspector_id == who || row.inspector_id == Some(who) {
            return Err(Refusal::forbidden("somebody else than the two inspectors must decide").into());
        }
        let differences = row.differences()?;
        let decisions = check_decisions(&differences, command.decisions.clone())?;
        row.state = RegradeState::Decided;
        row.decided_by = Some(who);
        row.decided_at = Some(tx.now);
        db::regrades::store_decisions(tx, &mut row, &decisions)?;
        let (borne, posted) = bear(tx, &row, &differences, &decisions)?;
        tx.audit_new("regrade.decided", ("regrade", &id), &serde_json::json!({ "decisions": decisions, "borne": borne }))?;
        Ok(Decided { regrade: view(tx.conn, row, false)?, borne, posted })
    })
    .await
}

/// Posts what the first inspector bears.
fn bear(
    tx: &mut Tx<'_>,
    row: &RegradeRow,
    differences: &[Difference],
    decisions: &[DifferenceDecision],
) -> Result<(Money, Option<LedgerEntryId>)> {
    let policy = db::fine_policies::in_force(tx.conn, row.period)?;
    let mut borne = Money::zero(policy.terms.currency);
    for (difference, _) in differences.iter().zip(decisions).filter(|(difference, decision)| is_borne(difference, decision)) {
        let Some(code) = type_of(tx, row, difference)? else { continue };
        let Some(of_type) = db::violation_types::all(tx.conn)?.remove(&code) else { continue };
        borne = borne.plus(deduction(policy.terms.price(&code, of_type.class, 1)?)?)?;
    }
    if borne.amount_minor == 0 {
        return Ok((borne, None));
    }
    let agent_id = db::regrades::agent_of(tx.conn, row.first_inspector_id)?.ok_or_else(|| {
        let told = format!(
            "the first inspector would bear {borne} and has no employee number: have the administrator enter the inspector as an agent and name \
             that agent in the inspector's user account, then decide again"
        );
        Refusal::conflict("no_staff_record", told)
    })?;
    let source = Source {
        key: format!("regrade/{}", row.id),
        kind: EntryKind::Manual,
        agent_id,
        period: row.period,
        occurrences: None,
        reason: Some("an error that should have been marked was not (handbook 3.10)"),
    };
    post_for_source(tx, &source, |_| Ok(borne))?;
    let missed = differences.iter().zip(decisions).filter(|(difference, decision)| is_borne(difference, decision));
    let reasons: Vec<&str> = missed.map(|(_, decision)| decision.reason.as_str()).collect();
    mail::charges::missed(tx, About::new("regrade", row.id), agent_id, row.period, &reasons.join("; "))?;
    Ok((borne, posted(tx.conn, &source.key)?.last().map(|line| line.id)))
}

/// The violation type that a difference is about: the one tagged, or the one that the item is linked to.
fn type_of(tx: &mut Tx<'_>, row: &RegradeRow, difference: &Difference) -> Result<Option<String>> {
    let Some(item) = &difference.item else { return Ok(difference.violation_type.clone()) };
    let evaluation = db::evaluations::find(tx.conn, row.evaluation_id)?;
    let evaluation = evaluation.ok_or_else(|| Refusal::not_found("evaluation", row.evaluation_id))?;
    let basis = grading::basis(tx.conn, evaluation.sample_id)?
        .ok_or_else(|| Error::Damaged(format!("evaluation {} has no sample", evaluation.id)))?;
    Ok(basis.content.items().find(|it| it.code == *item).and_then(|it| it.violation_type.clone()))
}
