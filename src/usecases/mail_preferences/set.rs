//! Chooses how often one hears of what.

use super::show;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::mail::preference::{TopicChoice, TopicPreference};
use crate::domain::refusal::Faults;

/// Stores the choices; topics that are not named stay as they are. What the role must receive cannot be turned off.
///
/// # Permissions
/// `mail.own`.
///
/// # Errors
/// `Invalid` on every choice that its topic does not allow or whose topic the caller's roles do not hear of.
pub async fn set(app: &App, actor: &Actor, choices: Vec<TopicChoice>) -> Result<Vec<TopicPreference>> {
    actor.may(Action::MailOwn)?;
    let user = actor.person()?;
    let topics = show::topics(actor);
    let mut faults = Faults::new();
    for (n, choice) in choices.iter().enumerate() {
        if topics.contains(&choice.topic) {
            faults.take(choice.check().map_err(|refusal| refusal.within(&format!("[{n}]"))));
        } else {
            faults.push(format!("[{n}].topic"), format!("none of your roles hears of {}", choice.topic));
        }
    }
    faults.finish()?;
    app.write(actor, move |tx| {
        let before = db::mail_preferences::of(tx.conn, user)?;
        for choice in &choices {
            db::mail_preferences::set(tx, user, choice.topic, choice.frequency)?;
        }
        let after = db::mail_preferences::of(tx.conn, user)?;
        tx.audit("mail_preferences.changed", ("user", &user), Some(&before), Some(&after), None)
    })
    .await?;
    show::show(app, actor).await
}
