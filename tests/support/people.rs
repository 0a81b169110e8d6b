//! Vendors, teams and agents for stories about something else, made by the administrator through the API.

use assay::domain::id::{AgentId, TeamId, VendorId};
use serde_json::json;

use super::TestApp;

/// A new vendor.
pub fn vendor(app: &TestApp, code: &str) -> VendorId {
    let made = app.admin().post("vendors", &json!({ "code": code, "name": format!("Vendor {code}") })).expect(201);
    serde_json::from_value(made.json()["id"].clone()).unwrap()
}

/// A new team below another, or at the top.
pub fn team(app: &TestApp, code: &str, parent: Option<TeamId>, vendor: Option<VendorId>) -> TeamId {
    let input = json!({ "code": code, "name": format!("Team {code}"), "parent_id": parent, "vendor_id": vendor });
    serde_json::from_value(app.admin().post("teams", &input).expect(201).json()["id"].clone()).unwrap()
}

/// A new agent who has always been in a team.
pub fn agent(app: &TestApp, employee_no: &str, team: TeamId) -> AgentId {
    let input = json!({ "employee_no": employee_no, "name": format!("Agent {employee_no}"), "team_id": team });
    serde_json::from_value(app.admin().post("agents", &input).expect(201).json()["id"].clone()).unwrap()
}
