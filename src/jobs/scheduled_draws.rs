//! Draws the plans that draw by themselves.

use std::time::Duration;

use crate::app::App;
use crate::db::sampling_plans::PlanRow;
use crate::db::{self, Error, Result};
use crate::domain::access::Actor;
use crate::domain::id::DrawId;
use crate::domain::period::Period;
use crate::domain::sampling::sample::DrawState;
use crate::usecases::draws::draw::{DrawCommand, draw};

/// How often the schedules are looked at.
const EVERY: Duration = Duration::from_secs(60);

/// Looks at the schedules for ever.
pub async fn run(app: App) {
    loop {
        if let Err(error) = run_once(&app).await {
            tracing::error!(%error, "the schedules of sampling plans could not be read");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Draws every plan whose time has come and that has not drawn for its period yet. A plan that cannot draw is logged and tried again the
/// next time, and does not keep the others from drawing. The use case sees to it that several instances draw once.
///
/// # Errors
/// Where the plans cannot be read.
pub async fn run_once(app: &App) -> Result<Vec<DrawId>> {
    let due = due(app).await?;
    let mut drawn = Vec::new();
    for (plan, period) in due {
        let command = DrawCommand { plan_id: plan.id, period, extra: false, carry_over: None };
        match draw(app, &Actor::service(), command).await {
            Ok(draw) => {
                tracing::info!(plan = plan.name, %period, draw = %draw.id, "a scheduled draw was made");
                drawn.push(draw.id);
            }
            Err(Error::Refused(refusal)) => {
                tracing::warn!(plan = plan.name, %period, code = refusal.code, "a scheduled draw was not made: {refusal}");
            }
            Err(error) => tracing::error!(plan = plan.name, %period, %error, "a scheduled draw failed"),
        }
    }
    Ok(drawn)
}

/// The active plans whose moment came after they were made and that have no finished draw for its period.
async fn due(app: &App) -> Result<Vec<(PlanRow, Period)>> {
    let now = app.clock.now();
    app.read(move |conn| {
        let Some(organisation) = db::organisation::find(conn)? else { return Ok(Vec::new()) };
        let mut due = Vec::new();
        for plan in db::sampling_plans::active(conn)? {
            let Some(schedule) = plan.content.schedule else { continue };
            let Some(period) = schedule.latest_due(now, organisation.zone) else { continue };
            if schedule.moment(period, organisation.zone) < plan.created_at || db::samples::period_closed(conn, period)? {
                continue;
            }
            let before = db::draws::regular(conn, plan.id, period)?;
            if before.is_none_or(|draw| draw.state == DrawState::Committed) {
                due.push((plan, period));
            }
        }
        Ok(due)
    })
    .await
}
