//! Deletes what has had its time.
//!
//! First the database says that it is gone, and that is committed; then the files go. What a crash leaves in between stands in the list of files to
//! be deleted, and the next run goes on with it.

use std::sync::Arc;
use std::time::SystemTime;

use chrono::Duration;

use super::pass::{Place, Rule, apply, look};
use crate::app::App;
use crate::db::settings::load;
use crate::db::{self, Error, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::retention::{Kept, Purged, RetentionPolicy, RetentionReport};
use crate::recordings::{Key, remove_leftovers};

/// The lease of the one run at a time.
const LEASE: &str = "retention";
/// The lease that makes it one run a day.
const DAILY: &str = "retention.daily";
/// How long a run that shows no sign of life keeps others away.
const PATIENCE: Duration = Duration::minutes(10);
/// After how long a daily run that failed is tried again.
const AGAIN: Duration = Duration::hours(1);
/// How long after a daily run the next one begins.
const A_DAY: Duration = Duration::hours(23);
/// How many files are deleted between two transactions.
const FILES: i64 = 100;
/// What lies untouched for so long among the uploads was left behind by a crash.
const LEFT_BEHIND: Duration = Duration::days(1);

/// Runs once a day, in whichever instance comes first; `None` where it is not due.
///
/// # Permissions
/// `retention.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; those of [`run`].
pub async fn run_daily(app: &App, actor: &Actor) -> Result<Option<RetentionReport>> {
    actor.may_everywhere(Action::RetentionWrite)?;
    // New in every run, so that this instance waits as long as the others.
    let holder = holder(app);
    if !take(app, actor, DAILY, &holder, AGAIN).await? {
        return Ok(None);
    }
    let report = run(app, actor, false).await?;
    take(app, actor, DAILY, &holder, A_DAY).await?;
    Ok(Some(report))
}

/// Deletes what has had its time by the policy that is set; with `dry_run` only counts it. One run at a time; one that broke off is gone on with.
///
/// # Permissions
/// `retention.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `retention_running`; what the database says.
pub async fn run(app: &App, actor: &Actor, dry_run: bool) -> Result<RetentionReport> {
    actor.may_everywhere(Action::RetentionWrite)?;
    let holder = holder(app);
    if !dry_run && !take(app, actor, LEASE, &holder, PATIENCE).await? {
        return Err(running().into());
    }
    let done = everything(app, actor, &holder, dry_run).await;
    if !dry_run {
        app.write(actor, move |tx| db::leases::give_back(tx, LEASE, &holder)).await?;
    }
    done
}

async fn everything(app: &App, actor: &Actor, holder: &str, dry_run: bool) -> Result<RetentionReport> {
    let (policy, _) = app.read(load::<RetentionPolicy>).await?;
    let mut report = RetentionReport { policy, dry_run, ..RetentionReport::default() };
    let now = app.clock.now();
    for kept in Kept::ALL {
        let Some(cutoff) = policy.cutoff(*kept, now) else { continue };
        let purged = pass(app, actor, holder, Rule { kept: *kept, policy, now, cutoff }, dry_run).await?;
        report.purged.insert(*kept, purged);
    }
    if !dry_run {
        report.files = delete_files(app, actor).await?;
        let untouched = SystemTime::from(now.checked_sub_signed(LEFT_BEHIND).unwrap_or(now));
        let folder = app.config.recordings.folder.clone();
        let removed = blocking(move || remove_leftovers(&folder, untouched)).await?;
        report.leftovers = removed.map_err(|e| Error::Damaged(format!("uploads that broke off cannot be deleted: {e}")))?;
    }
    Ok(report)
}

async fn pass(app: &App, actor: &Actor, holder: &str, rule: Rule, dry_run: bool) -> Result<Purged> {
    let mut purged = Purged::default();
    let mut place = Some(Place::Held(None));
    while let Some(at) = place {
        let step = if dry_run {
            app.read(move |conn| look(conn, &rule, at)).await?
        } else {
            let holder = holder.to_owned();
            app.write(actor, move |tx| {
                let until = tx.now.checked_add_signed(PATIENCE).unwrap_or(tx.now);
                if !db::leases::take(tx, LEASE, &holder, until)? {
                    return Err(running().into());
                }
                let step = look(tx.conn, &rule, at)?;
                apply(tx, &rule, &step)?;
                Ok(step)
            })
            .await?
        };
        purged.conversations = purged.conversations.saturating_add(u64::try_from(step.purge.len()).unwrap_or(0));
        for (_, hold) in &step.hold {
            let count = purged.held.entry(*hold).or_default();
            *count = count.saturating_add(1);
        }
        place = step.next;
    }
    Ok(purged)
}

/// Deletes the files that are on the list and that nothing needs; what cannot be deleted stays on it.
async fn delete_files(app: &App, actor: &Actor) -> Result<u64> {
    let (mut deleted, mut after) = (0_u64, String::new());
    loop {
        let from = after.clone();
        let files = app.write(actor, move |tx| db::retention::next_files(tx, &from, FILES)).await?;
        let Some(last) = files.last() else { return Ok(deleted) };
        after.clone_from(last);
        let store = Arc::clone(&app.recordings);
        let done = blocking(move || {
            let delete = |name: &String| match Key::parse(name).map(|key| store.delete(&key)) {
                Some(Ok(())) | None => true,
                Some(Err(error)) => {
                    tracing::error!(file = name, %error, "a recording that had its time cannot be deleted; it is tried again");
                    false
                }
            };
            files.into_iter().filter(delete).collect::<Vec<_>>()
        });
        let done = done.await?;
        deleted = deleted.saturating_add(u64::try_from(done.len()).unwrap_or(0));
        app.write(actor, move |tx| db::retention::files_done(tx, &done)).await?;
    }
}

fn holder(app: &App) -> String {
    hex::encode(app.chance.bytes().get(..8).unwrap_or_default())
}

async fn take(app: &App, actor: &Actor, name: &'static str, holder: &str, time: Duration) -> Result<bool> {
    let holder = holder.to_owned();
    app.write(actor, move |tx| db::leases::take(tx, name, &holder, tx.now.checked_add_signed(time).unwrap_or(tx.now))).await
}

fn running() -> Refusal {
    Refusal::conflict("retention_running", "what has had its time is being deleted at this moment; try again later")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Panicked(e.to_string()))
}
