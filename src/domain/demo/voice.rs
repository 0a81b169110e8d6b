//! Voices for the demo's calls: pulses through the resonances of a mouth, syllable by syllable, at the times of the transcript. Nobody
//! can understand them, but two people can be told apart and every line lies where it was said. Integers only: the same on every machine.

use super::dice::Dice;

/// Samples per second.
pub const SAMPLE_RATE: u32 = 8_000;

/// Samples per millisecond.
const PER_MS: i64 = 8;
/// The loudest sample.
const LOUDEST: i64 = 24_000;
/// Samples are multiples of this, about as fine as a telephone line, which makes small files.
const STEP: i64 = 128;
/// How loud everything is, in quarters.
const LOUDNESS: i64 = 11;

/// A stretch of speech of one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Whether the agent speaks; else the customer.
    pub agent: bool,
    /// When it begins, in milliseconds.
    pub start_ms: i64,
    /// When it ends, in milliseconds.
    pub end_ms: i64,
    /// How many syllables it has.
    pub syllables: i64,
}

/// A resonance: the coefficients of the sample before and the one before that, in units of 2⁻¹⁴, and how strongly it is driven.
type Resonance = (i64, i64, i64);

/// The first three resonances of six vowels, of a longer and of a shorter vocal tract, at 8 kHz.
const VOWELS: [[[Resonance; 3]; 6]; 2] = [
    [
        [(26_782, 15_508, 1_500), (20_690, 15_206, 1_000), (-10_465, 14_563, 420)],
        [(31_056, 15_508, 900), (-6_159, 15_206, 620), (-22_016, 14_563, 420)],
        [(30_878, 15_508, 900), (24_481, 15_206, 600), (-5_789, 14_563, 180)],
        [(29_157, 15_508, 1_200), (3_957, 15_206, 820), (-11_373, 14_563, 420)],
        [(28_738, 15_508, 1_250), (24_944, 15_206, 800), (-9_777, 14_563, 240)],
        [(29_548, 15_508, 1_150), (15_425, 15_206, 820), (7_448, 14_563, 420)],
    ],
    [
        [(25_085, 15_508, 1_600), (17_240, 15_206, 1_050), (-18_750, 14_563, 380)],
        [(30_773, 15_508, 980), (-14_552, 15_206, 620), (-28_463, 14_563, 320)],
        [(30_534, 15_508, 980), (22_160, 15_206, 620), (-13_991, 14_563, 180)],
        [(28_235, 15_508, 1_300), (-3_326, 15_206, 820), (-19_632, 14_563, 360)],
        [(27_677, 15_508, 1_350), (22_766, 15_206, 820), (-18_072, 14_563, 220)],
        [(28_755, 15_508, 1_250), (10_553, 15_206, 840), (961, 14_563, 400)],
    ],
];

/// The call as stereo samples at [`SAMPLE_RATE`], the agent on the left and the customer on the right, `duration_ms` long. The same for the
/// same arguments; `seed` gives the two their voices.
pub fn samples(spoken: &[Spoken], duration_ms: i64, seed: &str) -> Vec<[i16; 2]> {
    let length = usize::try_from(duration_ms.saturating_mul(PER_MS)).unwrap_or(0);
    let mut sound = vec![[0_i16; 2]; length];
    for agent in [true, false] {
        let mut dice = Dice::named(&format!("{seed}/{agent}"));
        let mut mouth = Mouth::new(&mut dice);
        for line in spoken.iter().filter(|line| line.agent == agent) {
            let from = usize::try_from(line.start_ms.saturating_mul(PER_MS)).unwrap_or(0);
            let till = usize::try_from(line.end_ms.saturating_mul(PER_MS)).unwrap_or(0).min(length);
            if let Some(stretch) = sound.get_mut(from..till) {
                mouth.say(stretch, agent, line.syllables, &mut dice);
            }
        }
    }
    sound
}

/// A speaker.
struct Mouth {
    vowels: [[Resonance; 3]; 6],
    /// Hertz.
    pitch: i64,
    state: [(i64, i64); 3],
    /// How far the present glottal cycle has gone, in hertz times samples.
    phase: i64,
}

