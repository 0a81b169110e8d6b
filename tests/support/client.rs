//! A client of the API, for one person.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Speaks to the API with one person's token.
#[derive(Debug, Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Client {
    pub fn new(base: &str, token: Option<&str>) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Self { base: base.to_owned(), token: token.map(str::to_owned), agent }
    }

    /// The token, for what does not go through this client.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends a request. A path that does not begin with `/` is below `/api/v1/`.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        self.attempt(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends a request to a service that may be gone.
    pub fn attempt(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response, ureq::Error> {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { format!("{}/api/v1/{path}", self.base) };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = if body.is_empty() && matches!(method, "GET" | "HEAD" | "DELETE") {
            self.agent.run(request.body(()).unwrap())
        } else {
            self.agent.run(request.body(body).unwrap())
        };
        let mut response = sent?;
        let headers = response.headers().iter().map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned())).collect();
        let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec()?;
        Ok(Response { status: response.status().as_u16(), headers, bytes })
    }

    fn send_json<B: Serialize + ?Sized>(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &B) -> Response {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(method, path, &all, &serde_json::to_vec(body).unwrap())
    }

    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], &[])
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, &[], &[])
    }

    pub fn post<B: Serialize + ?Sized>(&self, path: &str, body: &B) -> Response {
        self.send_json("POST", path, &[], body)
    }

    /// A POST with an `Idempotency-Key`.
    pub fn post_once<B: Serialize + ?Sized>(&self, path: &str, key: &str, body: &B) -> Response {
        self.send_json("POST", path, &[("idempotency-key", key)], body)
    }

    /// A POST of a CSV table.
    pub fn post_csv(&self, path: &str, table: &str) -> Response {
        self.send("POST", path, &[("content-type", "text/csv")], table.as_bytes())
    }

    pub fn put<B: Serialize + ?Sized>(&self, path: &str, body: &B) -> Response {
        self.send_json("PUT", path, &[], body)
    }

    /// A PUT with `If-Match`.
    pub fn put_if<B: Serialize + ?Sized>(&self, path: &str, etag: &str, body: &B) -> Response {
        self.send_json("PUT", path, &[("if-match", etag)], body)
    }

    /// A POST with `If-Match`.
    pub fn post_if<B: Serialize + ?Sized>(&self, path: &str, version: i64, body: &B) -> Response {
        self.send_json("POST", path, &[("if-match", &format!("\"{version}\""))], body)
    }

    /// A PATCH with `If-Match`.
    pub fn patch_if<B: Serialize + ?Sized>(&self, path: &str, etag: &str, body: &B) -> Response {
        self.send_json("PATCH", path, &[("if-match", etag)], body)
    }
}

impl Response {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        self.read()
    }

    /// The body as a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e} in {} {}", self.status, self.text()))
    }

    /// Fails the test unless the status is this one; gives the answer on.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Fails the test unless this is a refusal with this status and code; gives its `detail`.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }
}
