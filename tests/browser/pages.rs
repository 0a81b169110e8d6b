//! Every page that a role's links lead to, in both languages, wide and narrow, light and dark: no error, nothing from elsewhere, nothing
//! that keeps people out, no page that is too heavy or wider than a telephone.

use std::collections::{BTreeSet, VecDeque};

use super::PASSWORD;
use crate::support::TestApp;
use crate::support::chromium::{Browser, axe};

/// What a page may weigh, without sound.
const MOST_BYTES: u64 = 200_000;

/// The kind of page that an address leads to: ids and periods are all the same, and so is what a list is filtered by.
fn shape(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap();
    let is_id = |part: &str| part.len() == 36 && part.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    let is_period = |part: &str| part.len() == 7 && part.as_bytes()[4] == b'-' && part.bytes().filter(u8::is_ascii_digit).count() == 6;
    let parts = path.split('/').map(|part| {
        if is_id(part) {
            "{id}"
        } else if is_period(part) {
            "{period}"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The addresses on a page that lead to pages of the service.
fn links(browser: &Browser) -> Vec<String> {
    let found = browser.script(
        "return [...document.querySelectorAll('a[href]')]
            .filter((a) => a.origin === location.origin && !a.hasAttribute('download') && !a.pathname.startsWith('/api/'))
            .map((a) => a.pathname + a.search);",
    );
    found.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// How many entries of the bars above say where one is and cannot be seen.
const OUT_OF_SIGHT: &str = "return [...document.querySelectorAll('.menu [aria-current], nav.beside [aria-current]')].filter((entry) => {
    const [box, bar] = [entry.getBoundingClientRect(), entry.closest('nav').getBoundingClientRect()];
    return box.left < bar.left - 1 || box.right > bar.right + 1;
}).length;";

struct Look {
    language: &'static str,
    theme: &'static str,
    width: u32,
}

const LOOKS: [Look; 2] = [Look { language: "en", theme: "light", width: 1400 }, Look { language: "zh", theme: "dark", width: 390 }];

fn choose(browser: &Browser, look: &Look) {
    browser.goto("/account");
    browser.script(&format!(
        "document.querySelector('select[name=language]').value = '{}'; document.querySelector('select[name=theme]').value = '{}';",
        look.language, look.theme
    ));
    browser.follow("form[action='/account/looks'] button");
}

/// The size of the page itself: a headless window may not become as narrow as a telephone.
fn look_at(browser: &Browser, look: &Look) {
    let height = if look.width < 600 { 844 } else { 900 };
    browser.view(look.width, height);
}

fn walk(user: &str) {
    let app = TestApp::demo();
    let Some(browser) = Browser::open(&app.url, 1400, 900) else { return };
    let axe = axe();
    browser.log_in(user, PASSWORD);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for look in LOOKS {
        choose(&browser, &look);
        look_at(&browser, &look);
        seen.clear();
        let mut ahead = VecDeque::from(["/".to_owned(), "/account".to_owned()]);
        while let Some(path) = ahead.pop_front() {
            if !seen.insert(shape(&path)) {
                continue;
            }
            browser.goto(&path);
            browser.until("document.readyState === 'complete'");
            let mut say = |what: String| wrong.push(format!("{user} {} {} {path}: {what}", look.language, look.width));
            browser.troubles().into_iter().for_each(&mut say);
            let weight = browser.weight();
            if weight > MOST_BYTES {
                say(format!("{weight} bytes"));
            }
            let too_wide = browser.script("return document.documentElement.scrollWidth - document.documentElement.clientWidth;");
            if too_wide.as_i64().unwrap() > 0 {
                say(format!("{too_wide} pixels wider than the window"));
            }
            if browser.script(OUT_OF_SIGHT) != 0 {
                say("where one is stands out of sight".to_owned());
            }
            if let Some(axe) = axe {
                browser.inaccessible(axe).into_iter().for_each(&mut say);
            }
            ahead.extend(links(&browser));
        }
    }
    assert!(seen.len() > 2, "the links lead somewhere: {seen:?}");
    assert!(wrong.is_empty(), "{}\nof {} kinds of page: {seen:?}", wrong.join("\n"), seen.len());
}

macro_rules! walks {
    ($($name:ident: $user:literal)*) => {$(
        #[test]
        fn $name() {
            walk($user);
        }
    )*};
}

walks! {
    the_pages_of_an_inspector: "inspector.wu"
    the_pages_of_a_team_lead: "lead.yunqiao"
    the_pages_of_an_agent: "agent.shi"
    the_pages_of_a_qa_manager: "qa.manager"
    the_pages_of_an_administrator: "admin"
    the_pages_of_an_auditor: "auditor"
    the_pages_of_finance: "finance"
    the_pages_of_the_complaint_desk: "complaints"
}
