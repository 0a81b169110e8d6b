//! The fine list of a period: its lines, the totals that add up, and the digest over a canonical form (handbook 3.7).
//! The canonical form is described byte for byte in `docs/FINE_LIST.md`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::id::{AgentId, EvaluationId, LedgerEntryId, TeamId, VendorId};
use super::ledger::EntryKind;
use super::money::{Currency, Money};
use super::period::Period;
use super::refusal::{Refusal, Refused};
use super::reward::RewardKind;
use super::violation::ViolationClass;
use super::words::words;

mod part;

pub use part::{LineSelection, ListPart};

words! {
    /// Whether a list can still change.
    ListStatus ("status") {
        /// The period is open: the list is as of now.
        Open = "open",
        /// The period is closed: the list is the same for ever.
        Closed = "closed",
    }
}

words! {
    /// The files that a list is exported as.
    FileFormat ("format") {
        /// UTF-8 with BOM, for spreadsheets.
        Csv = "csv",
        /// A workbook with a summary and a lines sheet.
        Xlsx = "xlsx",
        /// The canonical form.
        Ndjson = "ndjson",
    }
}

impl FileFormat {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// What ends a file's name.
    pub const fn extension(self) -> &'static str {
        self.as_str()
    }

    /// Whether the close keeps the bytes of this format, in each language. The canonical form is made of the frozen lines themselves.
    pub const fn is_kept(self) -> bool {
        match self {
            Self::Csv | Self::Xlsx => true,
            Self::Ndjson => false,
        }
    }
}

/// One line of a fine list. Every field is always there, `null` where it does not apply.
// The fields stand in the order of the alphabet: that is the order of the canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FineLine {
    /// Whom it concerns.
    pub agent_id: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// Minor units of the currency; positive: the agent owes it.
    pub amount_minor: i64,
    /// The violation's class as it was charged.
    pub class: Option<ViolationClass>,
    /// The currency, the same on every line of a list.
    pub currency: Currency,
    /// The agent's employee number.
    pub employee_no: String,
    /// The evaluation that the line comes from.
    pub evaluation_id: Option<EvaluationId>,
    /// Where the evidence lies: the path of the evaluation in this API, and after `#` the id of the violation in it.
    pub evidence: Option<String>,
    /// The line's id, the same in every list and file.
    pub id: LedgerEntryId,
    /// What the line is.
    pub kind: EntryKind,
    /// How often the violation or the operating breach occurred.
    pub occurrences: Option<u32>,
    /// The period in which the fact happened.
    pub origin_period: Period,
    /// The line that this one takes back, adjusts or carries over.
    pub original_id: Option<LedgerEntryId>,
    /// The period of the list.
    pub period: Period,
    /// The version of the fine policy that gave the amount.
    pub policy_version: Option<i32>,
    /// The local day on which the line was posted.
    pub posted_on: NaiveDate,
    /// Why, where a person posted it.
    pub reason: Option<String>,
    /// The kind of a reward.
    pub reward: Option<RewardKind>,
    /// Code of the team that the agent ended the period in (handbook 3.4).
    pub team_code: Option<String>,
    /// That team.
    pub team_id: Option<TeamId>,
    /// That team's name.
    pub team_name: Option<String>,
    /// Code of the vendor of that team; none for a team of the centre itself.
    pub vendor_code: Option<String>,
    /// That vendor.
    pub vendor_id: Option<VendorId>,
    /// That vendor's name.
    pub vendor_name: Option<String>,
    /// Code of the violation type.
    pub violation_type: Option<String>,
    /// English name of the violation type.
    pub violation_type_en: Option<String>,
    /// Chinese name of the violation type.
    pub violation_type_zh: Option<String>,
}

