//! Sampling (抽检): who is sampled, how many, from what, by chance that anyone can check, and who grades it.
//!
//! `plan` says what is wanted, `population` what there is, `algorithm` puts it in a random order, `draw` takes the picks,
//! `shortfall` says what was missing, `assignment` gives the picks to inspectors, and `verify` repeats all of it from stored facts.
//! docs/SAMPLING.md describes every step precisely enough to write it again.

pub mod algorithm;
pub mod assignment;
pub mod digest;
pub mod draw;
mod exchange;
pub mod filter;
pub mod plan;
pub mod population;
pub mod quota;
pub mod sample;
pub mod schedule;
pub mod seed;
pub mod shortfall;
pub mod stratum;
pub mod verify;

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod tampering;
#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod uniformity;
