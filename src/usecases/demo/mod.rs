//! The demo centre: made of `seed/demo/` through the same use cases that a real centre goes through, at the times at which they would have
//! happened. Its tokens are known to everybody.

mod aftermath;
mod conversations;
mod files;
mod grading;
mod inspected;
mod ledger;
mod load;
mod people;

use sha2::{Digest, Sha256};

use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::access::Origin;
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};
use crate::usecases::sessions::authenticate::authenticate;

pub use load::load;

/// The seed of the demo centre's ids and draws.
pub const SEED: [u8; 32] = *b"assay demo centre, open to all!!";

/// Everybody's password.
pub const PASSWORD: &str = "clearbay-demo";

/// Somebody who can log in to the demo centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoLogin {
    /// Name to log in with.
    pub username: String,
    /// The role's word.
    pub role: String,
    /// A bearer token that may do whatever the user may.
    pub token: String,
}

/// Everybody who can log in.
///
/// # Errors
/// `Invalid` where the files of the demo are wrong.
pub fn logins() -> Refused<Vec<DemoLogin>> {
    let users = files::Files::read()?.centre.users;
    let login = |user: crate::domain::demo::DemoUser| DemoLogin {
        token: token(&user.login),
        role: user.roles.first().map(|role| role.role.clone()).unwrap_or_default(),
        username: user.login,
    };
    Ok(users.into_iter().map(login).collect())
}

/// The token of a user: always the same.
fn token(login: &str) -> String {
    auth::new_token(Sha256::digest(format!("assay demo/token/{login}")).into())
}

/// A demo centre that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The month that is closed in it.
    pub last_period: Period,
    /// The month that was open when it was made.
    pub this_period: Period,
    /// Whether that month is over by now.
    pub outdated: bool,
}

/// Finds the demo centre in the database.
///
/// # Errors
/// `Conflict` with code `no_demo` where the database holds another centre or none.
pub async fn find(app: &App) -> Result<Found> {
    let other = || Refusal::conflict("no_demo", "this folder holds another centre; give --data-dir another folder");
    if authenticate(app, &token("auditor"), Origin::default()).await.is_err() {
        return Err(other().into());
    }
    let now = app.clock.now();
    let (zone, last) = app.read(|conn| Ok((db::organisation::load(conn)?.zone, db::periods::last_closed(conn)?))).await?;
    let last_period = last.ok_or_else(other)?;
    Ok(Found { last_period, this_period: last_period.next(), outdated: Period::of_moment(now, zone)? > last_period.next() })
}
