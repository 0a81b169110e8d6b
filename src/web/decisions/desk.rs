//! The two lists of the complaint desk: complaints and operating breaches differ in their words and in how often.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;
use uuid::Uuid;

use super::appeals::agent_name;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::AgentId;
use crate::domain::page::Page;
use crate::usecases::agents;
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::trouble::Trouble;
use crate::web::words::Badge;

/// What a list is of.
pub(super) struct Desk {
    /// Its address.
    pub(super) path: &'static str,
    /// Where a file of it is handed in.
    pub(super) import: &'static str,
    pub(super) title: &'static str,
    pub(super) record: &'static str,
    /// What is said where nothing fits a filter, and where there is nothing at all.
    pub(super) none_fits: &'static str,
    pub(super) none: &'static str,
    /// What becomes of one that is recorded.
    pub(super) what_follows: &'static str,
    pub(super) states: Vec<Choice>,
    /// Whether each happened a number of times.
    pub(super) counted: bool,
}

/// What stands in a line.
pub(super) struct DeskLine {
    pub(super) id: Uuid,
    pub(super) reference: String,
    pub(super) agent_id: AgentId,
    pub(super) occurred: String,
    pub(super) occurrences: i32,
    pub(super) state: Badge,
}

#[derive(Template)]
#[template(path = "decisions/desk.html")]
struct DeskPage {
    f: Frame,
    at: Address,
    filter: Typed,
    desk: Desk,
    may_write: bool,
    narrowed: bool,
    lines: Vec<DeskLine>,
    names: HashMap<AgentId, (String, String)>,
    pager: Pager,
}

impl DeskPage {
    fn agent(&self, line: &DeskLine) -> String {
        agent_name(&self.names, line.agent_id)
    }
}

/// The page of a list.
pub(super) async fn page(app: &App, visitor: &Visitor, at: Address, desk: Desk, listed: Page<DeskLine>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let ids = listed.items.iter().map(|line| line.agent_id).collect();
    let names = agents::names::names(app, visitor.actor(), ids).await.or_trouble(visitor)?;
    render(&DeskPage {
        pager: at.pager(&f, listed.next.as_ref()),
        narrowed: at.filtered(&["state", "period", "number", "agent"]),
        filter: at.typed(),
        may_write: visitor.may(Action::ComplaintWrite),
        lines: listed.items,
        names,
        desk,
        at,
        f,
    })
}
