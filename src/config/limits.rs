use serde::{Deserialize, Serialize};

use super::within;
use crate::domain::refusal::Faults;

/// How much the service takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// The longest JSON body, in bytes, 1 KiB to 64 MiB.
    pub json_bytes: usize,
    /// The longest line of an import, in bytes, 1 KiB to 64 MiB.
    pub line_bytes: usize,
    /// The most lines of one transcript, 1 to 200,000.
    pub transcript_lines: usize,
    /// The most characters of one line of a transcript, 1 to 1,000,000.
    pub text_characters: usize,
    /// The most attributes of one conversation, 0 to 1,000.
    pub attributes: usize,
    /// The most recordings of one conversation, 0 to 100.
    pub recordings: usize,
    /// The most rows of a CSV of people or attendance, 1 to 1,000,000.
    pub csv_rows: usize,
    /// The longest CSV of people or attendance, in bytes, 1 KiB to 1 GiB.
    pub csv_bytes: usize,
    /// The largest recording, in bytes, 1 KiB to 4 GiB.
    pub recording_bytes: u64,
    /// The longest recording, in seconds, 1 to 86,400.
    pub recording_seconds: u64,
    /// The most refused lines that a report lists; it counts all of them. 1 to 100,000.
    pub report_lines: usize,
    /// The largest attachment of an appeal, in bytes, 1 KiB to 64 MiB.
    pub attachment_bytes: usize,
    /// The most attachments of one appeal, 0 to 50.
    pub attachments: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            json_bytes: 2 << 20,
            line_bytes: 4 << 20,
            transcript_lines: 20_000,
            text_characters: 20_000,
            attributes: 64,
            recordings: 8,
            csv_rows: 200_000,
            csv_bytes: 64 << 20,
            recording_bytes: 512 << 20,
            recording_seconds: 6 * 3600,
            report_lines: 1000,
            attachment_bytes: 5 << 20,
            attachments: 5,
        }
    }
}

impl LimitsConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        within(faults, "limits.json_bytes", self.json_bytes, 1 << 10..=64 << 20);
        within(faults, "limits.line_bytes", self.line_bytes, 1 << 10..=64 << 20);
        within(faults, "limits.transcript_lines", self.transcript_lines, 1..=200_000);
        within(faults, "limits.text_characters", self.text_characters, 1..=1_000_000);
        within(faults, "limits.attributes", self.attributes, 0..=1000);
        within(faults, "limits.recordings", self.recordings, 0..=100);
        within(faults, "limits.csv_rows", self.csv_rows, 1..=1_000_000);
        within(faults, "limits.csv_bytes", self.csv_bytes, 1 << 10..=1 << 30);
        within(faults, "limits.recording_bytes", self.recording_bytes, 1 << 10..=4 << 30);
        within(faults, "limits.recording_seconds", self.recording_seconds, 1..=86_400);
        within(faults, "limits.report_lines", self.report_lines, 1..=100_000);
        within(faults, "limits.attachment_bytes", self.attachment_bytes, 1 << 10..=64 << 20);
        within(faults, "limits.attachments", self.attachments, 0..=50);
    }
}