impl FineLine {
    /// The amount with its currency.
    pub fn money(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
}

/// The sum of the lines of one agent, team, vendor or kind of line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GroupTotal {
    /// The agent, team or vendor; `null` for lines without one, and for kinds.
    pub id: Option<Uuid>,
    /// Code of the team or vendor, employee number of the agent, word of the kind; `null` for lines without one.
    pub code: Option<String>,
    /// Its name; `null` for lines without one, and for kinds.
    pub name: Option<String>,
    /// How many lines.
    pub lines: u64,
    /// Their sum in minor units.
    pub amount_minor: i64,
}

/// The totals of a list. Each of the four groupings adds up to `lines` and `amount_minor`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FineTotals {
    /// How many lines the list has.
    pub lines: u64,
    /// Their sum in minor units.
    pub amount_minor: i64,
    /// By kind of line.
    pub kinds: Vec<GroupTotal>,
    /// By vendor; those of the centre itself have no id.
    pub vendors: Vec<GroupTotal>,
    /// By team.
    pub teams: Vec<GroupTotal>,
    /// By agent.
    pub agents: Vec<GroupTotal>,
}

type Groups = BTreeMap<(Option<String>, Option<Uuid>), GroupTotal>;

/// Adds up a list line by line, without holding the lines.
#[derive(Debug, Default)]
pub struct Totalling {
    lines: u64,
    amount_minor: i64,
    kinds: Groups,
    vendors: Groups,
    teams: Groups,
    agents: Groups,
}

impl Totalling {
    /// Adds one line.
    ///
    /// # Errors
    /// `Conflict` with code `amount_overflow`.
    pub fn add(&mut self, line: &FineLine) -> Refused<()> {
        self.add_lines(&Counted {
            kind: line.kind,
            vendor: Party { id: line.vendor_id.map(Uuid::from), code: line.vendor_code.as_deref(), name: line.vendor_name.as_deref() },
            team: Party { id: line.team_id.map(Uuid::from), code: line.team_code.as_deref(), name: line.team_name.as_deref() },
            agent: Party { id: Some(line.agent_id.0), code: Some(&line.employee_no), name: Some(&line.agent_name) },
            lines: 1,
            amount_minor: line.amount_minor,
        })
    }

    /// Adds lines of one kind and one agent that the database has counted.
    ///
    /// # Errors
    /// `Conflict` with code `amount_overflow`.
    pub fn add_lines(&mut self, counted: &Counted<'_>) -> Refused<()> {
        self.lines = self.lines.saturating_add(counted.lines);
        self.amount_minor = plus(self.amount_minor, counted.amount_minor)?;
        group(&mut self.kinds, Party { id: None, code: Some(counted.kind.as_str()), name: None }, counted)?;
        group(&mut self.vendors, counted.vendor, counted)?;
        group(&mut self.teams, counted.team, counted)?;
        group(&mut self.agents, counted.agent, counted)
    }

    /// The totals so far, each grouping ordered by code; what has none comes first.
    pub fn finish(self) -> FineTotals {
        let listed = |groups: Groups| groups.into_values().collect();
        FineTotals {
            lines: self.lines,
            amount_minor: self.amount_minor,
            kinds: listed(self.kinds),
            vendors: listed(self.vendors),
            teams: listed(self.teams),
            agents: listed(self.agents),
        }
    }
}

/// Whose lines are counted: a vendor, a team, an agent, or a kind of line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Party<'a> {
    /// The vendor, team or agent.
    pub id: Option<Uuid>,
    /// Code, employee number, or the word of the kind.
    pub code: Option<&'a str>,
    /// The name.
    pub name: Option<&'a str>,
}

/// Lines of one kind and one agent, counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The kind.
    pub kind: EntryKind,
    /// The agent's vendor.
    pub vendor: Party<'a>,
    /// The agent's team.
    pub team: Party<'a>,
    /// The agent.
    pub agent: Party<'a>,
    /// How many.
    pub lines: u64,
    /// Their sum in minor units.
    pub amount_minor: i64,
}

