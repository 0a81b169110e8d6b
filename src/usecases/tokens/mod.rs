//! Bearer tokens.

pub mod create;
pub mod list;
pub mod revoke;

use crate::domain::Refused;
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;

/// Anybody may do this with their own tokens, and those who administer users with anybody's.
fn check_owner(actor: &Actor, owner: UserId, of_others: Action) -> Refused<()> {
    let own = actor.may(Action::TokenOwn);
    match (actor.user == Some(owner), own) {
        (true, Ok(())) => Ok(()),
        (true, Err(refusal)) if actor.may_everywhere(of_others).is_err() => Err(refusal),
        _ => actor.may_everywhere(of_others),
    }
}
