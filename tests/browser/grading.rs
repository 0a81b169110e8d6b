//! An inspector's work without a mouse.

use assay::db::schema::evaluations;
use diesel::prelude::*;

use super::PASSWORD;
use crate::support::TestApp;
use crate::support::chromium::Browser;

const TAB: &str = "\u{e004}";
const ENTER: char = '\u{e007}';
const ESCAPE: &str = "\u{e00c}";

fn evaluated(app: &TestApp) -> i64 {
    app.read(|conn| Ok(evaluations::table.count().get_result(conn)?))
}

/// Goes with the Tab key to what a selector finds.
fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..60 {
        if browser.script(&format!("return document.activeElement.matches('{selector}');")) == true {
            return;
        }
        browser.keys(TAB);
    }
    panic!("the Tab key does not lead to {selector} at {}", browser.path());
}

fn open_items(browser: &Browser) -> u64 {
    browser
        .script("return document.querySelectorAll('.item').length - document.querySelectorAll('.item input[type=radio]:checked').length;")
        .as_u64()
        .unwrap()
}

/// Waits until nothing is on its way to the service: a request that the next page cuts off would be a complaint on the console.
fn saved(browser: &Browser) {
    browser.until("localStorage.getItem(`assay:draft:${document.querySelector('#grade').dataset.sample}`) === null");
}

#[test]
fn three_samples_by_keyboard_with_the_sound_playing_and_a_reload_in_the_middle() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1500, 900) else { return };
    let before = evaluated(&app);
    browser.goto("/login");
    browser.keys("inspector.wu");
    browser.keys(TAB);
    browser.keys(PASSWORD);
    browser.keys(&ENTER.to_string());
    browser.until("location.pathname === '/queue' && document.readyState === 'complete'");
    tab_to(&browser, "main button.primary");
    browser.keys(&ENTER.to_string());
    let mut heard = 0;
    for round in 0..3 {
        browser.until("document.querySelector('#grade') && document.querySelector('.item.current')");
        let sample = browser.script("return document.querySelector('#grade').dataset.sample;");
        if browser.count("#player") > 0 {
            browser.keys(" ");
            browser.until("[...document.querySelectorAll('audio')].some((a) => !a.paused && a.currentTime > 0.2)");
            heard += 1;
        }
        // The first item fails with a comment and the place in the conversation; the keys go to the field and do not mark items.
        browser.keys("2");
        browser.until("document.querySelector('.item input[value=fail]:checked')");
        browser.keys(ESCAPE);
        browser.keys("c");
        browser.keys("said 1 2 3 at the beginning");
        browser.keys(ESCAPE);
        browser.keys("nx");
        browser.keys("e");
        browser.until("document.querySelector('.item [name^=evidence]').value !== ''");
        browser.keys("j");
        browser.keys("1");
        if round == 1 {
            let marked = open_items(&browser);
            saved(&browser);
            browser.reload();
            browser.until("document.querySelector('.item.current')");
            assert_eq!(open_items(&browser), marked, "what was marked outlives a reload");
            let comment = browser.script("return document.querySelector('.item textarea').value;");
            assert_eq!(comment, "said 1 2 3 at the beginning");
        }
        while open_items(&browser) > 0 {
            let open = open_items(&browser);
            browser.keys("1");
            assert!(open_items(&browser) < open, "each key marks an item and goes on to the next");
        }
        saved(&browser);
        browser.control(ENTER);
        browser.until(&format!("document.readyState === 'complete' && document.querySelector('#grade')?.dataset.sample !== {sample}"));
    }
    assert!(heard > 0, "one of three has sound");
    assert_eq!(evaluated(&app), before + 3);
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn the_overlay_of_keys_opens_and_closes() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1500, 900) else { return };
    browser.log_in("inspector.wu", PASSWORD);
    browser.goto("/queue");
    browser.follow("main button.primary");
    browser.until("document.querySelector('.item.current')");
    browser.keys("?");
    browser.until("document.querySelector('dialog#keys').open");
    browser.keys(ESCAPE);
    browser.until("!document.querySelector('dialog#keys').open");
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn what_only_the_browser_keeps_outlives_a_reload_and_is_forgotten_when_it_was_taken() {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1500, 900) else { return };
    browser.log_in("inspector.he", PASSWORD);
    browser.goto("/queue");
    browser.follow("a[href^='/calibrations/']");
    browser.until("document.querySelector('.item.current')");
    browser.keys("1");
    browser.keys("2");
    browser.until("document.querySelector('.item input[value=fail]:checked')");
    browser.keys(ESCAPE);
    browser.keys("c");
    browser.keys("kept in this browser only");
    browser.keys(ESCAPE);
    let open = open_items(&browser);
    browser.reload();
    browser.until("document.querySelector('.item.current')");
    assert_eq!(open_items(&browser), open, "what was marked outlives a reload");
    assert_eq!(
        browser.script("return document.querySelectorAll('.item')[1].querySelector('textarea').value;"),
        "kept in this browser only"
    );
    while open_items(&browser) > 0 {
        let open = open_items(&browser);
        browser.keys("1");
        assert!(open_items(&browser) < open, "each key marks an item and goes on to the next");
    }
    browser.control(ENTER);
    browser.until("location.search === '?done=graded' && document.readyState === 'complete'");
    browser.until("Object.keys(localStorage).length === 0");
    assert_eq!(browser.troubles(), Vec::<String>::new());
}
