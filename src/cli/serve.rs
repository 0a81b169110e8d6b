use std::process::ExitCode;
use std::time::Duration;

use super::{Outcome, say};
use crate::app::App;
use crate::config::Config;
use crate::db;
use crate::domain::Refusal;
use crate::jobs;
use crate::mail::Transport;
use crate::server;

/// Serve the API and do what runs by itself; migrates the database first
///
/// Stops in good order on SIGTERM and Ctrl-C: what was accepted is finished.
///
/// Example: DATABASE_URL=postgres://assay@localhost/assay assay serve --port 8080
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The port; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,
    /// The address to listen on
    #[arg(long)]
    bind: Option<std::net::IpAddr>,
}

pub(super) async fn run(mut config: Config, args: Args) -> Outcome {
    config.http.connections = super::files::make_room(config.http.connections);
    config.http.port = args.port.unwrap_or(config.http.port);
    config.http.bind = args.bind.unwrap_or(config.http.bind);
    let app = App::new(config)?;
    app.db.migrate()?;
    until_told_to_stop(app).await
}

/// Serves until a signal comes.
///
/// # Errors
/// Where the address cannot be bound.
pub(super) async fn until_told_to_stop(app: App) -> Outcome {
    let transport = Transport::from_config(&app.config.mail).map_err(|why| Refusal::invalid("mail", why))?;
    let patience = Duration::from_secs(app.config.http.shutdown_seconds);
    let (stopper, stop) = jobs::stopper();
    let jobs = actix_web::rt::spawn(jobs::run(app.clone(), transport, stop));
    let listening = server::listen(app).map_err(|e| db::Error::Connection(format!("cannot listen: {e}")))?;
    say(format!("Assay listens on http://{}", listening.address));
    let ended = listening.server.await;
    stopper.stop();
    if tokio::time::timeout(patience, jobs).await.is_err() {
        tracing::warn!("a job did not stop in time; what it was doing is taken up again at the next start");
    }
    ended.map_err(|e| db::Error::Connection(format!("the service ended: {e}")))?;
    Ok(ExitCode::SUCCESS)
}
