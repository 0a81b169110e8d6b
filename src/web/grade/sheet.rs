//! The answer sheet as a form: what was typed becomes an [`AnswerSheet`], and the other way round.

use std::collections::BTreeMap;

use crate::domain::evaluation::{Answer, AnswerSheet, Outcome, TaggedViolation};
use crate::domain::evidence::{Evidence, Sounding};
use crate::domain::refusal::Faults;
use crate::domain::scorecard::ScorecardContent;
use crate::domain::{Refusal, Refused};
use crate::web::form::Typed;

/// Reads a sheet that somebody sends: nothing that was typed may be left out.
///
/// # Errors
/// Those of [`read`], and `Invalid` naming the violations that have a remark or evidence and no type.
pub fn read_whole(typed: &Typed, content: &ScorecardContent, recordings: &[Sounding]) -> Refused<AnswerSheet> {
    let mut faults = Faults::new();
    let filled = typed.all("v-type").iter().enumerate().filter(|(n, code)| is_filled(typed, *n, code));
    for (place, (_, code)) in filled.enumerate() {
        if code.is_empty() {
            faults.push(format!("violations[{place}].violation_type"), "choose the violation type, or empty what stands beside it");
        }
    }
    faults.finish()?;
    read(typed, content, recordings)
}

/// Reads the sheet from a posted form. What was left open stays open.
///
/// # Errors
/// `Invalid` naming the items whose answer or evidence cannot be read.
pub fn read(typed: &Typed, content: &ScorecardContent, recordings: &[Sounding]) -> Refused<AnswerSheet> {
    let mut faults = Faults::new();
    let mut items = Vec::new();
    for (n, item) in content.items().enumerate() {
        let field = |name: &str| format!("{name}:{}", item.code);
        let outcome = typed.filled(&field("outcome")).and_then(|word| {
            let outcome = word.parse::<Outcome>().map_err(|r| r.within(&format!("items[{n}]")));
            faults.take(outcome)
        });
        // What was typed under a failed item is kept only while it is failed: it is not shown otherwise.
        let failed = outcome == Some(Outcome::Fail);
        let evidence = if failed { read_evidence(typed.get(&field("evidence")), recordings) } else { Ok(Vec::new()) };
        let evidence = faults.take(evidence.map_err(|r| r.within(&format!("items[{n}]")))).unwrap_or_default();
        items.push(Answer {
            code: item.code.clone(),
            outcome,
            comment: if failed { typed.get(&field("comment")).trim().to_owned() } else { String::new() },
            evidence,
            money_lost: failed && typed.is(&field("lost"), "yes"),
        });
    }
    let mut violations = Vec::new();
    let at = |name: &str, n: usize| typed.all(name).get(n).map_or("", String::as_str);
    for (n, code) in typed.all("v-type").iter().enumerate().filter(|(_, code)| !code.is_empty()) {
        let evidence = read_evidence(at("v-evidence", n), recordings).map_err(|r| r.within(&format!("violations[{}]", violations.len())));
        violations.push(TaggedViolation {
            violation_type: code.clone(),
            item: None,
            money_lost: at("v-lost", n) == "yes",
            comment: at("v-comment", n).trim().to_owned(),
            evidence: faults.take(evidence).unwrap_or_default(),
        });
    }
    faults.finish()?;
    Ok(AnswerSheet { items, violations, comment: typed.get("comment").trim().to_owned() })
}

/// Whether anything stands in the fields of the nth tagged violation.
fn is_filled(typed: &Typed, n: usize, code: &str) -> bool {
    let at = |name: &str| typed.all(name).get(n).is_some_and(|text| !text.trim().is_empty());
    !code.is_empty() || at("v-comment") || at("v-evidence")
}

/// Reads evidence as people write it: `#3`, `#3-5`, `1:05-1:20`, separated by commas. Times are those of the conversation's clock, as the
/// player and the transcript show them.
///
/// # Errors
/// `Invalid` on `evidence`.
fn read_evidence(text: &str, recordings: &[Sounding]) -> Refused<Vec<Evidence>> {
    let pieces = text.split([',', '，', ';', '；']).map(str::trim).filter(|part| !part.is_empty());
    pieces.map(|part| read_piece(part, recordings)).collect()
}