fn group(groups: &mut Groups, party: Party<'_>, counted: &Counted<'_>) -> Refused<()> {
    let code = party.code.map(str::to_owned);
    let new = || GroupTotal { id: party.id, code: code.clone(), name: party.name.map(str::to_owned), lines: 0, amount_minor: 0 };
    let total = groups.entry((code.clone(), party.id)).or_insert_with(new);
    total.lines = total.lines.saturating_add(counted.lines);
    total.amount_minor = plus(total.amount_minor, counted.amount_minor)?;
    Ok(())
}

fn plus(sum: i64, amount: i64) -> Refused<i64> {
    sum.checked_add(amount).ok_or_else(|| Refusal::conflict("amount_overflow", "the sum of the list is too large"))
}

/// What stands above the lines of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FineListHead {
    /// The period.
    pub period: Period,
    /// Whether the list can still change.
    pub status: ListStatus,
    /// The currency of every amount.
    pub currency: Currency,
    /// When the period was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// SHA-256 over the canonical form, 64 lower-case hexadecimal digits; only a closed list has one, and only the whole of it.
    pub digest: Option<String>,
    /// What this is a part of; absent where it is the whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ListPart>,
    /// The totals.
    pub totals: FineTotals,
}

/// The first line of the canonical form.
// In the order of the alphabet, like `FineLine`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanonicalHead {
    /// The sum of the lines in minor units.
    pub amount_minor: i64,
    /// The currency.
    pub currency: Currency,
    /// [`CanonicalHead::FORMAT`], or of a part [`CanonicalHead::PART`].
    pub format: String,
    /// How many lines follow.
    pub lines: u64,
    /// What this is a part of; absent where it is the whole list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ListPart>,
    /// The period.
    pub period: Period,
}

impl CanonicalHead {
    /// The name and version of the canonical form.
    pub const FORMAT: &'static str = "assay-fine-list/1";

    /// The same of a part of a list.
    pub const PART: &'static str = "assay-fine-list-part/1";

    /// The head of a whole list with these totals.
    pub fn new(period: Period, currency: Currency, totals: &FineTotals) -> Self {
        Self { amount_minor: totals.amount_minor, currency, format: Self::FORMAT.to_owned(), lines: totals.lines, part: None, period }
    }

    /// The head of a list, or of a part of one.
    pub fn of(head: &FineListHead) -> Self {
        let whole = Self::new(head.period, head.currency, &head.totals);
        match &head.part {
            None => whole,
            Some(part) => Self { format: Self::PART.to_owned(), part: Some(part.clone()), ..whole },
        }
    }
}

/// One line of the canonical form: JSON without blanks, keys in order, ended by a line feed.
///
/// # Errors
/// `Conflict` with code `list_not_canonical`, which would be a fault of ours.
pub fn canonical(value: &impl Serialize) -> Refused<Vec<u8>> {
    let mut text = serde_json::to_vec(value).map_err(|error| Refusal::conflict("list_not_canonical", error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

/// Computes the digest of a list while its lines go by, in ascending order of their ids.
#[derive(Debug)]
pub struct ListDigest {
    hasher: Sha256,
    last: Option<LedgerEntryId>,
}

impl ListDigest {
    /// Begins with the head of the list.
    ///
    /// # Errors
    /// `Conflict` with code `list_not_canonical`.
    pub fn begin(head: &CanonicalHead) -> Refused<Self> {
        Ok(Self { hasher: Sha256::new_with_prefix(canonical(head)?), last: None })
    }

    /// Takes the next line.
    ///
    /// # Errors
    /// `Conflict` with code `list_not_canonical` where the lines are not in ascending order of their ids.
    pub fn add(&mut self, line: &FineLine) -> Refused<()> {
        if self.last.is_some_and(|last| last >= line.id) {
            return Err(Refusal::conflict("list_not_canonical", format!("line {} is out of order", line.id)));
        }
        self.last = Some(line.id);
        self.hasher.update(canonical(line)?);
        Ok(())
    }

    /// The digest: 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        hex::encode(self.hasher.finalize())
    }
}

#[cfg(test)]
pub(crate) mod tests;
