//! Which team an agent is in, over time. An agent is in one team at a time: a membership lasts until the next one begins, so that
//! none can overlap, and a move adds one and changes none (handbook 3.4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::id::TeamId;
use super::period::Period;
use super::refusal::{Refusal, Refused};

/// The first day of a team that an agent has always been in, as far as the service is concerned.
pub const ALWAYS: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// A stay in a team, until the next one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Membership {
    /// The first day in the team.
    pub from: NaiveDate,
    /// The team.
    #[serde(rename = "team_id")]
    pub team: TeamId,
}

/// What a move does to an agent's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The agent is in that team on that day already.
    Unchanged,
    /// The agent is in the team from this day on.
    Adds(Membership),
    /// The agent had begun in another team on the very same day: that was a slip, and the team of that stay changes.
    Corrects {
        /// The stay as it was recorded.
        before: Membership,
        /// The stay as it is.
        after: Membership,
    },
}

/// The team of an agent on a day: that of the latest membership that began on the day or before. `history` in any order.
pub fn team_on(history: &[Membership], day: NaiveDate) -> Option<TeamId> {
    history.iter().filter(|stay| stay.from <= day).max_by_key(|stay| stay.from).map(|stay| stay.team)
}

/// The team that counts for a period: the one that the agent ended the period in (handbook 3.4).
pub fn team_in(history: &[Membership], period: Period) -> Option<TeamId> {
    team_on(history, period.last_day())
}

/// Decides a move to `team` from the day `from` on. `frozen` is the last period that is closed or being closed.
///
/// # Errors
/// `Invalid` on `from` for a day before the year 2000 or after `today`, the local day; `Conflict` with code `period_closed` where the
/// agent's team at the end of a frozen period would become another one: what is closed stays as it was (handbook 3.7).
pub fn move_to(history: &[Membership], team: TeamId, from: NaiveDate, today: NaiveDate, frozen: Option<Period>) -> Refused<Move> {
    if from < ALWAYS || from > today {
        let message = format!("{from} is not possible; a move is recorded on its day or later: {ALWAYS} to {today}");
        return Err(Refusal::invalid("from", message));
    }
    let after = Membership { from, team };
    let decision = match history.iter().find(|stay| stay.from == from) {
        Some(same_day) if same_day.team == team => Move::Unchanged,
        Some(same_day) => Move::Corrects { before: *same_day, after },
        None if team_on(history, from) == Some(team) => Move::Unchanged,
        None => Move::Adds(after),
    };
    if decision != Move::Unchanged
        && let Some(last) = frozen
    {
        let mut moved: Vec<Membership> = history.iter().copied().filter(|stay| stay.from != from).collect();
        moved.push(after);
        let mut period = Period::of_day(from)?;
        while period <= last {
            let was = team_in(history, period);
            if was.is_some() && was != team_in(&moved, period) {
                let open = last.next().first_day();
                let message = format!("the period {period} is closed with the agent in another team; a move can begin on {open} or later");
                return Err(Refusal::conflict("period_closed", message));
            }
            if period == period.next() {
                break;
            }
            period = period.next();
        }
    }
    Ok(decision)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn team(n: u128) -> TeamId {
        TeamId(Uuid::from_u128(n))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn stay(from: &str, n: u128) -> Membership {
        Membership { from: day(from), team: team(n) }
    }

    #[test]
    fn a_move_in_mid_period_counts_with_the_team_that_ended_it() {
        let history = [stay("2026-10-17", 2), stay("2026-01-01", 1)];
        let period = |text: &str| text.parse::<Period>().unwrap();
        assert_eq!(team_in(&history, period("2025-12")), None);
        assert_eq!(team_in(&history, period("2026-09")), Some(team(1)));
        assert_eq!(team_in(&history, period("2026-10")), Some(team(2)));
        assert_eq!(team_on(&history, day("2026-10-16")), Some(team(1)));
        assert_eq!(team_in(&[stay("2026-10-31", 3)], period("2026-10")), Some(team(3)));
    }

    #[test]
    fn a_move_adds_corrects_a_slip_or_changes_nothing() {
        let history = [stay("2026-01-01", 1), stay("2026-06-01", 2)];
        let ask_on = |from| move_to(&history, team(1), day(from), day("2026-12-31"), None);
        let ask = |n, from| move_to(&history, team(n), day(from), day("2026-12-31"), None).unwrap();
        assert_eq!(ask(3, "2026-07-01"), Move::Adds(stay("2026-07-01", 3)));
        assert_eq!(ask(3, "2026-03-01"), Move::Adds(stay("2026-03-01", 3)));
        assert_eq!(ask(3, "2026-06-01"), Move::Corrects { before: history[1], after: stay("2026-06-01", 3) });
        assert_eq!(ask(2, "2026-06-01"), Move::Unchanged);
        assert_eq!(ask(2, "2026-08-01"), Move::Unchanged);
        assert_eq!(ask_on("1999-12-31").unwrap_err().faults[0].field, "from");
        assert_eq!(ask_on("2027-01-01").unwrap_err().faults[0].field, "from");
    }

    #[test]
    fn a_closed_period_keeps_its_teams() {
        let history = [stay("2026-01-01", 1)];
        let today = day("2026-10-09");
        let closed = Some("2026-09".parse().unwrap());
        let refusal = move_to(&history, team(2), day("2026-09-30"), today, closed).unwrap_err();
        assert_eq!(refusal.code, "period_closed");
        assert!(refusal.message.contains("2026-10-01"), "{}", refusal.message);
        assert!(move_to(&history, team(2), day("2026-10-01"), today, closed).is_ok());
        assert!(move_to(&[], team(2), day("2026-01-01"), today, closed).is_ok());
    }

    proptest! {
        #[test]
        fn a_move_is_seen_from_its_day_on_and_not_before(
            stays in prop::collection::btree_map(0..400_u64, 1..5_u128, 0..6), n in 1..5_u128, at in 0..400_u64,
        ) {
            let on = |offset: u64| ALWAYS + chrono::Days::new(offset);
            let mut history: Vec<_> = stays.iter().map(|(offset, n)| Membership { from: on(*offset), team: team(*n) }).collect();
            let before = history.clone();
            match move_to(&history, team(n), on(at), on(400), None).unwrap() {
                Move::Unchanged => {}
                Move::Adds(stay) => history.push(stay),
                Move::Corrects { after, .. } => { history.retain(|s| s.from != after.from); history.push(after); }
            }
            prop_assert_eq!(team_on(&history, on(at)), Some(team(n)));
            for earlier in 0..at {
                prop_assert_eq!(team_on(&history, on(earlier)), team_on(&before, on(earlier)));
            }
            prop_assert_eq!(move_to(&history, team(n), on(at), on(400), None).unwrap(), Move::Unchanged);
        }
    }
}
