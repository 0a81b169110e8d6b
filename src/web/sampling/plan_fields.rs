//! What a sampling plan says, as the fields of a form and back.

use std::collections::HashMap;

use crate::domain::Refusal;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, UserId};
use crate::domain::refusal::Refused;
use crate::domain::sampling::filter::{AttributeCondition, Exclusions, PopulationFilter, Range};
use crate::domain::sampling::plan::{ChannelScorecard, InspectorCapacity, PlanContent, Targeted, TargetedFilter};
use crate::domain::sampling::quota::Quota;
use crate::domain::sampling::schedule::{Schedule, ScheduledPeriod};
use crate::domain::sampling::stratum::StratifyBy;
use crate::usecases::sampling_plans::{Plan, PlanInput};
use crate::web::form::Typed;
use crate::web::reading::{Reading, renamed};
use crate::web::words::hundredths;

type Pairs = Vec<(String, String)>;

fn on(pairs: &mut Pairs, name: &str, yes: bool) {
    if yes {
        pairs.push((name.to_owned(), "on".to_owned()));
    }
}

fn put(pairs: &mut Pairs, name: &str, value: impl ToString) {
    pairs.push((name.to_owned(), value.to_string()));
}

fn put_range(pairs: &mut Pairs, name: &str, range: Option<Range>) {
    for (end, value) in [("min", range.and_then(|r| r.min)), ("max", range.and_then(|r| r.max))] {
        if let Some(value) = value {
            put(pairs, &format!("{name}.{end}"), value);
        }
    }
}

fn put_quota(pairs: &mut Pairs, name: &str, quota: &Quota) {
    match quota {
        Quota::Count { count } => {
            put(pairs, &format!("{name}.kind"), "count");
            put(pairs, &format!("{name}.count"), count);
        }
        Quota::Percentage { basis_points, minimum } => {
            put(pairs, &format!("{name}.kind"), "percentage");
            put(pairs, &format!("{name}.percent"), hundredths(*basis_points));
            put(pairs, &format!("{name}.minimum"), minimum);
        }
    }
}

fn put_words(pairs: &mut Pairs, name: &str, words: impl IntoIterator<Item = String>) {
    words.into_iter().enumerate().for_each(|(n, word)| put(pairs, &format!("{name}[{n}]"), word));
}

fn put_attributes(pairs: &mut Pairs, name: &str, conditions: &[AttributeCondition]) {
    for (n, condition) in conditions.iter().enumerate() {
        put(pairs, &format!("{name}[{n}].key"), &condition.key);
        put_words(pairs, &format!("{name}[{n}].one_of"), condition.one_of.iter().cloned());
    }
}

/// Leaves out what was not filled in, so that what is refused names the row that the form shows.
pub(super) fn close_up(typed: &mut Typed) {
    for name in ["population.queues", "targeted.filter.queues", "exclusions.agents"] {
        typed.close_up(name);
    }
    for name in ["population.attributes", "targeted.filter.attributes"] {
        typed.close_up(name);
        for condition in typed.each_row(name, 0) {
            typed.close_up(&format!("{}.one_of", condition.at));
        }
    }
}

