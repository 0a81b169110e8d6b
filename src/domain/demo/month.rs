//! The conversations of two months: last month whole, this month up to the present moment.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::centre::{DemoAgent, DemoCentre};
use super::dialogue::{Finding, tell};
use super::dice::Dice;
use super::script::{Script, Scripts, Slip};
use super::slots::{Filled, WordLists};
use crate::domain::conversation::{Channel, ConversationInput, Speaker, TranscriptLine, TranscriptLineInput};
use crate::domain::period::{Period, local_day, start_of_day};
use crate::domain::refusal::Refused;

/// How many conversations an agent has on a worked day, on average, in tenths.
const TENTHS_A_DAY: u32 = 11;
/// Days that an agent works in a whole month where no attendance is imported.
const USUAL_DAYS: u32 = 21;

/// A conversation of the demo centre, with what a grader will find in it.
#[derive(Debug, Clone)]
pub struct DemoConversation {
    /// The conversation in the neutral format.
    pub input: ConversationInput,
    /// Its identity in the demo's source system.
    pub external_id: String,
    /// The period in which it began.
    pub period: Period,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// What went wrong in it.
    pub findings: Vec<Finding>,
    /// Its lines, to give them a voice.
    pub transcript: Vec<TranscriptLine>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// Whether it is a call.
    pub call: bool,
    /// The line of business.
    pub business: String,
    /// Whether the customer was asked to prove who they are.
    pub verified: bool,
    /// Whether the agent put an own mistake right.
    pub corrected: bool,
}

/// Every conversation of last month and of this month up to `now`, in the order in which they began. The same for the same `now`; what has
/// happened does not change when `now` moves on within a month.
///
/// # Errors
/// `Invalid` where `now` lies outside the years 2000 to 2999.
pub fn conversations(
    centre: &DemoCentre,
    scripts: &Scripts,
    lists: &WordLists,
    now: DateTime<Utc>,
    zone: Tz,
) -> Refused<Vec<DemoConversation>> {
    let this = Period::of_moment(now, zone)?;
    let mut all = Vec::new();
    for (period, last_month) in [(this.previous(), true), (this, false)] {
        for agent in &centre.agents {
            let choice = Choice::new(centre.queues(agent, last_month), scripts);
            for (day, slot) in working_slots(agent, period, last_month) {
                let name = format!("assay demo 1/{}/{day}/{slot}", agent.code);
                let mut dice = Dice::named(&name);
                let minute = dice.between(8 * 60 + 30, 20 * 60);
                let started = start_of_day(day, zone) + Duration::minutes(minute) + Duration::seconds(dice.between(0, 59));
                if let Some(made) = choice.tell(agent, lists, (day, started), period, &mut dice) {
                    all.push((started, agent.code.as_str(), slot, made));
                }
            }
        }
    }
    all.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    // Those to come are numbered too, so that a number means the same tomorrow.
    let mut counts: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    let number = |(started, _, _, mut made): (DateTime<Utc>, &str, u32, DemoConversation)| {
        let day = local_day(started, zone);
        let count = counts.entry(day).or_default();
        *count = count.saturating_add(1);
        made.external_id = format!("D{}-{count:03}", day.format("%Y%m%d"));
        made.input.external_id = Some(made.external_id.clone());
        (made.ended_at < now).then_some(made)
    };
    Ok(all.into_iter().filter_map(number).collect())
}

/// The days that an agent worked in last month or, as far as it has gone by on the local day `today`, in this month; `None` where no
/// attendance is imported.
pub fn worked_days(agent: &DemoAgent, period: Period, last_month: bool, today: NaiveDate) -> Option<u32> {
    agent.worked_days.map(|_| {
        let days = working_days(agent, period, last_month);
        u32::try_from(days.iter().filter(|day| **day <= today).count()).unwrap_or(0)
    })
}

/// The days of a month on which an agent works, whether they have come or not.
fn working_days(agent: &DemoAgent, period: Period, last_month: bool) -> Vec<NaiveDate> {
    let days: Vec<NaiveDate> = period.first_day().iter_days().take_while(|day| *day <= period.last_day()).collect();
    // This month's figure was set down for the middle of a month: scale it to the whole of it, but leave the very few as they are.
    let wanted = match agent.worked_days {
        None => USUAL_DAYS,
        Some([last, _]) if last_month => last,
        Some([_, this]) if this <= 5 => this,
        Some([_, this]) => this.saturating_mul(8).checked_div(5).unwrap_or(this),
    };
    let mut dice = Dice::named(&format!("assay demo 1/days/{}/{period}", agent.code));
    let mut chosen = dice.shuffled(days);
    // Weekdays first, so that weekends are rarer.
    chosen.sort_by_key(|day| day.weekday().number_from_monday() > 5);
    chosen.truncate(usize::try_from(wanted).unwrap_or(0));
    chosen.sort_unstable();
    chosen
}

