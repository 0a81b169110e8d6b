//! Finance fetches the month's list; the complaint desk records a complaint and finds who is liable.

use super::{PASSWORD, at_peace};
use crate::support::TestApp;
use crate::support::chromium::Browser;

#[test]
fn finance_filters_the_list_and_fetches_the_same_file_twice() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("finance", PASSWORD);
    browser.goto("/months");
    browser.go("2026-10");
    browser.shows("已关账");
    assert_eq!(browser.text("code.digest").len(), 64, "the digest of the list");
    let exported = browser.count("#exports tbody tr");

    let vendor = browser.script("return document.querySelector('select[name=vendor] option:last-child').value;");
    browser.set("select[name=vendor]", vendor.as_str().unwrap());
    browser.go("查看");
    browser.shows("条符合条件");
    assert!(browser.path().contains(vendor.as_str().unwrap()), "{}", browser.path());
    let selected: usize = browser.text("p[role=status] strong").parse().unwrap();
    assert!(selected > 0 && browser.count("#lines tbody tr") <= selected);

    let (name, csv) = browser.download("a[download][href*='format=csv']");
    assert!(name.contains("2026-10") && name.ends_with(".csv"), "{name}");
    assert!(csv.starts_with("\u{feff}".as_bytes()), "Excel reads its Chinese right");
    let text = String::from_utf8(csv.clone()).unwrap();
    assert!(text.contains("罚款") && text.lines().count() > selected, "{text}");
    let (_, again) = browser.download("a[download][href*='format=csv']");
    assert!(again == csv, "a closed list is the same for ever");
    let (name, xlsx) = browser.download("a[download][href*='format=xlsx']");
    assert!(name.ends_with(".xlsx") && xlsx.starts_with(b"PK"), "{name}");

    let (name, part) = browser.download("#lines a[download][href*='format=csv']");
    assert!(name.contains("-part-"), "{name}");
    assert!(String::from_utf8(part).unwrap().contains("部分清单，非完整清单"));

    browser.goto("/months/2026-10");
    assert_eq!(browser.count("#exports tbody tr"), exported + 4);
    assert!(browser.text("#exports").contains("孙慧"), "{}", browser.text("#exports"));
    at_peace(&browser);
}

#[test]
fn the_desk_records_a_complaint_and_adjudicates_it() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("complaints", PASSWORD);
    browser.goto("/decisions/complaints");
    browser.go("登记投诉");
    browser.fill("input[name=reference]", "TS-0917");
    browser.fill("input[name=agent]", "A1003");
    browser.set("input[name=occurred_on]", "2026-11-16");
    browser.fill("textarea[name=text]", "客户称客服态度生硬，并表示将向消协反映");
    browser.follow("main form.card button.primary");
    browser.shows("TS-0917");
    browser.shows("待裁定");
    browser.set("select[name=finding]", "severe");
    browser.fill("textarea[name=reason]", "消协已来函，录音证实");
    browser.go("提交裁定");
    browser.shows("成立：严重");
    browser.goto("/decisions/complaints?state=upheld");
    browser.shows("TS-0917");
    at_peace(&browser);
}
