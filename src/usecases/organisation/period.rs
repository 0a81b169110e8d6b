//! What everybody may know of the organisation: its present month, its time zone and its currency.

use chrono_tz::Tz;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::money::Currency;
use crate::domain::period::Period;

/// The month that it is now, in the organisation's time zone.
///
/// # Errors
/// `Conflict` with code `not_initialised`.
pub async fn current(app: &App) -> Result<Period> {
    let now = app.clock.now();
    app.read(move |conn| Ok(db::organisation::load(conn)?.period_of(now)?)).await
}

/// The currency of every amount.
///
/// # Errors
/// `Conflict` with code `not_initialised`.
pub async fn currency(app: &App) -> Result<Currency> {
    app.read(|conn| Ok(db::organisation::load(conn)?.currency)).await
}

/// The time zone in which days and months are reckoned.
///
/// # Errors
/// `Conflict` with code `not_initialised`.
pub async fn zone(app: &App) -> Result<Tz> {
    app.read(|conn| Ok(db::organisation::load(conn)?.zone)).await
}
