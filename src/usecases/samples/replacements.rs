//! Counts replacements by inspector.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::Result;
use crate::db::views::samples as view;
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;
use crate::domain::period::Period;
use crate::domain::sampling::sample::ReplaceReason;

/// How often somebody replaced samples of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReplacementCount {
    /// The person who replaced them.
    pub user_id: UserId,
    /// The person's name.
    pub name: String,
    /// Samples of the period that are or were assigned to that person, replaced ones too.
    pub samples: i64,
    /// How many that person replaced.
    pub replaced: i64,
    /// Of them, for want of audio.
    pub no_audio: i64,
    /// Of them, because another agent handled the conversation.
    pub wrong_agent: i64,
    /// Of them, because they are private.
    pub private: i64,
    /// Of them, for other reasons.
    pub other: i64,
}

impl ReplacementCount {
    const fn none_of(user_id: UserId) -> Self {
        Self { user_id, name: String::new(), samples: 0, replaced: 0, no_audio: 0, wrong_agent: 0, private: 0, other: 0 }
    }
}

/// Who replaced how many samples of a period, and why; those who replaced the most first.
///
/// # Permissions
/// `sampling.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn replacements(app: &App, actor: &Actor, period: Period) -> Result<Vec<ReplacementCount>> {
    actor.may_everywhere(Action::SamplingRead)?;
    app.read(move |conn| {
        let mut counts: BTreeMap<UserId, ReplacementCount> = BTreeMap::new();
        for (user_id, reason, number) in view::replacements(conn, period)? {
            let count = counts.entry(user_id).or_insert_with(|| ReplacementCount::none_of(user_id));
            count.replaced = count.replaced.saturating_add(number);
            *match reason {
                ReplaceReason::NoAudio => &mut count.no_audio,
                ReplaceReason::WrongAgent => &mut count.wrong_agent,
                ReplaceReason::Private => &mut count.private,
                ReplaceReason::Other => &mut count.other,
            } = number;
        }
        for (user, samples) in view::assigned_counts(conn, period)? {
            counts.entry(user).and_modify(|count| count.samples = samples);
        }
        let users: Vec<UserId> = counts.keys().copied().collect();
        for (user, name) in view::names_of(conn, &users)? {
            counts.entry(user).and_modify(|count| count.name.clone_from(&name));
        }
        let mut counts: Vec<ReplacementCount> = counts.into_values().collect();
        counts.sort_by(|a, b| b.replaced.cmp(&a.replaced).then(a.user_id.cmp(&b.user_id)));
        Ok(counts)
    })
    .await
}
