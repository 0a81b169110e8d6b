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
    insta::assert_snapshot!(format!("{}\n\n{}", document.subject_line(), document.text()), @r"
    质检结果：call-1 关键项错误 1，非关键项错误 0

    # 您的一条会话已完成质检

    客服：李雷
    会话：call-1
    开始时间：2026-11-09 10:30
    错误：关键项错误 1，非关键项错误 0
    考核周期：2026-11

    问题 | 类别 | 错误 | 说明
    主动挂机 | B | 关键项 | 客户电话 138****8000 <b>

    > 客户电话 138****8000 <b>

    查看评分与证据: https://assay.example.com/evaluations/1

    如有异议，可在规定期限内申诉。

    Test Centre 质检系统自动发送，请勿回复。接收频率可在账户中设置。
    ");
}

#[test]
fn a_result_in_english() {
    let document = compose(&agent_result("call-1", "the customer at li.lei@example.com <b>\nsaid no"), &setting(Language::En));
    insta::assert_snapshot!(format!("{}\n\n{}", document.subject_line(), document.text()), @r"
    Your conversation call-1 was graded: 1 key, 0 non-key errors

    # One of your conversations was graded

    Agent: 李雷
    Conversation: call-1
    Begun: 2026-11-09 10:30
    Errors: 1 key, 0 non-key
    Period: 2026-11

    Finding | Class | Error | Remark
    hung up on the customer | B | key | the customer at l***@example.com <b> said no

    > the customer at l***@example.com <b>
    > said no

    See the grading and its evidence: https://assay.example.com/evaluations/1

    If you disagree, you may appeal within the set time.

    Sent by Assay for Test Centre; please do not reply. How often you hear of what is set in your account.
    ");
    let html = document.html();
    for part in [
        r#"<html lang="en">"#,
        "<title>Your conversation call-1 was graded: 1 key, 0 non-key errors</title>",
        "<blockquote",
        "the customer at l***@example.com &lt;b&gt;<br>said no</blockquote>",
        r#"<a href="https://assay.example.com/evaluations/1">See the grading and its evidence</a>"#,
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

/// Every kind of letter has its words in both languages, and none in the other.
#[test]
fn letters_do_not_mix_languages() {
    let zh = compose(&agent_result("call-1", ""), &setting(Language::Zh)).text();
    for english in ["Agent", "Errors", "Finding", "Period"] {
        assert!(!zh.contains(english), "{english} in {zh}");
    }
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
