//! Complaints (投诉): recorded and adjudicated by the complaint desk; each upheld one is fined by its liability level (handbook 3.9).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::id::{AgentId, ConversationId};
use super::masking::checked_prose;
use super::refusal::{Faults, Refusal, Refused, checked_code, checked_optional_text, checked_text};
use super::words::words;

words! {
    /// The liability level of an upheld complaint (handbook 3.9).
    ComplaintLevel ("level") {
        /// 轻微: the customer did not mention an outside complaint.
        Minor = "minor",
        /// 一般: threatened law, media or the internet; nothing received yet.
        General = "general",
        /// 严重: went to an outside body, and the company was contacted.
        Severe = "severe",
    }
}

words! {
    /// How far a complaint is.
    ComplaintState ("state") {
        /// Recorded; nobody has adjudicated it yet.
        Recorded = "recorded",
        /// Upheld at a liability level, and fined by it.
        Upheld = "upheld",
        /// The agent is not liable.
        Dismissed = "dismissed",
        /// Was upheld, and an appeal overturned that.
        Overturned = "overturned",
    }
}

/// A complaint as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintInput {
    /// The number under which the desk knows it; unique. 1 to 64 letters, digits, `-`, `_` and `.`.
    pub reference: String,
    /// The agent who is complained about.
    pub agent_id: AgentId,
    /// The conversation, where it is known; it must be the agent's.
    #[serde(default)]
    pub conversation_id: Option<ConversationId>,
    /// The local day of what is complained about; it says which period the fine belongs to. Not in the future.
    pub occurred_on: NaiveDate,
    /// What the customer says, 1 to 4,000 characters.
    pub text: String,
}

impl ComplaintInput {
    /// The input with its texts trimmed, or everything that is wrong with it. `today` is the local day.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self, today: NaiveDate) -> Refused<Self> {
        let mut faults = Faults::new();
        self.reference = faults.take(checked_code("reference", &self.reference)).unwrap_or_default();
        self.text = faults.take(checked_text("text", &self.text, 4_000)).unwrap_or_default();
        faults.take(check_day(self.occurred_on, today));
        faults.finish().map(|()| self)
    }
}

/// A day on which something happened is not in the future.
pub(super) fn check_day(day: NaiveDate, today: NaiveDate) -> Refused<()> {
    if day <= today { Ok(()) } else { Err(Refusal::invalid("occurred_on", format!("{day} has not come yet; it is {today}"))) }
}

/// What the desk finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjudication {
    /// Whether the agent is liable.
    pub upheld: bool,
    /// The liability level; must be there for an upheld complaint, and only there.
    #[serde(default)]
    pub level: Option<ComplaintLevel>,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

impl Adjudication {
    /// The adjudication with its reason trimmed, or everything that is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(mut self) -> Refused<Self> {
        let mut faults = Faults::new();
        if self.upheld != self.level.is_some() {
            faults.push("level", "must be there for an upheld complaint, and only there");
        }
        self.reason = faults.take(checked_prose("reason", &self.reason, 2_000)).unwrap_or_default();
        faults.finish().map(|()| self)
    }
}

/// Where a complaint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComplaintStatus {
    /// How far it is.
    pub state: ComplaintState,
    /// Its level while it is upheld.
    pub level: Option<ComplaintLevel>,
}

impl ComplaintStatus {
    /// The level that is charged.
    pub fn charged(self) -> Option<ComplaintLevel> {
        self.level.filter(|_| self.state == ComplaintState::Upheld)
    }

    /// What an adjudication makes of it. The desk may adjudicate again, say, when the customer turns to the media after all; but not what
    /// an appeal has overturned.
    ///
    /// # Errors
    /// `Conflict` with code `complaint_overturned`.
    pub fn adjudicate(self, found: &Adjudication) -> Refused<Self> {
        match self.state {
            ComplaintState::Overturned => {
                Err(Refusal::conflict("complaint_overturned", "an appeal has overturned this complaint; that decision stands"))
            }
            ComplaintState::Recorded | ComplaintState::Upheld | ComplaintState::Dismissed => {
                Ok(Self { state: if found.upheld { ComplaintState::Upheld } else { ComplaintState::Dismissed }, level: found.level })
            }
        }
    }

