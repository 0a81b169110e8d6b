//! Retention: how long recordings and transcripts are kept, and what keeps one longer (handbook 1, 3.7).

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use super::refusal::{Faults, Refused};
use super::words::words;

words! {
    /// What is deleted after its time. Results, evaluations, references to evidence and fines never are.
    Kept ("kept") {
        /// The sound: the files and their waveforms.
        Recordings = "recordings",
        /// What was said in writing, and with it what the source calls the customer and the free attributes.
        Transcripts = "transcripts",
    }
}

words! {
    /// Why something is kept beyond its time.
    Hold ("hold") {
        /// An appeal that it is evidence in waits for a decision, or the second instance can still be asked for.
        Appeal = "appeal",
        /// An appeal against the evaluation can still be made.
        Appealable = "appealable",
        /// A sample of it is not graded yet.
        Sample = "sample",
        /// A second grading is not decided yet.
        Regrade = "regrade",
        /// A calibration session about it is open.
        Calibration = "calibration",
        /// A complaint about it is not adjudicated yet.
        Complaint = "complaint",
        /// A severe case about it has not ended yet.
        Case = "case",
        /// Its month is not closed yet.
        OpenMonth = "open_month",
        /// It ended later than it began by so much that its time is not over.
        NotOver = "not_over",
    }
}

/// The longest time that can be set, in days.
pub const LONGEST_DAYS: u32 = 36_500;

/// How long what was said is kept, in days after the end of the conversation. Without a number it is kept for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// Days after which recordings are deleted, 1 to 36,500; for ever where absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 36_500)]
    pub recordings_days: Option<u32>,
    /// Days after which transcripts are deleted, with what the source calls the customer and the free attributes, 1 to 36,500; for ever where
    /// absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 36_500)]
    pub transcripts_days: Option<u32>,
}

impl RetentionPolicy {
    /// The policy, or everything that is wrong with it.
    ///
    /// # Errors
    /// `Invalid` with all faults.
    pub fn checked(self) -> Refused<Self> {
        let mut faults = Faults::new();
        for (field, days) in [("recordings_days", self.recordings_days), ("transcripts_days", self.transcripts_days)] {
            if let Some(days) = days.filter(|days| !(1..=LONGEST_DAYS).contains(days)) {
                faults.push(field, format!("is {days}; must be 1 to {LONGEST_DAYS}"));
            }
        }
        faults.finish().map(|()| self)
    }

    /// After how many days something is deleted; never where there is no number.
    pub const fn days(&self, kept: Kept) -> Option<u32> {
        match kept {
            Kept::Recordings => self.recordings_days,
            Kept::Transcripts => self.transcripts_days,
        }
    }

    /// What ended at this moment or before has had its time.
    pub fn cutoff(&self, kept: Kept, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        now.checked_sub_days(Days::new(u64::from(self.days(kept)?)))
    }
}

/// What a run has done, or would do, of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// Of how many conversations it was deleted.
    pub conversations: u64,
    /// What was kept beyond its time, by the first reason.
    pub held: BTreeMap<Hold, u64>,
}

/// What a run of retention has done, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionReport {
    /// The policy that it followed.
    pub policy: RetentionPolicy,
    /// Whether nothing was deleted, only counted.
    pub dry_run: bool,
    /// Each kind that the policy deletes.
    pub purged: BTreeMap<Kept, Purged>,
    /// How many stored files were deleted; files that several recordings share go with the last one.
    pub files: u64,
    /// How many files and folders of uploads that broke off were deleted.
    pub leftovers: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_counts_in_whole_days() {
        let policy = RetentionPolicy { recordings_days: Some(30), transcripts_days: None };
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(policy.cutoff(Kept::Recordings, now), Some("2026-10-23T03:00:00Z".parse().unwrap()));
        assert_eq!(policy.cutoff(Kept::Transcripts, now), None, "for ever");
        assert!(policy.checked().is_ok());
        let wrong = RetentionPolicy { recordings_days: Some(0), transcripts_days: Some(36_501) };
        assert_eq!(wrong.checked().unwrap_err().faults.len(), 2);
    }
}
