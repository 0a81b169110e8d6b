//! The disk of temporary files full: a file that cannot be made is refused, and never sent in part.

use assay::db::schema::ledger;
use assay::domain::access::Role;
use assay::domain::id::LedgerEntryId;
use assay::domain::ledger::EntryKind;
use diesel::prelude::*;

use super::says;
use crate::support::disk::SmallDisk;
use crate::support::graded::Centre;
use crate::support::program::{Serving, complained};
use crate::support::{Client, TestApp};

/// Lines enough that the list does not stay in memory.
const LINES: usize = 6000;

fn centre() -> TestApp {
    let app = TestApp::sqlite();
    let agent = Centre::new(&app).agents[0];
    app.write(move |tx| {
        for line in 0..LINES {
            let id: LedgerEntryId = tx.id();
            let (now, period) = (tx.at(), "2026-11");
            diesel::insert_into(ledger::table)
                .values((
                    ledger::id.eq(id),
                    ledger::period.eq(period),
                    ledger::kind.eq(EntryKind::Manual),
                    ledger::agent_id.eq(agent),
                    ledger::amount_minor.eq(100),
                    ledger::currency.eq("CNY"),
                    ledger::origin_period.eq(period),
                    ledger::reason.eq("a long reason ".repeat(70)),
                    ledger::dedupe.eq(format!("line {line}")),
                    ledger::posted_at.eq(now),
                ))
                .execute(tx.conn)?;
        }
        Ok(())
    });
    app
}

#[test]
fn a_list_without_room_for_its_file_is_refused_and_not_cut_off() {
    let Some(mut disk) = SmallDisk::new("32m") else { return };
    let app = centre();
    let mut command = disk.assay(app.folder.path(), &["serve", "--port", "0"]);
    command.env("DATABASE_URL", &app.app.config.database.url).env("TMPDIR", disk.path());
    let serving = Serving::start(command);
    let finance = Client::new(&serving.url, app.person(Role::Finance).token());
    let wanted = |format: &str| finance.get(&format!("fine-lists/2026-11?format={format}"));
    let files = ["csv", "xlsx", "ndjson"].map(|format| wanted(format).expect(200).bytes);
    assert!(files[0].len() > 4 << 20 && files[0].ends_with(b"\n"));
    for room in [0, 64 << 10, 1 << 20] {
        disk.fill_but(room);
        for format in ["csv", "xlsx", "ndjson"] {
            let answer = wanted(format);
            assert!(says(&answer, 507, "storage_full"), "{format}, {room}: {} {} bytes", answer.status, answer.bytes.len());
        }
        // What needs no file is answered.
        finance.get("fine-lists/2026-11?limit=1").expect(200);
        disk.make_room();
    }
    assert!(["csv", "xlsx", "ndjson"].map(|format| wanted(format).expect(200).bytes) == files);
    assert!(disk.files().is_empty(), "temporary files have no names");
}

#[test]
fn a_file_of_the_program_is_whole_or_not_there() {
    let Some(mut disk) = SmallDisk::new("32m") else { return };
    let app = centre();
    let out = disk.path().join("list.csv");
    let export = |disk: &SmallDisk| {
        let mut command = disk.assay(app.folder.path(), &["export", "fine-list", "2026-11", "--out", out.to_str().unwrap()]);
        command.env("DATABASE_URL", &app.app.config.database.url).output().unwrap()
    };
    disk.fill_but(1 << 20);
    let output = export(&disk);
    assert_eq!(output.status.code(), Some(3), "{}", complained(&output));
    assert!(complained(&output).contains("no room left"), "{}", complained(&output));
    assert!(disk.files().is_empty(), "{:?}", disk.files());
    disk.make_room();
    let output = export(&disk);
    assert!(output.status.success(), "{}", complained(&output));
    assert_eq!(disk.files().len(), 1);
}
