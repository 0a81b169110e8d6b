//! An administrator's errands: people from a file, a token for a program, a letter that did not leave, who did what.

use assay::db::schema::outbox;
use diesel::prelude::*;

use super::{PASSWORD, at_peace};
use crate::support::TestApp;
use crate::support::chromium::Browser;

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
    browser.shows("已保存");
    browser.goto("/people/agents?name=邹明");
    browser.shows("邹明");
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
