//! The audit log: who did what to whom, from where, and what it was before and after.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::outbox::days;
use crate::app::App;
use crate::domain::access::ActorKind;
use crate::domain::audit::{AuditEntry, AuditFilter};
use crate::domain::id::UserId;
use crate::domain::page::PageRequest;
use crate::domain::user::UserFilter;
use crate::usecases::{audit, organisation, users};
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::refusals::written;
use crate::web::trouble::Trouble;
use crate::web::words::{log, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/system/audit", web::get().to(list));
}

/// The most lines of one difference that the page shows.
const SHOWN: usize = 40;

#[derive(Template)]
#[template(path = "system/audit.html")]
struct AuditPage {
    f: Frame,
    filter: Typed,
    kinds: Vec<Choice>,
    actions: Vec<Choice>,
    objects: Vec<Choice>,
    entries: Vec<EntryLine>,
    pager: Pager,
}

struct EntryLine {
    at: String,
    who: String,
    from: String,
    action: String,
    action_name: String,
    object_kind: String,
    object_name: String,
    object_id: String,
    reason: String,
    changes: Vec<Change>,
    more: usize,
}

/// One field that differs.
struct Change {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

fn actor_kind(f: &Frame, kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::User => f.t("a person or program", "用户"),
        ActorKind::Operator => f.t("the command line", "命令行"),
        ActorKind::Service => f.t("the service itself", "系统"),
    }
}

/// Every leaf of a JSON value with its path.
fn leaves(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(&below(key), value, into)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| leaves(&format!("{path}[{index}]"), value, into)),
        Value::Null => {}
        Value::String(text) => {
            into.insert(path.to_owned(), shortened(text));
        }
        other @ (Value::Bool(_) | Value::Number(_)) => {
            into.insert(path.to_owned(), other.to_string());
        }
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    if text.chars().count() > LONGEST { format!("{}…", text.chars().take(LONGEST).collect::<String>()) } else { text.to_owned() }
}

/// What differs between an object before and after, field by field.
fn changes(f: &Frame, before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    before.iter().for_each(|value| leaves("", value, &mut old));
    after.iter().for_each(|value| leaves("", value, &mut new));
    let fields: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = fields.into_iter().filter(|field| old.get(*field) != new.get(*field) && field.as_str() != "version");
    differing
        .map(|field| Change { field: f.logged_field(field), before: old.get(field).cloned(), after: new.get(field).cloned() })
        .collect()
}

/// The words of a sort to choose from, with the one that is chosen.
fn words(sort: &str, chosen: &str, name: &dyn Fn(&str) -> String) -> Vec<Choice> {
    let mut words: Vec<&str> = log::known(sort).map(|(word, _)| word).collect();
    if !chosen.is_empty() && !words.contains(&chosen) {
        words.push(chosen);
    }
    words.into_iter().map(|word| Choice::new(word, name(word))).collect()
}

/// The user whom a filter names: nobody of that name did nothing.
async fn who(app: &App, visitor: &Visitor, at: &Address) -> Result<Option<UserId>, Trouble> {
    if let Some(id) = at.read::<UserId>("who") {
        return Ok(Some(id));
    }
    let Some(username) = at.filled("who") else { return Ok(None) };
    let filter = UserFilter { username: Some(username.to_owned()), ..UserFilter::default() };
    let one = PageRequest { limit: 1, after: None };
    let found = users::list::list(app, visitor.actor(), filter, one).await.or_trouble(visitor)?;
    Ok(Some(found.items.first().map_or(UserId(uuid::Uuid::nil()), |user| user.id)))
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let (from, until) = days(&at, zone);
    let text = |name| at.filled(name).map(str::to_owned);
    let filter = AuditFilter {
        user: who(&app, &visitor, &at).await?,
        actor_kind: at.read("kind"),
        action: text("action"),
        object_kind: text("object_kind"),
        object_id: text("object_id"),
        from,
        until,
    };
    let listed = audit::list::list(&app, actor, filter, at.page(50).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let ids = listed.items.iter().filter_map(|entry| entry.user_id).collect();
    let names = users::names::names(&app, actor, ids).await.or_trouble(&visitor)?;
    let line = |entry: &AuditEntry| {
        let mut changes = changes(&f, entry.before.as_ref(), entry.after.as_ref());
        let more = changes.len().saturating_sub(SHOWN);
        changes.truncate(SHOWN);
        let name = entry.user_id.map(|id| names.get(&id).cloned().unwrap_or_else(|| id.to_string()));
        let by_token = entry.token_id.map(|_| f.t("by token", "使用令牌").to_owned());
        EntryLine {
            at: moment(entry.at, zone),
            who: name.unwrap_or_else(|| actor_kind(&f, entry.actor_kind).to_owned()),
            from: [entry.address.clone(), by_token].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            action: entry.action.clone(),
            object_kind: entry.object_kind.clone(),
            object_id: entry.object_id.clone(),
            action_name: f.logged_action(&entry.action),
            object_name: f.logged_object(&entry.object_kind),
            reason: entry.reason.as_deref().map(|reason| written(f.language, reason)).unwrap_or_default(),
            changes,
            more,
        }
    };
    render(&AuditPage {
        entries: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        kinds: ActorKind::ALL.iter().map(|kind| Choice::new(kind, actor_kind(&f, *kind))).collect(),
        actions: words("action", at.get("action"), &|word| f.logged_action(word)),
        objects: words("object", at.get("object_kind"), &|word| f.logged_object(word)),
        filter: at.typed(),
        f,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::language::Language;
    use crate::domain::theme::Theme;

    #[test]
    fn only_what_differs_is_shown() {
        let f = Frame { language: Language::En, theme: Theme::Auto, path: String::new(), person: None, notice: None };
        let (before, after) = (json!({"name": "A", "version": 1, "roles": ["x"]}), json!({"name": "B", "version": 2, "roles": ["x", "y"]}));
        let found: Vec<_> = changes(&f, Some(&before), Some(&after)).into_iter().map(|c| (c.field, c.before, c.after)).collect();
        assert_eq!(
            found,
            [("name".to_owned(), Some("A".to_owned()), Some("B".to_owned())), ("roles[1]".to_owned(), None, Some("y".to_owned()))]
        );
        assert_eq!(changes(&f, None, Some(&after)).len(), 3);
        assert!(changes(&f, None, None).is_empty());
    }
}
