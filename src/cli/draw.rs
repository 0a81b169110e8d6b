use std::process::ExitCode;

use super::{Outcome, say, say_json};
use crate::app::App;
use crate::config::Config;
use crate::domain::access::Actor;
use crate::domain::period::Period;
use crate::usecases::draws::draw::{DrawCommand, draw};
use crate::usecases::sampling_plans::show::show_named;

/// Draw the samples of a plan for a month
///
/// The same plan and month again show the same draw, unless --extra asks for one more.
///
/// Example: assay draw --plan 'Monthly phone' --period 2026-10
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The plan, by name or id
    #[arg(long)]
    plan: String,
    /// The month, YYYY-MM
    #[arg(long)]
    period: Period,
    /// Draw once more although the plan has drawn for the month
    #[arg(long)]
    extra: bool,
    /// Add what the month before fell short of
    #[arg(long)]
    carry_over: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: Config, args: Args) -> Outcome {
    let app = App::new(config)?;
    app.db.migrate()?;
    let actor = Actor::operator();
    let plan = show_named(&app, &actor, &args.plan).await?;
    let command = DrawCommand { plan_id: plan.id, period: args.period, extra: args.extra, carry_over: args.carry_over.then_some(true) };
    let draw = draw(&app, &actor, command).await?;
    if args.json {
        say_json(&draw)?;
        return Ok(ExitCode::SUCCESS);
    }
    let summary = draw.summary.unwrap_or_default();
    say(format!("draw {} of {} for {}", draw.id, plan.name, draw.period));
    say(format!("seed hash          {}", draw.seed_hash));
    say(format!("seed               {}", draw.seed.unwrap_or_default()));
    say(format!("population         {} conversations of {} agents", draw.population_count.unwrap_or_default(), summary.agents));
    say(format!("population digest  {}", draw.population_digest.unwrap_or_default()));
    say(format!("result digest      {}", draw.result_digest.unwrap_or_default()));
    say(format!("samples            {} random, {} targeted", summary.random, summary.targeted));
    say(format!("missing            {} of {} agents", summary.missing, summary.agents_short));
    let unassigned = [summary.unassigned_conflict, summary.unassigned_pair_share, summary.unassigned_capacity];
    say(format!("without inspector  {}", unassigned.iter().sum::<u32>()));
    Ok(ExitCode::SUCCESS)
}
