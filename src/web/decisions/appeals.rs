//! Appeals: the list of those to decide, the first due first where it is asked so.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::appeal::AppealState;
use crate::domain::id::{AgentId, AppealId};
use crate::usecases::appeals::list::list as list_appeals;
use crate::usecases::appeals::{AppealFilter, AppealSummary};
use crate::usecases::{agents, organisation, users};
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, deadline, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/decisions/appeals", web::get().to(list));
}

#[derive(Template)]
#[template(path = "decisions/appeals.html")]
struct AppealsPage {
    f: Frame,
    at: Address,
    filter: Typed,
    states: Vec<Choice>,
    filtered: bool,
    appeals: Vec<AppealLine>,
    pager: Pager,
}

struct AppealLine {
    id: AppealId,
    agent: String,
    about: &'static str,
    period: String,
    points: usize,
    state: Badge,
    made_by: String,
    made: String,
    due: String,
    late: bool,
}

/// What an appeal is about, in a word.
pub(super) fn about(f: &Frame, appeal: &AppealSummary) -> &'static str {
    match (appeal.evaluation_id, appeal.complaint_id) {
        (Some(_), _) => f.t("evaluation", "质检评分"),
        (None, Some(_)) => f.t("complaint", "投诉"),
        (None, None) => f.t("operating breach", "违规操作"),
    }
}

/// Agents by number and name.
pub(super) fn agent_name(names: &HashMap<AgentId, (String, String)>, id: AgentId) -> String {
    names.get(&id).map_or_else(|| id.to_string(), |(number, name)| format!("{name} {number}"))
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let filter = AppealFilter { state: at.read("state"), period: at.read("period"), sort: at.sort(), ..AppealFilter::default() };
    let listed = list_appeals(&app, actor, filter, at.page(100).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let agents = listed.items.iter().map(|appeal| appeal.agent_id).collect();
    let names = agents::names::names(&app, actor, agents).await.or_trouble(&visitor)?;
    let people = listed.items.iter().map(|appeal| appeal.made_by).collect();
    // A team lead reads no list of users, and then no names of those who appealed.
    let people = users::names::names(&app, actor, people).await.unwrap_or_default();
    let now = app.clock.now();
    let line = |appeal: &AppealSummary| AppealLine {
        id: appeal.id,
        agent: agent_name(&names, appeal.agent_id),
        about: about(&f, appeal),
        period: appeal.period.to_string(),
        points: appeal.points.len(),
        state: f.appeal_state(appeal.state),
        made_by: people.get(&appeal.made_by).cloned().unwrap_or_default(),
        made: moment(appeal.made_at, zone),
        due: deadline(appeal.due_at, zone),
        late: appeal.state.is_pending() && appeal.due_at < now,
    };
    let appeals = listed.items.iter().map(line).collect();
    let states = AppealState::ALL.iter().map(|one| Choice::new(one, f.appeal_state(*one).text)).collect();
    let pager = at.pager(&f, listed.next.as_ref());
    render(&AppealsPage { filter: at.typed(), filtered: at.filtered(&["state", "period"]), at, states, appeals, pager, f })
}
