//! Writes stereo samples as FLAC (RFC 9639): fixed predictors and Rice codes, which is enough to make the demo's calls a quarter of their size.

/// Samples of a block: an eighth of a second at 8 kHz, so that most pauses are whole blocks of silence.
const BLOCK: usize = 1_024;

/// The samples as a FLAC file: two channels of 16 bits, at 8 kHz.
pub fn encode(samples: &[[i16; 2]]) -> Vec<u8> {
    let mut file = b"fLaC\x80\x00\x00\x22".to_vec();
    let block = u16::try_from(BLOCK).unwrap_or(u16::MAX).to_be_bytes();
    file.extend([block, block].concat());
    // The sizes of the frames and the MD5 of the samples may be left unknown.
    file.extend([0; 6]);
    let mut info = Bits::default();
    info.put(8_000, 20);
    info.put(1, 3);
    info.put(15, 5);
    info.put(u64::try_from(samples.len()).unwrap_or(0), 36);
    file.extend(info.bytes());
    file.extend([0; 16]);
    for (number, block) in (0_u32..).zip(samples.chunks(BLOCK)) {
        file.extend(frame(number, block));
    }
    file
}

fn frame(number: u32, block: &[[i16; 2]]) -> Vec<u8> {
    let mut head = vec![0xff, 0xf8];
    // 16 bits of block size follow the number where the block is the short last one.
    let whole = block.len() == BLOCK;
    head.push(if whole { 0xa4 } else { 0x74 });
    head.push(0x18);
    head.extend(coded_number(number));
    if !whole {
        head.extend(u16::try_from(block.len().saturating_sub(1)).unwrap_or(0).to_be_bytes());
    }
    head.push(crc(&head, 8, 0x07).to_be_bytes()[1]);
    let mut bits = Bits::default();
    for side in 0..2 {
        let samples: Vec<i32> = block.iter().map(|[left, right]| i32::from(if side == 0 { *left } else { *right })).collect();
        subframe(&samples, &mut bits);
    }
    head.extend(bits.bytes());
    let check = crc(&head, 16, 0x8005).to_be_bytes();
    head.extend(check);
    head
}

/// A number in the way of UTF-8, up to 16 bits, which is more than two hours of blocks.
fn coded_number(number: u32) -> Vec<u8> {
    let part = |shift: u32, mask: u32, mark: u32| u8::try_from(mark | ((number >> shift) & mask)).unwrap_or(0);
    match number {
        0..=0x7f => vec![part(0, 0x7f, 0)],
        0x80..=0x7ff => vec![part(6, 0x1f, 0xc0), part(0, 0x3f, 0x80)],
        _ => vec![part(12, 0x0f, 0xe0), part(6, 0x3f, 0x80), part(0, 0x3f, 0x80)],
    }
}

fn subframe(samples: &[i32], bits: &mut Bits) {
    let first = samples.first().copied().unwrap_or(0);
    if samples.iter().all(|sample| *sample == first) {
        bits.put(0, 8);
        bits.put_signed(first, 16);
        return;
    }
    // Low bits that are zero in every sample are said once.
    let wasted = samples.iter().fold(0, |all, sample| all | sample).trailing_zeros().min(15);
    let samples: Vec<i32> = samples.iter().map(|sample| sample >> wasted).collect();
    let orders = (0..=4).take(samples.len());
    let cost = |residual: &[i32]| residual.iter().map(|value| u64::from(value.unsigned_abs())).sum::<u64>();
    let candidates = orders.map(|order| (order, residual(&samples, order)));
    let Some((order, residual)) = candidates.min_by_key(|(_, residual)| cost(residual)) else { return };
    bits.put(0b1_0000 | u64::from(order << 1) | u64::from(wasted > 0), 8);
    if wasted > 0 {
        bits.put(1, wasted);
    }
    for sample in samples.iter().take(usize::try_from(order).unwrap_or(0)) {
        bits.put_signed(*sample, 16_u32.saturating_sub(wasted));
    }
    bits.put(0, 2);
    // A whole block is cut into eight parts, each with a code of its own; the last one, which may have any length, is not cut.
    let cuts: u32 = if samples.len() == BLOCK { 3 } else { 0 };
    bits.put(u64::from(cuts), 4);
    let part = samples.len() >> cuts;
    let first_part = part.saturating_sub(usize::try_from(order).unwrap_or(0));
    let (first, rest) = residual.split_at(first_part.min(residual.len()));
    rice(first, bits);
    for values in rest.chunks(part.max(1)) {
        rice(values, bits);
    }
}

