//! Tells a level of a case: finds out who it is, notes that they were told, and writes to them.

use std::collections::BTreeSet;

use super::letters;
use crate::db::concerned::Concerned;
use crate::db::escalations::EscalationRow;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::Role;
use crate::domain::calendar::Calendar;
use crate::domain::escalation::{EventKind, Level};
use crate::domain::id::UserId;

/// Tells the case's current level. A level with nobody in it is passed over at once; where the whole rest of the chain is empty, the QA
/// managers and the administrators of the centre are told, so that nothing is overlooked.
pub(super) fn level(tx: &mut Tx<'_>, row: &mut EscalationRow, concerned: &Concerned, calendar: &Calendar, event: EventKind) -> Result<()> {
    let levels = row.chain()?;
    loop {
        let index = usize::try_from(row.level).unwrap_or(1).saturating_sub(1);
        let people = match levels.get(index) {
            Some(level) => people_of(tx.conn, level, concerned)?,
            None => BTreeSet::new(),
        };
        if !people.is_empty() {
            return told(tx, row, &people, event);
        }
        let Some(next) = levels.get(index.saturating_add(1)) else { break };
        let passed = format!("nobody is at level {}", row.level);
        row.level = row.level.saturating_add(1);
        row.due_at = Some(calendar.add_minutes(tx.now, next.minutes));
        db::escalations::update(tx, row)?;
        db::escalation_history::add(tx, row.id, EventKind::Escalated, row.level, Some(&passed))?;
    }
    row.due_at = None;
    db::escalations::update(tx, row)?;
    db::escalation_history::add(tx, row.id, EventKind::ChainExhausted, row.level, Some("nobody is on the rest of the chain"))?;
    let mut people: BTreeSet<UserId> = db::recipients::everywhere(tx.conn, Role::QaManager)?.into_iter().collect();
    people.extend(db::recipients::everywhere(tx.conn, Role::Admin)?);
    told(tx, row, &people, EventKind::ChainExhausted)
}

/// Tells everybody on the chain once more, after its last level did not acknowledge in time.
pub(super) fn everybody(tx: &mut Tx<'_>, row: &EscalationRow, concerned: &Concerned) -> Result<()> {
    let mut people = db::escalation_history::told(tx.conn, row.id)?;
    for level in row.chain()? {
        people.extend(people_of(tx.conn, &level, concerned)?);
    }
    people.extend(db::recipients::everywhere(tx.conn, Role::QaManager)?);
    told(tx, row, &people, EventKind::ChainExhausted)
}

fn told(tx: &mut Tx<'_>, row: &EscalationRow, people: &BTreeSet<UserId>, event: EventKind) -> Result<()> {
    for user in people {
        db::escalation_history::tell(tx, row.id, *user, row.level)?;
    }
    letters::write(tx, row, people, event)
}

fn people_of(conn: &mut AnyConnection, level: &Level, concerned: &Concerned) -> Result<BTreeSet<UserId>> {
    let mut people = BTreeSet::new();
    let named: Vec<UserId> = level.recipients.iter().filter_map(|recipient| recipient.user_id).collect();
    people.extend(db::concerned::active_users(conn, &named)?);
    for role in level.recipients.iter().filter_map(|recipient| recipient.role) {
        if let Some(team) = concerned.team_id() {
            people.extend(db::recipients::of_team(conn, role, team)?);
        }
        people.extend(db::recipients::everywhere(conn, role)?);
    }
    Ok(people)
}
