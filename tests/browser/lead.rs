//! A team lead's morning: the month, who is at risk, what was said and when, and what follows from it.

use assay::domain::access::Role;
use assay::usecases::demo;

use super::{PASSWORD, addresses, appeal, at_peace, open_what_can_be_appealed};
use crate::support::TestApp;
use crate::support::chromium::Browser;

/// A lead whose people have a case that nobody has acknowledged.
fn lead_with_a_case(app: &TestApp) -> String {
    let leads = demo::logins().unwrap().into_iter().filter(|login| login.role == Role::TeamLead.as_str());
    let with_case = leads.into_iter().find(|lead| {
        let cases = app.with_token(&lead.token).get("escalations?state=open").expect(200).json();
        !cases["items"].as_array().unwrap().is_empty()
    });
    with_case.expect("a case is open").username
}

/// Whether the player stands at the line that the evidence is, or behind its beginning.
const AT_THE_EVIDENCE: &str = "(() => {
    const line = document.querySelector('.line.evidence');
    return line && [...document.querySelectorAll('.track')].some((track) => {
        const now = Number(track.dataset.start) / 1000 + track.querySelector('audio').currentTime;
        return now > 0 && now >= Number(line.dataset.start) / 1000 - 0.1;
    });
})()";

#[test]
fn a_lead_comes_from_a_number_to_the_second_of_the_recording_in_two_clicks() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in(&lead_with_a_case(&app), PASSWORD);
    browser.goto("/results");
    for shown in ["质检合格率", "目标", "风险客服", "合格率趋势", "错误来源"] {
        browser.shows(shown);
    }
    browser.follow("a[href*='/agents/']");
    browser.shows("仍可承受的错误");

    browser.goto("/results");
    let leads: Vec<String> =
        demo::logins().unwrap().into_iter().filter(|it| it.role == Role::TeamLead.as_str()).map(|it| it.username).collect();
    assert!(leads.iter().any(|lead| comes_to_a_recording(&app, lead)), "some lead's agent has an error in a call");
}

/// From a number that is to be seen to a conversation, with two clicks. Not every error has its place in a recording: from one to the next until one has.
fn comes_to_a_recording(app: &TestApp, lead: &str) -> bool {
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return false };
    browser.log_in(lead, PASSWORD);
    let call = |selector: &str, n: usize| {
        let seen = format!(
            "[...document.querySelectorAll('{selector}')].filter((a) => a.checkVisibility() && !a.textContent.trim().startsWith('0'))"
        );
        browser.script(&format!("const found = {seen}[{n}]; found?.setAttribute('data-called', ''); return Boolean(found);")) == true
    };
    for number in 0_usize..30 {
        for place in 0_usize..10 {
            browser.goto("/results");
            if !call("main a[href*=\"/findings?agent=\"]", number) {
                return false;
            }
            browser.follow("[data-called]");
            if !call(".place a.button", place) {
                break;
            }
            browser.follow("[data-called]");
            assert!(browser.path().starts_with("/conversations/"), "{}", browser.path());
            if browser.count(".track") > 0 {
                browser.until(AT_THE_EVIDENCE);
                at_peace(&browser);
                return true;
            }
        }
    }
    false
}

#[test]
fn a_lead_takes_on_a_case_and_sees_to_what_follows() {
    let app = TestApp::demo();
    let lead = lead_with_a_case(&app);
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in(&lead, PASSWORD);
    browser.goto("/escalations?state=open");
    browser.follow("main td a");
    browser.shows("待确认");
    browser.go("确认：由我处理");
    browser.shows("已确认");
    assert_eq!(browser.count("form[action$='/acknowledge']"), 0);

    browser.go("发起整改");
    browser.set("input[name=due_on]", "2026-11-25");
    browser.fill("textarea[name=text]", "与客服一起复听录音");
    browser.go("创建");
    browser.shows("整改跟踪已创建");
    browser.shows("待完成");
    browser.fill("textarea[name=outcome]", "已复听并演练，客服理解");
    browser.go("已完成");
    browser.shows("整改跟踪已结束");
    browser.shows("已复听并演练，客服理解");
    at_peace(&browser);
}

#[test]
fn a_lead_appeals_on_an_agents_behalf() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    browser.log_in(&lead_with_a_case(&app), PASSWORD);
    browser.goto("/results/2026-11/findings");
    let evaluations = addresses(&browser, "main .card > p a[href^=\"/evaluations/\"]");
    open_what_can_be_appealed(&browser, &evaluations);
    let at = appeal(&browser, "客户先行挂机");
    browser.goto("/appeals?state=open");
    assert!(addresses(&browser, "main td a").contains(&at), "{}", browser.text("main"));
    at_peace(&browser);
}
