use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};

use super::{Outcome, say};
use crate::app::App;
use crate::chance::Chance;
use crate::clock::{Clock, SetClock, SystemClock};
use crate::config::{Config, MailTransport};
use crate::db::{self, Error};
use crate::domain::Refusal;
use crate::jobs::outbox::Sender;
use crate::mail::Transport;
use crate::usecases::demo::{self, DemoLogin};

/// How many calls of each month are heard: all that are sampled, as a rule.
const SOUNDS: usize = 120;

/// No letter of the demo is older than this many days.
const FIRST_LETTER_DAYS: i64 = 66;

/// Run a demo centre: invented people, conversations, grades and fines of two months
///
/// The first start makes the centre, in a database of its own; later ones find it and serve it. Everybody may know its tokens, so it answers
/// on this machine only. DATABASE_URL is not looked at.
///
/// Example: assay demo --port 8080
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder of the demo's database and recordings
    #[arg(long, default_value = "assay-data/demo", value_name = "DIR")]
    data_dir: PathBuf,
    /// The port; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// Make the centre anew; what was done in it is lost
    #[arg(long)]
    reset: bool,
    /// Make the centre and end, without serving it
    #[arg(long)]
    no_serve: bool,
}

pub(super) async fn run(mut config: Config, args: Args) -> Outcome {
    let database = args.data_dir.join("assay.db");
    config.database.url = format!("sqlite:{}", database.display());
    config.recordings.folder = args.data_dir.join("recordings");
    // Its people have invented addresses: nothing may leave this machine.
    config.mail.transport = MailTransport::Folder;
    config.mail.folder = args.data_dir.join("mail");
    config.http.bind = std::net::Ipv4Addr::LOCALHOST.into();
    config.http.port = args.port.unwrap_or(config.http.port);
    config.mail.base_url = format!("http://{}:{}", config.http.bind, config.http.port);
    if args.reset {
        remove(&args.data_dir)?;
    }
    if !database.exists() {
        let begun = Instant::now();
        make(&config, &args.data_dir, &database).await?;
        say(format!("The demo centre was made in {:.1} s in {}.", begun.elapsed().as_secs_f64(), args.data_dir.display()));
    }
    let app = App::new(config)?;
    app.db.migrate()?;
    let found = demo::find(&app).await?;
    say(format!("It shows {} (closed) and {} (half graded).", found.last_period, found.this_period));
    if found.outdated {
        say("A new month has begun since; `assay demo --reset` makes a new centre.");
    }
    say(logins(&demo::logins()?));
    if args.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    super::serve::until_told_to_stop(app).await
}

/// Makes the centre under another name, and gives it its name when it is complete: a start that was interrupted leaves nothing behind.
async fn make(config: &Config, folder: &Path, database: &Path) -> db::Result<()> {
    let making = folder.join("making.db");
    remove_database(&making)?;
    remove_folder(&config.mail.folder)?;
    let mut config = config.clone();
    config.mail.rate_per_minute = 10_000;
    config.database.url = format!("sqlite:{}", making.display());
    let now = SystemClock.now();
    let clock = Arc::new(SetClock::new(now));
    let app = App::with(config, clock.clone(), Chance::from_seed(demo::SEED))?;
    app.db.migrate()?;
    demo::load(&app, &clock, now, SOUNDS).await?;
    send(&app, &clock, now).await?;
    db::backup::backup(&making, database, false)?;
    drop(app);
    remove_database(&making)
}

/// Sends the letters of the two months at about the time at which they would have left, and those of today.
async fn send(app: &App, clock: &SetClock, now: DateTime<Utc>) -> db::Result<()> {
    let transport = Transport::from_config(&app.config.mail).map_err(|why| Refusal::invalid("mail", why))?;
    let sender = Sender::new(app.clone(), transport);
    for days in (0..=FIRST_LETTER_DAYS).rev() {
        clock.set(now - Duration::days(days));
        while sender.run_once().await?.sent > 0 {}
    }
    Ok(())
}

fn logins(logins: &[DemoLogin]) -> String {
    let width = logins.iter().map(|login| login.username.len()).max().unwrap_or(0);
    let lines = logins.iter().map(|login| format!("  {:width$}  {:14}  {}\n", login.username, login.role, login.token));
    format!("Log-ins (user, role, token), each with the password {}:\n{}", demo::PASSWORD, lines.collect::<String>())
}

/// Removes what a demo keeps in its folder, and nothing else.
fn remove(folder: &Path) -> db::Result<()> {
    remove_database(&folder.join("assay.db"))?;
    remove_database(&folder.join("making.db"))?;
    remove_folder(&folder.join("recordings"))?;
    remove_folder(&folder.join("mail"))
}

fn remove_folder(folder: &Path) -> db::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::Connection(format!("{}: {e}", folder.display()))),
        _ => Ok(()),
    }
}

fn remove_database(path: &Path) -> db::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::Connection(format!("{}: {e}", path.display()))),
            _ => {}
        }
    }
    Ok(())
}
