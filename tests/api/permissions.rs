//! Every route × every role, held against the permission table: nobody gets in who may not, nobody is kept out who may, and no route is
//! undeclared. The requests are made from the service's own OpenAPI document.

use std::collections::BTreeSet;

use assay::domain::access::{Action, Grant, GrantReach, Permission, Role, permission};
use serde_json::{Map, Value, json};

use super::permission_routes::ROUTES;
use crate::support::grading::{agent, team};
use crate::support::sounds::form;
use crate::support::{Client, TestApp};

/// A request with the right shape for an operation, about things that do not exist.
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Ask {
    fn send(&self, client: &Client) -> (u16, String) {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = client.send(&self.method, &self.path, &headers, &self.body);
        (answer.status, answer.text().chars().take(200).collect())
    }
}

/// The service's own description.
pub struct Document(pub Value);

impl Document {
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.resolved(self.0.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// The least value that fits a schema: what is required, and nothing else.
    fn example(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)).or_else(|| schema["examples"].get(0)) {
            return value.clone();
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let parts = parts.iter().map(|part| self.example(part));
            return Value::Object(parts.filter_map(|part| part.as_object().cloned()).flatten().collect::<Map<_, _>>());
        }
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let choice = choices.iter().find(|choice| choice["type"] != "null");
            return self.example(choice.unwrap());
        }
        let kind =
            schema["type"].as_str().or_else(|| schema["type"].as_array()?.iter().find_map(|it| it.as_str().filter(|it| *it != "null")));
        match kind {
            Some("object") => {
                let required: BTreeSet<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let fields = schema["properties"].as_object().into_iter().flatten().filter(|(name, _)| required.contains(name.as_str()));
                Value::Object(fields.map(|(name, field)| (name.clone(), self.example(field))).collect())
            }
            Some("array") => match schema["minItems"].as_u64() {
                Some(1..) => json!([self.example(&schema["items"])]),
                _ => json!([]),
            },
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            Some("boolean") => json!(false),
            Some("string") => match schema["format"].as_str() {
                Some("uuid") => json!("01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11"),
                Some("date") => json!("2026-11-05"),
                Some("date-time") => json!("2026-11-05T02:00:00Z"),
                _ => json!("text"),
            },
            _ => Value::Null,
        }
    }

    /// A request that fits an operation.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let operation = &self.0["paths"][format!("/api/v1{path}")][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not in the document");
        let (mut filled, mut query, mut headers) = (path.to_owned(), Vec::new(), Vec::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let value = match self.example(&parameter["schema"]) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            match parameter["in"].as_str().unwrap() {
                "path" => filled = filled.replace(&format!("{{{name}}}"), &value),
                "query" if parameter["required"] == true => query.push(format!("{name}={value}")),
                "header" if name == "If-Match" => headers.push((name.to_owned(), "\"1\"".to_owned())),
                _ => {}
            }
        }
        let contents = operation["requestBody"]["content"].as_object();
        let json_body = contents.and_then(|contents| contents.get("application/json"));
        let body = match (json_body, contents.and_then(|contents| contents.keys().next())) {
            (Some(content), _) => {
                headers.push(("content-type".into(), "application/json".into()));
                serde_json::to_vec(&self.example(&content["schema"])).unwrap()
            }
            (None, Some(media_type)) if media_type == "multipart/form-data" => {
                let (media_type, body) = form(&[("conversations", Some("a.ndjson"), "application/x-ndjson", b"")]);
                headers.push(("content-type".into(), media_type));
                body
            }
            (None, Some(media_type)) => {
                headers.push(("content-type".into(), media_type.clone()));
                b"a,b\n".to_vec()
            }
            (None, None) => Vec::new(),
        };
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        Ask { method: method.to_owned(), path: format!("{}{query}", filled.trim_start_matches('/')), headers, body }
    }
}

/// Whether a role may ask for any of the actions, as the table says.
fn may(role: Role, actions: &str) -> bool {
    let of = |word: &str| permission(role, word.parse::<Action>().unwrap());
    let allows = |word: &str| match word.strip_suffix('!') {
        Some(word) => of(word) == Permission::Granted,
        None => of(word) != Permission::No,
    };
    actions == "*" || actions.split('|').any(allows)
}

#[test]
fn every_route_lets_in_whom_the_permission_table_lets_in() {
    let app = TestApp::sqlite();
    let document = Document(serde_json::from_str(&assay::server::openapi_json()).unwrap());
    let declared: BTreeSet<(String, String)> = ROUTES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let served: BTreeSet<(String, String)> = document.0["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, operations)| {
            let path = path.trim_start_matches("/api/v1").to_owned();
            operations.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    assert_eq!(declared, served, "what is declared is what is served");

    let own = agent(&app, "1001", team(&app, "t1", None, None));
    let people: Vec<(Role, Client)> = Role::ALL
        .iter()
        .map(|role| {
            let (agent, reach) = if *role == Role::Agent { (Some(own), GrantReach::Own) } else { (None, GrantReach::All) };
            (*role, app.user(role.as_str(), agent, &[Grant { role: *role, reach }]).1)
        })
        .collect();
    let mut wrong = Vec::new();
    for (method, path, actions) in ROUTES {
        let ask = document.ask(method, path);
        let (status, _) = ask.send(&app.anonymous());
        if (status == 401) == (*actions == "-") {
            wrong.push(format!("{method} {path} without a log-in: {status}"));
        }
        if *actions == "-" {
            continue;
        }
        for (role, client) in &people {
            let (status, text) = ask.send(client);
            if (status == 403) == may(*role, actions) || status >= 500 || status == 401 {
                wrong.push(format!("{method} {path} as {role}, for {actions}: {status} {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
