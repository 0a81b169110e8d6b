//! Escalation (升级): a severe finding goes through a chain of people who must acknowledge it, and ends with a sanction (handbook 3.8).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::id::{UserId, ViolationId};
use super::masking::checked_prose;
use super::refusal::{Refusal, Refused, checked_text};
use super::violation::ViolationClass;
use super::words::words;

mod policy;

pub use policy::{CountRule, EscalationPolicy, Level, Recipient, UnitChain, UnitOf};

words! {
    /// How far an escalation case is.
    CaseState ("state") {
        /// Nobody has acknowledged it yet.
        Open = "open",
        /// Somebody has taken it on; it waits for its sanction.
        Acknowledged = "acknowledged",
        /// A sanction is proposed and waits for a second person (four eyes).
        Proposed = "proposed",
        /// Ended with a sanction.
        Ended = "ended",
        /// Closed by itself, because every finding of it was overturned.
        Closed = "closed",
    }
}

impl CaseState {
    /// Whether nothing more is to be done about the case.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Open | Self::Acknowledged | Self::Proposed => false,
            Self::Ended | Self::Closed => true,
        }
    }
}

words! {
    /// How a case ends (handbook 3.8).
    SanctionKind ("sanction") {
        /// 开除.
        Dismissal = "dismissal",
        /// 罚款.
        Fine = "fine",
        /// 下线培训.
        OfflineTraining = "offline_training",
        /// 奖金归零.
        BonusZeroed = "bonus_zeroed",
        /// 追究刑事责任.
        LegalAction = "legal_action",
        /// 全项目组/全司通告, with the customer's data masked.
        Notice = "notice",
        /// No action.
        NoAction = "no_action",
    }
}

words! {
    /// Which rule opened a case.
    Trigger ("trigger") {
        /// The violation is a red line.
        RedLine = "red_line",
        /// The violation's class.
        Class = "class",
        /// The violation's type.
        Type = "type",
        /// So many violations within a period.
        Count = "count",
    }
}

words! {
    /// What happened to a case.
    EventKind ("event") {
        /// The case was opened and its first level told.
        Opened = "opened",
        /// One more finding of the same evaluation joined the case.
        FindingAdded = "finding_added",
        /// The time was up and the next level was told.
        Escalated = "escalated",
        /// The time of the last level was up; everybody on the chain was told once more.
        ChainExhausted = "chain_exhausted",
        /// Somebody took it on.
        Acknowledged = "acknowledged",
        /// A sanction was proposed that a second person must approve.
        SanctionProposed = "sanction_proposed",
        /// The second person said no.
        SanctionDeclined = "sanction_declined",
        /// The case ended with a sanction.
        Ended = "ended",
        /// A finding of the case was overturned or taken back.
        FindingOverturned = "finding_overturned",
        /// Every finding was overturned, so the case closed by itself.
        Closed = "closed",
    }
}

/// A violation of an evaluation, as the rules look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The violation.
    pub violation_id: ViolationId,
    /// Code of its type.
    pub violation_type: String,
    /// Its class in the evaluation.
    pub class: ViolationClass,
    /// Whether it is a red line.
    pub red_line: bool,
}

/// What opens a case, or joins one. The same key never opens a second one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// What it must not be opened twice for.
    pub key: String,
    /// Which rule found it.
    pub trigger: Trigger,
    /// The violation; absent for a count.
    pub violation_id: Option<ViolationId>,
    /// Code of the violation's type; for a count the code of its rule.
    pub code: String,
    /// The violation's class; absent for a count.
    pub class: Option<ViolationClass>,
}

