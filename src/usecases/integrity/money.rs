//! The ledger against what it charges for: deciding again must add nothing (handbook 3.6, 3.7, 3.9).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::db::{self, AnyConnection, Result};
use crate::domain::Refused;
use crate::domain::access::Reach;
use crate::domain::charge::{self, ChargedEvaluation};
use crate::domain::escalation::CaseState;
use crate::domain::fine_policy::FineTerms;
use crate::domain::id::{BreachId, ComplaintId, EscalationId, EvaluationId, LedgerEntryId};
use crate::domain::integrity::Found;
use crate::domain::ledger::{EntryKind, LedgerEntry, Poster};
use crate::domain::money::Money;
use crate::domain::period::Period;
use crate::domain::source_charge::{ChargedSource, decide};
use crate::usecases::fines::post_for_source::{Source, posted, sanction_key};
use crate::usecases::{breaches, complaints};

fn with_poster<T>(decide: impl FnOnce(&mut Poster<'_>) -> T) -> T {
    let mut next_id = || LedgerEntryId(Uuid::nil());
    decide(&mut Poster { at: DateTime::<Utc>::UNIX_EPOCH, by: None, next_id: &mut next_id })
}

/// The period that a change of this one would be posted to.
fn posting(conn: &mut AnyConnection, period: Period) -> Result<Period> {
    Ok(if db::periods::is_closed(conn, period)? { period.next() } else { period })
}

fn tell(object: &str, missing: &[LedgerEntry], found: &mut Found) {
    for line in missing {
        let what = line.violation_type.as_deref().map(|code| format!(" for {code}")).unwrap_or_default();
        found.misfit(object, format!("a line `{}` of {}{what} in {}", line.kind, line.amount, line.origin_period), "no such line");
    }
}

/// An evaluation is charged for the violations that stand on it, each type once.
pub(super) fn look(conn: &mut AnyConnection, id: EvaluationId, found: &mut Found) -> Result<()> {
    let facts = db::charges::facts(conn, id)?;
    let lines = db::ledger::of_evaluation(conn, id)?;
    if facts.violations.is_empty() && lines.is_empty() {
        return Ok(());
    }
    let object = format!("evaluation {id}");
    let Some(policy) = db::fine_policies::find_in_force(conn, facts.period)? else {
        found.misfit(object, format!("a fine policy for {}", facts.period), "none");
        return Ok(());
    };
    let posting_period = posting(conn, facts.period)?;
    let charged = ChargedEvaluation { id, agent_id: facts.agent_id, period: facts.period, posting_period, reason: None };
    let missing = with_poster(|poster| charge::decide(charged, &facts.violations, &lines, &policy.terms, policy.version, poster))?;
    tell(&object, &missing, found);
    Ok(())
}

fn look_at_source(
    conn: &mut AnyConnection,
    object: &str,
    source: Source<'_>,
    price: impl FnOnce(&FineTerms) -> Refused<Money>,
    found: &mut Found,
) -> Result<()> {
    let lines = posted(conn, &source.key)?;
    let Some(policy) = db::fine_policies::find_in_force(conn, source.period)? else {
        if !lines.is_empty() {
            found.misfit(object, format!("a fine policy for {}", source.period), "none");
        }
        return Ok(());
    };
    let due = price(&policy.terms)?;
    let charged = ChargedSource {
        posting_period: posting(conn, source.period)?,
        key: source.key,
        kind: source.kind,
        agent_id: source.agent_id,
        period: source.period,
        occurrences: source.occurrences,
        policy_version: policy.version,
        reason: source.reason.map(str::to_owned),
    };
    let missing = with_poster(|poster| decide(&charged, due, &lines, poster))?;
    tell(object, &missing, found);
    Ok(())
}

/// A complaint is charged by its level while it is upheld.
pub(super) fn look_at_complaint(conn: &mut AnyConnection, id: ComplaintId, found: &mut Found) -> Result<()> {
    let row = db::complaints::get(conn, &Reach::everything(), id)?;
    look_at_source(conn, &format!("complaint {id}"), complaints::source(&row), |terms| Ok(complaints::price(&row, terms)), found)
}

/// An operating breach is charged by occurrence while it stands.
pub(super) fn look_at_breach(conn: &mut AnyConnection, id: BreachId, found: &mut Found) -> Result<()> {
    let row = db::breaches::get(conn, &Reach::everything(), id)?;
    look_at_source(conn, &format!("operating breach {id}"), breaches::source(&row), |terms| breaches::price(&row, terms), found)
}

/// A case's sanction is charged where it is a fine and still holds.
pub(super) fn look_at_sanction(conn: &mut AnyConnection, id: EscalationId, found: &mut Found) -> Result<()> {
    let Some(row) = db::escalations::find(conn, id)? else { return Ok(()) };
    let holds = row.state == CaseState::Ended && db::escalations::findings(conn, &[id])?.iter().any(|finding| finding.standing);
    let amount_minor = row.sanction()?.filter(|_| holds).and_then(|sanction| sanction.amount_minor).unwrap_or(0);
    let source = Source {
        key: sanction_key(id),
        kind: EntryKind::Manual,
        agent_id: row.agent_id,
        period: row.period,
        occurrences: None,
        reason: None,
    };
    look_at_source(conn, &format!("escalation {id}"), source, |terms| Ok(terms.money(amount_minor)), found)
}
