//! The files of a list are opened again and looked into.

use std::io::{Cursor, Read};

use sha2::{Digest, Sha256};

use super::*;
use crate::domain::fine_list::tests::line;
use crate::domain::fine_list::{ListDigest, Totalling};

fn list() -> (FineListHead, Vec<FineLine>) {
    let mut lines = vec![line(1, 7, Some(1), Some(1), 500_000), line(2, 7, Some(1), Some(1), -5_000), line(3, 8, None, None, 12_345)];
    lines[2].agent_name = "=HYPERLINK(\"http://evil\")".into();
    lines[2].reason = Some("-1+1".into());
    let mut totalling = Totalling::default();
    lines.iter().for_each(|line| totalling.add(line).unwrap());
    let totals = totalling.finish();
    let (period, currency) = (lines[0].period, lines[0].currency);
    let mut digest = ListDigest::begin(&CanonicalHead::new(period, currency, &totals)).unwrap();
    lines.iter().for_each(|line| digest.add(line).unwrap());
    let closed_at = Some("2026-11-02T01:02:03Z".parse().unwrap());
    (FineListHead { period, status: ListStatus::Closed, currency, closed_at, digest: Some(digest.finish()), part: None, totals }, lines)
}

fn source(lines: &[FineLine]) -> impl Iterator<Item = Result<FineLine, Box<dyn std::error::Error>>> {
    lines.iter().cloned().map(Ok)
}

fn workbook(lang: Language) -> Vec<u8> {
    let (head, lines) = list();
    let mut bytes = Vec::new();
    write_xlsx(&mut bytes, &head, source(&lines), lang).unwrap();
    bytes
}

fn part(workbook: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(workbook)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn csv_reads_back_adds_up_and_carries_the_digest() {
    let (head, lines) = list();
    for lang in [Language::Zh, Language::En] {
        let bytes = write_csv(Vec::new(), &head, source(&lines), lang).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"));
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("\r\n").count(), 5);
        let mut reader = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let heading = reader.headers().unwrap().clone();
        let column = |zh: &str, en: &str| heading.iter().position(|name| name == pick(lang, zh, en)).unwrap();
        let (record, amount, agent) = (column("行类型", "Record"), column("金额", "Amount"), column("姓名", "Agent"));
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let sum: f64 = rows[..3].iter().map(|row| row[amount].parse::<f64>().unwrap()).sum();
        assert_eq!((&rows[1][amount], &rows[3][amount]), ("-50.00", "5073.45"));
        assert!((sum - 5073.45).abs() < 1e-6);
        assert_eq!(&rows[3][record], pick(lang, "合计", "total"));
        assert_eq!(rows[3][heading.len() - 1], *head.digest.as_ref().unwrap());
        assert_eq!(&rows[2][agent], "'=HYPERLINK(\"http://evil\")");
        assert_eq!(&rows[2][column("原因", "Reason")], "'-1+1");
    }
}

#[test]
fn the_workbook_has_typed_cells_a_frozen_heading_and_the_same_bytes_twice() {
    for lang in [Language::Zh, Language::En] {
        let bytes = workbook(lang);
        assert_eq!(bytes, workbook(lang));
        let (summary, lines) = (part(&bytes, "xl/worksheets/sheet1.xml"), part(&bytes, "xl/worksheets/sheet2.xml"));
        for sheet in [&summary, &lines] {
            assert!(sheet.contains("state=\"frozen\""), "{sheet}");
        }
        let book = part(&bytes, "xl/workbook.xml");
        assert!(book.contains(pick(lang, "汇总", "Summary")) && book.contains(pick(lang, "明细", "Lines")));
        assert!(lines.contains("<v>-50</v>") && lines.contains("<v>123.45</v>") && lines.contains("<v>46326</v>"), "{lines}");
        assert!(!lines.contains("<f>") && lines.contains("=HYPERLINK"), "text is text");
        assert!(summary.contains("<v>5073.45</v>"), "{summary}");
        assert!(part(&bytes, "xl/styles.xml").contains("yyyy-mm-dd") && part(&bytes, "xl/styles.xml").contains("#,##0.00"));
        assert!(part(&bytes, "docProps/core.xml").contains("2026-10-01T00:00:00Z"));
    }
}

#[test]
fn the_canonical_form_is_what_the_digest_is_taken_over() {
    let (head, lines) = list();
    let mut bytes = Vec::new();
    write_canonical::<TestError>(&mut bytes, &head, lines.into_iter().map(Ok)).unwrap();
    assert_eq!(Some(hex::encode(Sha256::digest(&bytes))), head.digest);
}

#[derive(Debug, thiserror::Error)]
enum TestError {
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Refusal(#[from] Refusal),
}