/// Which of an evaluation's violations open a case: a red line and class A always, other classes and types where the policy says so
/// (handbook 3.8).
pub fn findings(policy: &EscalationPolicy, candidates: &[Candidate]) -> Vec<Finding> {
    let found = |it: &Candidate| {
        let trigger = if it.red_line {
            Trigger::RedLine
        } else if it.class == ViolationClass::A || policy.classes.contains(&it.class) {
            Trigger::Class
        } else if policy.violation_types.contains(&it.violation_type) {
            Trigger::Type
        } else {
            return None;
        };
        Some(Finding {
            key: format!("violation/{}", it.violation_id),
            trigger,
            violation_id: Some(it.violation_id),
            code: it.violation_type.clone(),
            class: Some(it.class),
        })
    };
    candidates.iter().filter_map(found).collect()
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseStatus {
    /// How far it is.
    pub state: CaseState,
    /// The level that was told last, counted from 1.
    pub level: u32,
    /// Until when that level has to acknowledge; absent once somebody has, or once the chain is exhausted.
    pub due_at: Option<DateTime<Utc>>,
    /// The sanction that waits for a second person, and who proposed it.
    pub proposed: Option<(UserId, Sanction)>,
}

/// How a case ended, or is to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sanction {
    /// One or several kinds; `no_action` stands alone.
    pub kinds: Vec<SanctionKind>,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
    /// What is owed by the kind `fine`, in minor units of the organisation's currency, above 0; only with that kind. It comes on top of what
    /// the fine policy charges for the violation.
    #[serde(default)]
    pub amount_minor: Option<i64>,
    /// Whom the kind `notice` is sent to: e-mail addresses of a group; only with that kind, at most 50.
    #[serde(default)]
    pub notice_to: Vec<String>,
}

impl Sanction {
    /// The sanction with its kinds in order and each once, or everything that is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self) -> Refused<Self> {
        let mut faults = super::refusal::Faults::new();
        self.kinds.sort_unstable();
        self.kinds.dedup();
        if self.kinds.is_empty() {
            faults.push("kinds", "must name at least one; use no_action where nothing is to happen");
        }
        if self.kinds.len() > 1 && self.kinds.contains(&SanctionKind::NoAction) {
            faults.push("kinds", "no_action stands alone");
        }
        match (self.kinds.contains(&SanctionKind::Fine), self.amount_minor) {
            (true, Some(amount)) if !(1..=super::money::Money::LINE_LIMIT_MINOR).contains(&amount) => {
                faults.push("amount_minor", format!("is {amount}; must be above 0, in minor units"));
            }
            (true, None) => faults.push("amount_minor", "is demanded with a fine"),
            (false, Some(_)) => faults.push("amount_minor", "belongs to a fine and to nothing else"),
            (true, Some(_)) | (false, None) => {}
        }
        if !self.kinds.contains(&SanctionKind::Notice) && !self.notice_to.is_empty() {
            faults.push("notice_to", "belongs to a notice and to nothing else");
        }
        if self.notice_to.len() > 50 {
            faults.push("notice_to", format!("has {} addresses; at most 50 are allowed", self.notice_to.len()));
        }
        for (index, address) in self.notice_to.iter_mut().enumerate() {
            let checked = checked_text(&format!("notice_to[{index}]"), address, 254);
            if let Some(checked) = faults.take(checked) {
                if !checked.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.')) {
                    faults.push(format!("notice_to[{index}]"), format!("`{checked}` is not an e-mail address"));
                }
                *address = checked;
            }
        }
        if let Some(reason) = faults.take(checked_prose("reason", &self.reason, 2_000)) {
            self.reason = reason;
        }
        faults.finish().map(|()| self)
    }
}

/// How a case begins: its first level is told and its time runs.
pub fn open(levels: &[Level], calendar: &Calendar, now: DateTime<Utc>) -> CaseStatus {
    let due_at = levels.first().map(|level| calendar.add_minutes(now, level.minutes));
    CaseStatus { state: CaseState::Open, level: 1, due_at, proposed: None }
}

/// What the clock does to a case whose time is up: the next level is told and gets its own time; after the last one everybody is told
/// once more. `None` where nothing is to be done yet.
pub fn advance(status: &CaseStatus, levels: &[Level], calendar: &Calendar, now: DateTime<Utc>) -> Option<(CaseStatus, EventKind)> {
    if status.state != CaseState::Open || status.due_at.is_none_or(|due| now < due) {
        return None;
    }
    // Levels count from 1, so the one after the current stands at the index `level`.
    match levels.get(usize::try_from(status.level).ok()?) {
        Some(next) => {
            let due_at = Some(calendar.add_minutes(now, next.minutes));
            Some((CaseStatus { level: status.level.saturating_add(1), due_at, ..status.clone() }, EventKind::Escalated))
        }
        None => Some((CaseStatus { due_at: None, ..status.clone() }, EventKind::ChainExhausted)),
    }
}

words! {
    /// Something that can be done with a case.
    CaseAction ("action") {
        /// Take it on.
        Acknowledge = "acknowledge",
        /// End it with a sanction, or propose one.
        Sanction = "sanction",
        /// Approve or decline the proposed sanction.
        Second = "second",
    }
}

