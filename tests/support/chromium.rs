//! A real browser: headless Chromium, driven through its own driver program, one driver for the test process and a fresh profile for
//! each browser.
//!
//! Where Chromium or its driver is not installed the tests that want them say so and pass; with `ASSAY_REQUIRE=browser` in the
//! environment they fail instead. The accessibility scan wants axe-core beside them: `AXE_CORE` names its `axe.min.js`
//! (`.ci/run` fetches it), and `ASSAY_REQUIRE=axe` makes it needed.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::postgres::required;

/// How long anything on a page may take before the test fails; long, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The driver program of this process, started by the first who asks.
fn driver() -> Option<&'static str> {
    static DRIVER: OnceLock<Option<(String, Ended)>> = OnceLock::new();
    let found = DRIVER.get_or_init(|| {
        let (Some(_), Some(driver)) = (program("chromium"), program("chromedriver")) else { return None };
        // The driver ends with the process that holds its standard input, however that ends.
        let script = r#"trap 'kill $pid' EXIT; "$0" --port=0 & pid=$!; cat >/dev/null"#;
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(driver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.rsplit_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned()))
            .expect("the driver says its port");
        std::thread::spawn(move || lines.for_each(drop));
        Some((format!("http://127.0.0.1:{port}"), Ended { _driver: child }))
    });
    found.as_ref().map(|(url, _)| url.as_str())
}

/// Keeps the driver's standard input open as long as the process lives.
struct Ended {
    _driver: Child,
}

fn program(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Says loudly that the test is skipped, past the test harness.
fn skipped(why: &str) {
    let thread = std::thread::current();
    let _ = writeln!(std::io::stderr(), "SKIPPED in the browser: {} ({why})", thread.name().unwrap_or("a test"));
}

/// The source of axe-core; `None`, said loudly, where it is not there.
pub fn axe() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let found =
        SOURCE.get_or_init(|| std::env::var_os("AXE_CORE").map(|path| std::fs::read_to_string(path).expect("AXE_CORE names a file")));
    if found.is_none() {
        assert!(!required("axe"), "ASSAY_REQUIRE names axe, but AXE_CORE names no file");
        skipped("AXE_CORE does not name axe-core's axe.min.js");
    }
    found.as_deref()
}

/// A browser with a profile of its own. Closed when dropped.
pub struct Browser {
    runtime: actix_web::rt::Runtime,
    client: Option<Client>,
    base: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens one for the service at `base`; `None`, said loudly, where there is no Chromium.
    pub fn open(base: &str, width: u32, height: u32) -> Option<Self> {
        let Some(driver) = driver() else {
            assert!(!required("browser"), "ASSAY_REQUIRE names browser, but chromium and chromedriver are not in PATH");
            skipped("no chromium and chromedriver in PATH");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let mut arguments = vec![
            "--headless".to_owned(),
            "--disable-gpu".into(),
            "--disable-quic".into(),
            "--disable-dev-shm-usage".into(),
            "--no-first-run".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--autoplay-policy=no-user-gesture-required".into(),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},{height}"),
        ];
        if std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
            arguments.push("--no-sandbox".into());
        }
        let capabilities = json!({
            "goog:chromeOptions": { "binary": program("chromium").unwrap(), "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let runtime = actix_web::rt::Runtime::new().unwrap();
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities).connect(driver).await.unwrap()
        });
        Some(Self { runtime, client: Some(client), base: base.to_owned(), _profile: profile })
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    /// Opens a page of the service.
    pub fn goto(&self, path: &str) {
        self.runtime.block_on(self.client().goto(&format!("{}{path}", self.base))).unwrap();
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.runtime.block_on(self.client().refresh()).unwrap();
    }

    /// The path, with its query, of the page that is shown.
    pub fn path(&self) -> String {
        let url = self.runtime.block_on(self.client().current_url()).unwrap();
        url.as_str().strip_prefix(&self.base).unwrap_or_else(|| panic!("the browser left the service for {url}")).to_owned()
    }