/// Each worked day with the numbers of its conversations.
fn working_slots(agent: &DemoAgent, period: Period, last_month: bool) -> Vec<(NaiveDate, u32)> {
    let days = working_days(agent, period, last_month);
    let slots = |day: NaiveDate| {
        let mut dice = Dice::named(&format!("assay demo 1/load/{}/{day}", agent.code));
        let extra = u32::from(dice.percent(TENTHS_A_DAY % 10 * 10));
        (0..(TENTHS_A_DAY / 10).saturating_add(extra)).map(move |slot| (day, slot))
    };
    days.into_iter().flat_map(slots).collect()
}

/// The scripts that an agent can meet.
struct Choice<'a> {
    scripts: Vec<&'a Script>,
    all: &'a Scripts,
}

impl<'a> Choice<'a> {
    fn new(queues: &[String], all: &'a Scripts) -> Self {
        Self { scripts: all.scripts.iter().filter(|script| queues.contains(&script.queue)).collect(), all }
    }

    fn tell(
        &self,
        agent: &DemoAgent,
        lists: &WordLists,
        (day, started): (NaiveDate, DateTime<Utc>),
        period: Period,
        dice: &mut Dice,
    ) -> Option<DemoConversation> {
        let script = *dice.pick_weighted(&self.scripts, |script| script.weight)?;
        let slips = self.slips(script, agent, dice);
        let blanks = Filled::new(lists, script, (&agent.code, &agent.name), day, dice);
        let told = tell(script, &slips, &blanks, dice);
        let without = |name: &str| slips.iter().any(|slip| slip.without.contains(name));
        let mut attributes: BTreeMap<String, serde_json::Value> = BTreeMap::new();
        attributes.insert("business".into(), script.business.clone().into());
        attributes.insert("topic".into(), script.title.of(&script.language).into());
        if script.channel == Channel::Call {
            attributes.insert("direction".into(), script.direction.as_deref().unwrap_or("in").into());
            attributes.insert("phone".into(), phone(script, &blanks).into());
        }
        if !without("action_code") {
            attributes.insert("action_code".into(), action_code(script).into());
        }
        if has_line(script, "proof") {
            attributes.insert("proof_uploaded".into(), (!without("proof")).into());
        }
        let input = ConversationInput {
            source: Some("demo".into()),
            channel: Some(script.channel.as_str().into()),
            agent: Some(agent.code.clone()),
            started_at: Some(started.to_rfc3339()),
            duration_ms: Some(told.duration_ms),
            customer: Some(format!("C-{}", blanks.get("ticket"))),
            queue: Some(script.queue.clone()),
            language: Some(script.language.clone()),
            satisfaction: satisfaction(&slips, dice),
            attributes,
            transcript: Some(told.transcript.iter().map(line_input).collect()),
            ..ConversationInput::default()
        };
        Some(DemoConversation {
            input,
            external_id: String::new(),
            period,
            ended_at: started + Duration::milliseconds(told.duration_ms),
            findings: told.findings,
            transcript: told.transcript,
            duration_ms: told.duration_ms,
            call: script.channel == Channel::Call,
            business: script.business.clone(),
            verified: has_line(script, "verify"),
            corrected: has_line(script, "correct"),
        })
    }

    /// What goes wrong: mostly nothing, then what the agent tends to, and seldom something grave.
    fn slips(&self, script: &'a Script, agent: &DemoAgent, dice: &mut Dice) -> Vec<&'a Slip> {
        if dice.percent(agent.care) {
            return Vec::new();
        }
        let possible: Vec<&Slip> = self.all.slips_in(script).collect();
        let weight = |slip: &&Slip| match slip.violation.as_str() {
            habit if agent.habits.iter().any(|known| known == habit) => 24,
            "abused_customer" | "disclosed_sensitive_information" if agent.care > 70 => 0,
            "abused_customer" | "disclosed_sensitive_information" => 1,
            "hung_up" | "shirked_responsibility" | "identity_not_verified" if agent.care > 85 => 0,
            "hung_up" | "shirked_responsibility" | "identity_not_verified" => 2,
            _ => 4,
        };
        let Some(first) = dice.pick_weighted(&possible, weight) else { return Vec::new() };
        let mut slips = vec![*first];
        if dice.percent(25) {
            let rest: Vec<&Slip> = possible.iter().copied().filter(|slip| slip.goes_with(first)).collect();
            slips.extend(dice.pick_weighted(&rest, weight).copied());
        }
        slips
    }
}

fn has_line(script: &Script, id: &str) -> bool {
    script.lines.iter().any(|line| line.id.as_deref() == Some(id))
}

fn line_input(line: &TranscriptLine) -> TranscriptLineInput {
    TranscriptLineInput {
        speaker: Some(Speaker::as_str(line.speaker).into()),
        start_ms: line.start_ms,
        end_ms: line.end_ms,
        text: Some(line.text.clone()),
    }
}

/// A number that nobody has.
fn phone(script: &Script, blanks: &Filled) -> String {
    let digits = blanks.get("phone4");
    if script.language == "zh" { format!("1000000{digits}") } else { format!("+1 202 555 01{}", digits.get(2..).unwrap_or("00")) }
}

fn action_code(script: &Script) -> &'static str {
    match (script.business.as_str(), script.direction.is_some()) {
        ("collections", _) => "PTP",
        ("loan", _) => "LN-INFO",
        ("card", _) => "CD-SERV",
        ("delivery", _) => "DL-CASE",
        _ => "ST-SERV",
    }
}

