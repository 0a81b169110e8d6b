//! The pages in a real browser, on the demo centre: each role does its work, and every page is looked at.

mod agent;
mod desk_and_finance;
mod grading;
mod lead;
mod manager;
mod office;
mod pages;

use crate::support::chromium::Browser;

/// The password of every log-in of the demo centre.
const PASSWORD: &str = "clearbay-demo";

/// Nothing went wrong on any page until now.
#[track_caller]
fn at_peace(browser: &Browser) {
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

/// Says that the page asks for no more width than there is.
#[track_caller]
fn fits(browser: &Browser) {
    let too_wide = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth;");
    assert!(too_wide.as_i64().unwrap() <= 0, "{} is {too_wide} pixels too wide", browser.path());
}

/// The addresses that the elements of a selector lead to, each once.
fn addresses(browser: &Browser, selector: &str) -> Vec<String> {
    let found = browser.script(&format!("return [...new Set([...document.querySelectorAll('{selector}')].map((a) => a.pathname))];"));
    found.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

/// Opens the first of these evaluations against which an appeal can be made and none was made.
fn open_what_can_be_appealed(browser: &Browser, evaluations: &[String]) {
    for path in evaluations {
        browser.goto(path);
        if browser.count("a[href^='/appeals/new']") > 0 && browser.count("main a[href^='/appeals/']") == 1 {
            return;
        }
    }
    panic!("nothing can be appealed against of {evaluations:?}");
}

/// Appeals against the first point of the evaluation that is open; gives the address of the appeal.
fn appeal(browser: &Browser, why: &str) -> String {
    browser.go("申诉");
    browser.shows("个工作日");
    browser.click("input[name=point]");
    browser.fill("textarea[name^='text:']", "当时系统卡顿");
    browser.fill("textarea[name=text]", why);
    browser.go("提交申诉");
    browser.shows(why);
    browser.shows("待裁定");
    browser.path().split('?').next().unwrap().to_owned()
}
