//! The escalation policy and the working calendar as the fields of a form and back.

use chrono::{Days, NaiveDate};

use crate::domain::calendar::{CalendarInput, TimeOfDay, WorkingHours};
use crate::domain::escalation::{CountRule, EscalationPolicy, Level, Recipient, UnitChain, UnitOf};
use crate::domain::id::UserId;
use crate::domain::refusal::{Refusal, Refused};
use crate::web::form::Typed;
use crate::web::reading::{Reading, renamed};

type Pairs = Vec<(String, String)>;

/// Somebody whom rules may name: id, username and name.
pub(super) type Person = (UserId, String, String);

fn put(pairs: &mut Pairs, name: impl Into<String>, value: impl ToString) {
    pairs.push((name.into(), value.to_string()));
}

fn put_levels(pairs: &mut Pairs, name: &str, levels: &[Level], people: &[Person]) {
    for (n, level) in levels.iter().enumerate() {
        let at = format!("{name}[{n}]");
        put(pairs, format!("{at}.minutes"), level.minutes);
        level.recipients.iter().filter_map(|one| one.role).for_each(|role| put(pairs, format!("{at}.roles"), role));
        for (place, user) in level.recipients.iter().filter_map(|one| one.user_id).enumerate() {
            let username = people.iter().find(|(id, ..)| *id == user).map_or_else(|| user.to_string(), |(_, username, _)| username.clone());
            put(pairs, format!("{at}.people[{place}]"), username);
        }
    }
}

fn put_count(pairs: &mut Pairs, at: &str, rule: &CountRule) {
    put(pairs, format!("{at}.code"), &rule.code);
    put(pairs, format!("{at}.at_least"), rule.at_least);
    rule.classes.iter().for_each(|class| put(pairs, format!("{at}.classes"), class));
    rule.violation_types.iter().for_each(|code| put(pairs, format!("{at}.violation_types"), code));
}

/// What a choice of a team or a vendor sends.
pub(super) fn unit(unit: UnitOf) -> String {
    match (unit.team_id, unit.vendor_id) {
        (Some(team), _) => format!("team:{team}"),
        (None, Some(vendor)) => format!("vendor:{vendor}"),
        (None, None) => String::new(),
    }
}

/// The fields of an escalation policy.
pub(super) fn escalation_fields(policy: &EscalationPolicy, version: i32, people: &[Person]) -> Typed {
    let mut pairs = vec![("version".to_owned(), version.to_string())];
    policy.classes.iter().for_each(|class| put(&mut pairs, "classes", class));
    policy.violation_types.iter().for_each(|code| put(&mut pairs, "violation_types", code));
    policy.four_eyes.iter().for_each(|kind| put(&mut pairs, "four_eyes", kind));
    for (n, rule) in policy.counts.iter().enumerate() {
        put_count(&mut pairs, &format!("counts[{n}]"), rule);
    }
    put_levels(&mut pairs, "levels", &policy.levels, people);
    for (n, chain) in policy.chains.iter().enumerate() {
        put(&mut pairs, format!("chains[{n}].unit"), unit(chain.unit));
        put_levels(&mut pairs, &format!("chains[{n}].levels"), &chain.levels, people);
    }
    Typed::of(pairs)
}

/// Every name that a form gives for a person.
pub(super) fn people_named(typed: &Typed) -> Vec<String> {
    let chains = typed.each_row("chains", 0).into_iter().map(|chain| format!("{}.levels", chain.at));
    let levels = chains.chain(["levels".to_owned()]).flat_map(|name| typed.each_row(&name, 0));
    let fields = levels.flat_map(|level| typed.each_row(&format!("{}.people", level.at), 0));
    fields.filter_map(|field| typed.filled(&field.at).map(str::to_owned)).collect()
}

fn close_up_levels(typed: &mut Typed, name: &str) {
    typed.close_up(name);
    for level in typed.each_row(name, 0) {
        typed.close_up(&format!("{}.people", level.at));
    }
}

/// Leaves out what was not filled in, so that what is refused names the row that the form shows.
pub(super) fn close_up_escalation(typed: &mut Typed) {
    typed.close_up("counts");
    typed.close_up("chains");
    close_up_levels(typed, "levels");
    for chain in typed.each_row("chains", 0) {
        close_up_levels(typed, &format!("{}.levels", chain.at));
    }
}

fn read_level(from: &mut Reading<'_>, at: &str, people: &[Person]) -> Level {
    let role = |role| Recipient { role: Some(role), user_id: None };
    let mut recipients: Vec<Recipient> = from.values(&format!("{at}.roles")).into_iter().map(role).collect();
    for (place, name) in from.words(&format!("{at}.people")).into_iter().enumerate() {
        match people.iter().find(|(_, username, _)| *username == name) {
            Some((user, ..)) => recipients.push(Recipient { role: None, user_id: Some(*user) }),
            None => from.fault(&format!("{at}.people[{place}]"), format!("`{name}` is nobody's username")),
        }
    }
    Level { recipients, minutes: from.needed_number(&format!("{at}.minutes")) }
}

fn read_levels(from: &mut Reading<'_>, name: &str, people: &[Person]) -> Vec<Level> {
    from.rows(name, |from, at| read_level(from, at, people))
}

