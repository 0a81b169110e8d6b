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
    /// Where the evidence lies: the path of the violation in this API.
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
        self.lines = self.lines.saturating_add(1);
        self.amount_minor = plus(self.amount_minor, line.amount_minor)?;
        let amount = line.amount_minor;
        group(&mut self.kinds, Some(line.kind.as_str()), None, None, amount)?;
        group(&mut self.vendors, line.vendor_code.as_deref(), line.vendor_id.map(Uuid::from), line.vendor_name.as_deref(), amount)?;
        group(&mut self.teams, line.team_code.as_deref(), line.team_id.map(Uuid::from), line.team_name.as_deref(), amount)?;
        group(&mut self.agents, Some(&line.employee_no), Some(line.agent_id.0), Some(&line.agent_name), amount)
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

fn group(groups: &mut Groups, code: Option<&str>, id: Option<Uuid>, name: Option<&str>, amount: i64) -> Refused<()> {
    let code = code.map(str::to_owned);
    let new = || GroupTotal { id, code: code.clone(), name: name.map(str::to_owned), lines: 0, amount_minor: 0 };
    let total = groups.entry((code.clone(), id)).or_insert_with(new);
    total.lines = total.lines.saturating_add(1);
    total.amount_minor = plus(total.amount_minor, amount)?;
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
    /// SHA-256 over the canonical form, 64 lower-case hexadecimal digits; only a closed list has one.
    pub digest: Option<String>,
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
    /// Always [`CanonicalHead::FORMAT`].
    pub format: String,
    /// How many lines follow.
    pub lines: u64,
    /// The period.
    pub period: Period,
}

impl CanonicalHead {
    /// The name and version of the canonical form.
    pub const FORMAT: &'static str = "assay-fine-list/1";

    /// The head of a list with these totals.
    pub fn new(period: Period, currency: Currency, totals: &FineTotals) -> Self {
        Self { amount_minor: totals.amount_minor, currency, format: Self::FORMAT.to_owned(), lines: totals.lines, period }
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
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A line as the tests of the list and of the reports use it.
    pub fn line(number: u128, agent: u8, team: Option<u8>, vendor: Option<u8>, amount_minor: i64) -> FineLine {
        FineLine {
            agent_id: AgentId(Uuid::from_u128(u128::from(agent))),
            agent_name: format!("王{agent}"),
            amount_minor,
            class: Some(ViolationClass::E),
            currency: Currency::CNY,
            employee_no: format!("E{agent:03}"),
            evaluation_id: None,
            evidence: Some("/api/v1/violations/1".into()),
            id: LedgerEntryId(Uuid::from_u128(number)),
            kind: if amount_minor < 0 { EntryKind::Adjustment } else { EntryKind::Fine },
            occurrences: Some(1),
            origin_period: "2026-10".parse().unwrap(),
            original_id: None,
            period: "2026-10".parse().unwrap(),
            policy_version: Some(1),
            posted_on: NaiveDate::from_ymd_opt(2026, 10, 31).unwrap(),
            reason: None,
            reward: None,
            team_code: team.map(|team| format!("t{team}")),
            team_id: team.map(|team| TeamId(Uuid::from_u128(u128::from(team)))),
            team_name: team.map(|team| format!("{team}组")),
            vendor_code: vendor.map(|vendor| format!("v{vendor}")),
            vendor_id: vendor.map(|vendor| VendorId(Uuid::from_u128(u128::from(vendor)))),
            vendor_name: vendor.map(|vendor| format!("Vendor {vendor}")),
            violation_type: Some("solicited_rating".into()),
            violation_type_en: Some("Solicited a good rating".into()),
            violation_type_zh: Some("引导好评".into()),
        }
    }

    fn digest(lines: &[FineLine]) -> Refused<String> {
        let mut totalling = Totalling::default();
        lines.iter().try_for_each(|line| totalling.add(line))?;
        let head = CanonicalHead::new("2026-10".parse().unwrap(), Currency::CNY, &totalling.finish());
        let mut digest = ListDigest::begin(&head)?;
        lines.iter().try_for_each(|line| digest.add(line))?;
        Ok(digest.finish())
    }

    #[test]
    fn the_canonical_line_has_its_keys_in_order_and_nothing_between() {
        let text = serde_json::to_string(&line(1, 7, None, None, 5000)).unwrap();
        let keys: Vec<String> = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&text).unwrap().into_keys().collect();
        let places: Vec<_> = keys.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        assert!(!text.contains("\": ") && text.contains("\"agent_name\":\"王7\""), "{text}");
    }

    #[test]
    fn the_digest_is_that_of_the_documented_bytes() {
        let empty = "{\"amount_minor\":0,\"currency\":\"CNY\",\"format\":\"assay-fine-list/1\",\"lines\":0,\"period\":\"2026-10\"}\n";
        assert_eq!(digest(&[]).unwrap(), hex::encode(Sha256::digest(empty)));
        let one = line(1, 7, Some(1), None, 5000);
        let mut text = empty.replace("\"amount_minor\":0", "\"amount_minor\":5000").replace("\"lines\":0", "\"lines\":1");
        text.push_str(&serde_json::to_string(&one).unwrap());
        text.push('\n');
        assert_eq!(digest(&[one]).unwrap(), hex::encode(Sha256::digest(text)));
    }

    #[test]
    fn lines_out_of_order_or_twice_have_no_digest() {
        let (one, two) = (line(1, 7, None, None, 1), line(2, 7, None, None, 1));
        assert!(digest(&[one.clone(), two.clone()]).is_ok());
        assert!(digest(&[two, one.clone()]).is_err());
        assert!(digest(&[one.clone(), one]).is_err());
    }

    proptest! {
        #[test]
        fn totals_add_up_by_every_grouping(
            facts in proptest::collection::vec((0_u8..9, prop::option::of(0_u8..4), prop::option::of(0_u8..3), -100_000_i64..100_000), 0..60)
        ) {
            let mut totalling = Totalling::default();
            for (number, (agent, team, vendor, amount)) in (1_u128..).zip(&facts) {
                totalling.add(&line(number, *agent, *team, *vendor, *amount)).unwrap();
            }
            let totals = totalling.finish();
            prop_assert_eq!(totals.amount_minor, facts.iter().map(|fact| fact.3).sum::<i64>());
            prop_assert_eq!(totals.lines, u64::try_from(facts.len()).unwrap());
            for groups in [&totals.kinds, &totals.vendors, &totals.teams, &totals.agents] {
                prop_assert_eq!(groups.iter().map(|group| group.amount_minor).sum::<i64>(), totals.amount_minor);
                prop_assert_eq!(groups.iter().map(|group| group.lines).sum::<u64>(), totals.lines);
            }
        }

        #[test]
        fn any_change_of_a_line_changes_the_digest(amount in 1_i64..100_000, other in 1_i64..100_000) {
            let at = |amount| digest(&[line(1, 7, None, None, amount)]).unwrap();
            prop_assert_eq!(at(amount) == at(other), amount == other);
        }
    }
}