    /// What a script answers: the body of a function that returns something.
    pub fn script(&self, script: &str) -> Value {
        self.runtime.block_on(self.client().execute(script, vec![])).unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// What a script answers that calls `arguments[arguments.length - 1]` with it.
    pub fn script_later(&self, script: &str) -> Value {
        self.runtime.block_on(self.client().execute_async(script, vec![])).unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until an expression of the page is true.
    pub fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const until = performance.now() + 1000;
             const look = () => {{
               if ({expression}) done(true);
               else if (performance.now() > until) done(false);
               else setTimeout(look, 20);
             }};
             look();"
        );
        let begun = Instant::now();
        // A page that is being left answers with an error.
        while self.runtime.block_on(self.client().execute_async(&script, vec![])).ok() != Some(Value::Bool(true)) {
            if begun.elapsed() > PATIENCE {
                panic!("in vain waited for `{expression}` at {}:\n{}", self.path(), self.text("body"));
            }
        }
    }

    /// The text of the first element of a selector.
    pub fn text(&self, selector: &str) -> String {
        self.runtime.block_on(async { self.client().find(Locator::Css(selector)).await.unwrap().text().await.unwrap() })
    }

    /// How many elements a selector finds.
    pub fn count(&self, selector: &str) -> usize {
        self.runtime.block_on(self.client().find_all(Locator::Css(selector))).unwrap().len()
    }

    /// Clicks the first element of a selector, and where that leads to another page waits for it.
    pub fn click(&self, selector: &str) {
        self.runtime.block_on(async {
            let element = self.client().wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
            element.unwrap_or_else(|e| panic!("no {selector}: {e}")).click().await.unwrap_or_else(|e| panic!("{selector}: {e}"));
        });
    }

    /// Clicks what leads to another page, and waits for that.
    pub fn follow(&self, selector: &str) {
        self.script("window.leaving = true;");
        self.click(selector);
        self.until("!window.leaving && document.readyState === 'complete'");
    }

    /// Types into the first element of a selector, after what it holds.
    pub fn fill(&self, selector: &str, text: &str) {
        self.runtime.block_on(async {
            let element = self.client().find(Locator::Css(selector)).await.unwrap_or_else(|e| panic!("no {selector}: {e}"));
            element.send_keys(text).await.unwrap_or_else(|e| panic!("{selector}: {e}"));
        });
    }

    /// Puts a value into a field that is not typed into, such as a day or a month, or instead of what it holds.
    pub fn set(&self, selector: &str, value: &str) {
        let (selector, value) = (json!(selector), json!(value));
        let set = format!(
            "const field = document.querySelector({selector});
             if (!field) return false;
             field.value = {value};
             field.dispatchEvent(new Event('input', {{ bubbles: true }}));
             field.dispatchEvent(new Event('change', {{ bubbles: true }}));
             return field.value === {value};"
        );
        assert_eq!(self.script(&set), true, "no {selector} takes {value} at {}", self.path());
    }

