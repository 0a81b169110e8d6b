//! Passwords and bearer tokens: how they are made, kept and compared. Only their hashes are stored.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};

use crate::domain::user::check_password;
use crate::domain::{Refusal, Refused};

/// What every token begins with, so that a token in a log or a repository is recognised.
const TOKEN_PREFIX: &str = "assay_";

fn argon2() -> Argon2<'static> {
    // 19 MiB, two passes: the floor that OWASP's password storage cheat sheet gives for Argon2id.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Checks a new password where the username is not at hand: see [`check_password`].
///
/// # Errors
/// `Invalid` on the field `password`.
pub fn check_new_password(password: &str) -> Refused<()> {
    check_password(password, "")
}

/// The hash of a password (Argon2id), in the PHC form. Slow on purpose: call it outside the database's writer.
///
/// # Errors
/// `Invalid` where the password cannot be hashed.
pub fn hash_password(password: &str, salt: [u8; 32]) -> Refused<String> {
    let salt = salt.get(..16).unwrap_or(&salt);
    argon2()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|e| Refusal::invalid("password", format!("cannot be hashed: {e}")))
}

/// Whether a password fits a hash. Slow on purpose.
pub fn verify_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A new token from 32 random bytes: what the person gets to see once.
pub fn new_token(random: [u8; 32]) -> String {
    format!("{TOKEN_PREFIX}{}", hex::encode(random))
}

/// The stored hash of a token. A token has 256 random bits, so a fast hash is enough.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash_password("correct horse battery", [3; 32]).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("correct horse battery", &hash));
        assert!(!verify_password("correct horse batterz", &hash));
        assert!(!verify_password("x", "not a hash"));
    }
}
