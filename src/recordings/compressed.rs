//! Reads MP3 and FLAC through symphonia.

use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::codecs::{FlacDecoder, MpaDecoder};
use symphonia::default::formats::{FlacReader, MpaReader};

use super::probe::{Header, Listening, RecordingLimits, Sound};
use crate::domain::conversation::{AudioCodec, AudioFormat};
use crate::domain::{Refusal, Refused};

/// A file from some position on.
struct From<R> {
    source: R,
    start: u64,
    length: u64,
}

impl<R: Read> Read for From<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.source.read(into)
    }
}

impl<R: Seek> Seek for From<R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.start)),
            other => other,
        };
        Ok(self.source.seek(to)?.saturating_sub(self.start))
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for From<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

/// Listens to the file from position `start` on. A decoder is other people's code fed with other people's bytes: should it
/// panic, the file is refused and the service goes on.
pub(super) fn listen<R: Read + Seek + Send + Sync + 'static>(
    mut source: R,
    start: u64,
    length: u64,
    format: AudioFormat,
    limits: &RecordingLimits,
) -> Refused<Sound> {
    source.seek(SeekFrom::Start(start)).map_err(|error| Refusal::invalid("", format!("cannot be read: {error}")))?;
    let length = length.saturating_sub(start);
    let stream = MediaSourceStream::new(Box::new(From { source, start, length }), MediaSourceStreamOptions::default());
    catch_unwind(AssertUnwindSafe(|| decode(stream, length, format, limits)))
        .unwrap_or_else(|_| Err(Refusal::invalid("", format!("is no {format} file that can be decoded"))))
}

fn decode(stream: MediaSourceStream<'static>, length: u64, format: AudioFormat, limits: &RecordingLimits) -> Refused<Sound> {
    let corrupt = |error: Error| Refusal::invalid("", format!("is no whole {format} file: {error}"));
    let mut reader: Box<dyn FormatReader> = match format {
        AudioFormat::Flac => Box::new(FlacReader::try_new(stream, FormatOptions::default()).map_err(corrupt)?),
        AudioFormat::Mp3 | AudioFormat::Wav => Box::new(MpaReader::try_new(stream, FormatOptions::default()).map_err(corrupt)?),
    };
    let track = reader.tracks().first().ok_or_else(|| Refusal::invalid("", "holds no sound"))?;
    let promised = track.num_frames;
    let Some(CodecParameters::Audio(parameters)) = track.codec_params.clone() else {
        return Err(Refusal::invalid("", "holds no sound"));
    };
    let options = AudioDecoderOptions::default();
    let (codec, mut decoder): (_, Box<dyn AudioDecoder>) = match format {
        AudioFormat::Flac => (AudioCodec::Flac, Box::new(FlacDecoder::try_new(&parameters, &options).map_err(corrupt)?)),
        AudioFormat::Mp3 | AudioFormat::Wav => (AudioCodec::Mp3, Box::new(MpaDecoder::try_new(&parameters, &options).map_err(corrupt)?)),
    };
    let channels = parameters.channels.as_ref().and_then(|channels| u16::try_from(channels.count()).ok()).unwrap_or(0);
    let header = Header { format, codec, channels, sample_rate: parameters.sample_rate.unwrap_or(0) }.checked()?;
    let mut listening = Listening::new(header, limits);
    if format == AudioFormat::Flac {
        listening.fits(promised.unwrap_or(0))?;
    }
    let mut samples: Vec<i16> = Vec::new();
    let mut understood = 0_u64;
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(corrupt(error)),
        };
        match decoder.decode(&packet) {
            Ok(sound) => {
                let spec = sound.spec();
                if spec.channels().count() != usize::from(channels) || spec.rate() != header.sample_rate {
                    return Err(Refusal::invalid("", "changes its channels or its sample rate on the way"));
                }
                sound.copy_to_vec_interleaved(&mut samples);
                listening.hear(&samples)?;
                understood = understood.saturating_add(u64::try_from(packet.data.len()).unwrap_or(0));
            }
            // A player passes over a damaged MP3 frame, and the first may lean on one that is not there.
            Err(Error::DecodeError(_)) if format == AudioFormat::Mp3 => {}
            Err(error) => return Err(corrupt(error)),
        }
    }
    if format == AudioFormat::Mp3 && understood.saturating_mul(2) < length {
        return Err(Refusal::invalid("", "is mostly not MP3: less than half of it can be decoded"));
    }
    if let Some(promised) = promised.filter(|promised| format == AudioFormat::Flac && *promised > listening.frames()) {
        let message = format!("is cut off: its header promises {promised} frames of sound, the file holds {}", listening.frames());
        return Err(Refusal::invalid("", message));
    }
    listening.finish()
}