/// The fields of a plan that nobody has written yet.
pub(super) fn blank() -> Typed {
    let usual = [
        ("quota.kind", "count"),
        ("quota.count", "10"),
        ("stratify_by", "day"),
        ("reserves", "3"),
        ("exclusions.shorter_than_seconds", "0"),
        ("exclusions.already_sampled", "on"),
        ("exclusions.calls_without_recording", "on"),
        ("pair_share_percent", "100"),
        ("due_days", "10"),
        ("schedule.day_of_month", "1"),
        ("schedule.hour", "6"),
        ("schedule.period", "previous"),
        ("targeted.quota.kind", "count"),
        ("targeted.quota.count", "2"),
    ];
    Typed::of(usual.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// The fields of a plan; `numbers` are the employee numbers of the agents whom it leaves out.
pub(super) fn fields(plan: &Plan, numbers: &HashMap<AgentId, (String, String)>) -> Typed {
    let (mut pairs, content) = (Pairs::new(), &plan.content);
    let to = &mut pairs;
    put(to, "name", &plan.name);
    put(to, "version", plan.version);
    let population = &content.population;
    population.teams.iter().for_each(|team| put(to, "population.teams", team));
    put_words(to, "population.queues", population.queues.iter().cloned());
    put_range(to, "population.duration_seconds", population.duration_seconds);
    put_range(to, "population.satisfaction", population.satisfaction);
    put_attributes(to, "population.attributes", &population.attributes);
    put(to, "exclusions.shorter_than_seconds", content.exclusions.shorter_than_seconds);
    on(to, "exclusions.already_sampled", content.exclusions.already_sampled);
    on(to, "exclusions.calls_without_recording", content.exclusions.calls_without_recording);
    let number = |id: &AgentId| numbers.get(id).map_or_else(|| id.to_string(), |(number, _)| number.clone());
    put_words(to, "exclusions.agents", content.exclusions.agents.iter().map(number));
    put_quota(to, "quota", &content.quota);
    put(to, "stratify_by", content.stratify_by);
    put(to, "reserves", content.reserves);
    on(to, "with_targeted", content.targeted.is_some());
    if let Some(Targeted { filter, quota, counts }) = &content.targeted {
        filter.channels.iter().for_each(|channel| put(to, "targeted.filter.channels", channel));
        put_words(to, "targeted.filter.queues", filter.queues.iter().cloned());
        put_range(to, "targeted.filter.duration_seconds", filter.duration_seconds);
        put_range(to, "targeted.filter.satisfaction", filter.satisfaction);
        put_attributes(to, "targeted.filter.attributes", &filter.attributes);
        put_quota(to, "targeted.quota", quota);
        on(to, "targeted.counts", *counts);
    }
    content.inspectors.iter().for_each(|one| put(to, &format!("inspectors.{}", one.user_id), one.capacity));
    put(to, "pair_share_percent", content.pair_share_percent);
    put(to, "due_days", content.due_days);
    on(to, "blind", content.blind);
    on(to, "carry_over", content.carry_over);
    on(to, "with_schedule", content.schedule.is_some());
    let schedule = content.schedule.unwrap_or(Schedule { day_of_month: 1, hour: 6, period: ScheduledPeriod::Previous });
    put(to, "schedule.day_of_month", schedule.day_of_month);
    put(to, "schedule.hour", schedule.hour);
    put(to, "schedule.period", schedule.period);
    for channel in content.channels() {
        if let Some(card) = content.scorecard_of(channel) {
            put(to, &format!("scorecards.{channel}"), card);
        }
    }
    Typed::of(pairs)
}

fn range(from: &mut Reading<'_>, name: &str) -> Option<Range> {
    let range = Range { min: from.number(&format!("{name}.min")), max: from.number(&format!("{name}.max")) };
    Some(range).filter(|range| range.min.is_some() || range.max.is_some())
}

fn attributes(from: &mut Reading<'_>, name: &str) -> Vec<AttributeCondition> {
    let condition = |from: &mut Reading<'_>, at: &str| AttributeCondition {
        key: from.text(&format!("{at}.key")).trim().to_owned(),
        one_of: from.words(&format!("{at}.one_of")),
    };
    from.rows(name, condition)
}

/// Hundredths of a percent from a decimal with at most two places.
fn basis_points(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)
}

fn quota(from: &mut Reading<'_>, name: &str) -> Quota {
    if from.text(&format!("{name}.kind")) == "percentage" {
        let at = format!("{name}.percent");
        let share = basis_points(from.text(&at).trim());
        if share.is_none() {
            from.fault(&at, "must be a percentage with at most two places, such as 2.5");
        }
        Quota::Percentage { basis_points: share.unwrap_or(100), minimum: from.number(&format!("{name}.minimum")).unwrap_or(0) }
    } else {
        Quota::Count { count: from.needed_number(&format!("{name}.count")) }
    }
}

