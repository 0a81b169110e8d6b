//! The waveform of a recording in few numbers: the loudest sample of each stretch of time.

use crate::domain::{Refusal, Refused};

/// The waveform: for each channel the same number of buckets, at most [`Peaks::MOST`]; in each the greatest amplitude in it, 0 (silence) to
/// 255 (full scale). Bucket `i` covers the frames from `i × frames_per_bucket`; the last one may be shorter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peaks {
    /// How many frames (one sample of each channel) make a bucket.
    pub frames_per_bucket: u64,
    /// The buckets of each channel, left first.
    pub channels: Vec<Vec<u8>>,
}

impl Peaks {
    /// The most buckets of a channel. A recording longer than this many frames has at least half as many.
    pub const MOST: usize = 2000;

    /// The form in which it is stored: the number of channels in one byte, frames per bucket in eight (little endian), then the buckets channel by
    /// channel.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(self.channels.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(&self.frames_per_bucket.to_le_bytes());
        self.channels.iter().for_each(|channel| bytes.extend_from_slice(channel));
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// `Invalid` for bytes that [`Self::to_bytes`] does not make.
    pub fn from_bytes(bytes: &[u8]) -> Refused<Self> {
        let bad = || Refusal::invalid("peaks", "are not in the stored form");
        let (count, rest) = bytes.split_first().ok_or_else(bad)?;
        let (frames, buckets) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let count = usize::from(*count);
        if count == 0 || buckets.is_empty() || !buckets.len().is_multiple_of(count) {
            return Err(bad());
        }
        let channels = buckets.chunks(buckets.len().div_euclid(count)).map(<[u8]>::to_vec).collect();
        Ok(Self { frames_per_bucket: u64::from_le_bytes(*frames), channels })
    }
}

/// Collects peaks of a recording whose length need not be known: when the buckets are full, each two become one.
#[derive(Debug)]
pub(super) struct PeakMeter {
    frames_per_bucket: u64,
    frames: u64,
    in_bucket: u64,
    current: Vec<u16>,
    done: Vec<Vec<u8>>,
}

impl PeakMeter {
    pub(super) fn new(channels: usize) -> Self {
        Self { frames_per_bucket: 1, frames: 0, in_bucket: 0, current: vec![0; channels], done: vec![Vec::new(); channels] }
    }

    /// How many frames were heard so far.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Hears interleaved samples, whole frames only.
    pub(super) fn hear(&mut self, samples: &[i16]) {
        for frame in samples.chunks_exact(self.current.len().max(1)) {
            for (loudest, sample) in self.current.iter_mut().zip(frame) {
                *loudest = (*loudest).max(sample.unsigned_abs());
            }
            self.frames = self.frames.saturating_add(1);
            self.in_bucket = self.in_bucket.saturating_add(1);
            if self.in_bucket == self.frames_per_bucket {
                self.close_bucket();
            }
        }
    }

    fn close_bucket(&mut self) {
        self.in_bucket = 0;
        for (channel, loudest) in self.done.iter_mut().zip(&mut self.current) {
            channel.push(level(std::mem::take(loudest)));
        }
        if self.done.iter().any(|channel| channel.len() >= Peaks::MOST) {
            self.frames_per_bucket = self.frames_per_bucket.saturating_mul(2);
            for channel in &mut self.done {
                *channel = channel.chunks(2).map(|pair| pair.iter().copied().max().unwrap_or(0)).collect();
            }
        }
    }

    pub(super) fn finish(mut self) -> Peaks {
        if self.in_bucket > 0 {
            for (channel, loudest) in self.done.iter_mut().zip(&self.current) {
                channel.push(level(*loudest));
            }
        }
        Peaks { frames_per_bucket: self.frames_per_bucket, channels: self.done }
    }
}

/// An amplitude of 0 to 32768 on the scale of 0 to 255, rounded up so that a sound is never shown as silence.
fn level(amplitude: u16) -> u8 {
    u8::try_from(u32::from(amplitude).saturating_mul(255).div_ceil(32768)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_sample_of_each_stretch_is_kept() {
        let mut meter = PeakMeter::new(2);
        meter.hear(&[0, 1, -32768, 0, 16384, 5]);
        let peaks = meter.finish();
        assert_eq!(peaks, Peaks { frames_per_bucket: 1, channels: vec![vec![0, 255, 128], vec![1, 0, 1]] });
        assert_eq!(Peaks::from_bytes(&peaks.to_bytes()).unwrap(), peaks);
        for bad in [&[][..], &[1, 2, 3], &[0, 1, 0, 0, 0, 0, 0, 0, 0, 7], &[2, 1, 0, 0, 0, 0, 0, 0, 0, 7]] {
            assert!(Peaks::from_bytes(bad).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn a_click_shows_where_it_is_in_any_length(frames in 1_usize..30_000, at in proptest::prelude::any::<proptest::sample::Index>()) {
            let click = at.index(frames);
            let samples: Vec<i16> = (0..frames).map(|i| if i == click { i16::MIN } else { 0 }).collect();
            let mut meter = PeakMeter::new(1);
            samples.chunks(999).for_each(|piece| meter.hear(piece));
            let peaks = meter.finish();
            let buckets = &peaks.channels[0];
            proptest::prop_assert!(buckets.len() <= Peaks::MOST && (frames < Peaks::MOST || buckets.len() >= Peaks::MOST / 2));
            let loud: Vec<_> = (0..buckets.len()).filter(|i| buckets[*i] > 0).collect();
            proptest::prop_assert_eq!(loud, vec![click / usize::try_from(peaks.frames_per_bucket).unwrap()]);
        }
    }
}
