//! The disk of the mails full: letters wait in the outbox, and nobody else notices.

use std::collections::BTreeSet;

use assay::jobs::outbox::Sender;
use assay::mail::folder::Folder;
use assay::mail::transport::Transport;
use chrono::Duration;

use super::{AGENTS, EACH, INSPECTORS};
use crate::support::TestApp;
use crate::support::disk::SmallDisk;
use crate::support::inspectors::{Book, Event, at_work, fits, office, program};
use crate::support::mail::{outbox, round};

#[test]
fn mails_wait_for_room_and_leave_once_while_grading_goes_on() {
    let Some(mut disk) = SmallDisk::new("4m") else { return };
    let app = TestApp::sqlite();
    let city = office(&app, INSPECTORS, AGENTS, EACH);
    let folder = disk.outside().join("mail");
    let sender = Sender::new(app.app.clone(), Transport::Folder(Folder::open(&folder).unwrap()));
    disk.fill();

    let mut book = Book::default();
    let waiting = std::thread::scope(|scope| {
        for event in at_work(scope, &city, &app.url) {
            match event {
                Event::Stored(done) => {
                    book.note(done);
                    assert_eq!(round(&app, &sender).sent, 0, "there is no room");
                }
                Event::Handed(_) => {}
                Event::Refused(answer) => panic!("grading needs no room for mails: {}", answer.text()),
                Event::Gone => panic!("the service went away"),
            }
        }
        outbox(&app, "queued")
    });
    assert_eq!((book.0.len(), waiting.len()), (AGENTS * EACH, AGENTS * EACH));
    let failed = waiting.iter().find(|letter| !letter["last_error"].is_null()).unwrap();
    assert!(failed["last_error"].as_str().unwrap().contains("No space left on device"), "{failed}");
    assert!(disk.files().is_empty(), "no half of a mail lies there: {:?}", disk.files());

    app.clock.advance(Duration::minutes(1));
    let again = round(&app, &sender);
    assert_eq!((again.sent, again.again), (0, 1), "one is tried, and the others stay");
    disk.make_room();
    let mut sent = 0;
    for _ in 0..20 {
        app.clock.advance(Duration::hours(1));
        sent += round(&app, &sender).sent;
    }
    assert_eq!((sent, outbox(&app, "queued").len(), outbox(&app, "sent").len()), (waiting.len(), 0, waiting.len()));
    let mails = disk.files();
    assert_eq!(mails.len(), waiting.len());
    let letters: BTreeSet<String> = mails
        .iter()
        .map(|mail| {
            let text = std::fs::read_to_string(disk.outside().join(mail)).unwrap();
            assert!(text.trim_end().ends_with("--"), "a mail is whole: {text}");
            text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
        })
        .collect();
    assert_eq!(letters.len(), waiting.len(), "each left once");
    book.nothing_lost_or_twice(&app.app);
    fits(program(&app, &["check"]));
}
