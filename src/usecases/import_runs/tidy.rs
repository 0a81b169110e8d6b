//! Takes away the files of imports that nobody will store any more.

use std::path::Path;
use std::time::Duration;

use super::kept;
use crate::app::App;
use crate::db::{self, Error, Result};
use crate::domain::access::Actor;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::KEPT;

/// After this time a folder that no run knows is one whose run was never noted.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// Removes the files of runs that have been stored or that nobody has touched for [`KEPT`], with the previews among those. Gives how many folders
/// that were. Uploads that broke off are `recordings::leftovers`.
///
/// # Errors
/// What the database or the file system says.
pub async fn tidy(app: &App, actor: &Actor) -> Result<usize> {
    let root = kept::root(app);
    let runs = kept::blocking(move || kept::folders(&root)).await?;
    let mut old = Vec::new();
    for folder in runs {
        let id = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<ImportRunId>().ok());
        let Some(id) = id else { continue };
        if !is_wanted(app, actor, id, &folder).await? {
            old.push(folder);
        }
    }
    let count = old.len();
    for folder in old {
        kept::remove(folder).await?;
    }
    Ok(count)
}

fn is_forgotten(folder: &Path) -> bool {
    let age = std::fs::metadata(folder).and_then(|metadata| metadata.modified()).ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > FORGOTTEN)
}

async fn is_wanted(app: &App, actor: &Actor, id: ImportRunId, folder: &Path) -> Result<bool> {
    app.write(actor, {
        let folder = folder.to_owned();
        move |tx| {
            let run = match db::import_runs::get(tx.conn, id) {
                Ok(run) => run,
                // Its run may be about to be noted.
                Err(Error::Refused(_)) => return Ok(!is_forgotten(&folder)),
                Err(error) => return Err(error),
            };
            let wanted = run.is_open() && tx.now.signed_duration_since(run.touched_at) <= KEPT;
            if !wanted && run.dry_run {
                db::import_runs::remove(tx, id)?;
            }
            Ok(wanted)
        }
    })
    .await
}