/// What a predictor of an order, 0 to 4, leaves: the differences of that order.
fn residual(samples: &[i32], order: u32) -> Vec<i32> {
    let mut values = samples.to_vec();
    for _ in 0..order {
        values = values.windows(2).map(|pair| if let [before, now] = pair { now - before } else { 0 }).collect();
    }
    values
}

fn rice(values: &[i32], bits: &mut Bits) {
    let folded: Vec<u64> = values.iter().map(|value| u64::from((value << 1 ^ value >> 31).unsigned_abs())).collect();
    let length = |k: u32| folded.iter().map(|value| (value >> k) + 1 + u64::from(k)).sum::<u64>();
    let k = (0..15).min_by_key(|k| length(*k)).unwrap_or(0);
    bits.put(u64::from(k), 4);
    for value in folded {
        for _ in 0..value >> k {
            bits.put(0, 1);
        }
        bits.put(1, 1);
        bits.put(value & ((1 << k) - 1), k);
    }
}

/// A stream of bits, the highest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    /// Appends the lowest `count` bits of a value, at most 40.
    fn put(&mut self, value: u64, count: u32) {
        self.open = (self.open << count) | (value & ((1 << count) - 1));
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push(u8::try_from((self.open >> self.count) & 0xff).unwrap_or(0));
        }
        self.open &= (1 << self.count) - 1;
    }

    fn put_signed(&mut self, value: i32, count: u32) {
        self.put(u64::from(u32::from_ne_bytes(value.to_ne_bytes())), count);
    }

    /// The bytes, the last one filled up with zeros.
    fn bytes(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

/// The check sum of a header (8 bits) or a frame (16 bits).
fn crc(bytes: &[u8], width: u32, polynomial: u16) -> u16 {
    let (top, mask) = (1_u32 << (width - 1), (1_u32 << width) - 1);
    let sum = bytes.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << (width - 8)), |sum, _| {
            let shifted = sum << 1 & mask;
            if sum & top == 0 { shifted } else { shifted ^ u32::from(polynomial) }
        })
    });
    u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::voice::{Spoken, samples};
    use super::*;
    use symphonia::core::codecs::audio::AudioDecoderOptions;
    use symphonia::core::formats::{FormatOptions, probe::Hint};
    use symphonia::core::io::MediaSourceStream;
    use symphonia::core::meta::MetadataOptions;

    /// The samples as an independent decoder reads them.
    fn decoded(file: Vec<u8>) -> Vec<i16> {
        let stream = MediaSourceStream::new(Box::new(std::io::Cursor::new(file)), Default::default());
        let probe = symphonia::default::get_probe();
        let mut format = probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default()).unwrap();
        let track = format.tracks()[0].clone();
        let parameters = track.codec_params.unwrap();
        let codecs = symphonia::default::get_codecs();
        let mut decoder = codecs.make_audio_decoder(parameters.audio().unwrap(), &AudioDecoderOptions::default()).unwrap();
        let mut all = Vec::new();
        while let Some(packet) = format.next_packet().unwrap() {
            let mut block: Vec<i16> = Vec::new();
            decoder.decode(&packet).unwrap().copy_to_vec_interleaved(&mut block);
            all.append(&mut block);
        }
        all
    }

    #[test]
    fn another_decoder_hears_the_same() {
        let spoken: Vec<Spoken> =
            (0..9).map(|n| Spoken { agent: n % 2 == 0, start_ms: 200 + n * 2_100, end_ms: 2_000 + n * 2_100, syllables: 10 }).collect();
        let speech = samples(&spoken, 19_700, "test");
        let file = encode(&speech);
        assert!(file.len() < 19_700 * 4, "{} bytes for 19.7 s", file.len());
        assert_eq!(decoded(file), speech.concat());
    }

    #[test]
    fn loud_and_odd_samples_survive() {
        let mut dice = super::super::dice::Dice::named("noise");
        let mut any = || i16::try_from(dice.between(-32_768, 32_767)).unwrap();
        for length in [1, 2, 3, 5, 1_023, 1_024, 1_025, 200_000] {
            let noise: Vec<[i16; 2]> = (0..length).map(|_| [any(), any()]).collect();
            assert_eq!(decoded(encode(&noise)), noise.concat(), "{length}");
        }
    }
}
