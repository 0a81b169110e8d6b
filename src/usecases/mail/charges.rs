//! Tells the agent of what is charged apart from evaluations: complaints, operating breaches, errors missed in grading (handbook 3.6, 3.9, 3.10).

use chrono::NaiveDate;

use crate::db::outbox::{enqueue, who_heard};
use crate::db::{self, Result, Tx};
use crate::domain::breach::BreachState;
use crate::domain::complaint::ComplaintLevel;
use crate::domain::id::AgentId;
use crate::domain::mail::letters::{Charged, Name};
use crate::domain::mail::{About, Kind, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::money::Money;
use crate::domain::period::Period;
use crate::usecases::breaches::Breach;
use crate::usecases::complaints::Complaint;
use crate::usecases::fines::post_for_source::posted;

struct Fact<'a> {
    about: About,
    version: i32,
    agent: AgentId,
    period: Period,
    what: Name,
    reference: Option<&'a str>,
    occurred_on: Option<NaiveDate>,
    found: Name,
    reason: &'a str,
    /// Whether it is charged now; what is not is told only to who heard otherwise.
    stands: bool,
}

/// Tells of a complaint, once it is charged and when that changes. Called after the ledger follows, in its transaction.
///
/// # Errors
/// What the database says.
pub fn complaint(tx: &mut Tx<'_>, row: &Complaint) -> Result<()> {
    let level = row.status().charged();
    let found = match level {
        Some(ComplaintLevel::Minor) => Name::new("成立，轻微责任", "upheld, minor liability"),
        Some(ComplaintLevel::General) => Name::new("成立，一般责任", "upheld, general liability"),
        Some(ComplaintLevel::Severe) => Name::new("成立，严重责任", "upheld, severe liability"),
        None => Name::new("不成立，不再扣款", "not upheld; nothing is charged any more"),
    };
    let fact = Fact {
        about: About::new("complaint", row.id),
        version: row.version,
        agent: row.agent_id,
        period: row.period,
        what: Name::new("客户投诉", "a customer's complaint"),
        reference: Some(&row.reference),
        occurred_on: Some(row.occurred_on),
        found,
        reason: row.reason.as_deref().unwrap_or_default(),
        stands: level.is_some(),
    };
    tell(tx, &fact)
}

/// Tells of an operating breach, when it is recorded and when it is taken back. Called after the ledger follows, in its transaction.
///
/// # Errors
/// What the database says.
pub fn breach(tx: &mut Tx<'_>, row: &Breach) -> Result<()> {
    let stands = row.state == BreachState::Confirmed;
    let found = if stands {
        Name::new(format!("{} 次", row.occurrences), format!("occurrences: {}", row.occurrences))
    } else {
        Name::new("已撤销，不再扣款", "taken back; nothing is charged any more")
    };
    let fact = Fact {
        about: About::new("breach", row.id),
        version: row.version,
        agent: row.agent_id,
        period: row.period,
        what: Name::new("违规操作", "an operating breach"),
        reference: Some(&row.reference),
        occurred_on: Some(row.occurred_on),
        found,
        reason: row.reason.as_deref().unwrap_or(&row.body),
        stands,
    };
    tell(tx, &fact)
}

/// Tells an inspector of errors that were missed in grading. Called after they are posted, in its transaction.
///
/// # Errors
/// What the database says.
pub fn missed(tx: &mut Tx<'_>, regrade: About, agent: AgentId, period: Period, reasons: &str) -> Result<()> {
    let fact = Fact {
        about: regrade,
        version: 1,
        agent,
        period,
        what: Name::new("复检发现漏检", "errors missed in grading"),
        reference: None,
        occurred_on: None,
        found: Name::new("无正当理由，按扣款两倍承担", "without a good reason: double the deduction"),
        reason: reasons,
        stands: true,
    };
    tell(tx, &fact)
}

fn tell(tx: &mut Tx<'_>, fact: &Fact<'_>) -> Result<()> {
    let changed = !who_heard(tx.conn, &fact.about, &[Kind::Charged])?.is_empty();
    if !fact.stands && !changed {
        return Ok(());
    }
    let key = format!("{}/{}", fact.about.kind, fact.about.id);
    let currency = db::fine_policies::in_force(tx.conn, fact.period)?.terms.currency;
    let amount = posted(tx.conn, &key)?.iter().try_fold(Money::zero(currency), |sum, line| sum.plus(line.amount))?;
    let letter = Letter::Charged(Charged {
        period: fact.period,
        what: fact.what.clone(),
        reference: fact.reference.map(str::to_owned),
        occurred_on: fact.occurred_on,
        found: fact.found.clone(),
        reason: Masked::of(fact.reason),
        amount,
        changed,
        // What was missed in grading stands in the month's list only; complaints and breaches have a place of their own.
        path: format!("/results/{}/agents/{}{}", fact.period, fact.agent, if fact.reference.is_some() { "#charges" } else { "" }),
    });
    let dedupe = format!("{key}:{}", fact.version);
    enqueue(tx, &Post { to: Recipient::Agent(fact.agent), letter, dedupe, about: vec![fact.about.clone()] })?;
    Ok(())
}
