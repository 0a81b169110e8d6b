//! A browser without a screen: keeps its cookie, sends forms. For what needs no script.

use crate::support::{Response, TestApp};

/// Somebody at a browser.
pub struct Visitor<'a> {
    app: &'a TestApp,
    cookie: Option<String>,
}

impl<'a> Visitor<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: None }
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut all = headers.to_vec();
        let cookie = self.cookie.clone();
        if let Some(cookie) = &cookie {
            all.push(("cookie", cookie));
        }
        let response = self.app.anonymous().send(method, path, &all, body);
        for (name, value) in &response.headers {
            if name == "set-cookie" && value.starts_with("assay_session=") {
                let pair = value.split(';').next().unwrap();
                self.cookie = Some(pair.to_owned()).filter(|p| !p.ends_with('='));
            }
        }
        response
    }

    pub fn get(&mut self, path: &str) -> Response {
        self.send("GET", path, &[("accept-language", "en")], &[])
    }

    /// Sends a form as it is, without the proof that it was meant.
    pub fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encoded(n), encoded(v))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", "en")];
        self.send("POST", path, &headers, body.join("&").as_bytes())
    }

    /// Sends a form with what the page carried.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let csrf = self.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all)
    }

    /// What the pages carry as proof.
    pub fn csrf(&mut self) -> String {
        let page = self.get("/account").expect(200).text();
        page.split("name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    pub fn log_in(&mut self, username: &str, password: &str) -> Response {
        self.post_bare("/login", &[("username", username), ("password", password)])
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