fn read_chain(from: &mut Reading<'_>, at: &str, people: &[Person]) -> UnitChain {
    let name = format!("{at}.unit");
    let chosen = from.text(&name);
    let unit = match chosen.split_once(':') {
        Some(("team", team)) => UnitOf { team_id: team.parse().ok(), vendor_id: None },
        Some(("vendor", vendor)) => UnitOf { team_id: None, vendor_id: vendor.parse().ok() },
        _ => {
            from.fault(&name, "must not be empty");
            UnitOf { team_id: None, vendor_id: None }
        }
    };
    UnitChain { unit, levels: read_levels(from, &format!("{at}.levels"), people) }
}

fn read_count(from: &mut Reading<'_>, at: &str) -> CountRule {
    CountRule {
        code: from.text(&format!("{at}.code")),
        classes: from.values(&format!("{at}.classes")),
        violation_types: from.texts(&format!("{at}.violation_types")),
        at_least: from.needed_number(&format!("{at}.at_least")),
    }
}

/// The policy that a form says, in which nothing is left to close up.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read_escalation(typed: &Typed, people: &[Person]) -> Refused<EscalationPolicy> {
    let mut from = Reading::of(typed);
    let policy = EscalationPolicy {
        classes: from.values("classes"),
        violation_types: from.texts("violation_types"),
        counts: from.rows("counts", read_count),
        levels: read_levels(&mut from, "levels", people),
        chains: from.rows("chains", |from, at| read_chain(from, at, people)),
        four_eyes: from.values("four_eyes"),
    };
    from.finish().map(|()| policy)
}

/// What a use case refuses of a policy, with the names of the form's fields, and people by their usernames.
pub(super) fn by_field(refusal: Refusal, people: &[Person]) -> Refusal {
    let mut refusal = renamed(refusal, |path| match path.split_once(".recipients") {
        Some((level, _)) => format!("{level}.roles"),
        None => path.to_owned(),
    });
    for fault in &mut refusal.faults {
        for (id, username, _) in people {
            fault.message = fault.message.replace(&id.to_string(), &format!("`{username}`"));
        }
    }
    refusal
}

/// Puts days as stretches: from the first to the last of those that follow each other.
fn put_days(pairs: &mut Pairs, name: &str, days: &[NaiveDate]) {
    let mut stretches: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for day in days {
        match stretches.last_mut() {
            Some((_, last)) if last.succ_opt() == Some(*day) => *last = *day,
            _ => stretches.push((*day, *day)),
        }
    }
    for (n, (first, last)) in stretches.into_iter().enumerate() {
        put(pairs, format!("{name}[{n}].from"), first);
        put(pairs, format!("{name}[{n}].until"), if last > first { last.to_string() } else { String::new() });
    }
}

/// The fields of a working calendar.
pub(super) fn calendar_fields(calendar: &CalendarInput, version: i32) -> Typed {
    let mut pairs = vec![("version".to_owned(), version.to_string())];
    calendar.working_days.iter().for_each(|day| put(&mut pairs, "working_days", day));
    for (n, hours) in calendar.hours.iter().enumerate() {
        put(&mut pairs, format!("hours[{n}].from"), hours.from);
        // A field for a time knows no 24:00.
        put(&mut pairs, format!("hours[{n}].until"), if hours.until == TimeOfDay::END { TimeOfDay::BEGIN } else { hours.until });
    }
    put_days(&mut pairs, "holidays", &calendar.holidays);
    put_days(&mut pairs, "extra_working_days", &calendar.extra_working_days);
    Typed::of(pairs)
}

/// Leaves out what was not filled in, so that what is refused names the row that the form shows.
pub(super) fn close_up_calendar(typed: &mut Typed) {
    for name in ["hours", "holidays", "extra_working_days"] {
        typed.close_up(name);
    }
}

/// The longest stretch of days that a row may say.
const LONGEST_STRETCH_DAYS: u64 = 366;

fn read_days(from: &mut Reading<'_>, name: &str) -> Vec<NaiveDate> {
    let stretches = from.rows(name, |from, at| {
        let first = from.needed_day(&format!("{at}.from"));
        let until = format!("{at}.until");
        let last = from.day(&until).or(first);
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        if last < first {
            from.fault(&until, "must not lie before the first day");
        }
        let days: Vec<NaiveDate> =
            (0..=LONGEST_STRETCH_DAYS).filter_map(|n| first.checked_add_days(Days::new(n))).take_while(|day| *day <= last).collect();
        if days.last().is_some_and(|day| *day < last) {
            from.fault(&until, format!("is more than {LONGEST_STRETCH_DAYS} days after the first day"));
        }
        days
    });
    stretches.into_iter().flatten().collect()
}

fn read_hours(from: &mut Reading<'_>, at: &str) -> Option<WorkingHours> {
    let begin = from.needed::<TimeOfDay>(&format!("{at}.from"));
    let until =
        from.needed::<TimeOfDay>(&format!("{at}.until")).map(|until| if until == TimeOfDay::BEGIN { TimeOfDay::END } else { until });
    Some(WorkingHours { from: begin?, until: until? })
}

/// The calendar that a form says, in which nothing is left to close up.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read_calendar(typed: &Typed) -> Refused<CalendarInput> {
    let mut from = Reading::of(typed);
    let input = CalendarInput {
        working_days: from.values("working_days"),
        hours: from.rows("hours", read_hours).into_iter().flatten().collect(),
        holidays: read_days(&mut from, "holidays"),
        extra_working_days: read_days(&mut from, "extra_working_days"),
    };
    from.finish().map(|()| input)
}

#[cfg(test)]
mod tests;
