//! Reads WAV files: PCM of 8 to 32 bits, floating point, mu-law and A-law, mono or stereo.
//!
//! Headers of real recorders are often wrong. The size of the whole, the byte rate and the block size are not looked at. A data size of nothing
//! or of about two gigabytes and more is what a recorder writes that never came back to fill it in: the sound then goes on to the end of
//! the file. Any other data size that the file does not hold means that the file was cut off.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::probe::{Header, Listening, RecordingLimits, Sound};
use crate::domain::conversation::{AudioCodec, AudioFormat};
use crate::domain::{Refusal, Refused};

/// From this size on a data size is taken for a place holder where the file is shorter.
const PLACE_HOLDER: u64 = 0x7fff_0000;

/// What one sample is made of.
#[derive(Debug, Clone, Copy)]
struct Layout {
    codec: AudioCodec,
    /// Bytes of one sample of one channel.
    bytes: usize,
}

pub(super) fn listen<R: Read + Seek>(source: R, length: u64, limits: &RecordingLimits) -> Refused<Sound> {
    let mut file = BufReader::with_capacity(64 * 1024, source);
    let mut position = 12_u64;
    let mut format = None;
    loop {
        file.seek(SeekFrom::Start(position)).map_err(unreadable)?;
        let Some((name, size)) = chunk_head(&mut file)? else {
            let message = if format.is_some() { "holds no sound: there is no `data` chunk" } else { "is cut off within its header" };
            return Err(Refusal::invalid("", message));
        };
        let body = position.saturating_add(8);
        match &name {
            b"fmt " => format = Some(read_format(&mut file, size)?),
            b"data" => {
                let (header, layout) =
                    format.ok_or_else(|| Refusal::invalid("", "has its sound before its format; the header is damaged"))?;
                let held = length.saturating_sub(body);
                return listen_to_data(file, header, layout, data_size(size, held)?, limits);
            }
            _ => {}
        }
        // Chunks begin at even positions.
        position = body.saturating_add(size).saturating_add(size & 1);
    }
}

fn data_size(declared: u64, held: u64) -> Refused<u64> {
    if declared == 0 || (declared > held && declared >= PLACE_HOLDER) {
        return Ok(held);
    }
    if declared > held {
        let message = format!("is cut off: its header promises {declared} bytes of sound, the file holds {held}");
        return Err(Refusal::invalid("", message));
    }
    Ok(declared)
}

fn chunk_head(file: &mut impl Read) -> Refused<Option<([u8; 4], u64)>> {
    let mut head = Vec::with_capacity(8);
    file.take(8).read_to_end(&mut head).map_err(unreadable)?;
    let Some((name, size)) = head.split_first_chunk::<4>() else { return Ok(None) };
    Ok(size.first_chunk::<4>().map(|size| (*name, u64::from(u32::from_le_bytes(*size)))))
}

fn read_format(file: &mut impl Read, size: u64) -> Refused<(Header, Layout)> {
    let mut chunk = Vec::with_capacity(40);
    file.take(size.min(40)).read_to_end(&mut chunk).map_err(unreadable)?;
    let short = |at: usize| chunk.get(at..).and_then(|rest| rest.first_chunk::<2>()).map(|b| u16::from_le_bytes(*b));
    let long = |at: usize| chunk.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|b| u32::from_le_bytes(*b));
    let (Some(tag), Some(channels), Some(sample_rate), Some(bits)) = (short(0), short(2), long(4), short(14)) else {
        return Err(Refusal::invalid("", format!("has a format chunk of {} bytes; it must have 16 or more", chunk.len())));
    };
    // The extensible form keeps the tag of the coding in the first bytes of a longer one.
    let tag = if tag == 0xfffe { short(24).unwrap_or(tag) } else { tag };
    let codec = match (tag, bits) {
        (1, 1..=8) => AudioCodec::PcmU8,
        (1, 9..=16) => AudioCodec::PcmS16,
        (1, 17..=24) => AudioCodec::PcmS24,
        (1, 25..=32) => AudioCodec::PcmS32,
        (3, 32) => AudioCodec::PcmF32,
        (3, 64) => AudioCodec::PcmF64,
        (6, 8) => AudioCodec::ALaw,
        (7, 8) => AudioCodec::MuLaw,
        (1 | 3 | 6 | 7, _) => return Err(Refusal::invalid("", format!("says {bits} bits per sample, which its coding does not have"))),
        _ => return Err(Refusal::unsupported(format!("is WAV with {}; convert it to PCM, mu-law or A-law", coding(tag)))),
    };
    let bytes = usize::from(bits.div_ceil(8));
    Ok((Header { format: AudioFormat::Wav, codec, channels, sample_rate }.checked()?, Layout { codec, bytes }))
}