    /// The selector of the first link, button or field's label on the page whose text contains this.
    pub fn called(&self, text: &str) -> &'static str {
        let found = self.script(&format!(
            "document.querySelector('[data-called]')?.removeAttribute('data-called');
             const found = [...document.querySelectorAll('main a, main button, main summary, main label')]
                 .find((e) => e.textContent.includes({}) && e.checkVisibility());
             found?.setAttribute('data-called', '');
             return Boolean(found);",
            json!(text)
        ));
        assert_eq!(found, true, "nothing is called {text} at {}:\n{}", self.path(), self.text("main"));
        "[data-called]"
    }

    /// Clicks what leads elsewhere and is called this.
    pub fn go(&self, text: &str) {
        self.follow(self.called(text));
    }

    /// Says that the page shows this; the text may be in several elements.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        let shown = self.text("main");
        assert!(shown.contains(text), "{text} is not shown at {}:\n{shown}", self.path());
    }

    /// Clicks a link to a file and gives its name and what is in it, as it is kept on the disk.
    pub fn download(&self, selector: &str) -> (String, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let params = json!({ "behavior": "allow", "downloadPath": folder.path() });
        self.own("goog/cdp/execute", &json!({ "cmd": "Browser.setDownloadBehavior", "params": params }));
        self.click(selector);
        let begun = Instant::now();
        loop {
            let mut files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
            let whole = files.find(|file| file.extension().is_some_and(|e| e != "crdownload" && e != "tmp"));
            if let Some(content) = whole.as_ref().and_then(|file| std::fs::read(file).ok()).filter(|content| !content.is_empty()) {
                return (whole.unwrap().file_name().unwrap().to_str().unwrap().to_owned(), content);
            }
            assert!(begun.elapsed() < PATIENCE, "{selector} brought no file at {}", self.path());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases keys one after the other, wherever the focus is.
    pub fn keys(&self, keys: &str) {
        let actions = keys.chars().fold(KeyActions::new("keys".into()), |actions, key| {
            actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key })
        });
        self.runtime.block_on(self.client().perform_actions(actions)).unwrap();
    }

    /// Presses a key while Control is held.
    pub fn control(&self, key: char) {
        const CONTROL: char = '\u{e009}';
        let actions = KeyActions::new("keys".into())
            .then(KeyAction::Down { value: CONTROL })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: CONTROL });
        self.runtime.block_on(self.client().perform_actions(actions)).unwrap();
    }

    /// Logs in on the log-in page.
    pub fn log_in(&self, username: &str, password: &str) {
        self.goto("/login");
        self.fill("input[name=username]", username);
        self.fill("input[name=password]", password);
        self.follow("main button");
        assert_ne!(self.path(), "/login", "{}", self.text("main"));
    }

    /// Makes the page as large as this: a window of a headless browser does not become as narrow as a telephone.
    pub fn view(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.own("goog/cdp/execute", &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size }));
    }

    /// A command of the driver's own, which no crate knows.
    fn own(&self, command: &str, body: &Value) -> Value {
        let session = self.runtime.block_on(self.client().session_id()).unwrap().unwrap();
        let address = format!("{}/session/{session}/{command}", driver().unwrap());
        ureq::post(&address).send_json(body).unwrap().body_mut().read_json::<Value>().unwrap()["value"].take()
    }

    /// Reads a log of the browser and empties it.
    fn log(&self, kind: &str) -> Vec<Value> {
        self.own("se/log", &json!({ "type": kind })).as_array().unwrap().clone()
    }

    /// What went wrong since the last call: errors and warnings on the console, among them what the page's policy forbids, and
    /// requests to anywhere but the service.
    pub fn troubles(&self) -> Vec<String> {
        let complaints = self.log("browser").into_iter().filter(|e| e["level"] == "SEVERE" || e["level"] == "WARNING");
        let mut troubles: Vec<String> = complaints.map(|e| e["message"].as_str().unwrap_or_default().to_owned()).collect();
        for entry in self.log("performance") {
            let Ok(event) = serde_json::from_str::<Value>(entry["message"].as_str().unwrap_or_default()) else { continue };
            if event["message"]["method"] == "Network.requestWillBeSent" {
                let url = event["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
                if !url.starts_with(&self.base) && !url.starts_with("data:") && !url.starts_with("blob:") && !url.starts_with("chrome") {
                    troubles.push(format!("a request to {url}"));
                }
            }
        }
        troubles
    }

    /// How many bytes this page and what it loaded weighed, without sound.
    pub fn weight(&self) -> u64 {
        self.script(
            "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                .filter((entry) => entry.initiatorType !== 'audio' && !/recordings/.test(entry.name))
                .reduce((sum, entry) => sum + entry.encodedBodySize, 0);",
        )
        .as_u64()
        .unwrap()
    }

    /// The serious and critical findings of an accessibility scan of the page as it stands.
    pub fn inaccessible(&self, axe: &str) -> Vec<String> {
        self.script(&format!("{axe}; window.axe = axe; return true;"));
        let found = self.script_later(
            "const done = arguments[arguments.length - 1];
             axe.run(document, { resultTypes: ['violations'] }).then(
                (result) => done(result.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map(
                    (v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)),
                (error) => done([String(error)]));",
        );
        found.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(self.runtime.block_on(client.close()));
        }
    }
}
