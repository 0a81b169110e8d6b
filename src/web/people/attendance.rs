//! Attendance: the worked days by month and agent.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::access::Action;
use crate::domain::attendance::AttendanceFilter;
use crate::domain::period::Period;
use crate::usecases::{agents, attendance, organisation};
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;
use crate::web::words::moment;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/people/attendance", web::get().to(list));
}

#[derive(Template)]
#[template(path = "people/attendance.html")]
struct AttendancePage {
    f: Frame,
    filter: Typed,
    may_write: bool,
    lines: Vec<AttendanceLine>,
    pager: Pager,
}

struct AttendanceLine {
    period: Period,
    agent: String,
    days: i32,
    recorded: String,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let mut agent = None;
    if let Some(number) = at.filled("number") {
        let found = agents::names::numbered(&app, actor, vec![number.to_owned()]).await.or_trouble(&visitor)?;
        // A number that is nobody's finds nothing, not everything.
        agent = Some(found.values().next().copied().unwrap_or(crate::domain::id::AgentId(uuid::Uuid::nil())));
    }
    let filter = AttendanceFilter { period: at.read("period"), agent };
    let listed = attendance::list::list(&app, actor, filter, at.page(100).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let ids = listed.items.iter().map(|line| line.agent_id).collect();
    let names = agents::names::names(&app, actor, ids).await.or_trouble(&visitor)?;
    let line = |line: &crate::domain::attendance::Attendance| AttendanceLine {
        period: line.period,
        agent: names.get(&line.agent_id).map_or_else(|| line.agent_id.to_string(), |(number, name)| format!("{name} {number}")),
        days: line.worked_days,
        recorded: moment(line.recorded_at, zone),
    };
    render(&AttendancePage {
        lines: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        filter: at.typed(),
        may_write: visitor.may(Action::AttendanceWrite),
        f,
    })
}
