//! The demo's people, as the tables that every centre imports.

use chrono::NaiveDate;

use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::domain::demo::{DemoCentre, DemoUser, worked_days};
use crate::domain::line_report::LineReport;
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};
use crate::usecases::line_import::Upload;
use crate::usecases::{agents, attendance, teams, users, vendors};

/// Brings vendors, teams, agents and users in.
pub(super) async fn bring_in(app: &App, admin: &Actor, centre: &DemoCentre) -> Result<()> {
    let both = |zh: &str, en: &str| format!("{zh} {en}");
    let rows = centre.vendors.iter().map(|it| vec![it.code.clone(), both(&it.name_zh, &it.name_en)]);
    whole(vendors::import::import(app, admin, table(&["code", "name"], rows)).await?)?;
    let rows = centre.teams.iter().map(|it| {
        vec![it.code.clone(), both(&it.name_zh, &it.name_en), it.parent.clone().unwrap_or_default(), it.vendor.clone().unwrap_or_default()]
    });
    whole(teams::import::import(app, admin, table(&["code", "name", "parent", "vendor"], rows)).await?)?;
    let agents = centre.agents.iter().map(|it| (&it.code, &it.name, it.moved_from.as_ref().unwrap_or(&it.team)));
    let staff = centre.users.iter().filter_map(|it| it.staff.as_ref().map(|staff| (&staff.code, &it.name, &staff.team)));
    let rows = agents.chain(staff).map(|(code, name, team)| vec![code.clone(), name.clone(), language(name).to_owned(), team.clone()]);
    whole(agents::import::import(app, admin, table(&["employee_no", "name", "language", "team"], rows)).await?)?;
    let rows = centre.users.iter().map(|it| {
        let email = format!("{}@clearbay.example", it.login);
        let number = it.agent.as_ref().or(it.staff.as_ref().map(|staff| &staff.code)).cloned().unwrap_or_default();
        vec![it.login.clone(), it.name.clone(), email, language(&it.name).to_owned(), number, roles(it)]
    });
    whole(users::import::import(app, admin, table(&["username", "name", "email", "language", "agent", "roles"], rows)).await?)
}

/// Moves those who change their team with this month.
pub(super) async fn move_agents(app: &App, admin: &Actor, centre: &DemoCentre, this: Period) -> Result<()> {
    let rows = centre
        .agents
        .iter()
        .filter(|it| it.moved_from.is_some())
        .map(|it| vec![it.code.clone(), it.name.clone(), it.team.clone(), this.first_day().to_string()]);
    whole(agents::import::import(app, admin, table(&["employee_no", "name", "team", "team_from"], rows)).await?)
}

/// Brings the attendance of a month in, as far as it has gone by on the local day `today`.
pub(super) async fn attend(
    app: &App,
    admin: &Actor,
    centre: &DemoCentre,
    period: Period,
    last_month: bool,
    today: NaiveDate,
) -> Result<()> {
    let rows = centre.agents.iter().filter_map(|it| {
        let days = worked_days(it, period, last_month, today)?;
        Some(vec![it.code.clone(), period.to_string(), days.to_string()])
    });
    whole(attendance::import::import(app, admin, table(&["employee_no", "period", "worked_days"], rows)).await?)
}

fn roles(user: &DemoUser) -> String {
    let role = |role: &crate::domain::demo::DemoRole| match &role.team {
        Some(team) => format!("{}@team:{team}", role.role),
        None => role.role.clone(),
    };
    user.roles.iter().map(role).collect::<Vec<_>>().join(";")
}

/// People read in the language of their names.
fn language(name: &str) -> &'static str {
    if name.is_ascii() { "en" } else { "zh" }
}

fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Upload {
    let cell = |text: &str| if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() };
    let line = |cells: Vec<String>| cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",");
    let mut csv = columns.join(",");
    for row in rows {
        csv.push('\n');
        csv.push_str(&line(row));
    }
    Upload::new(csv.into_bytes(), false)
}

/// Our own files have no line to refuse.
fn whole(report: LineReport) -> Result<()> {
    let checked: Refused<()> = match report.faults.first() {
        None => Ok(()),
        Some(fault) => Err(Refusal::invalid(fault.field.clone(), format!("line {}: {}", fault.line, fault.message))),
    };
    Ok(checked?)
}
