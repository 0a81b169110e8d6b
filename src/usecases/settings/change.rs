//! Changes a setting as a whole.

use super::Set;
use crate::app::App;
use crate::db::settings::{Setting, load, store};
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::AppealTerms;
use crate::domain::calendar::CalendarInput;
use crate::domain::escalation::EscalationPolicy;
use crate::domain::id::UserId;
use crate::domain::refusal::Faults;
use crate::domain::retention::RetentionPolicy;
use crate::domain::{Refused, version};

/// Sets the working calendar. Times to acknowledge and to decide that already run keep their end.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Stale`.
pub async fn calendar(app: &App, actor: &Actor, seen: i32, input: CalendarInput) -> Result<Set<CalendarInput>> {
    change(app, actor, seen, input.checked()).await
}

/// Sets how appeals go; those that were made before keep their due dates.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Stale`.
pub async fn appeal_terms(app: &App, actor: &Actor, seen: i32, input: AppealTerms) -> Result<Set<AppealTerms>> {
    change(app, actor, seen, input.checked()).await
}

/// Sets what opens escalation cases and whom they go to; cases that are open keep their chain.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults, among them people who may not log in; `Stale`.
pub async fn escalation_policy(app: &App, actor: &Actor, seen: i32, input: EscalationPolicy) -> Result<Set<EscalationPolicy>> {
    actor.may_everywhere(Action::PolicyWrite)?;
    let policy = input.checked()?;
    let levels = policy.levels.iter().chain(policy.chains.iter().flat_map(|chain| &chain.levels));
    let named: Vec<UserId> = levels.flat_map(|level| &level.recipients).filter_map(|recipient| recipient.user_id).collect();
    let known = app.read({
        let named = named.clone();
        move |conn| db::concerned::active_users(conn, &named)
    });
    let known = known.await?;
    let mut faults = Faults::new();
    for user in named.iter().filter(|user| !known.contains(user)) {
        faults.push("levels", format!("{user} is not a user who may log in"));
    }
    faults.finish()?;
    change(app, actor, seen, Ok(policy)).await
}

/// Sets how long recordings and transcripts are kept. What was deleted stays deleted.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Stale`.
pub async fn retention(app: &App, actor: &Actor, seen: i32, input: RetentionPolicy) -> Result<Set<RetentionPolicy>> {
    change(app, actor, seen, input.checked()).await
}

async fn change<S: Setting + Clone + Send + 'static>(app: &App, actor: &Actor, seen: i32, checked: Refused<S>) -> Result<Set<S>> {
    actor.may_everywhere(S::WRITE)?;
    let setting = checked?;
    app.write(actor, move |tx| {
        let (before, stored) = load::<S>(tx.conn)?;
        version::check(seen, stored)?;
        let version = store(tx, &setting, stored)?;
        tx.audit("setting.changed", ("setting", &S::NAME), Some(&before), Some(&setting), None)?;
        Ok(Set { setting: setting.clone(), version })
    })
    .await
}
