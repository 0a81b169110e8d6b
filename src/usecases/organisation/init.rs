//! Sets the centre up: once, on an empty database.

use chrono_tz::Tz;
use serde::Serialize;

use crate::app::App;
use crate::auth;
use crate::db::organisation::Organisation;
use crate::db::users::UserRow;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, Grant, GrantReach, Role};
use crate::domain::id::UserId;
use crate::domain::language::Language;
use crate::domain::money::Currency;
use crate::domain::refusal::{Faults, checked_code, checked_text};
use crate::usecases::catalogue::load_defaults::load_defaults;

/// What a new centre is told.
#[derive(Debug, Clone, Serialize)]
pub struct Init {
    /// The centre's name, 1 to 200 characters.
    pub name: String,
    /// The time zone in which periods are reckoned, by its IANA name (handbook 2: default Asia/Shanghai).
    pub time_zone: String,
    /// The currency of fines, ISO 4217 (handbook 3.6: default CNY).
    pub currency: Currency,
    /// The language of those who have not chosen one.
    pub language: Language,
    /// The first administrator's name to log in with.
    pub admin_username: String,
    /// The first administrator's password; without one only tokens work until one is set.
    #[serde(skip)]
    pub admin_password: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Initialised {
    /// The first administrator.
    pub admin: UserId,
    /// A token of the first administrator, shown this once.
    pub token: String,
}

/// Stores the organisation and its first administrator, and gives a token of theirs.
///
/// # Errors
/// `Invalid` with every fault of the input; `Conflict` with code `already_initialised`.
pub async fn init(app: &App, actor: &Actor, command: Init) -> Result<Initialised> {
    let mut faults = Faults::new();
    let name = faults.take(checked_text("name", &command.name, 200));
    let username = faults.take(checked_code("admin_username", &command.admin_username));
    let zone: Option<Tz> = faults.take(
        command
            .time_zone
            .parse()
            .map_err(|_| Refusal::invalid("time_zone", format!("`{}` is not an IANA time zone such as Asia/Shanghai", command.time_zone))),
    );
    if let Some(password) = &command.admin_password {
        faults.take(auth::check_new_password(password));
    }
    let (Some(name), Some(username), Some(zone)) = (name, username, zone) else {
        return Err(faults.finish().err().unwrap_or_else(|| Refusal::invalid("", "the input is incomplete")).into());
    };
    faults.finish()?;
    let password_hash = command.admin_password.as_deref().map(|p| auth::hash_password(p, app.chance.bytes())).transpose()?;
    let token = auth::new_token(app.chance.bytes());
    let organisation = Organisation { name, zone, currency: command.currency, language: command.language };
    app.write(actor, move |tx| {
        if db::organisation::find(tx.conn)?.is_some() {
            return Err(Refusal::conflict("already_initialised", "this database already holds a centre; use another DATABASE_URL").into());
        }
        db::organisation::insert(tx.conn, &organisation, tx.now)?;
        let admin = UserRow {
            id: tx.id(),
            username: username.clone(),
            name: username.clone(),
            email: None,
            language: organisation.language,
            agent_id: None,
            active: true,
            version: 1,
        };
        db::users::insert(tx, &admin, password_hash.as_deref())?;
        db::users::insert_grant(tx, admin.id, &Grant { role: Role::Admin, reach: GrantReach::All })?;
        db::tokens::insert(tx, admin.id, "first administrator", &auth::token_hash(&token), "all", None)?;
        load_defaults(tx)?;
        tx.audit_new("organisation.initialised", ("organisation", &1), &command)?;
        Ok(Initialised { admin: admin.id, token: token.clone() })
    })
    .await
}
