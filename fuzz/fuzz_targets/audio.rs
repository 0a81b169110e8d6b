//! Recordings: any bytes are a sound within the limits, or are refused; the waveform of a sound can be stored and read again.
#![no_main]

use std::io::Cursor;

use assay::recordings::{Peaks, RecordingLimits, probe};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    drop(Peaks::from_bytes(data));
    let limits = RecordingLimits { bytes: 1 << 20, duration_ms: 60_000 };
    if let Ok(sound) = probe(Cursor::new(data.to_vec()), &limits) {
        assert!((0..=60_000).contains(&sound.duration_ms), "{} ms", sound.duration_ms);
        assert!((1..=2).contains(&sound.channels), "{} channels", sound.channels);
        let stored = sound.peaks.to_bytes();
        assert_eq!(Peaks::from_bytes(&stored).expect("what was written is read").to_bytes(), stored);
    }
});
