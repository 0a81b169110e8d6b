//! What a conversation says of its recordings: which file, and who is heard in it.

use serde::{Deserialize, Serialize};

use super::Speaker;
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::words::words;

words! {
    /// The container of a recording, recognised by its content.
    AudioFormat ("format") {
        /// RIFF WAVE.
        Wav = "wav",
        /// MPEG audio layer III.
        Mp3 = "mp3",
        /// FLAC.
        Flac = "flac",
    }
}

impl AudioFormat {
    /// The media type that a browser wants to hear.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Flac => "audio/flac",
        }
    }
}

words! {
    /// How the samples of a recording are coded.
    AudioCodec ("codec") {
        /// Unsigned 8-bit samples.
        PcmU8 = "pcm_u8",
        /// Signed 16-bit samples.
        PcmS16 = "pcm_s16",
        /// Signed 24-bit samples.
        PcmS24 = "pcm_s24",
        /// Signed 32-bit samples.
        PcmS32 = "pcm_s32",
        /// 32-bit floating point samples.
        PcmF32 = "pcm_f32",
        /// 64-bit floating point samples.
        PcmF64 = "pcm_f64",
        /// G.711 mu-law, usual in North American and Japanese telephony.
        MuLaw = "mu_law",
        /// G.711 A-law, usual in other telephony.
        ALaw = "a_law",
        /// MPEG audio layer III.
        Mp3 = "mp3",
        /// FLAC.
        Flac = "flac",
    }
}

/// Who is heard in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Voices {
    /// Everybody, mixed.
    Everyone,
    /// One speaker alone.
    One(Speaker),
    /// One speaker on each side.
    Stereo {
        /// Who is on the left.
        left: Speaker,
        /// Who is on the right.
        right: Speaker,
    },
}

impl Voices {
    /// The short form in which it is stored: `everyone`, `agent`, or `agent|customer` for left and right.
    pub fn to_code(self) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::One(speaker) => speaker.to_string(),
            Self::Stereo { left, right } => format!("{left}|{right}"),
        }
    }

    /// Reads the short form.
    ///
    /// # Errors
    /// `Invalid` for a code that [`Self::to_code`] does not make.
    pub fn from_code(code: &str) -> Refused<Self> {
        if code == "everyone" {
            return Ok(Self::Everyone);
        }
        match code.split_once('|') {
            Some((left, right)) => Ok(Self::Stereo { left: left.parse()?, right: right.parse()? }),
            None => Ok(Self::One(code.parse()?)),
        }
    }
}

/// A recording that a conversation names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordingReference {
    /// Its file, relative to the import's folder, with `/` between the parts.
    pub file: String,
    /// Who is heard in it.
    pub voices: Voices,
    /// When it begins, in milliseconds from the start of the conversation; negative if it began before.
    pub start_ms: i64,
}

/// Checks the name of a recording's file: relative to the import's folder and never out of it, parts divided by `/`, at most 400 characters.
/// Links that lead out of the folder are refused when the file is opened.
///
/// # Errors
/// `Invalid` naming `field`.
pub fn checked_file(field: &str, name: &str) -> Refused<String> {
    let no = |message: &str| Err(Refusal::invalid(field, message.to_owned()));
    if name.is_empty() {
        return no("must name a file below the import's folder, such as 2026/11/c-1.wav");
    }
    if name.chars().count() > 400 {
        return no("has more than 400 characters");
    }
    if name.chars().any(char::is_control) {
        return no("contains a control character");
    }
    if name.contains('\\') {
        return no("contains a backslash; divide folders by `/`");
    }
    let drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if name.starts_with('/') || drive {
        return no("is an absolute path; name the file relative to the import's folder");
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return no("must not contain empty parts, `.` or `..`; the file lies below the import's folder");
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_below_the_folder() {
        for good in ["a.wav", "2026/11/c-1.wav", "录音/一.mp3", "a b/..c", "..a.wav"] {
            assert_eq!(checked_file("file", good).unwrap(), good);
        }
        for bad in
            ["", "/etc/passwd", "..", "../a.wav", "a/../../b", "a//b", "a/", "./a", "C:/a.wav", "c:a", "a\\b", "a\0b", &"x".repeat(401)]
        {
            assert_eq!(checked_file("recordings[0].file", bad).unwrap_err().faults[0].field, "recordings[0].file", "{bad}");
        }
    }

    #[test]
    fn voices_have_a_code() {
        let all = [Voices::Everyone, Voices::One(Speaker::Agent), Voices::Stereo { left: Speaker::Customer, right: Speaker::Agent }];
        for voices in all {
            assert_eq!(Voices::from_code(&voices.to_code()).unwrap(), voices);
        }
        assert!(Voices::from_code("nobody").is_err());
    }
}
