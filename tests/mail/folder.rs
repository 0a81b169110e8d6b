//! Mail as .eml files.

use assay::domain::access::Role;
use assay::domain::language::Language;
use assay::jobs::outbox::Sender;
use assay::mail::folder::Folder;
use assay::mail::transport::Transport;

use crate::support::TestApp;
use crate::support::mail::{list_closed, outbox, post, reader, round};

#[test]
fn a_mail_becomes_a_file_that_mail_programs_open() {
    let app = TestApp::sqlite();
    let (finance, _, address) = reader(&app, Role::Finance, Language::En);
    let folder = app.folder.path().join("mail");
    let sender = Sender::new(app.app.clone(), Transport::Folder(Folder::open(&folder).unwrap()));
    post(&app, &list_closed(finance, "2026-10"));
    assert_eq!(round(&app, &sender).sent, 1);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].extension().unwrap(), "eml");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    for part in ["Subject: The fine list of 2026-10 is closed", address.as_str(), "text/plain", "text/html", "MIME-Version: 1.0"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    post(&app, &list_closed(finance, "2026-11"));
    assert_eq!(round(&app, &sender).again, 1, "a folder that is gone may come back");
    assert!(outbox(&app, "queued")[0]["last_error"].as_str().unwrap().contains("mail"));
}
