//! An agent's evening on a telephone: own result, read, challenged, waiting.

use assay::domain::access::Role;
use assay::usecases::demo;
use serde_json::Value;

use super::{PASSWORD, addresses, appeal, at_peace, fits, open_what_can_be_appealed};
use crate::support::TestApp;
use crate::support::chromium::Browser;

/// An agent with errors in this month that nobody has appealed against.
fn agent_with_errors(app: &TestApp) -> String {
    let agents = demo::logins().unwrap().into_iter().filter(|login| login.role == Role::Agent.as_str());
    let with_errors = agents.into_iter().find(|agent| {
        let client = app.with_token(&agent.token);
        let about = |path: &str, field: &str| -> Vec<Value> {
            let items = client.get(path).expect(200).json()["items"].take();
            items
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| item["non_key_errors"] != 0 || item["key_errors"] != 0)
                .map(|item| item[field].clone())
                .collect()
        };
        let appealed = about("appeals", "evaluation_id");
        about("evaluations?period=2026-11", "id").iter().any(|evaluation| !appealed.contains(evaluation))
    });
    with_errors.expect("somebody has errors").username
}

#[test]
fn an_agent_reads_acknowledges_and_appeals_on_a_telephone() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 500, 844) else { return };
    browser.view(390, 844);
    browser.log_in(&agent_with_errors(&app), PASSWORD);
    browser.goto("/results");
    browser.shows("我的质检结果");
    browser.shows("仍可承受的错误");
    fits(&browser);
    assert_eq!(browser.count("main a[href*='/findings']"), 0, "nobody else's results are a click away");
    let evaluations = addresses(&browser, "#found .found > p a");
    assert!(!evaluations.is_empty(), "{}", browser.text("main"));

    open_what_can_be_appealed(&browser, &evaluations);
    fits(&browser);
    browser.shows("个工作日");
    if browser.count("form[action$='/acknowledge']") > 0 {
        browser.go("确认已阅读");
    }
    browser.shows("客服已确认阅读");

    let at = appeal(&browser, "请复听录音，客户当时已同意等待");
    fits(&browser);
    let proof = app.folder.path().join("proof.txt");
    std::fs::write(&proof, "15:02 系统无响应\n").unwrap();
    browser.fill("input[type=file]", proof.to_str().unwrap());
    browser.go("添加附件");
    browser.shows("proof.txt");

    browser.goto("/appeals");
    fits(&browser);
    assert!(addresses(&browser, "main td a").contains(&at), "{}", browser.text("main"));
    browser.shows("待裁定");
    at_peace(&browser);
}