/// What the customer gave, 1 to 5; half of them give nothing.
fn satisfaction(slips: &[&Slip], dice: &mut Dice) -> Option<i64> {
    let unseen = |slip: &&Slip| matches!(slip.violation.as_str(), "action_code_missing" | "rating_not_invited");
    let (low, high) = if slips.iter().all(unseen) { (4, 5) } else { (1, 3) };
    let given = dice.between(low, high);
    dice.percent(50).then_some(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! seed {
        ($file:literal) => {
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seed/demo/", $file))
        };
    }

    fn made(now: &str) -> Vec<DemoConversation> {
        let texts = [
            seed!("scripts/loan.zh.json"),
            seed!("scripts/collections.zh.json"),
            seed!("scripts/card.zh.json"),
            seed!("scripts/store.zh.json"),
            seed!("scripts/delivery.zh.json"),
            seed!("scripts/phone.en.json"),
            seed!("scripts/chat.en.json"),
            seed!("scripts/mail.en.json"),
        ];
        let scripts = Scripts::read(texts, seed!("faults.json")).unwrap();
        assert!(scripts.scripts.len() >= 40);
        let centre: DemoCentre = serde_json::from_str(seed!("people.json")).unwrap();
        let lists: WordLists = serde_json::from_str(seed!("slots.json")).unwrap();
        conversations(&centre, &scripts, &lists, now.parse().unwrap(), Tz::Asia__Shanghai).unwrap()
    }

    #[test]
    fn two_months_are_told_without_a_blank_left_open() {
        let all = made("2026-11-18T07:00:00Z");
        assert!(all.len() >= 600, "{}", all.len());
        let faulty = all.iter().filter(|made| !made.findings.is_empty()).count();
        assert!(faulty * 100 / all.len() > 5 && faulty * 100 / all.len() < 35, "{faulty} of {}", all.len());
        let limits = crate::domain::conversation::ImportLimits::default();
        for made in &all {
            let conversation = made.input.clone().check(&limits).unwrap();
            assert!(conversation.ended_at() < "2026-11-18T07:00:00Z".parse::<DateTime<Utc>>().unwrap());
            assert!(made.findings.iter().flat_map(|finding| &finding.lines).all(|line| *line < made.transcript.len()));
            for line in &made.transcript {
                assert!(!line.text.contains(['{', '}']) && !line.text.is_empty(), "{}", line.text);
            }
        }
        let ids: std::collections::BTreeSet<_> = all.iter().map(|made| &made.external_id).collect();
        assert_eq!(ids.len(), all.len());
        for (number, made) in all.iter().enumerate() {
            if number % 97 == 0 {
                println!("{}", serde_json::to_string(&made.input).unwrap());
            }
        }
        println!("{} conversations, {} calls, {faulty} with faults", all.len(), all.iter().filter(|made| made.call).count());
    }

    #[test]
    fn every_finding_is_marked_on_either_scorecard() {
        let types = crate::domain::defaults::catalogue().unwrap().into_iter().map(|it| (it.code.clone(), it)).collect();
        let scorecards = crate::domain::defaults::scorecards().unwrap();
        for made in made("2026-11-18T07:00:00Z") {
            for scorecard in &scorecards {
                let material = crate::domain::evidence::Material {
                    transcript_lines: u32::try_from(made.transcript.len()).unwrap(),
                    ..Default::default()
                };
                let basis = crate::domain::evaluation::Basis { content: &scorecard.content, types: &types, material: &material };
                let grading = crate::domain::evaluation::grade(&super::super::sheet(&made, &scorecard.content), basis).unwrap();
                let mut marked: Vec<_> = grading.violations.iter().map(|violation| violation.violation_type.as_str()).collect();
                let mut expected: Vec<_> = made.findings.iter().map(|finding| finding.violation.as_str()).collect();
                marked.sort_unstable();
                expected.sort_unstable();
                assert_eq!(marked, expected, "{}", made.external_id);
            }
        }
    }

    #[test]
    fn what_has_happened_stays_as_the_month_goes_on() {
        let (before, after) = (made("2026-11-10T00:00:00Z"), made("2026-11-20T00:00:00Z"));
        assert!(before.len() < after.len());
        assert!(before.iter().all(|made| after.iter().any(|later| later.input == made.input)));
        let first_day = made("2026-11-01T00:00:00Z");
        assert!(first_day.iter().all(|made| made.period.to_string() == "2026-10"));
    }
}
