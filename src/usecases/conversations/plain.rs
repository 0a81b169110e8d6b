//! Who sees what customers say of themselves unmasked.

use std::collections::HashSet;

use crate::db::views::conversations as view;
use crate::db::{AnyConnection, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::id::ConversationId;

/// How far the actor sees customers' data unmasked. An agent has no need to, once the conversation is over.
pub(crate) fn reach(actor: &Actor) -> Option<Reach> {
    actor.reach(Action::CustomerRead).ok().map(|reach| Reach { agent: None, ..reach })
}

/// Which of these conversations are shown unmasked; all of them are within `seen`.
pub(crate) fn shown(
    conn: &mut AnyConnection,
    plain: Option<&Reach>,
    seen: &Reach,
    ids: &[ConversationId],
) -> Result<HashSet<ConversationId>> {
    match plain {
        None => Ok(HashSet::new()),
        Some(plain) if plain.all || plain == seen => Ok(ids.iter().copied().collect()),
        Some(plain) => view::within(conn, plain, ids),
    }
}
