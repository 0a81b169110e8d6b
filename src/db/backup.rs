//! Backup and restore of the embedded database. PostgreSQL brings its own tools.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel::{Connection, SqliteConnection};

use super::error::{Error, Result};
use super::migrate;
use crate::domain::Refusal;

/// Copies the embedded database to `target` while the service goes on, as it is at one moment. The file appears under its name only when it
/// is whole and on the disk.
///
/// # Errors
/// `not_initialised` where `source` holds no centre; `file_exists` where `target` is there and `force` is not given.
pub fn backup(source: &Path, target: &Path, force: bool) -> Result<u64> {
    let nothing = || Refusal::conflict("not_initialised", format!("{} holds no centre; there is nothing to back up", source.display()));
    if !source.is_file() {
        return Err(nothing().into());
    }
    if target.exists() && !force {
        let message = format!("{} exists; name another file, or give --force to replace it", target.display());
        return Err(Refusal::conflict("file_exists", message).into());
    }
    let part = beside(target, "part");
    remove(&part)?;
    let mut connection = connect(source)?;
    centre_in(&mut connection).ok().flatten().ok_or_else(nothing)?;
    let copied = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(text(&part)?).execute(&mut connection);
    let done = copied.map_err(|e| named(&part, e.into())).and_then(|_| put_in_place(&part, target));
    done.inspect_err(|_| drop(remove(&part)))?;
    fs::metadata(target).map(|meta| meta.len()).map_err(|e| io(target, &e))
}

/// What a backup file holds, found to be whole and readable by this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The name of the centre in it.
    pub organisation: String,
    /// The migrations of this program that it still lacks; they run at the next start.
    pub to_migrate: usize,
}

/// Checks a backup file: that it is an Assay database, whole, and not of a newer version than this program.
///
/// # Errors
/// `not_a_backup`, `backup_damaged` or `backup_newer`.
pub fn check(file: &Path) -> Result<Checked> {
    let no = |code: &'static str, why: String| Error::from(Refusal::conflict(code, format!("{}: {why}", file.display())));
    let foreign = |_| no("not_a_backup", "is not a backup that `assay backup` made".to_owned());
    if !file.is_file() {
        return Err(no("not_a_backup", "there is no such file".to_owned()));
    }
    // A file on a read-only medium, or one that must not change, is read as it is.
    let uri = format!("file:{}?mode=ro&immutable=1", escaped(&text(file)?));
    let mut connection = SqliteConnection::establish(&uri).map_err(|e| no("not_a_backup", e.to_string()))?;
    let words = diesel::sql_query("PRAGMA integrity_check(5)").load::<Integrity>(&mut connection).map_err(foreign)?;
    if words.iter().any(|row| row.integrity_check != "ok") {
        let found = words.into_iter().map(|row| row.integrity_check).collect::<Vec<_>>().join("; ");
        return Err(no("backup_damaged", format!("is damaged: {found}")));
    }
    let dangling = diesel::sql_query("SELECT COUNT(*) AS count FROM pragma_foreign_key_check").get_result::<Count>(&mut connection)?;
    if dangling.count != 0 {
        return Err(no("backup_damaged", format!("is damaged: {} rows refer to rows that are not there", dangling.count)));
    }
    let versions = diesel::sql_query("SELECT version FROM __diesel_schema_migrations ORDER BY version")
        .load::<Version>(&mut connection)
        .map_err(foreign)?;
    let known = migrate::known_versions()?;
    if let Some(newer) = versions.iter().find(|row| !known.contains(&row.version)) {
        let why = format!("was made by a newer version of assay (it has the migration {}); restore it with that version", newer.version);
        return Err(no("backup_newer", why));
    }
    let to_migrate = known.len().saturating_sub(versions.len());
    let organisation = centre_in(&mut connection).map_err(foreign)?.ok_or_else(|| no("not_a_backup", "holds no centre".to_owned()))?;
    Ok(Checked { organisation, to_migrate })
}

/// Puts a backup in the place of the embedded database at `target`, whole or not at all. Nobody may be using that database.
///
/// # Errors
/// Those of [`check`]; `database_not_empty` where `target` holds a centre and `force` is not given; `database_in_use`.
pub fn restore(file: &Path, target: &Path, force: bool) -> Result<Checked> {
    let checked = check(file)?;
    if target.exists() {
        let mut connection = connect(target)?;
        if let (Ok(Some(centre)), false) = (centre_in(&mut connection), force) {
            let message = format!("{} already holds the centre `{centre}`; give --force to replace it", target.display());
            return Err(Refusal::conflict("database_not_empty", message).into());
        }
        // Leaving the write-ahead log needs the database for oneself, and takes the log's files away.
        let alone = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result::<Journal>(&mut connection);
        if !alone.is_ok_and(|row| row.journal_mode == "delete") {
            let message = format!("{} is in use; stop the service first", target.display());
            return Err(Refusal::conflict("database_in_use", message).into());
        }
    } else if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|e| io(folder, &e))?;
    }
    let part = beside(target, "restoring");
    let done = fs::copy(file, &part).map_err(|e| io(&part, &e)).and_then(|_| put_in_place(&part, target));
    done.inspect_err(|_| drop(remove(&part)))?;
    Ok(checked)
}

#[derive(QueryableByName)]
struct Integrity {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Integer)]
    count: i32,
}

/// The name of the centre, if there is one; an error where the table is not there.
fn centre_in(connection: &mut SqliteConnection) -> QueryResult<Option<String>> {
    Ok(diesel::sql_query("SELECT name FROM organisation").get_result::<Name>(connection).optional()?.map(|row| row.name))
}

fn connect(path: &Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&text(path)?).map_err(|e| Error::of_connection(path.display(), e))?;
    connection.batch_execute("PRAGMA busy_timeout = 2000")?;
    Ok(connection)
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| Refusal::invalid("file", "must be a path in UTF-8").into())
}

/// A path within a `file:` URI.
fn escaped(path: &str) -> String {
    path.chars().fold(String::new(), |mut all, c| {
        match c {
            '%' => all.push_str("%25"),
            '?' => all.push_str("%3f"),
            '#' => all.push_str("%23"),
            c => all.push(c),
        }
        all
    })
}

fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::of_named_file(&path.display().to_string(), error)
}

/// Says which file has no room.
fn named(path: &Path, error: Error) -> Error {
    match error {
        Error::Full(why) => Error::Full(format!("{}: {why}", path.display())),
        other => other,
    }
}

/// The same path with another ending after it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(path, &error)),
        _ => Ok(()),
    }
}

/// Gives a finished file its name; after a power cut there is the old file or the new one.
fn put_in_place(part: &Path, target: &Path) -> Result<()> {
    let durable = || {
        File::open(part)?.sync_all()?;
        fs::rename(part, target)?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    durable().map_err(|e| io(target, &e))
}
