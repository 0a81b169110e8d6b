//! Recordings: who hears them, and what their waveform looks like.

pub mod hear;
pub mod peaks;
