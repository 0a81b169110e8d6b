//! Webhooks.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{outbox, webhooks};
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::id::WebhookId;
use crate::domain::mail::OutboxState;
use crate::domain::page::{Page, PageRequest};
use crate::domain::webhook::{Event, Webhook, WebhookInput};

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
struct WebhookRow {
    id: WebhookId,
    name: String,
    url: String,
    events: String,
    active: bool,
    version: i32,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
}

impl WebhookRow {
    fn webhook(self) -> Result<Webhook> {
        let events = self.events.split_whitespace().map(str::parse).collect::<std::result::Result<Vec<Event>, _>>();
        let events = events.map_err(|e| Error::Damaged(format!("webhook {}: {e}", self.id)))?;
        let Self { id, name, url, active, version, created_at, .. } = self;
        Ok(Webhook { id, name, url, events, active, version, created_at })
    }
}

fn words(events: &[Event]) -> String {
    events.iter().map(|e| e.as_str()).collect::<Vec<_>>().join(" ")
}

/// A page of the webhooks, the oldest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, page: &PageRequest) -> Result<Page<Webhook>> {
    let mut query = webhooks::table
        .filter(webhooks::archived_at.is_null())
        .select(WebhookRow::as_select())
        .order(webhooks::id)
        .limit(page.fetch())
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(webhooks::id.gt(WebhookId(after.id)));
    }
    let rows = query.load::<WebhookRow>(conn)?.into_iter().map(WebhookRow::webhook).collect::<Result<Vec<_>>>()?;
    Ok(page.page(rows, |webhook: &Webhook| (String::new(), webhook.id.0)))
}

/// One webhook.
///
/// # Errors
/// `NotFound`, also where it was removed.
pub fn get(conn: &mut AnyConnection, id: WebhookId) -> Result<Webhook> {
    let row = webhooks::table
        .find(id)
        .filter(webhooks::archived_at.is_null())
        .select(WebhookRow::as_select())
        .first::<WebhookRow>(conn)
        .optional()?;
    row.ok_or_else(|| Error::from(Refusal::not_found(WebhookId::WHAT, id)))?.webhook()
}

/// Stores a new webhook.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, input: &WebhookInput, secret: &str) -> Result<Webhook> {
    let id = tx.id::<WebhookId>();
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(id),
            webhooks::name.eq(&input.name),
            webhooks::url.eq(&input.url),
            webhooks::secret.eq(secret),
            webhooks::events.eq(words(&input.events)),
            webhooks::active.eq(input.active),
            webhooks::version.eq(1),
            webhooks::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    get(tx.conn, id)
}

/// Stores a changed webhook under the next version.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, id: WebhookId, version: i32, input: &WebhookInput) -> Result<Webhook> {
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::name.eq(&input.name),
            webhooks::url.eq(&input.url),
            webhooks::events.eq(words(&input.events)),
            webhooks::active.eq(input.active),
            webhooks::version.eq(version.saturating_add(1)),
        ))
        .execute(tx.conn)?;
    get(tx.conn, id)
}

/// Puts another secret in the place of the one before.
///
/// # Errors
/// What the database says.
pub fn set_secret(tx: &mut Tx<'_>, id: WebhookId, secret: &str) -> Result<()> {
    diesel::update(webhooks::table.find(id)).set(webhooks::secret.eq(secret)).execute(tx.conn)?;
    Ok(())
}

/// Removes a webhook: nothing more goes to it, and what waits is given up. Its deliveries stay to be seen.
///
/// # Errors
/// What the database says.
pub fn archive(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    diesel::update(webhooks::table.find(id))
        .set((webhooks::archived_at.eq(tx.at()), webhooks::active.eq(false), webhooks::secret.eq("")))
        .execute(tx.conn)?;
    diesel::update(outbox::table.filter(outbox::webhook_id.eq(id).and(outbox::state.eq(OutboxState::Queued))))
        .set((outbox::state.eq(OutboxState::Dead), outbox::last_error.eq("the webhook was removed")))
        .execute(tx.conn)?;
    Ok(())
}