/// Everybody for whom a capacity was typed.
fn capacities(from: &mut Reading<'_>, inspectors: &[UserId]) -> Vec<InspectorCapacity> {
    let typed =
        |user_id: &UserId| from.number(&format!("inspectors.{user_id}")).map(|capacity| InspectorCapacity { user_id: *user_id, capacity });
    inspectors.iter().filter_map(typed).collect()
}

/// The plan that a form says; `agents` gives the agents of the employee numbers in it, `inspectors` are those whom the form offers.
///
/// # Errors
/// `Invalid` with every field at fault.
pub(super) fn read(typed: &Typed, agents: &HashMap<String, AgentId>, inspectors: &[UserId]) -> Refused<PlanInput> {
    let mut from = Reading::of(typed);
    let mut excluded = Vec::new();
    for (n, number) in from.words("exclusions.agents").into_iter().enumerate() {
        match agents.get(&number) {
            Some(agent) => excluded.push(*agent),
            None => from.fault(&format!("exclusions.agents[{n}]"), format!("there is no agent `{number}` within your reach")),
        }
    }
    let population = PopulationFilter {
        teams: from.values("population.teams"),
        channels: Vec::new(),
        queues: from.words("population.queues"),
        duration_seconds: range(&mut from, "population.duration_seconds"),
        satisfaction: range(&mut from, "population.satisfaction"),
        attributes: attributes(&mut from, "population.attributes"),
    };
    let exclusions = Exclusions {
        shorter_than_seconds: from.number("exclusions.shorter_than_seconds").unwrap_or(0),
        already_sampled: from.yes("exclusions.already_sampled"),
        calls_without_recording: from.yes("exclusions.calls_without_recording"),
        agents: excluded,
    };
    let targeted = from.yes("with_targeted").then(|| Targeted {
        filter: TargetedFilter {
            channels: from.values("targeted.filter.channels"),
            queues: from.words("targeted.filter.queues"),
            duration_seconds: range(&mut from, "targeted.filter.duration_seconds"),
            satisfaction: range(&mut from, "targeted.filter.satisfaction"),
            attributes: attributes(&mut from, "targeted.filter.attributes"),
        },
        quota: quota(&mut from, "targeted.quota"),
        counts: from.yes("targeted.counts"),
    });
    let schedule = from.yes("with_schedule").then(|| Schedule {
        day_of_month: from.needed_number("schedule.day_of_month"),
        hour: from.needed_number("schedule.hour"),
        period: from.value("schedule.period").unwrap_or(ScheduledPeriod::Previous),
    });
    let mut scorecards = Vec::new();
    for channel in Channel::ALL.iter().copied() {
        if let Some(scorecard_id) = from.value(&format!("scorecards.{channel}")) {
            scorecards.push(ChannelScorecard { channel, scorecard_id });
        }
    }
    let content = PlanContent {
        population,
        exclusions,
        quota: quota(&mut from, "quota"),
        stratify_by: from.value("stratify_by").unwrap_or(StratifyBy::Day),
        reserves: from.needed_number("reserves"),
        targeted,
        inspectors: capacities(&mut from, inspectors),
        pair_share_percent: from.needed_number("pair_share_percent"),
        due_days: from.needed_number("due_days"),
        blind: from.yes("blind"),
        carry_over: from.yes("carry_over"),
        schedule,
        scorecards,
    };
    let name = from.text("name");
    from.finish()?;
    Ok(PlanInput { name, content })
}

/// What a use case refuses, with the names of the form's fields.
pub(super) fn by_field(refusal: Refusal) -> Refusal {
    renamed(refusal, |path| {
        let path = path.strip_prefix("content.").unwrap_or(path);
        let path = path.replace("basis_points", "percent");
        match path.as_str() {
            "population.duration_seconds"
            | "population.satisfaction"
            | "targeted.filter.duration_seconds"
            | "targeted.filter.satisfaction" => {
                format!("{path}.min")
            }
            "targeted.filter" => "with_targeted".to_owned(),
            _ => path,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_exactly() {
        assert_eq!(
            ["2.5", "100", "0.01", "2.505", "x", "", "1."].map(basis_points),
            [Some(250), Some(10_000), Some(1), None, None, None, None]
        );
    }
}
