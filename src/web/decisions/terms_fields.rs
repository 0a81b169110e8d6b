//! The escalation policy and the working calendar as the fields of a form and back. Chains are written a level a line: `team_lead: 240`.

use crate::domain::access::Role;
use crate::domain::calendar::{CalendarInput, WorkingHours};
use crate::domain::escalation::{CountRule, EscalationPolicy, Level, Recipient, UnitChain, UnitOf};
use crate::domain::id::{TeamId, UserId, VendorId};
use crate::domain::refusal::Refused;
use crate::domain::violation::ViolationClass;
use crate::web::form::Typed;
use crate::web::reading::Reading;

/// The people, teams and vendors whom rules may name, by what people call them.
pub(super) struct Known {
    /// Users by username.
    pub(super) users: Vec<(UserId, String)>,
    /// Teams by code.
    pub(super) teams: Vec<(TeamId, String)>,
    /// Vendors by code.
    pub(super) vendors: Vec<(VendorId, String)>,
}

fn written<I: PartialEq + ToString>(all: &[(I, String)], id: &I) -> String {
    all.iter().find(|(one, _)| one == id).map_or_else(|| id.to_string(), |(_, name)| name.clone())
}

fn named<I: Copy>(all: &[(I, String)], name: &str) -> Option<I> {
    all.iter().find(|(_, one)| one == name).map(|(id, _)| *id)
}

fn level_line(level: &Level, known: &Known) -> String {
    let one = |recipient: &Recipient| match (recipient.role, recipient.user_id) {
        (Some(role), _) => role.to_string(),
        (None, user) => user.map(|user| written(&known.users, &user)).unwrap_or_default(),
    };
    format!("{}: {}", level.recipients.iter().map(one).collect::<Vec<_>>().join(", "), level.minutes)
}

fn chain_line(chain: &UnitChain, known: &Known) -> String {
    let unit = match (chain.unit.team_id, chain.unit.vendor_id) {
        (Some(team), _) => format!("team:{}", written(&known.teams, &team)),
        (None, vendor) => format!("vendor:{}", vendor.map(|vendor| written(&known.vendors, &vendor)).unwrap_or_default()),
    };
    let levels: Vec<String> = chain.levels.iter().map(|level| level_line(level, known)).collect();
    format!("{unit} | {}", levels.join(" | "))
}

fn count_line(rule: &CountRule) -> String {
    let of = rule.classes.iter().map(ToString::to_string).chain(rule.violation_types.iter().cloned());
    format!("{}: {} {}", rule.code, rule.at_least, of.collect::<Vec<_>>().join(", "))
}

/// The fields of an escalation policy.
pub(super) fn escalation_fields(policy: &EscalationPolicy, version: i32, known: &Known) -> Typed {
    let lines = |lines: Vec<String>| lines.join("\n");
    let mut pairs = vec![
        ("version".to_owned(), version.to_string()),
        ("levels".to_owned(), lines(policy.levels.iter().map(|level| level_line(level, known)).collect())),
        ("chains".to_owned(), lines(policy.chains.iter().map(|chain| chain_line(chain, known)).collect())),
        ("counts".to_owned(), lines(policy.counts.iter().map(count_line).collect())),
    ];
    pairs.extend(policy.classes.iter().map(|class| ("classes".to_owned(), class.to_string())));
    pairs.extend(policy.violation_types.iter().map(|code| ("violation_types".to_owned(), code.clone())));
    pairs.extend(policy.four_eyes.iter().map(|kind| ("four_eyes".to_owned(), kind.to_string())));
    Typed::of(pairs)
}

fn read_level(line: &str, known: &Known) -> Result<Level, String> {
    let bad = || format!("`{line}` is no level; write it like team_lead, li.na: 240");
    let (who, minutes) = line.rsplit_once(':').ok_or_else(bad)?;
    let minutes = minutes.trim().parse().map_err(|_| bad())?;
    let recipient = |name: &str| match name.parse::<Role>() {
        Ok(role) => Ok(Recipient { role: Some(role), user_id: None }),
        Err(_) => match named(&known.users, name) {
            Some(user) => Ok(Recipient { role: None, user_id: Some(user) }),
            None => Err(format!("`{name}` is neither a role nor a username")),
        },
    };
    let recipients = who.split(',').map(str::trim).filter(|name| !name.is_empty()).map(recipient).collect::<Result<_, _>>()?;
    Ok(Level { recipients, minutes })
}

fn read_chain(line: &str, known: &Known) -> Result<UnitChain, String> {
    let mut parts = line.split('|').map(str::trim);
    let unit = parts.next().unwrap_or("");
    let missing = || format!("`{unit}` is no team and no vendor; write it like team:CODE or vendor:CODE");
    let unit = match unit.split_once(':') {
        Some(("team", code)) => UnitOf { team_id: Some(named(&known.teams, code.trim()).ok_or_else(missing)?), vendor_id: None },
        Some(("vendor", code)) => UnitOf { team_id: None, vendor_id: Some(named(&known.vendors, code.trim()).ok_or_else(missing)?) },
        _ => return Err(missing()),
    };
    let levels = parts.filter(|part| !part.is_empty()).map(|part| read_level(part, known)).collect::<Result<_, _>>()?;
    Ok(UnitChain { unit, levels })
}

