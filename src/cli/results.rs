use std::process::ExitCode;

use serde::Serialize;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::period::Period;
use crate::domain::results::Fraction;
use crate::domain::results::report::{AgentResult, UnitKind, UnitResult};
use crate::usecases::results::agents::{self, AgentResultFilter};
use crate::usecases::results::units;

/// Show who passes: the results of a period, of the centre, its vendors, teams and agents
///
/// Current for an open period, frozen for a closed one.
///
/// Examples: assay results 2026-11
///           assay results 2026-11 --json | jq '.centre.pass_rate'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The period, YYYY-MM
    period: Period,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Results {
    period: Period,
    centre: UnitResult,
    vendors: Vec<UnitResult>,
    teams: Vec<UnitResult>,
    agents: Vec<AgentResult>,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    let (actor, period) = (Actor::operator(), args.period);
    let results = Results {
        period,
        centre: units::centre(&app, &actor, period).await?,
        vendors: units::all(&app, &actor, period, UnitKind::Vendor).await?,
        teams: units::all(&app, &actor, period, UnitKind::Team).await?,
        agents: agents::all(&app, &actor, period, AgentResultFilter::default()).await?,
    };
    if args.json {
        say_json(&results)?;
    } else {
        print(&results);
    }
    Ok(ExitCode::SUCCESS)
}

/// Tables with the numbers first and the names last, so that names of any script and length stay in line.
fn print(results: &Results) {
    let state = if results.centre.frozen { "closed" } else { "open" };
    say(format!("Results of {} ({state})\n", results.period));
    say("pass rate  passed/rated  agents  sampled  effective  of");
    for unit in [&results.centre].into_iter().chain(&results.vendors).chain(&results.teams) {
        let rated = format!("{}/{}", unit.passed, unit.rated);
        say(format!(
            "{:>9}  {rated:>12}  {:>6}  {:>7}  {:>9}  {} {} {}",
            shown(unit.pass_rate.as_ref()),
            unit.agents,
            unit.sampled,
            unit.effective,
            unit.kind,
            unit.code,
            unit.name,
        ));
    }
    say("\nverdict      n    K    N     K/n     N/n  days  effective  agent");
    for agent in &results.agents {
        say(format!(
            "{:<11} {:>3} {:>4} {:>4}  {:>6}  {:>6}  {:>4}  {:<9}  {} {}",
            agent.verdict.as_str(),
            agent.evaluations,
            agent.key_errors,
            agent.non_key_errors,
            shown(agent.key_ratio.as_ref()),
            shown(agent.non_key_ratio.as_ref()),
            agent.worked_days.days,
            if agent.effective { "yes" } else { "no" },
            agent.employee_no,
            agent.name,
        ));
    }
}

fn shown(ratio: Option<&Fraction>) -> &str {
    ratio.map_or("-", |ratio| ratio.decimal.as_str())
}
