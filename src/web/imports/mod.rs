//! Files that bring people, complaints, breaches and conversations in: first what a table would change, then the import itself, which goes on
//! although nobody looks, and its report.

mod conversations;
mod kind;
mod list;
mod report;
mod run;
mod table;

use actix_web::web;

use super::background;
use crate::app::App;
use crate::domain::access::Actor;
use crate::domain::import_run::ImportRun;
use crate::usecases::{Error, import_runs};

pub(super) use self::kind::may_import;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    table::routes(config);
    // Before the runs: their addresses would take it for one of theirs.
    conversations::routes(config);
    list::routes(config);
    run::routes(config);
}

/// Lets a run go on in the background; gives its refusal where it ends with one before the browser's patience does.
async fn go_on(app: &web::Data<App>, actor: &Actor, run: ImportRun) -> Result<(), Error> {
    let (app, actor) = (app.clone(), actor.clone());
    background::begin(format!("the import {}", run.id), async move { import_runs::run::run(&app, &actor, &run).await }).await.map(|_| ())
}
