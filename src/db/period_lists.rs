//! The fine list of a closed period, line by line, and its files.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{period_files, period_fine_lines};
use super::scope;
use super::tx::{Tx, from_json};
use crate::domain::access::Reach;
use crate::domain::fine_list::{FineLine, canonical};
use crate::domain::period::Period;

/// The most bytes of one part of a stored file.
pub const PART_BYTES: usize = 1 << 20;

/// Stores the next lines of a list that is being frozen; `first` is the place of the first of them, counted from 1.
///
/// # Errors
/// What the database says.
pub fn insert_lines(tx: &mut Tx<'_>, period: Period, first: i64, lines: &[FineLine]) -> Result<()> {
    for (position, line) in (first..).zip(lines) {
        let content = String::from_utf8_lossy(&canonical(line)?).into_owned();
        diesel::insert_into(period_fine_lines::table)
            .values((
                period_fine_lines::period.eq(period),
                period_fine_lines::position.eq(position),
                period_fine_lines::entry_id.eq(line.id),
                period_fine_lines::agent_id.eq(line.agent_id),
                period_fine_lines::team_id.eq(line.team_id),
                period_fine_lines::vendor_id.eq(line.vendor_id),
                period_fine_lines::content.eq(content),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The next frozen lines after a position, in the canonical order, with their positions.
///
/// # Errors
/// What the database says.
pub fn lines_after(conn: &mut AnyConnection, reach: &Reach, period: Period, position: i64, limit: i64) -> Result<Vec<(i64, FineLine)>> {
    let mut query = period_fine_lines::table
        .filter(period_fine_lines::period.eq(period))
        .filter(period_fine_lines::position.gt(position))
        .select((period_fine_lines::position, period_fine_lines::content))
        .into_boxed();
    if !reach.all {
        let of_team = scope::teams(period_fine_lines::team_id, reach);
        query = match reach.agent.filter(|_| reach.own) {
            Some(own) => query.filter(of_team.or(period_fine_lines::agent_id.eq(own))),
            None => query.filter(of_team),
        };
    }
    let rows = query.order(period_fine_lines::position).limit(limit).load::<(i64, String)>(conn)?;
    rows.into_iter().map(|(position, content)| Ok((position, from_json("period_fine_lines.content", &content)?))).collect()
}

/// How many lines of a period are frozen so far.
///
/// # Errors
/// What the database says.
pub fn frozen_lines(conn: &mut AnyConnection, period: Period) -> Result<i64> {
    Ok(period_fine_lines::table.filter(period_fine_lines::period.eq(period)).count().get_result(conn)?)
}

/// Stores one part of a file, counted from 0.
///
/// # Errors
/// What the database says.
pub fn insert_part(tx: &mut Tx<'_>, period: Period, name: &str, part: i32, content: &[u8]) -> Result<()> {
    diesel::insert_into(period_files::table)
        .values((
            period_files::period.eq(period),
            period_files::name.eq(name),
            period_files::part.eq(part),
            period_files::content.eq(content),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// One part of a stored file; `None` after the last.
///
/// # Errors
/// What the database says.
pub fn part(conn: &mut AnyConnection, period: Period, name: &str, part: i32) -> Result<Option<Vec<u8>>> {
    Ok(period_files::table.find((period, name, part)).select(period_files::content).first(conn).optional()?)
}
