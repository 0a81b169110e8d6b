//! How large a conversation and its parts may be.

use serde::{Deserialize, Serialize};

/// The limits of an import. Each is a setting; the defaults fit a call of several hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportLimits {
    /// The most bytes of one line of NDJSON or one row of CSV.
    pub line_bytes: usize,
    /// The most lines of one transcript.
    pub transcript_lines: usize,
    /// The most characters of one line of a transcript.
    pub text_characters: usize,
    /// The most attributes of one conversation.
    pub attributes: usize,
    /// The most characters of one attribute's text.
    pub attribute_characters: usize,
    /// The most recordings of one conversation.
    pub recordings: usize,
    /// The longest conversation, in milliseconds. An e-mail thread may go on for months.
    pub duration_ms: i64,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self {
            line_bytes: 4 << 20,
            transcript_lines: 20_000,
            text_characters: 20_000,
            attributes: 64,
            attribute_characters: 1_000,
            recordings: 8,
            duration_ms: 366 * 24 * 3_600_000,
        }
    }
}
