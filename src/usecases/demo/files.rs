//! The files of `seed/demo/`, built into the program.

use crate::domain::demo::{DemoCentre, Scripts, WordLists};
use crate::domain::{Refusal, Refused};

const PEOPLE: &str = include_str!("../../../seed/demo/people.json");
const SLOTS: &str = include_str!("../../../seed/demo/slots.json");
const FAULTS: &str = include_str!("../../../seed/demo/faults.json");
const SCRIPTS: [&str; 8] = [
    include_str!("../../../seed/demo/scripts/card.zh.json"),
    include_str!("../../../seed/demo/scripts/chat.en.json"),
    include_str!("../../../seed/demo/scripts/collections.zh.json"),
    include_str!("../../../seed/demo/scripts/delivery.zh.json"),
    include_str!("../../../seed/demo/scripts/loan.zh.json"),
    include_str!("../../../seed/demo/scripts/mail.en.json"),
    include_str!("../../../seed/demo/scripts/phone.en.json"),
    include_str!("../../../seed/demo/scripts/store.zh.json"),
];

/// What the demo centre is made of.
#[derive(Debug, Clone)]
pub struct Files {
    /// The people.
    pub centre: DemoCentre,
    /// What they say.
    pub scripts: Scripts,
    /// The words in it that vary.
    pub words: WordLists,
}

impl Files {
    /// Reads the files.
    ///
    /// # Errors
    /// `Invalid` naming what is wrong in them.
    pub fn read() -> Refused<Self> {
        let wrong = |file: &'static str| move |e: serde_json::Error| Refusal::invalid(file, e.to_string());
        Ok(Self {
            centre: serde_json::from_str(PEOPLE).map_err(wrong("people.json"))?,
            scripts: Scripts::read(SCRIPTS, FAULTS)?,
            words: serde_json::from_str(SLOTS).map_err(wrong("slots.json"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_file_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/seed/demo/scripts");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), SCRIPTS.len());
        let files = Files::read().unwrap();
        assert!(files.scripts.scripts.len() >= 40);
        let queues: std::collections::BTreeSet<_> = files.centre.teams.iter().flat_map(|team| &team.queues).collect();
        assert!(files.scripts.scripts.iter().all(|script| queues.contains(&script.queue)));
    }
}
