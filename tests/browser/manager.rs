//! A QA manager's month: draw and verify, the scorecard, an appeal, the close.

use super::{PASSWORD, at_peace};
use crate::support::TestApp;
use crate::support::chromium::Browser;

/// The number beside a name, of the figures on the page.
fn figure(browser: &Browser, name: &str) -> String {
    let script = format!(
        "return [...document.querySelectorAll('.figure')].find((f) => f.querySelector('dt').textContent.includes('{name}'))
             ?.querySelector('dd').textContent.trim() ?? '';"
    );
    browser.script(&script).as_str().unwrap().to_owned()
}

#[test]
fn a_manager_looks_ahead_draws_and_verifies() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("qa.manager", PASSWORD);
    browser.goto("/sampling/plans");
    browser.follow("main td a[href$='/draw']");
    browser.set("input[name=period]", "2026-11");
    browser.go("预览");
    browser.shows("此时尚未抽样");
    let (conversations, random) = (figure(&browser, "可抽会话"), figure(&browser, "随机样本"));
    assert!(conversations.parse::<u32>().unwrap() > 0 && random.parse::<u32>().unwrap() > 0, "{conversations} {random}");
    if browser.count("details.more[open]") == 0 {
        browser.click("details.more summary");
    }
    browser.shows("已抽过");

    // The plan has drawn for this month: once more must be meant.
    browser.click("input[name=extra]");
    browser.go("开始抽样");
    assert!(browser.path().starts_with("/sampling/draws/"), "{}", browser.path());
    browser.until("document.querySelector('dl.figures') && !document.querySelector('[data-live]')");
    browser.shows("质检员进度");
    assert_eq!(figure(&browser, "随机样本"), random, "what was foreseen is what was drawn");
    browser.go("验证抽样");
    browser.shows("完全一致");
    browser.goto("/sampling/progress");
    browser.shows("吴敏");
    at_peace(&browser);
}

#[test]
fn a_manager_edits_publishes_and_compares_a_scorecard() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("qa.manager", PASSWORD);
    browser.goto("/standards/scorecards");
    browser.follow("main td a");
    browser.go("新建草稿版本");
    let items = browser.count("[name^='sections[0].items['][name$='.code']");
    browser.fill("[name='sections[0].items[0].title_zh']", "（含工号）");
    browser.go("+ 评分项");
    for (name, text) in [("title_zh", "确认联系方式"), ("title_en", "Confirms how to reach the customer"), ("code", "contact")] {
        browser.fill(&format!("[name='sections[0].items[{items}].{name}']"), text);
    }
    browser.go("保存草稿");
    browser.shows("v2");
    assert_eq!(browser.count("[name^='sections[0].items['][name$='.code']"), items + 1, "the draft is kept");
    browser.go("保存并发布");
    browser.shows("已停用");
    browser.go("比较");
    browser.shows("修改 (1)");
    browser.shows("（含工号）");
    browser.shows("新增 (1)");
    browser.shows("确认联系方式");
    at_peace(&browser);
}

#[test]
fn a_manager_decides_an_appeal() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("qa.manager", PASSWORD);
    browser.goto("/decisions/appeals?state=open&sort=due");
    browser.follow("main td a");
    browser.shows("申诉理由");
    let points = browser.count("select[name$='.outcome']");
    assert!(points > 0);
    for point in 0..points {
        browser.set(&format!("select[name='points[{point}].outcome']"), "overturned");
    }
    browser.fill("textarea[name=reason]", "复听录音，申诉成立");
    browser.go("提交裁定");
    browser.shows("初次裁定");
    browser.shows("复听录音，申诉成立");
    browser.shows("撤销");
    assert_eq!(browser.count("select[name$='.outcome']"), 0, "there is nothing more to decide");
    at_peace(&browser);
}

#[test]
fn a_manager_closes_the_month_in_spite_of_what_stands_in_its_way() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("qa.manager", PASSWORD);
    browser.goto("/months");
    browser.go("2026-11");
    for shown in ["本月尚未结束", "个样本未质检", "个申诉未决"] {
        browser.shows(shown);
    }
    at_peace(&browser);
    browser.go("确认关账");
    browser.shows("如仍要关账，请填写强制关账原因");
    browser.shows("当月尚未结束");
    // The browser notes on its console that the answer was no.
    let noted = browser.troubles();
    assert!(noted.iter().all(|trouble| trouble.contains("status of 4")), "{noted:?}");
    browser.fill("textarea[name=override_reason]", "财务要求提前关账");
    browser.go("确认关账");
    browser.shows("已关账");
    browser.shows("财务要求提前关账");
    assert_eq!(browser.text("code.digest").len(), 64);
    browser.goto("/months/2026-11");
    assert_eq!(browser.count("form[action$='/close']"), 0);
    at_peace(&browser);
}
