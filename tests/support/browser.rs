//! A browser without a screen: keeps its cookie, sends forms. For what needs no script.

use assay::auth;
use assay::db::{self, users::UserRow};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::UserId;
use assay::domain::language::Language;

use crate::support::{Response, TestApp};

/// The password of everybody who logs in with [`Visitor::of`].
const PASSWORD: &str = "a password of tests";

/// Somebody at a browser.
pub struct Visitor<'a> {
    app: &'a TestApp,
    cookie: Option<String>,
}

impl<'a> Visitor<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: None }
    }

    /// Somebody new with one role that reaches the whole centre, logged in and reading English.
    pub fn of(app: &'a TestApp, role: Role) -> Self {
        let username = format!("{role}-at-a-browser");
        let name = username.clone();
        let hash = auth::hash_password(PASSWORD, [9; 32]).unwrap();
        app.write(move |tx| {
            let user = UserRow {
                id: tx.id::<UserId>(),
                username: name.clone(),
                name: format!("Somebody: {role}"),
                email: None,
                language: Language::En,
                agent_id: None,
                active: true,
                version: 1,
            };
            db::users::insert(tx, &user, Some(&hash))?;
            db::users::insert_grant(tx, user.id, &Grant { role, reach: GrantReach::All }).map(drop)
        });
        let mut visitor = Self::new(app);
        visitor.log_in(&username, PASSWORD).expect(303);
        visitor
    }

    /// A page as text.
    #[track_caller]
    pub fn page(&mut self, path: &str) -> String {
        self.get(path).expect(200).text()
    }

    /// Sends a form that is taken; gives the page that the browser is sent to.
    #[track_caller]
    pub fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        self.post(path, fields).expect(303).header("location").unwrap().to_owned()
    }

    /// Sends a form with a file, in parts.
    pub fn post_file(&mut self, path: &str, fields: &[(&str, &str)], file: Option<&str>) -> Response {
        let csrf = self.csrf();
        let part = |name: &str, more: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let mut body = part("csrf", "", &csrf);
        fields.iter().for_each(|(name, value)| body.push_str(&part(name, "", value)));
        body.push_str(&part("file", "; filename=\"table.csv\"", file.unwrap_or("")));
        body.push_str("--edge--\r\n");
        self.send("POST", path, &[("content-type", "multipart/form-data; boundary=edge"), ("accept-language", "en")], body.as_bytes())
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
