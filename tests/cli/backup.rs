//! Backup and restore of the embedded database.

use std::path::Path;
use std::process::{Command, Output};

fn assay(folder: &Path, database: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assay"))
        .current_dir(folder)
        .env("DATABASE_URL", database)
        .env("ASSAY__RECORDINGS__FOLDER", folder.join("recordings"))
        .args(args)
        .output()
        .unwrap()
}

#[track_caller]
fn expect(output: &Output, code: i32, text: &str) {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(text), "{said}");
}

fn init(folder: &Path, database: &str, name: &str) {
    expect(&assay(folder, database, &["init", "--name", name, "--admin", "anna"]), 0, "set up");
}

#[test]
fn a_backup_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    init(here, "sqlite:one.db", "First Centre");
    std::fs::create_dir_all(here.join("recordings/aa")).unwrap();
    let key = assay::recordings::hash(&mut "sound".as_bytes(), 99).unwrap().key;
    let (shelf, rest) = key.as_str().split_at(2);
    std::fs::create_dir_all(here.join("recordings").join(shelf)).unwrap();
    std::fs::write(here.join("recordings").join(shelf).join(rest), "sound").unwrap();

    let made = assay(here, "sqlite:one.db", &["backup", "copy.db", "--recordings", "copies", "--json"]);
    expect(&made, 0, r#""recordings_copied": 1"#);
    expect(&assay(here, "sqlite:one.db", &["backup", "copy.db"]), 2, "--force");
    expect(&assay(here, "sqlite:one.db", &["backup", "copy.db", "--force"]), 0, "recordings are not in it");
    expect(&assay(here, "sqlite:none.db", &["backup", "other.db"]), 2, "no centre");
    assert!(!here.join("none.db").exists() && !here.join("other.db").exists());

    expect(&assay(here, "sqlite:new/two.db", &["restore", "copy.db", "--recordings", "copies"]), 0, "restored `First Centre`");
    expect(&assay(here, "sqlite:new/two.db", &["migrate", "--check"]), 0, "up to date");
    init(here, "sqlite:three.db", "Third Centre");
    expect(&assay(here, "sqlite:three.db", &["restore", "copy.db"]), 2, "already holds the centre `Third Centre`");
    expect(&assay(here, "sqlite:three.db", &["restore", "copy.db", "--force"]), 0, "restored `First Centre`");
    expect(&assay(here, "sqlite:three.db", &["init", "--name", "x", "--admin", "a"]), 2, "already holds a centre");
    let left: Vec<_> = std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.ends_with("part") && !name.ends_with("restoring")), "{left:?}");
}

#[test]
fn what_is_no_backup_is_refused_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    init(here, "sqlite:one.db", "First Centre");
    expect(&assay(here, "sqlite:one.db", &["backup", "copy.db"]), 0, "backed up");
    let whole = std::fs::read(here.join("copy.db")).unwrap();

    std::fs::write(here.join("text.db"), "not a database at all, but long enough to look at".repeat(90)).unwrap();
    std::fs::write(here.join("empty.db"), "").unwrap();
    std::fs::write(here.join("short.db"), &whole[..whole.len() / 2]).unwrap();
    let mut scratched = whole;
    for page in scratched.chunks_mut(4096).skip(3).step_by(3) {
        page[..64].fill(0xA5);
    }
    std::fs::write(here.join("scratched.db"), scratched).unwrap();
    for bad in ["text.db", "empty.db", "short.db", "scratched.db", "absent.db"] {
        expect(&assay(here, "sqlite:one.db", &["restore", bad, "--force"]), 2, bad);
    }
    let migrated = here.join("newer.db");
    std::fs::copy(here.join("copy.db"), &migrated).unwrap();
    let mut connection = <diesel::SqliteConnection as diesel::Connection>::establish(migrated.to_str().unwrap()).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')";
    diesel::connection::SimpleConnection::batch_execute(&mut connection, newer).unwrap();
    drop(connection);
    expect(&assay(here, "sqlite:one.db", &["restore", "newer.db", "--force"]), 2, "newer version");
    expect(&assay(here, "sqlite:one.db", &["init", "--name", "x", "--admin", "a"]), 2, "already holds a centre");
}

#[test]
fn a_database_in_use_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    init(here, "sqlite:one.db", "First Centre");
    expect(&assay(here, "sqlite:one.db", &["backup", "copy.db"]), 0, "backed up");
    let mut config = assay::config::Config::default();
    config.database.url = format!("sqlite:{}", here.join("one.db").display());
    let open = assay::app::App::new(config).unwrap();
    expect(&assay(here, "sqlite:one.db", &["restore", "copy.db", "--force"]), 2, "in use");
    drop(open);
}

#[test]
fn on_postgresql_its_own_tools_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://assay:secret@localhost:1/assay";
    let output = assay(folder.path(), url, &["backup", "it's.dump"]);
    expect(&output, 4, r#"pg_dump --format=custom --file='it'\''s.dump' "$DATABASE_URL""#);
    let output = assay(folder.path(), url, &["restore", "a.dump"]);
    expect(&output, 4, r#"pg_restore --exit-on-error --no-owner --dbname="$DATABASE_URL" 'a.dump'"#);
}