fn read_count(line: &str) -> Result<CountRule, String> {
    let bad = || format!("`{line}` is no rule; write it like often: 3 C, D, attitude");
    let (code, rest) = line.split_once(':').ok_or_else(bad)?;
    let (number, of) = rest.trim().split_once(' ').ok_or_else(bad)?;
    let mut rule = CountRule {
        code: code.trim().to_owned(),
        classes: Vec::new(),
        violation_types: Vec::new(),
        at_least: number.parse().map_err(|_| bad())?,
    };
    for one in of.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        match one.parse::<ViolationClass>() {
            Ok(class) => rule.classes.push(class),
            Err(_) => rule.violation_types.push(one.to_owned()),
        }
    }
    Ok(rule)
}

/// Reads lines, each for itself; what is wrong with one stands beside the field.
fn each<T>(from: &mut Reading<'_>, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    let mut found = Vec::new();
    for line in from.lines(name) {
        match read(&line) {
            Ok(one) => found.push(one),
            Err(message) => from.fault(name, message),
        }
    }
    found
}

/// The policy that a form says.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read_escalation(typed: &Typed, known: &Known) -> Refused<EscalationPolicy> {
    let mut from = Reading::of(typed);
    let policy = EscalationPolicy {
        classes: from.values("classes"),
        violation_types: typed.all("violation_types").to_vec(),
        counts: each(&mut from, "counts", read_count),
        levels: each(&mut from, "levels", |line| read_level(line, known)),
        chains: each(&mut from, "chains", |line| read_chain(line, known)),
        four_eyes: from.values("four_eyes"),
    };
    from.finish().map(|()| policy)
}

/// The fields of a working calendar.
pub(super) fn calendar_fields(calendar: &CalendarInput, version: i32) -> Typed {
    let days = |days: &[chrono::NaiveDate]| days.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let hours: Vec<String> = calendar.hours.iter().map(|hours| format!("{}-{}", hours.from, hours.until)).collect();
    let mut pairs = vec![
        ("version".to_owned(), version.to_string()),
        ("hours".to_owned(), hours.join("\n")),
        ("holidays".to_owned(), days(&calendar.holidays)),
        ("extra_working_days".to_owned(), days(&calendar.extra_working_days)),
    ];
    pairs.extend(calendar.working_days.iter().map(|day| ("working_days".to_owned(), day.to_string())));
    Typed::of(pairs)
}

fn read_hours(line: &str) -> Result<WorkingHours, String> {
    let bad = || format!("`{line}` is no stretch of time; write it like 09:00-18:00");
    let (from, until) = line.split_once('-').ok_or_else(bad)?;
    match (from.trim().parse(), until.trim().parse()) {
        (Ok(from), Ok(until)) => Ok(WorkingHours { from, until }),
        _ => Err(bad()),
    }
}

fn read_day(line: &str) -> Result<chrono::NaiveDate, String> {
    line.parse().map_err(|_| format!("`{line}` is not a day; use YYYY-MM-DD such as 2026-10-01"))
}

/// The calendar that a form says.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read_calendar(typed: &Typed) -> Refused<CalendarInput> {
    let mut from = Reading::of(typed);
    let input = CalendarInput {
        working_days: from.values("working_days"),
        hours: each(&mut from, "hours", read_hours),
        holidays: each(&mut from, "holidays", read_day),
        extra_working_days: each(&mut from, "extra_working_days", read_day),
    };
    from.finish().map(|()| input)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        let (user, team) = (UserId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(2)));
        let known = Known { users: vec![(user, "li.na".into())], teams: vec![(team, "T1".into())], vendors: Vec::new() };
        let person = Recipient { role: None, user_id: Some(user) };
        let levels = vec![Level { recipients: vec![person, Recipient { role: Some(Role::QaManager), user_id: None }], minutes: 30 }];
        let policy = EscalationPolicy {
            counts: vec![CountRule {
                code: "often".into(),
                classes: vec![ViolationClass::C],
                violation_types: vec!["slow".into()],
                at_least: 3,
            }],
            chains: vec![UnitChain { unit: UnitOf { team_id: Some(team), vendor_id: None }, levels: levels.clone() }],
            levels,
            ..EscalationPolicy::default()
        };
        assert_eq!(read_escalation(&escalation_fields(&policy, 1, &known), &known).unwrap(), policy);
        let calendar = CalendarInput::default();
        assert_eq!(read_calendar(&calendar_fields(&calendar, 1)).unwrap(), calendar);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let known = Known { users: Vec::new(), teams: Vec::new(), vendors: Vec::new() };
        for line in ["team_lead", "team_lead: soon", "nobody: 5"] {
            assert!(read_level(line, &known).is_err(), "{line}");
        }
        assert!(read_chain("team:none | team_lead: 5", &known).is_err());
        assert!(read_count("often: 3").is_err());
        assert!(read_hours("nine to five").is_err());
    }
}
