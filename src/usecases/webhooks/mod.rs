//! Webhooks: programs that are told of events.

pub mod change;
pub mod create;
pub mod list;
pub mod new_secret;
pub mod remove;
pub mod show;
pub mod trial;

/// What every secret begins with, so that one in a log or a repository is recognised.
const SECRET_PREFIX: &str = "assay_whsec_";

/// A secret from 32 random bytes.
fn secret(random: [u8; 32]) -> String {
    format!("{SECRET_PREFIX}{}", hex::encode(random))
}
