//! Bearer tokens, with which programs act for a user: no more than the user may, and no more than the token's scopes allow.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::TokenScope;
use super::id::{TokenId, UserId};
use super::refusal::{Faults, Refusal, Refused, checked_text};

/// A token that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// What it is for, at most 100 characters.
    pub name: String,
    /// What it may do of what its user may: `all`, `read` or actions such as `ledger.export`; at least one.
    pub scopes: Vec<String>,
    /// When it ends; never where absent.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whose it is; the asking user's where absent.
    #[serde(default)]
    pub user_id: Option<UserId>,
}

/// A token. What it is itself was shown once, when it was made, and is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Token {
    /// The id.
    pub id: TokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// What it may do of what its user may.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewToken {
    /// The token's facts.
    #[serde(flatten)]
    pub token: Token,
    /// The token itself; this is the only time that it is shown.
    pub secret: String,
}

impl TokenInput {
    /// The checked name, and the scopes sorted and each once.
    ///
    /// # Errors
    /// `Invalid` with every field at fault.
    pub fn checked(&self, now: DateTime<Utc>) -> Refused<(String, Vec<TokenScope>)> {
        let mut faults = Faults::new();
        let name = faults.take(checked_text("name", &self.name, 100)).unwrap_or_default();
        let mut words: Vec<&str> = self.scopes.iter().map(|scope| scope.trim()).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            faults.push("scopes", "must name at least one scope, such as read");
        }
        let scopes = words.into_iter().filter_map(|word| faults.take(TokenScope::parse(word))).collect();
        if self.expires_at.is_some_and(|end| end <= now) {
            faults.push("expires_at", "lies in the past; choose a later moment or leave it out");
        }
        faults.finish()?;
        Ok((name, scopes))
    }
}

/// Refuses a token that could do more than the token with which it is made.
///
/// # Errors
/// `Forbidden`.
pub fn check_no_wider(held: &[TokenScope], asked: &[TokenScope]) -> Refused<()> {
    let covered = |scope: &TokenScope| match scope {
        TokenScope::All => held.contains(&TokenScope::All),
        TokenScope::Read => held.iter().any(|held| matches!(held, TokenScope::All | TokenScope::Read)),
        TokenScope::One(action) => held.iter().any(|held| held.covers(*action)),
    };
    match asked.iter().find(|scope| !covered(scope)) {
        None => Ok(()),
        Some(scope) => {
            Err(Refusal::forbidden(format!("a token cannot make one that may do more: its scopes do not cover {}", scope.as_str())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::Action;
    use super::*;

    fn input(scopes: &[&str]) -> TokenInput {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        TokenInput { name: "finance export".into(), scopes, expires_at: None, user_id: None }
    }

    #[test]
    fn scopes_are_known_words_and_the_end_lies_ahead() {
        let now: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        let (_, scopes) = input(&["read", "ledger.export", "read"]).checked(now).unwrap();
        assert_eq!(scopes, [TokenScope::One(Action::LedgerExport), TokenScope::Read]);
        let bad = TokenInput { name: " ".into(), expires_at: Some(now), ..input(&["reed"]) };
        let fields: Vec<_> = bad.checked(now).unwrap_err().faults.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["name", "scopes", "expires_at"]);
        assert!(input(&[]).checked(now).is_err());
    }

    #[test]
    fn a_token_makes_no_wider_one() {
        use TokenScope::{All, One, Read};
        assert!(check_no_wider(&[All], &[All, Read, One(Action::PeriodClose)]).is_ok());
        assert!(check_no_wider(&[One(Action::TokenOwn), Read], &[Read, One(Action::PeopleRead)]).is_ok());
        assert!(check_no_wider(&[One(Action::TokenOwn)], &[All]).is_err());
        assert!(check_no_wider(&[One(Action::TokenOwn), One(Action::PeopleRead)], &[Read]).is_err());
        assert!(check_no_wider(&[Read], &[One(Action::PeopleWrite)]).is_err());
    }
}
