//! Whether everything that is stored fits together: recomputes what follows from the rest and says what differs.

mod audit;
pub mod check;
mod evaluations;
mod money;
mod periods;

use crate::app::App;
use crate::db::{AnyConnection, Error, Result};
use crate::domain::integrity::Found;

/// How many objects are looked at in one consistent state of the database.
const AT_A_TIME: i64 = 200;

/// Looks at all objects of one kind, called `what`, block by block: `next` gives the ids after one, `look` looks at one.
async fn all<I, N, L>(app: &App, what: &'static str, next: N, look: L) -> Result<Found>
where
    I: Copy + std::fmt::Display + Send + 'static,
    N: Fn(&mut AnyConnection, Option<I>, i64) -> Result<Vec<I>> + Copy + Send + 'static,
    L: Fn(&mut AnyConnection, I, &mut Found) -> Result<()> + Copy + Send + 'static,
{
    let (mut found, mut after) = (Found::default(), None);
    loop {
        let (part, last) = app
            .read(move |conn| {
                let ids = next(conn, after, AT_A_TIME)?;
                let mut part = Found::default();
                for id in &ids {
                    part.looked();
                    match look(conn, *id, &mut part) {
                        // What cannot be read back is what a check is for.
                        Err(error @ (Error::Damaged(_) | Error::Refused(_))) => {
                            part.misfit(format!("{what} {id}"), "what can be read back", error)
                        }
                        looked => looked?,
                    }
                }
                Ok((part, ids.last().copied()))
            })
            .await?;
        found.join(part);
        match last {
            Some(last) => after = Some(last),
            None => return Ok(found),
        }
    }
}
