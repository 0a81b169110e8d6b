//! How a grader of the demo centre marks a conversation: by what its script says went wrong in it.

use super::dialogue::Finding;
use super::month::DemoConversation;
use crate::domain::evaluation::{Answer, AnswerSheet, Outcome, TaggedViolation};
use crate::domain::evidence::Evidence;
use crate::domain::scorecard::{Item, ScorecardContent};

/// The complete answer sheet of a conversation for a scorecard. A finding fails the last item that is linked with its violation type; where
/// there is none, its violation stands on its own.
pub fn sheet(made: &DemoConversation, scorecard: &ScorecardContent) -> AnswerSheet {
    let items: Vec<&Item> = scorecard.items().collect();
    let place = |finding: &Finding| items.iter().rposition(|item| item.violation_type.as_deref() == Some(&finding.violation));
    let answers = items.iter().enumerate().map(|(at, item)| match made.findings.iter().find(|finding| place(finding) == Some(at)) {
        Some(finding) => Answer {
            code: item.code.clone(),
            outcome: Some(Outcome::Fail),
            comment: finding.note.clone(),
            evidence: evidence(finding),
            money_lost: false,
        },
        None => Answer {
            code: item.code.clone(),
            outcome: Some(if applies(made, item) { Outcome::Pass } else { Outcome::NotApplicable }),
            comment: String::new(),
            evidence: Vec::new(),
            money_lost: false,
        },
    });
    let alone = made.findings.iter().filter(|finding| place(finding).is_none()).map(|finding| TaggedViolation {
        violation_type: finding.violation.clone(),
        item: None,
        money_lost: false,
        comment: finding.note.clone(),
        evidence: evidence(finding),
    });
    AnswerSheet { items: answers.collect(), violations: alone.collect(), comment: String::new() }
}

/// The sheet of somebody who overlooks the first thing that is wrong.
#[must_use]
pub fn milder(mut sheet: AnswerSheet) -> AnswerSheet {
    if let Some(answer) = sheet.items.iter_mut().find(|answer| answer.outcome == Some(Outcome::Fail)) {
        *answer = Answer {
            code: answer.code.clone(),
            outcome: Some(Outcome::Pass),
            comment: String::new(),
            evidence: Vec::new(),
            money_lost: false,
        };
    }
    sheet
}

/// The sheet of somebody who also finds fault with the first thing that is right.
#[must_use]
pub fn stricter(mut sheet: AnswerSheet) -> AnswerSheet {
    if let Some(answer) = sheet.items.iter_mut().find(|answer| answer.outcome == Some(Outcome::Pass)) {
        answer.outcome = Some(Outcome::Fail);
        answer.comment = "开头语不完整 The opening was incomplete".to_owned();
        answer.evidence = vec![Evidence::Lines { first: 1, last: 1 }];
    }
    sheet
}

/// Whether an item can be judged in the conversation.
fn applies(made: &DemoConversation, item: &Item) -> bool {
    !item.na_allowed
        || match item.violation_type.as_deref() {
            Some("identity_not_verified") => made.verified,
            Some("steered_to_early_repayment") => matches!(made.business.as_str(), "loan" | "collections"),
            Some("error_not_corrected") => made.corrected,
            _ => true,
        }
}

/// The lines of a finding; those that follow one another are one piece.
fn evidence(finding: &Finding) -> Vec<Evidence> {
    let mut pieces: Vec<(u32, u32)> = Vec::new();
    for line in finding.lines.iter().filter_map(|line| u32::try_from(line.saturating_add(1)).ok()) {
        match pieces.last_mut() {
            Some((_, last)) if line == last.saturating_add(1) => *last = line,
            _ => pieces.push((line, line)),
        }
    }
    pieces.into_iter().map(|(first, last)| Evidence::Lines { first, last }).collect()
}