fn coding(tag: u16) -> String {
    match tag {
        0x02 => "Microsoft ADPCM".to_owned(),
        0x11 => "IMA ADPCM".to_owned(),
        0x22 => "TrueSpeech".to_owned(),
        0x31 => "GSM 6.10".to_owned(),
        0x45 | 0x64 => "G.726 ADPCM".to_owned(),
        0x55 => "MP3 inside".to_owned(),
        0x83 => "G.729".to_owned(),
        other => format!("the coding 0x{other:04x}"),
    }
}

fn listen_to_data(mut file: impl Read, header: Header, layout: Layout, size: u64, limits: &RecordingLimits) -> Refused<Sound> {
    let frame = layout.bytes.saturating_mul(usize::from(header.channels)).max(1);
    let frames = size.checked_div(u64::try_from(frame).unwrap_or(1)).unwrap_or(0);
    let mut listening = Listening::new(header, limits);
    listening.fits(frames)?;
    let mut block = vec![0_u8; frame.saturating_mul(4096)];
    let mut samples = Vec::with_capacity(8192);
    let mut left = frames;
    while left > 0 {
        let now = left.min(4096);
        let bytes = frame.saturating_mul(usize::try_from(now).unwrap_or(0));
        let Some(piece) = block.get_mut(..bytes) else { break };
        file.read_exact(piece).map_err(unreadable)?;
        samples.clear();
        samples.extend(piece.chunks_exact(layout.bytes.max(1)).map(|sample| decode(layout.codec, sample)));
        listening.hear(&samples)?;
        left = left.saturating_sub(now);
    }
    listening.finish()
}

/// One sample on the scale of 16 bits.
fn decode(codec: AudioCodec, sample: &[u8]) -> i16 {
    match (codec, sample) {
        (AudioCodec::PcmU8, [byte, ..]) => i16::from_le_bytes([0, byte ^ 0x80]),
        (AudioCodec::MuLaw, [byte, ..]) => mu_law(*byte),
        (AudioCodec::ALaw, [byte, ..]) => a_law(*byte),
        (AudioCodec::PcmF32, _) => sample.first_chunk::<4>().map_or(0, |b| from_float(f64::from(f32::from_le_bytes(*b)))),
        (AudioCodec::PcmF64, _) => sample.first_chunk::<8>().map_or(0, |b| from_float(f64::from_le_bytes(*b))),
        // Little endian: the two greatest bytes are the last ones.
        _ => sample.last_chunk::<2>().map_or(0, |b| i16::from_le_bytes(*b)),
    }
}

#[expect(
    clippy::as_conversions,
    reason = "a float to a whole number has no other conversion; it saturates, and what is not a number gives 0"
)]
fn from_float(sample: f64) -> i16 {
    (sample * 32768.0) as i16
}

/// G.711 mu-law.
fn mu_law(byte: u8) -> i16 {
    let bits = !byte;
    let magnitude = ((i16::from(bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7);
    if bits & 0x80 == 0 { magnitude - 0x84 } else { 0x84 - magnitude }
}

/// G.711 A-law.
fn a_law(byte: u8) -> i16 {
    let bits = byte ^ 0x55;
    let mantissa = (i16::from(bits & 0x0f) << 4) + 8;
    let magnitude = match (bits >> 4) & 7 {
        0 => mantissa,
        exponent => (mantissa + 0x100) << (exponent - 1),
    };
    if bits & 0x80 == 0 { -magnitude } else { magnitude }
}

fn unreadable(error: std::io::Error) -> Refusal {
    Refusal::invalid("", format!("cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn companded_samples_have_the_values_of_the_standard() {
        assert_eq!([0x00, 0x80, 0x7f, 0xff, 0x01].map(mu_law), [-32124, 32124, 0, 0, -31100]);
        assert_eq!([0x00, 0x80, 0xd5, 0x55, 0xaa, 0x2a].map(a_law), [-5504, 5504, 8, -8, 32256, -32256]);
        assert_eq!([f64::NAN, 2.0, -2.0, 0.5].map(from_float), [0, i16::MAX, i16::MIN, 16384]);
    }
}
