//! Complaints and operating breaches as agents and leads see them: beside the month's result, on the way to an appeal, and with it.

use super::page::Frame;
use super::refusals::written;
use super::words::Badge;
use crate::domain::appeal::Subject;
use crate::usecases::charges::{Charge, What};

/// A complaint or an operating breach on a page.
#[derive(Debug)]
pub struct ChargeView {
    pub(super) kind: &'static str,
    pub(super) reference: String,
    pub(super) occurred: String,
    pub(super) state: Badge,
    /// How often, where that is more than once.
    pub(super) times: Option<i32>,
    pub(super) text: String,
    pub(super) reason: String,
    pub(super) conversation: Option<String>,
    /// What it costs; nothing for who does not read the ledger.
    pub(super) cost: Option<String>,
    /// Its appeal: address and state.
    pub(super) appeal: Option<(String, Badge)>,
    /// Where an appeal is made, and the working days that are left.
    pub(super) new_appeal: Option<(String, u32)>,
}

/// The name of the field, and its value, by which a form says what an appeal is about.
pub fn named(subject: Subject) -> (&'static str, String) {
    match subject {
        Subject::Evaluation(id) => ("evaluation", id.to_string()),
        Subject::Complaint(id) => ("complaint", id.to_string()),
        Subject::Breach(id) => ("breach", id.to_string()),
    }
}

/// A complaint or an operating breach as a page shows it.
pub fn view(f: &Frame, charge: &Charge, may_hear: bool) -> ChargeView {
    let (kind, state, times) = match charge.what {
        What::Complaint(state, level) => (f.t("Complaint", "投诉"), f.complaint_state(state, level), None),
        What::Breach(state, times) => (f.t("Operating breach", "违规操作"), f.breach_state(state), Some(times).filter(|n| *n > 1)),
    };
    let (name, id) = named(charge.subject);
    ChargeView {
        kind,
        reference: charge.reference.clone(),
        occurred: charge.occurred_on.to_string(),
        state,
        times,
        text: charge.text.clone(),
        reason: charge.reason.as_deref().map(|reason| written(f.language, reason)).unwrap_or_default(),
        conversation: charge.conversation_id.filter(|_| may_hear).map(|id| id.to_string()),
        cost: charge.cost.map(|cost| format!("{} {}", cost.grouped(), cost.currency)),
        appeal: charge.appeal.map(|(id, state)| (format!("/appeals/{id}"), f.appeal_state(state))),
        new_appeal: charge.time.filter(|time| time.open).map(|time| (format!("/appeals/new?{name}={id}"), time.working_days)),
    }
}