/// What somebody may do with a case now. `told` is whether the case was sent to them, `may_end` whether they may end cases.
pub fn allowed(status: &CaseStatus, who: Option<UserId>, told: bool, may_end: bool) -> Vec<CaseAction> {
    match status.state {
        CaseState::Open | CaseState::Acknowledged => {
            let open = status.state == CaseState::Open;
            let all = [(CaseAction::Acknowledge, open && (told || may_end)), (CaseAction::Sanction, may_end)];
            all.into_iter().filter(|(_, may)| *may).map(|(action, _)| action).collect()
        }
        CaseState::Proposed => {
            let proposer = status.proposed.as_ref().map(|(proposer, _)| *proposer);
            if may_end && who.is_some() && who != proposer { vec![CaseAction::Second] } else { Vec::new() }
        }
        CaseState::Ended | CaseState::Closed => Vec::new(),
    }
}

/// Somebody takes the case on. `told` are all who were told so far; whoever may end cases can acknowledge any.
///
/// # Errors
/// `Conflict` with code `already_acknowledged` or `case_over`; `Forbidden` for who was not told.
pub fn acknowledge(status: &CaseStatus, who: UserId, told: &BTreeSet<UserId>, may_end: bool) -> Refused<CaseStatus> {
    match status.state {
        CaseState::Open => {}
        CaseState::Acknowledged | CaseState::Proposed => {
            return Err(Refusal::conflict("already_acknowledged", "somebody has acknowledged this case before"));
        }
        CaseState::Ended | CaseState::Closed => return Err(over(status)),
    }
    if !may_end && !told.contains(&who) {
        return Err(Refusal::forbidden("only those whom the case was sent to can acknowledge it"));
    }
    Ok(CaseStatus { state: CaseState::Acknowledged, due_at: None, ..status.clone() })
}

/// Somebody entitled ends the case with a sanction. Where the policy wants four eyes for it, the sanction waits for a second person.
///
/// # Errors
/// `Conflict` with code `case_over` or `sanction_proposed`.
pub fn end(status: &CaseStatus, who: UserId, sanction: Sanction, policy: &EscalationPolicy) -> Refused<(CaseStatus, EventKind)> {
    match status.state {
        CaseState::Open | CaseState::Acknowledged => {}
        CaseState::Proposed => {
            return Err(Refusal::conflict("sanction_proposed", "a sanction waits for approval; approve or decline that one first"));
        }
        CaseState::Ended | CaseState::Closed => return Err(over(status)),
    }
    let four_eyes = sanction.kinds.iter().any(|kind| policy.four_eyes.contains(kind));
    let state = if four_eyes { CaseState::Proposed } else { CaseState::Ended };
    let event = if four_eyes { EventKind::SanctionProposed } else { EventKind::Ended };
    Ok((CaseStatus { state, due_at: None, proposed: Some((who, sanction)), ..status.clone() }, event))
}

/// The second person approves a proposed sanction, or declines it; then the case waits for another one.
///
/// # Errors
/// `Conflict` with code `no_sanction_proposed`; `Forbidden` for the person who proposed it.
pub fn second(status: &CaseStatus, who: UserId, approve: bool) -> Refused<(CaseStatus, EventKind)> {
    let (CaseState::Proposed, Some((proposer, _))) = (status.state, &status.proposed) else {
        return Err(Refusal::conflict("no_sanction_proposed", "no sanction of this case waits for approval"));
    };
    if *proposer == who {
        return Err(Refusal::forbidden("four eyes: somebody else than the one who proposed the sanction must decide"));
    }
    Ok(if approve {
        (CaseStatus { state: CaseState::Ended, ..status.clone() }, EventKind::Ended)
    } else {
        (CaseStatus { state: CaseState::Acknowledged, proposed: None, ..status.clone() }, EventKind::SanctionDeclined)
    })
}

/// What becomes of a case when findings of it no longer stand. With none left it closes by itself, unless it has ended before: then the
/// sanction stays, and the history says that its ground is gone.
pub fn overturned(status: &CaseStatus, standing: usize) -> (CaseStatus, EventKind) {
    if standing == 0 && !status.state.is_over() {
        (CaseStatus { state: CaseState::Closed, due_at: None, proposed: None, ..status.clone() }, EventKind::Closed)
    } else {
        (status.clone(), EventKind::FindingOverturned)
    }
}

fn over(status: &CaseStatus) -> Refusal {
    Refusal::conflict("case_over", format!("this case is {}", status.state))
}

#[cfg(test)]
mod tests;