fn read_piece(part: &str, recordings: &[Sounding]) -> Refused<Evidence> {
    let bad = || Refusal::invalid("evidence", format!("`{part}` cannot be read; write lines as #3-5 and times as 1:05-1:20"));
    if let Some(lines) = part.strip_prefix('#') {
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let number = |text: &str| text.trim().trim_start_matches('#').parse::<u32>().map_err(|_| bad());
        return Ok(Evidence::Lines { first: number(first)?, last: number(last)? });
    }
    let (from, to) = part.split_once('-').ok_or_else(bad)?;
    Ok(Evidence::heard(read_time(from).ok_or_else(bad)?, read_time(to).ok_or_else(bad)?, recordings))
}

/// Milliseconds of `1:05`, `1:05.5` or `1:02:03`.
fn read_time(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut parts = text.trim().split(':').peekable();
    let mut count = 0;
    while let Some(part) = parts.next() {
        count += 1;
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let digits = |t: &str| !t.is_empty() && t.len() <= 6 && t.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || (!fraction.is_empty() && (!digits(fraction) || parts.peek().is_some())) {
            return None;
        }
        let millis: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        total = total.checked_mul(60)?.checked_add(whole.parse::<u64>().ok()?.checked_mul(1000)?)?.checked_add(millis)?;
    }
    (2..=3).contains(&count).then_some(total)
}

/// Evidence as people write it.
fn write_evidence(evidence: &[Evidence], recordings: &[Sounding]) -> String {
    let clock = |ms: i64| write_time(u64::try_from(ms).unwrap_or(0));
    let pieces: Vec<String> = evidence
        .iter()
        .map(|piece| match piece {
            Evidence::Lines { first, last } if first == last => format!("#{first}"),
            Evidence::Lines { first, last } => format!("#{first}-{last}"),
            Evidence::Span { .. } => {
                let (from, to) = piece.on_the_clock(recordings).unwrap_or_default();
                format!("{}-{}", clock(from), clock(to))
            }
        })
        .collect();
    pieces.join(", ")
}

/// A sheet as the fields of the form have it.
#[derive(Debug, Default)]
pub struct Written {
    items: BTreeMap<String, WrittenItem>,
    /// Tagged violations, in their order.
    pub violations: Vec<WrittenViolation>,
    /// The remark on the whole.
    pub comment: String,
}

/// What stands in the fields of an item.
#[derive(Debug, Clone, Default)]
pub struct WrittenItem {
    /// The marked answer, empty where none is.
    pub outcome: &'static str,
    /// The remark.
    pub comment: String,
    /// The evidence.
    pub evidence: String,
    /// Whether the customer lost money.
    pub money_lost: bool,
}

/// What stands in the fields of a tagged violation.
#[derive(Debug, Clone, Default)]
pub struct WrittenViolation {
    /// Code of its type.
    pub code: String,
    /// The remark.
    pub comment: String,
    /// The evidence.
    pub evidence: String,
    /// Whether the customer lost money.
    pub money_lost: bool,
}

impl Written {
    /// As a sheet is stored.
    pub fn of_sheet(sheet: &AnswerSheet, recordings: &[Sounding]) -> Self {
        let item = |answer: &Answer| WrittenItem {
            outcome: answer.outcome.map_or("", |outcome| outcome.as_str()),
            comment: answer.comment.clone(),
            evidence: write_evidence(&answer.evidence, recordings),
            money_lost: answer.money_lost,
        };
        let violation = |it: &TaggedViolation| WrittenViolation {
            code: it.violation_type.clone(),
            comment: it.comment.clone(),
            evidence: write_evidence(&it.evidence, recordings),
            money_lost: it.money_lost,
        };
        Self {
            items: sheet.items.iter().map(|answer| (answer.code.clone(), item(answer))).collect(),
            violations: sheet.violations.iter().map(violation).collect(),
            comment: sheet.comment.clone(),
        }
    }

