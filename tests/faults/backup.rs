//! Backups taken while inspectors grade, restored and looked at.
//!
//! `BACKUPS=20 cargo test --test it faults::backup` takes twenty on each database.

use std::collections::BTreeMap;
use std::thread::ScopedJoinHandle;

use assay::db::schema::evaluations;
use assay::db::{Db, Result};
use assay::domain::id::{EvaluationId, SampleId};
use diesel::prelude::*;

use crate::support::inspectors::{Event, at_work, fits, office, program};
use crate::support::program::{Serving, assay, complained};
use crate::support::{TestApp, on_both, postgres};

const INSPECTORS: usize = 3;
const AGENTS: usize = 6;

/// Takes a backup and restores it as a database of its own; gives its URL.
fn taken_and_restored(app: &TestApp, number: usize) -> String {
    let folder = app.folder.path();
    let succeeds = |command: &mut std::process::Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", complained(&output));
    };
    let file = folder.join(format!("backup-{number}"));
    if app.is_postgres() {
        let server = postgres::server().unwrap();
        let from = app.app.config.database.url.clone();
        let name = from.split("///").nth(1).unwrap().split('?').next().unwrap();
        succeeds(server.tool("pg_dump", name).args(["--format=custom", "--no-sync", "--file"]).arg(&file));
        let to = format!("{name}_restored_{number}");
        let url = server.create_database(&to, None);
        succeeds(server.tool("pg_restore", &to).args(["--dbname", &to]).arg(&file));
        url
    } else {
        succeeds(&mut program(app, &["backup", file.to_str().unwrap()]));
        let url = format!("sqlite:{}", folder.join(format!("restored-{number}.db")).display());
        succeeds(assay(folder).args(["restore", file.to_str().unwrap()]).env("DATABASE_URL", &url));
        url
    }
}

fn stored_in(url: &str) -> BTreeMap<SampleId, EvaluationId> {
    let config = assay::config::DatabaseConfig { url: url.to_owned(), ..Default::default() };
    let read: Result<_> = actix_web::rt::Runtime::new().unwrap().block_on(async {
        Db::open(&config)?
            .read(|conn| Ok(evaluations::table.select((evaluations::sample_id, evaluations::id)).load(conn)?.into_iter().collect()))
            .await
    });
    read.unwrap()
}

on_both! {
    fn what_was_acknowledged_before_a_backup_is_in_it_and_all_fits(app: &TestApp) {
        let backups: usize = std::env::var("BACKUPS").map_or(2, |text| text.parse().expect("BACKUPS is a whole number"));
        let each = (backups * 8).div_ceil(AGENTS).max(4);
        let city = office(app, INSPECTORS, AGENTS, each);
        let serving = Serving::start(program(app, &["serve", "--port", "0"]));
        std::thread::scope(|scope| {
            let mut acknowledged = BTreeMap::new();
            let mut running: Vec<(BTreeMap<_, _>, ScopedJoinHandle<'_, String>)> = Vec::new();
            for event in at_work(scope, &city, &serving.url) {
                match event {
                    Event::Stored((sample, evaluation)) => {
                        acknowledged.insert(sample, evaluation);
                        if acknowledged.len() % 8 == 4 && running.len() < backups {
                            let number = running.len();
                            running.push((acknowledged.clone(), scope.spawn(move || taken_and_restored(app, number))));
                        }
                    }
                    Event::Handed(_) => {}
                    Event::Refused(answer) => assert_eq!(answer.json()["code"], "unavailable", "{}", answer.text()),
                    Event::Gone => panic!("the service went away"),
                }
            }
            assert_eq!(running.len(), backups);
            for (before, backup) in running {
                let url = backup.join().unwrap();
                let restored = stored_in(&url);
                let lacking: Vec<_> = before.iter().filter(|(sample, evaluation)| restored.get(sample) != Some(evaluation)).collect();
                assert!(lacking.is_empty(), "acknowledged before the backup began and not in it: {lacking:?}");
                let mut check = assay(app.folder.path());
                check.arg("check").env("DATABASE_URL", &url);
                fits(check);
            }
        });
    }
}
