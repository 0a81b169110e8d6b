//! An administrator's errands: people from a file, a token for a program, a letter that did not leave, who did what.

use assay::db::schema::outbox;
use diesel::prelude::*;

use super::{PASSWORD, at_peace};
use crate::support::TestApp;
use crate::support::chromium::{Browser, axe};

/// Waits until the page says this by itself.
fn awaits(browser: &Browser, text: &str) {
    browser.until(&format!("document.querySelector('main').textContent.includes('{text}') && document.readyState === 'complete'"));
}

#[test]
fn an_administrator_brings_people_in_after_a_preview() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("admin", PASSWORD);
    browser.goto("/people/import/agents");
    let table = app.folder.path().join("agents.csv");
    std::fs::write(&table, "employee_no,name,team\nA9001,邹明,CTR-LOAN\nA1001,林晓岚,CTR-LOAN\nA9002,,CTR-LOAN\n").unwrap();
    browser.fill("input[type=file]", table.to_str().unwrap());
    browser.go("预览");
    browser.shows("以下内容尚未保存");
    browser.shows("不能为空");
    browser.goto("/people/agents?name=邹明");
    assert!(!browser.text("main").contains("邹明"), "a preview stores nothing");
    browser.goto("/people/import/agents");
    browser.fill("input[type=file]", table.to_str().unwrap());
    browser.go("预览");
    // What is wrong is corrected where it is seen; a table that changed is previewed again.
    browser.set("textarea[name=csv]", "employee_no,name,team\nA9001,邹明,CTR-LOAN\nA1001,林晓岚,CTR-LOAN\nA9002,钱程,CTR-LOAN\n");
    browser.go("预览");
    browser.go("保存:");
    awaits(&browser, "已保存");
    browser.goto("/people/agents?name=邹明");
    browser.shows("邹明");
    at_peace(&browser);
}

/// Some thousand lines are imported although one leaves the page; whoever comes back finds the report.
#[test]
fn a_long_import_goes_on_while_one_is_elsewhere() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("admin", PASSWORD);
    let mut lines = String::from("employee_no,name,team\n");
    for number in 0..6_000 {
        let team = if number == 41 { "NOWHERE" } else { "CTR-LOAN" };
        lines.push_str(&format!("B{number:05},新员工{number:05},{team}\n"));
    }
    let table = app.folder.path().join("newcomers.csv");
    std::fs::write(&table, lines).unwrap();
    browser.goto("/people/import/agents");
    browser.fill("input[type=file]", table.to_str().unwrap());
    browser.go("预览");
    let run = browser.path();
    assert!(run.starts_with("/imports/"), "{run}");
    browser.goto("/imports");
    browser.follow(&format!("a[href='{run}']"));
    awaits(&browser, "以下内容尚未保存");
    browser.shows("没有代码为“NOWHERE”的班组");
    browser.go("保存:");
    browser.goto("/people/agents");
    browser.goto("/imports");
    browser.shows("newcomers.csv");
    browser.follow(&format!("a[href='{run}']"));
    awaits(&browser, "已保存");
    browser.shows("5999");
    if let Some(axe) = axe() {
        assert_eq!(browser.inaccessible(axe), Vec::<String>::new());
    }
    let (name, report) = browser.download("a[href$='/report.csv']");
    let report = String::from_utf8(report).unwrap();
    assert!(name.ends_with(".csv") && report.contains("43,有错误,,team,"), "{name}: {report}");
    browser.goto("/people/agents?name=新员工05999&sort=number");
    browser.shows("新员工05999");
    at_peace(&browser);
}

#[test]
fn an_administrator_makes_a_token_that_is_shown_once() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("admin", PASSWORD);
    browser.goto("/system/tokens");
    browser.fill("input[name=name]", "nightly export");
    browser.click("input[name=scopes][value='people.read']");
    browser.go("创建令牌");
    let secret = browser.text("code.secret");
    app.with_token(&secret).get("agents").expect(200);
    browser.goto("/system/tokens");
    browser.shows("nightly export");
    assert!(!browser.text("main").contains(&secret) && browser.count("code.secret") == 0);
    at_peace(&browser);
}

#[test]
fn an_administrator_sends_a_letter_again_and_finds_it_in_the_audit_log() {
    let app = TestApp::demo();
    app.write(|tx| {
        let letter: assay::domain::id::OutboxId = outbox::table.select(outbox::id).order(outbox::id).first(tx.conn)?;
        let given_up = (outbox::state.eq("dead"), outbox::last_error.eq("the mailbox is full"));
        diesel::update(outbox::table.find(letter)).set(given_up).execute(tx.conn)?;
        Ok(())
    });
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in("admin", PASSWORD);
    browser.goto("/system/outbox?state=dead");
    browser.shows("the mailbox is full");
    browser.go("重新发送");
    browser.shows("已重新排队发送");
    browser.goto("/system/audit");
    browser.set("select[name=action]", "outbox.sent_again");
    browser.go("查询");
    assert_eq!(browser.count("main tbody tr"), 1);
    browser.shows("温静");
    at_peace(&browser);
}
