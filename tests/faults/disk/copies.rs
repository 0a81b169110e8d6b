//! The disk full to which a backup goes, or on which it is restored.

use std::path::Path;
use std::process::Output;

use super::copy;
use crate::support::TestApp;
use crate::support::disk::SmallDisk;
use crate::support::program::complained;

/// It failed for want of room, and says where.
fn no_room(output: &Output, place: &str) {
    let complained = complained(output);
    assert_eq!(output.status.code(), Some(3), "{complained}");
    assert!(complained.contains("no room left") && complained.contains(place), "{complained}");
}

#[test]
fn a_backup_without_room_leaves_nothing_under_its_name() {
    let Some(mut disk) = SmallDisk::new("16m") else { return };
    let app = TestApp::sqlite();
    let store = app.app.recordings.clone();
    for sound in [1_u8, 2].map(|byte| vec![byte; 300_000]) {
        store.put(&mut sound.as_slice(), 1 << 20).unwrap();
    }
    let (on_disk, elsewhere) = (disk.path().join("copy.db"), app.folder.path().join("copy.db"));
    let backup = |disk: &SmallDisk, file: &Path, more: &[&str]| {
        let mut command = disk.assay(app.folder.path(), &[&["backup", file.to_str().unwrap()], more].concat());
        command.env("DATABASE_URL", &app.app.config.database.url);
        command.env("ASSAY__RECORDINGS__FOLDER", &app.app.config.recordings.folder).output().unwrap()
    };
    for room in [0, 256 << 10] {
        disk.fill_but(room);
        no_room(&backup(&disk, &on_disk, &[]), "copy.db");
        assert!(disk.files().is_empty(), "{:?}", disk.files());
        disk.make_room();
    }
    assert!(backup(&disk, &on_disk, &[]).status.success());
    let before = std::fs::read(disk.outside().join("copy.db")).unwrap();
    disk.fill_but(64 << 10);
    no_room(&backup(&disk, &on_disk, &["--force"]), "copy.db");
    assert_eq!(disk.files().len(), 1);
    assert!(std::fs::read(disk.outside().join("copy.db")).unwrap() == before, "the copy from before is still whole");
    disk.make_room();

    // Room for one of the recordings.
    let recordings = disk.path().join("recordings");
    let with_recordings = ["--force", "--recordings", recordings.to_str().unwrap()];
    disk.fill_but(400 << 10);
    no_room(&backup(&disk, &elsewhere, &with_recordings), "the recordings could not be copied");
    let copied = disk.files();
    assert_eq!(copied.len(), 2, "the database from before and a whole recording: {copied:?}");
    assert!(copied.iter().all(|file| !file.starts_with("recordings/incoming")), "{copied:?}");
    disk.make_room();
    assert!(backup(&disk, &elsewhere, &with_recordings).status.success());
    assert_eq!(disk.files().len(), 3);
}

#[test]
fn a_restore_without_room_leaves_what_was_there() {
    let Some(mut disk) = SmallDisk::new("16m") else { return };
    let app = TestApp::sqlite();
    let backup = copy(&app);
    let restore = |disk: &SmallDisk, more: &[&str]| {
        let mut command = disk.assay(app.folder.path(), &[&["restore", backup.to_str().unwrap()], more].concat());
        command.env("DATABASE_URL", format!("sqlite:{}/assay.db", disk.path().display())).output().unwrap()
    };
    disk.fill_but(128 << 10);
    no_room(&restore(&disk, &[]), "assay.db");
    assert!(disk.files().is_empty(), "{:?}", disk.files());
    disk.make_room();
    assert!(restore(&disk, &[]).status.success());
    disk.fill_but(128 << 10);
    no_room(&restore(&disk, &["--force"]), "assay.db");
    disk.make_room();
    let mut check = disk.assay(app.folder.path(), &["check"]);
    check.env("DATABASE_URL", format!("sqlite:{}/assay.db", disk.path().display()));
    crate::support::inspectors::fits(check);
}
