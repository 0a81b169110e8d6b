//! What mails look like, in both languages.

use assay::domain::language::Language;
use assay::domain::mail::Letter;
use assay::domain::mail::letters::DailyDigest;
use assay::mail::{Setting, compose};
use chrono_tz::Tz;

use crate::support::mail::agent_result;

fn setting(language: Language) -> Setting {
    Setting { language, zone: Tz::Asia__Shanghai, centre: "Test Centre".into(), base_url: "https://assay.example.com".into() }
}

#[test]
fn a_result_in_chinese() {
    let document = compose(&agent_result("call-1", "客户电话 13800138000 <b>"), &setting(Language::Zh));
    insta::assert_snapshot!(format!("{}\n\n{}", document.subject_line(), document.text()), @"");
}

#[test]
fn a_result_in_english() {
    let document = compose(&agent_result("call-1", "the customer at li.lei@example.com <b>\nsaid no"), &setting(Language::En));
    insta::assert_snapshot!(format!("{}\n\n{}\n{}", document.subject_line(), document.text(), document.html()), @"");
}

#[test]
fn a_digest_holds_each_letter_under_its_subject() {
    let letters = vec![agent_result("call-1", "one"), agent_result("call-2", "two")];
    let digest = Letter::DailyDigest(DailyDigest { day: "2026-11-10".parse().unwrap(), letters });
    let document = compose(&digest, &setting(Language::En));
    assert_eq!(document.subject_line(), "Quality digest of 2026-11-10 (2)");
    let text = document.text();
    assert!(text.contains("# Your conversation call-1 was graded") && text.contains("# Your conversation call-2 was graded"), "{text}");
    assert_eq!(text.matches("please do not reply").count(), 1);
}
