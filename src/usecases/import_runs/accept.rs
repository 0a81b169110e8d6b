//! Accepts a file: from here on it is a fact that somebody wants it imported.

use super::{kept, permit};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportKind, ImportRun, KEPT, MOST_KEPT, RunProgress, RunState};
use crate::usecases::conversations::upload::Upload;

/// What was handed in.
#[derive(Debug)]
pub enum Content {
    /// A table.
    Table(Vec<u8>),
    /// A file of conversations with their recordings.
    Conversations(Upload),
}

/// Keeps a file and notes the run that is to bring it in; [`super::run`] does the rest. `dry_run` is a preview: the file is kept until
/// it is stored ([`super::begin`]) or discarded.
///
/// # Permissions
/// What the import of that kind asks for.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `too_many_imports`; where the disk is full.
pub async fn accept(app: &App, actor: &Actor, kind: ImportKind, file_name: &str, dry_run: bool, content: Content) -> Result<ImportRun> {
    permit(actor, kind)?;
    let user = actor.person()?;
    let now = app.clock.now();
    let waiting = app.read(move |conn| db::import_runs::open(conn, Some(user))).await?;
    let waiting = waiting.iter().filter(|run| now.signed_duration_since(run.touched_at) < KEPT).count();
    if waiting >= MOST_KEPT {
        let message = format!("{waiting} imports of yours are not stored yet; store or discard some of them first");
        return Err(Refusal::conflict("too_many_imports", message).into());
    }
    let id = ImportRunId(app.chance.id(now));
    let folder = kept::place(app, id);
    let bytes = match content {
        Content::Table(csv) => {
            let bytes = csv.len();
            kept::keep_table(folder.clone(), csv).await?;
            u64::try_from(bytes).unwrap_or(u64::MAX)
        }
        Content::Conversations(upload) => {
            let folder = folder.clone();
            kept::blocking(move || upload.keep(&folder)).await?
        }
    };
    let name: String = file_name.chars().filter(|c| !c.is_control()).take(200).collect();
    let stored = app
        .write(actor, move |tx| {
            let run = ImportRun {
                id,
                kind,
                file_name: name.clone(),
                file_bytes: bytes,
                user_id: user,
                user: String::new(),
                state: RunState::Waiting,
                dry_run,
                attempt: 1,
                created_at: tx.now,
                touched_at: tx.now,
                finished_at: None,
                progress: RunProgress::default(),
                why: None,
            };
            db::import_runs::insert(tx, &run)?;
            Ok(run)
        })
        .await;
    if stored.is_err() {
        kept::remove(folder).await.ok();
    }
    stored
}