    /// As it was typed, also what could not be read.
    pub fn of_form(typed: &Typed, content: &ScorecardContent) -> Self {
        let item = |code: &str| {
            let field = |name: &str| typed.get(&format!("{name}:{code}"));
            WrittenItem {
                outcome: field("outcome").parse::<Outcome>().map_or("", |outcome| outcome.as_str()),
                comment: field("comment").to_owned(),
                evidence: field("evidence").to_owned(),
                money_lost: field("lost") == "yes",
            }
        };
        let at = |name: &str, n: usize| typed.all(name).get(n).cloned().unwrap_or_default();
        let violation = |(n, code): (usize, &String)| WrittenViolation {
            code: code.clone(),
            comment: at("v-comment", n),
            evidence: at("v-evidence", n),
            money_lost: at("v-lost", n) == "yes",
        };
        Self {
            items: content.items().map(|it| (it.code.clone(), item(&it.code))).collect(),
            violations: typed.all("v-type").iter().enumerate().filter(|(n, code)| is_filled(typed, *n, code)).map(violation).collect(),
            comment: typed.get("comment").to_owned(),
        }
    }

    /// What stands in the fields of an item.
    pub fn item(&self, code: &str) -> WrittenItem {
        self.items.get(code).cloned().unwrap_or_default()
    }
}

/// `1:05`, or `1:05.5` where it is no whole second.
fn write_time(ms: u64) -> String {
    let (seconds, rest) = (ms / 1000, ms % 1000);
    let base = format!("{}:{:02}", seconds / 60, seconds % 60);
    if rest == 0 { base } else { format!("{base}.{rest:03}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_reads_as_it_is_written() {
        let text = "#3, #4-6, 0:05-1:20, 1:00:00-1:00:01.25";
        let read = read_evidence(text, &[]).unwrap();
        assert_eq!(
            read,
            [
                Evidence::Lines { first: 3, last: 3 },
                Evidence::Lines { first: 4, last: 6 },
                Evidence::Span { recording_id: None, from_ms: 5_000, to_ms: 80_000 },
                Evidence::Span { recording_id: None, from_ms: 3_600_000, to_ms: 3_601_250 },
            ]
        );
        assert_eq!(write_evidence(&read, &[]), "#3, #4-6, 0:05-1:20, 60:00-60:01.25");
        assert_eq!(read_evidence(&write_evidence(&read, &[]), &[]).unwrap(), read);
        assert!(read_evidence("", &[]).unwrap().is_empty());
    }

    #[test]
    fn times_are_those_of_the_clock_where_the_recording_begins_later() {
        let late = [Sounding { id: crate::domain::id::RecordingId(uuid::Uuid::nil()), start_ms: 4_000, duration_ms: 60_000 }];
        let read = read_evidence("0:05-0:10", &late).unwrap();
        assert_eq!(read, [Evidence::Span { recording_id: None, from_ms: 1_000, to_ms: 6_000 }]);
        assert_eq!(write_evidence(&read, &late), "0:05-0:10");
    }

    #[test]
    fn a_remark_without_a_type_is_not_passed_over() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut pairs = vec![field("v-type", ""), field("v-comment", ""), field("v-evidence", "")];
        let content = ScorecardContent { sections: Vec::new() };
        assert!(read_whole(&Typed::of(pairs.clone()), &content, &[]).unwrap().violations.is_empty());
        pairs.extend([field("v-type", ""), field("v-comment", "curt"), field("v-evidence", "")]);
        let typed = Typed::of(pairs);
        assert_eq!(read_whole(&typed, &content, &[]).unwrap_err().faults[0].field, "violations[0].violation_type");
        assert_eq!(Written::of_form(&typed, &content).violations[0].comment, "curt");
        assert!(read(&typed, &content, &[]).unwrap().violations.is_empty(), "a draft is saved while it is being typed");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for bad in ["3", "#a", "1:05", "1:05-", "5-9", "1:0x-1:20", "#3-", "1.5:00-2:00", "99999999:00-1:00"] {
            assert!(read_evidence(bad, &[]).unwrap_err().message.contains(bad), "{bad}");
        }
    }
}