impl Mouth {
    fn new(dice: &mut Dice) -> Self {
        let [long, short] = VOWELS;
        let (vowels, pitch) = if dice.percent(50) { (long, dice.between(95, 135)) } else { (short, dice.between(180, 225)) };
        Self { vowels, pitch, state: [(0, 0); 3], phase: 0 }
    }

    /// Says so many syllables in the time of the stretch, with the pitch falling towards its end.
    fn say(&mut self, stretch: &mut [[i16; 2]], agent: bool, syllables: i64, dice: &mut Dice) {
        let total = i64::try_from(stretch.len()).unwrap_or(0);
        let each = total.checked_div(syllables.max(1)).unwrap_or(0).max(600);
        let size = usize::try_from(each).unwrap_or(1);
        let count = total.checked_div(each).unwrap_or(0).max(1);
        for (number, syllable) in (0_i64..).zip(stretch.chunks_mut(size)) {
            let vowel = dice.pick(&self.vowels).copied().unwrap_or([(0, 0, 0); 3]);
            let pause = number > 0 && dice.percent(7);
            let stress = if pause { 0 } else { dice.between(55, 100) };
            let hiss = if dice.percent(35) { dice.between(150, 700) } else { 0 };
            let fall = 112 - number.saturating_mul(22).checked_div(count).unwrap_or(0);
            let pitch = self.pitch * (fall + dice.between(-6, 6)) / 100;
            let length = i64::try_from(syllable.len()).unwrap_or(1).max(1);
            for (at, sample) in (0_i64..).zip(syllable.iter_mut()) {
                let loud = envelope(at, length) * stress / 100;
                let breath = if at < 240 && hiss > 0 { dice.between(-hiss, hiss) * stress / 100 } else { 0 };
                let value = ((self.next(&vowel, pitch, loud) + breath) * LOUDNESS / 4).clamp(-LOUDEST, LOUDEST) / STEP * STEP;
                let [left, right] = sample;
                *(if agent { left } else { right }) = i16::try_from(value).unwrap_or(0);
            }
        }
    }

    /// The next sample. `loud` is 0 to 256.
    fn next(&mut self, vowel: &[Resonance; 3], pitch: i64, loud: i64) -> i64 {
        self.phase += pitch;
        let pulse = self.phase >= i64::from(SAMPLE_RATE);
        if pulse {
            self.phase -= i64::from(SAMPLE_RATE);
        }
        let mut sum = 0;
        for ((one, two), (b, c, drive)) in self.state.iter_mut().zip(vowel) {
            let push = if pulse { drive * loud / 256 } else { 0 };
            let now = push + (b * *one - c * *two) / 16_384;
            *two = *one;
            *one = now;
            sum += now;
        }
        sum
    }
}

/// How loud a syllable is, 0 to 256: it swells over its first fifth, and fades over its last third.
fn envelope(at: i64, length: i64) -> i64 {
    let swell = at * 5 * 256 / length;
    let fade = (length - at) * 3 * 256 / length;
    swell.min(fade).clamp(0, 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Vec<Spoken> {
        vec![
            Spoken { agent: true, start_ms: 300, end_ms: 2_300, syllables: 12 },
            Spoken { agent: false, start_ms: 2_800, end_ms: 4_000, syllables: 7 },
        ]
    }

    #[test]
    fn each_speaks_on_the_own_side_at_the_own_time() {
        let sound = samples(&call(), 4_500, "one");
        assert_eq!(sound.len(), 36_000);
        let loud = |from: usize, till: usize, side: usize| sound[from * 8..till * 8].iter().any(|pair| pair[side].abs() > 1_000);
        assert!(loud(300, 2_300, 0) && !loud(300, 2_300, 1));
        assert!(loud(2_800, 4_000, 1) && !loud(2_800, 4_000, 0));
        assert!(sound[4_000 * 8..].iter().all(|pair| *pair == [0, 0]));
        let clipped = sound.iter().flatten().filter(|sample| i64::from(sample.unsigned_abs()) >= LOUDEST / STEP * STEP).count();
        assert!(clipped < 100, "{clipped}");
    }

    #[test]
    fn the_same_call_sounds_the_same_and_another_seed_otherwise() {
        assert_eq!(samples(&call(), 4_500, "one"), samples(&call(), 4_500, "one"));
        assert_ne!(samples(&call(), 4_500, "one"), samples(&call(), 4_500, "two"));
    }
}
