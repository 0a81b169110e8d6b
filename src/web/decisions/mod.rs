//! What a QA manager decides after the grade: appeals, where two inspectors disagree, complaints, calibration, and the rules of it all.

pub mod appeal;
pub mod appeals;
pub mod calibrations;
pub mod complaints;
pub mod regrades;
pub mod terms;
pub mod terms_fields;

use actix_web::web;

use super::page::Frame;
use crate::domain::evidence::Evidence;
use crate::domain::id::ConversationId;
use crate::domain::page::PageRequest;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    appeals::routes(config);
    appeal::routes(config);
    calibrations::routes(config);
    complaints::routes(config);
    regrades::routes(config);
    terms::routes(config);
}

/// Everything in one page, for lists that are never long.
const WHOLE: PageRequest = PageRequest { limit: 10_000, after: None };

/// One click to the second of the recording, or to the lines.
struct EvidenceLink {
    href: String,
    text: String,
}

fn evidence(f: &Frame, conversation: ConversationId, evidence: &[Evidence]) -> Vec<EvidenceLink> {
    let clock = |ms: &_| super::hear::clock(i64::try_from(*ms).unwrap_or(0));
    let link = |piece: &Evidence| match piece {
        Evidence::Lines { first, last } => EvidenceLink {
            href: format!("/conversations/{conversation}?lines={first}-{last}"),
            text: format!("{} {first}–{last}", f.t("lines", "行")),
        },
        Evidence::Span { from_ms, to_ms, .. } => EvidenceLink {
            href: format!("/conversations/{conversation}?at={}", from_ms / 1000),
            text: format!("{}–{}", clock(from_ms), clock(to_ms)),
        },
    };
    evidence.iter().map(link).collect()
}
