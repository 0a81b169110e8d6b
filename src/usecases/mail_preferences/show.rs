//! What somebody hears of, and how often.

use std::collections::BTreeSet;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::mail::Topic;
use crate::domain::mail::preference::TopicPreference;

/// The topics that the caller's roles hear of, with the frequency in force and what may be chosen.
///
/// # Permissions
/// `mail.own`.
///
/// # Errors
/// `Forbidden` for who is nobody that mail goes to.
pub async fn show(app: &App, actor: &Actor) -> Result<Vec<TopicPreference>> {
    actor.may(Action::MailOwn)?;
    let user = actor.person()?;
    let topics = topics(actor);
    app.read(move |conn| {
        let chosen = db::mail_preferences::of(conn, user)?;
        let preference = |topic: &Topic| TopicPreference {
            topic: *topic,
            frequency: topic.in_force(chosen.get(topic).copied()),
            choices: topic.choices().to_vec(),
        };
        Ok(topics.iter().map(preference).collect())
    })
    .await
}

/// The topics that an actor's roles hear of.
pub(super) fn topics(actor: &Actor) -> BTreeSet<Topic> {
    actor.grants.iter().flat_map(|grant| Topic::of_role(grant.role)).copied().collect()
}
