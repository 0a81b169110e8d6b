//! Recognises a sound file by its content.

use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::compressed;
use super::peaks::{PeakMeter, Peaks};
use super::wav;
use crate::domain::conversation::{AudioCodec, AudioFormat};
use crate::domain::{Refusal, Refused};

/// How large a recording may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingLimits {
    /// The most bytes of one file.
    pub bytes: u64,
    /// The longest recording, in milliseconds.
    pub duration_ms: u64,
}

impl Default for RecordingLimits {
    fn default() -> Self {
        Self { bytes: 512 << 20, duration_ms: 12 * 3_600_000 }
    }
}

/// What a recording is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// The container.
    pub format: AudioFormat,
    /// How its samples are coded.
    pub codec: AudioCodec,
    /// 1 or 2.
    pub channels: u16,
    /// Frames per second.
    pub sample_rate: u32,
    /// How long it is, in milliseconds, rounded down.
    pub duration_ms: i64,
    /// Its waveform.
    pub peaks: Peaks,
}

/// What the header of a recording says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) format: AudioFormat,
    pub(super) codec: AudioCodec,
    pub(super) channels: u16,
    pub(super) sample_rate: u32,
}

impl Header {
    /// Checks what is common to all formats.
    pub(super) fn checked(self) -> Refused<Self> {
        if !(1..=2).contains(&self.channels) {
            return Err(Refusal::invalid("", format!("has {} channels; mono and stereo are understood", self.channels)));
        }
        if !(1_000..=192_000).contains(&self.sample_rate) {
            return Err(Refusal::invalid("", format!("has a sample rate of {} Hz; must be 1,000 to 192,000 Hz", self.sample_rate)));
        }
        Ok(self)
    }
}

/// A recording being read: what its header says and what was heard so far.
#[derive(Debug)]
pub(super) struct Listening {
    pub(super) header: Header,
    meter: PeakMeter,
    most_frames: u64,
    limit_ms: u64,
}

impl Listening {
    pub(super) fn new(header: Header, limits: &RecordingLimits) -> Self {
        let most_frames = limits.duration_ms.saturating_mul(u64::from(header.sample_rate)).div_euclid(1000);
        Self { header, meter: PeakMeter::new(usize::from(header.channels)), most_frames, limit_ms: limits.duration_ms }
    }

    /// Refuses a length in frames that is over the limit.
    pub(super) fn fits(&self, frames: u64) -> Refused<()> {
        if frames > self.most_frames {
            return Err(Refusal::too_large("", format!("is longer than {} ms, the limit of a recording", self.limit_ms)));
        }
        Ok(())
    }

    /// Hears interleaved samples.
    pub(super) fn hear(&mut self, samples: &[i16]) -> Refused<()> {
        self.meter.hear(samples);
        self.fits(self.meter.frames())
    }

    pub(super) fn frames(&self) -> u64 {
        self.meter.frames()
    }

    pub(super) fn finish(self) -> Refused<Sound> {
        let frames = self.meter.frames();
        if frames == 0 {
            return Err(Refusal::invalid("", "holds no sound"));
        }
        let milliseconds = u128::from(frames).saturating_mul(1000).checked_div(u128::from(self.header.sample_rate)).unwrap_or(0);
        let Header { format, codec, channels, sample_rate } = self.header;
        let duration_ms = i64::try_from(milliseconds).unwrap_or(i64::MAX);
        Ok(Sound { format, codec, channels, sample_rate, duration_ms, peaks: self.meter.finish() })
    }
}

/// Reads a recording from end to end and says what it is. Reads from the start wherever `source` stands.
///
/// # Errors
/// `Invalid` where it is corrupt, cut off or empty, `Unsupported` where it is something else, `TooLarge` over the limits; each says what is wrong.
pub fn probe<R: Read + Seek + Send + Sync + 'static>(mut source: R, limits: &RecordingLimits) -> Refused<Sound> {
    let unreadable = |error: std::io::Error| Refusal::invalid("", format!("cannot be read: {error}"));
    let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    if length > limits.bytes {
        return Err(Refusal::too_large("", format!("has {length} bytes; at most {} are allowed", limits.bytes)));
    }
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut head = Vec::new();
    source.by_ref().take(12).read_to_end(&mut head).map_err(unreadable)?;
    match (head.as_slice(), head.get(8..)) {
        ([], _) => Err(Refusal::invalid("", "is empty")),
        ([b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..], Some(b"WAVE")) => wav::listen(source, length, limits),
        ([b'f', b'L', b'a', b'C', ..], _) => compressed::listen(source, 0, length, AudioFormat::Flac, limits),
        ([b'I', b'D', b'3', _, _, flags, a, b, c, d, ..], _) => {
            // The size of an ID3 tag has seven bits to the byte; a flag says that a footer of ten bytes follows.
            let size = [a, b, c, d].into_iter().fold(0_u64, |size, byte| size << 7 | u64::from(byte & 0x7f));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            compressed::listen(source, size.saturating_add(10).saturating_add(footer), length, AudioFormat::Mp3, limits)
        }
        ([0xff, second, ..], _) if second & 0xe6 == 0xe2 => compressed::listen(source, 0, length, AudioFormat::Mp3, limits),
        (other, _) => Err(Refusal::unsupported(format!("is {}; WAV, MP3 and FLAC are understood", named(other)))),
    }
}

/// Names what people send instead of a recording.
fn named(head: &[u8]) -> &'static str {
    match head {
        [b'O', b'g', b'g', b'S', ..] => "an Ogg file",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "an MP4 or M4A file",
        [b'F', b'O', b'R', b'M', ..] => "an AIFF file",
        [b'#', b'!', b'A', b'M', b'R', ..] => "an AMR file",
        [0x30, 0x26, 0xb2, 0x75, ..] => "a WMA file",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "a Matroska or WebM file",
        [b'.', b's', b'n', b'd', ..] => "an AU file",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [0x1f, 0x8b, ..] => "a gzip archive",
        [b'R', b'I', b'F', b'F', ..] => "a RIFF file without sound",
        [b'I', b'D', b'3', ..] | [b'R', b'F', b'6', b'4', ..] => "cut off after its first bytes",
        _ => "no sound file that is known",
    }
}
