//! Brings agents in from a CSV table.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{change, create, move_team};
use crate::app::App;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::agent::{Agent, AgentFacts, AgentLine, COLUMNS};
use crate::domain::csv_table::LineFault;
use crate::domain::id::{AgentId, TeamId};
use crate::domain::line_report::{LineOutcome, LineReport};
use crate::domain::membership::{ALWAYS, Membership, Move, move_to, team_on};
use crate::domain::period::{Period, local_day};
use crate::domain::team::Team;
use crate::domain::{Refusal, Refused};
use crate::usecases::line_import::{self, CHUNK, Row, Upload};

/// Stores the agents of `agents.csv`: new ones, changed ones and moved ones, known by their employee numbers. Refused lines do not hinder the
/// others.
///
/// # Permissions
/// `people.write`; each agent and the team must be within reach.
///
/// # Errors
/// `Invalid` where the header does not fit.
pub async fn import(app: &App, actor: &Actor, upload: Upload) -> Result<LineReport> {
    let reach = actor.reach(Action::PeopleWrite)?;
    let (rows, report) =
        line_import::rows(app, upload, &COLUMNS, AgentLine::of_line, |line| ("employee_no", line.employee_no.clone())).await?;
    let now = app.clock.now();
    let plan = move |conn: &mut AnyConnection, rows: &[Row<AgentLine>], report: &mut LineReport| {
        let today = local_day(now, db::organisation::load(conn)?.zone);
        plan(conn, &reach, today, rows, report)
    };
    line_import::store(app, actor, rows, report, CHUNK, plan, apply).await
}

/// What is to be done for one line.
enum Step {
    New { facts: AgentFacts, stay: Membership },
    Known { agent: Box<Agent>, facts: AgentFacts, history: Vec<Membership>, decision: Move, today: NaiveDate },
}

/// What the lines of a chunk are held against.
struct Known {
    agents: HashMap<String, Agent>,
    within: HashSet<AgentId>,
    histories: HashMap<AgentId, Vec<Membership>>,
    teams: HashMap<String, Team>,
    teams_within: Option<HashSet<TeamId>>,
    frozen: Option<Period>,
    today: NaiveDate,
}

fn plan(conn: &mut AnyConnection, reach: &Reach, today: NaiveDate, rows: &[Row<AgentLine>], report: &mut LineReport) -> Result<Vec<Step>> {
    let numbers: Vec<String> = rows.iter().map(|row| row.value.employee_no.clone()).collect();
    let agents = db::agents::with_numbers(conn, &numbers)?;
    let ids: Vec<AgentId> = agents.values().map(|agent| agent.id).collect();
    let known = Known {
        within: db::agents::ids_within(conn, reach, &ids)?,
        histories: db::agents::histories(conn, &ids)?,
        agents,
        teams: db::teams::all(conn)?.into_iter().map(|team| (team.code.clone(), team)).collect(),
        teams_within: db::teams::ids_within(conn, reach)?,
        frozen: db::periods::frozen(conn)?,
        today,
    };
    let mut steps = Vec::new();
    for row in rows {
        match step(&known, &row.value) {
            Ok((step, outcome)) => {
                report.note(row.line, &row.value.employee_no, outcome);
                steps.push(step);
            }
            Err(refusal) => report.refuse(LineFault::from_refusal(row.line, refusal)),
        }
    }
    Ok(steps)
}

fn step(known: &Known, line: &AgentLine) -> Refused<(Step, LineOutcome)> {
    let team = line.team.as_ref().map(|code| team(known, code)).transpose()?;
    let Some(agent) = known.agents.get(&line.employee_no) else {
        let into = team.ok_or_else(|| Refusal::invalid("team", "is missing; a new agent needs the code of a team"))?;
        into.check_open("team")?;
        let team = into.id;
        let from = line.team_from.unwrap_or(ALWAYS);
        move_to(&[], team, from, known.today, None).map_err(move_team::by_column)?;
        return Ok((Step::New { facts: line.onto(None), stay: Membership { from, team } }, LineOutcome::Inserted));
    };
    if !known.within.contains(&agent.id) {
        return Err(Refusal::invalid("employee_no", format!("the agent {} is not within your reach", line.employee_no)));
    }
    let history = known.histories.get(&agent.id).cloned().unwrap_or_default();
    let decision = match team {
        None => Move::Unchanged,
        Some(team) if line.team_from.is_none() && team_on(&history, known.today) == Some(team.id) => Move::Unchanged,
        Some(team) => {
            let from = line.team_from.unwrap_or(known.today);
            let decision = move_to(&history, team.id, from, known.today, known.frozen).map_err(move_team::by_column)?;
            if decision != Move::Unchanged {
                team.check_open("team")?;
            }
            decision
        }
    };
    let (was, facts) = (agent.facts(), line.onto(Some(&agent.facts())));
    let outcome = line_import::outcome(&[
        ("name", was.name != facts.name),
        ("email", was.email != facts.email),
        ("language", was.language != facts.language),
        ("team", decision != Move::Unchanged),
        ("left_on", was.left_on != facts.left_on),
    ]);
    Ok((Step::Known { agent: Box::new(agent.clone()), facts, history, decision, today: known.today }, outcome))
}

fn team<'a>(known: &'a Known, code: &str) -> Refused<&'a Team> {
    let team = known.teams.get(code).ok_or_else(|| Refusal::invalid("team", format!("there is no team with the code `{code}`")))?;
    if known.teams_within.as_ref().is_some_and(|within| !within.contains(&team.id)) {
        return Err(Refusal::invalid("team", format!("the team `{code}` is not within your reach")));
    }
    Ok(team)
}

fn apply(tx: &mut Tx<'_>, step: Step) -> Result<()> {
    match step {
        Step::New { facts, stay } => create::store(tx, &facts, stay.team, stay.from).map(drop),
        Step::Known { agent, facts, history, decision, today } => {
            let agent = change::store(tx, *agent, facts)?;
            move_team::store(tx, agent, &history, decision, today).map(drop)
        }
    }
}