    /// What an appeal makes of it: another level, or none.
    ///
    /// # Errors
    /// `Conflict` with code `complaint_not_upheld`.
    pub fn appealed(self, level: Option<ComplaintLevel>) -> Refused<Self> {
        match self.state {
            ComplaintState::Upheld => {
                Ok(Self { state: if level.is_some() { ComplaintState::Upheld } else { ComplaintState::Overturned }, level })
            }
            ComplaintState::Recorded | ComplaintState::Dismissed | ComplaintState::Overturned => Err(not_upheld()),
        }
    }

    /// Whether there is something to appeal against.
    ///
    /// # Errors
    /// `Conflict` with code `complaint_not_upheld`.
    pub fn check_appealable(self) -> Refused<()> {
        if self.state == ComplaintState::Upheld { Ok(()) } else { Err(not_upheld()) }
    }
}

fn not_upheld() -> Refusal {
    Refusal::conflict("complaint_not_upheld", "only an upheld complaint can be appealed against")
}

/// A line of a CSV of complaints, before its agent and conversation are looked up.
///
/// # Errors
/// `Invalid` with all faults, fields named by their columns.
pub fn parse_line(
    reference: &str,
    occurred_on: &str,
    level: Option<&str>,
    text: &str,
) -> Refused<(String, NaiveDate, Option<ComplaintLevel>, String)> {
    let mut faults = Faults::new();
    let reference = faults.take(checked_code("reference", reference));
    let day = faults.take(parse_day(occurred_on));
    let level = level.map(str::parse).transpose();
    let level = faults.take(level);
    let text = faults.take(checked_optional_text("text", text, 4_000));
    faults.finish()?;
    match (reference, day, level, text) {
        (Some(reference), Some(day), Some(level), Some(text)) => Ok((reference, day, level, text)),
        _ => Err(Refusal::invalid("", "the line is incomplete")),
    }
}

/// A day as files write it.
///
/// # Errors
/// `Invalid` on `occurred_on`.
pub fn parse_day(text: &str) -> Refused<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
        .map_err(|_| Refusal::invalid("occurred_on", format!("`{text}` is not a day; use YYYY-MM-DD such as 2026-11-20")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(level: Option<ComplaintLevel>) -> Adjudication {
        Adjudication { upheld: level.is_some(), level, reason: "heard the recording".into() }
    }

    #[test]
    fn the_desk_may_adjudicate_again_but_not_over_an_appeal() {
        let recorded = ComplaintStatus { state: ComplaintState::Recorded, level: None };
        assert_eq!(recorded.charged(), None);
        let minor = recorded.adjudicate(&found(Some(ComplaintLevel::Minor))).unwrap();
        let severe = minor.adjudicate(&found(Some(ComplaintLevel::Severe))).unwrap();
        assert_eq!(severe.charged(), Some(ComplaintLevel::Severe));
        let milder = severe.appealed(Some(ComplaintLevel::General)).unwrap();
        assert_eq!(milder.charged(), Some(ComplaintLevel::General));
        let gone = milder.appealed(None).unwrap();
        assert_eq!((gone.state, gone.charged()), (ComplaintState::Overturned, None));
        assert_eq!(gone.adjudicate(&found(Some(ComplaintLevel::Minor))).unwrap_err().code, "complaint_overturned");
        let dismissed = recorded.adjudicate(&found(None)).unwrap();
        assert_eq!(dismissed.check_appealable().unwrap_err().code, "complaint_not_upheld");
    }

    #[test]
    fn a_level_belongs_to_an_upheld_complaint() {
        for (upheld, level) in [(true, None), (false, Some(ComplaintLevel::Minor))] {
            let bad = Adjudication { upheld, level, reason: String::new() };
            let fields: Vec<_> = bad.checked().unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
            assert_eq!(fields, ["level", "reason"]);
        }
    }

    #[test]
    fn lines_name_their_columns() {
        let fields: Vec<_> =
            parse_line("a b", "20.11.2026", Some("grave"), "").unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["reference", "occurred_on", "level"]);
        assert!(parse_line("C-1", "2026-11-20", None, "").is_ok());
    }
}
