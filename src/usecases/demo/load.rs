//! Makes the demo centre: two months in a few seconds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::files::Files;
use super::{PASSWORD, aftermath, conversations, grading, inspected, ledger, people, token};
use crate::app::App;
use crate::auth;
use crate::clock::SetClock;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, Origin, Role};
use crate::domain::complaint::ComplaintLevel;
use crate::domain::conversation::Channel;
use crate::domain::demo::DemoConversation;
use crate::domain::id::{SamplingPlanId, TeamId, UserId};
use crate::domain::language::Language;
use crate::domain::pass_policy::PassPolicy;
use crate::domain::period::{Period, local_day, start_of_day};
use crate::domain::sampling::filter::{Exclusions, PopulationFilter, Range};
use crate::domain::sampling::plan::{ChannelScorecard, InspectorCapacity, PlanContent, Targeted, TargetedFilter};
use crate::domain::sampling::quota::Quota;
use crate::domain::sampling::stratum::StratifyBy;
use crate::usecases::draws::Draw;
use crate::usecases::draws::draw::{DrawCommand, draw};
use crate::usecases::organisation::init::{Init, init};
use crate::usecases::pass_policies::create::create as create_policy;
use crate::usecases::periods::close::{CloseCommand, close};
use crate::usecases::sampling_plans::PlanInput;
use crate::usecases::sampling_plans::create::create as create_plan;
use crate::usecases::sessions::authenticate::authenticate;

/// Makes the demo centre in an empty database: last month drawn, graded and closed, this month half-way at `now`. `app` must run on `clock`,
/// which ends at `now`. At most so many calls of each month get a sound: making it is what takes the time.
///
/// # Errors
/// `Conflict` with code `already_initialised` where the database holds a centre.
pub async fn load(app: &App, clock: &SetClock, now: DateTime<Utc>, sounds: usize) -> Result<()> {
    let files = Files::read()?;
    let zone: Tz = files.centre.organisation.time_zone.parse().map_err(|_| Refusal::invalid("time_zone", "is not known"))?;
    let this = Period::of_moment(now, zone)?;
    let mut story = Story {
        app,
        clock,
        now,
        zone,
        sounds,
        to_come: crate::domain::demo::conversations(&files.centre, &files.scripts, &files.words, now, zone)?,
        told: BTreeMap::new(),
        plan_id: None,
        files,
        this,
        last: this.previous(),
        actors: BTreeMap::new(),
    };
    story.set_up().await?;
    story.last_month().await?;
    story.close().await?;
    story.this_month().await?;
    clock.set(now);
    Ok(())
}

/// The two months as they go by.
struct Story<'a> {
    app: &'a App,
    clock: &'a SetClock,
    now: DateTime<Utc>,
    zone: Tz,
    sounds: usize,
    files: Files,
    /// Conversations that have not been brought in yet.
    to_come: Vec<DemoConversation>,
    /// Those that have, by their ids.
    told: BTreeMap<String, DemoConversation>,
    plan_id: Option<SamplingPlanId>,
    this: Period,
    last: Period,
    actors: BTreeMap<String, Actor>,
}

impl Story<'_> {
    /// The moment of a local day and hour, but never later than now.
    fn moment(&self, day: NaiveDate, hour: i64) -> DateTime<Utc> {
        (start_of_day(day, self.zone) + Duration::hours(hour)).min(self.now)
    }

    fn go_to(&self, day: NaiveDate, hour: i64) {
        self.clock.set(self.moment(day, hour));
    }

    fn actor(&self, login: &str) -> Result<&Actor> {
        self.actors.get(login).ok_or_else(|| Refusal::not_found("user", login).into())
    }

    /// A few days before last month: people, catalogue, policies, the plan.
    async fn set_up(&mut self) -> Result<()> {
        let before = self.last.first_day().checked_sub_days(Days::new(3)).unwrap_or_default();
        self.go_to(before, 9);
        let organisation = &self.files.centre.organisation;
        let command = Init {
            name: format!("{} {}", organisation.name_zh, organisation.name_en),
            time_zone: organisation.time_zone.clone(),
            currency: organisation.currency.parse()?,
            language: Language::Zh,
            admin_username: "admin".to_owned(),
            admin_password: None,
        };
        init(self.app, &Actor::operator(), command).await?;
        people::bring_in(self.app, &Actor::operator(), &self.files.centre).await?;
        self.aim().await?;
        self.let_in().await?;
        aftermath::set_policy(self.app, self.actor("qa.manager")?).await
    }

    /// The centre sets itself a pass rate to reach; the thresholds stay the default ones.
    async fn aim(&self) -> Result<()> {
        let usual = crate::domain::defaults::pass_policy()?;
        let policy = PassPolicy { first_period: self.last, target_pass_rate: Some("0.85".parse()?), ..usual };
        create_policy(self.app, &Actor::operator(), policy).await.map(drop)
    }

    /// Gives everybody the password and a token, and remembers who they are.
    async fn let_in(&mut self) -> Result<()> {
        let hash = auth::hash_password(PASSWORD, self.app.chance.bytes())?;
        let logins: Vec<(String, String)> =
            self.files.centre.users.iter().map(|user| (user.login.clone(), auth::token_hash(&token(&user.login)))).collect();
        let tokens = logins.clone();
        self.app
            .write(&Actor::operator(), move |tx| {
                let users = users_called(tx.conn, &tokens.iter().map(|(login, _)| login.clone()).collect::<Vec<_>>())?;
                for (user, (_, token)) in users.into_iter().zip(&tokens) {
                    db::sessions::set_password_hash(tx, user, &hash)?;
                    db::tokens::insert(tx, user, "demo", token, "all", None)?;
                }
                tx.audit_event("demo.let_in", ("organisation", &1), &serde_json::json!({ "users": tokens.len() }))
            })
            .await?;
        for (login, _) in logins {
            let actor = authenticate(self.app, &token(&login), Origin::default()).await?;
            self.actors.insert(login, actor);
        }
        Ok(())
    }

    /// Brings in what ended before a moment and is not there yet.
    async fn bring_in(&mut self, before: DateTime<Utc>) -> Result<()> {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.to_come).into_iter().partition(|made| made.ended_at < before);
        self.to_come = later;
        conversations::bring_in(self.app, self.actor("admin")?, &now).await?;
        self.told.extend(now.into_iter().map(|made| (made.external_id.clone(), made)));
        Ok(())
    }

    /// The standing rule: five of each agent, and one more where a customer was unhappy.
    async fn plan(&self) -> Result<SamplingPlanId> {
        let (inspectors, scorecards) = self.who_and_how().await?;
        let teams = self.serving().await?;
        let targeted = TargetedFilter { satisfaction: Some(Range { min: None, max: Some(2) }), ..TargetedFilter::default() };
        let content = PlanContent {
            population: PopulationFilter { teams, ..PopulationFilter::default() },
            exclusions: Exclusions { shorter_than_seconds: 15, calls_without_recording: false, ..Exclusions::default() },
            quota: Quota::Count { count: 5 },
            stratify_by: StratifyBy::Day,
            reserves: 3,
            targeted: Some(Targeted { filter: targeted, quota: Quota::Count { count: 1 }, counts: false }),
            inspectors,
            pair_share_percent: 60,
            due_days: 5,
            blind: false,
            carry_over: false,
            schedule: None,
            scorecards,
        };
        let input = PlanInput { name: "每月抽检 Monthly sampling".to_owned(), content };
        Ok(create_plan(self.app, self.actor("qa.manager")?, input).await?.id)
    }

    /// The teams at the top, without those of people who handle no conversations.
    async fn serving(&self) -> Result<Vec<TeamId>> {
        let staff: BTreeSet<String> =
            self.files.centre.users.iter().filter_map(|user| user.staff.as_ref()).map(|staff| staff.team.clone()).collect();
        let teams = self.app.read(db::teams::all).await?;
        Ok(teams.iter().filter(|team| team.parent_id.is_none() && !staff.contains(&team.code)).map(|team| team.id).collect())
    }

    async fn who_and_how(&self) -> Result<(Vec<InspectorCapacity>, Vec<ChannelScorecard>)> {
        let capacities: Vec<(String, u32)> =
            self.files.centre.users.iter().filter_map(|user| Some((user.login.clone(), user.capacity?))).collect();
        let read = move |conn: &mut db::AnyConnection| {
            let users = users_called(conn, &capacities.iter().map(|(login, _)| login.clone()).collect::<Vec<_>>())?;
            let inspectors =
                users.into_iter().zip(&capacities).map(|(user_id, (_, capacity))| InspectorCapacity { user_id, capacity: *capacity });
            let inspectors = inspectors.collect();
            let mut scorecards = Vec::new();
            for (channel, code) in [(Channel::Call, "phone"), (Channel::Chat, "chat")] {
                let found = db::scorecards::by_code(conn, code)?.ok_or_else(|| Refusal::not_found("scorecard", code))?;
                scorecards.push(ChannelScorecard { channel, scorecard_id: found.id });
            }
            Ok((inspectors, scorecards))
        };
        self.app.read(read).await
    }

    /// Last month: drawn three evenings before its end, graded in the days that were left.
    async fn last_month(&mut self) -> Result<()> {
        self.go_to(self.last.first_day(), 8);
        self.plan_id = Some(self.plan().await?);
        let end = self.last.last_day();
        let evening = end.checked_sub_days(Days::new(3)).unwrap_or(end);
        self.go_to(evening, 21);
        self.bring_in(self.moment(evening, 21)).await?;
        let desk = self.actor("complaints")?;
        let day = evening.checked_sub_days(Days::new(4)).unwrap_or(evening);
        let said = "客户来电投诉：多次催问无人跟进 The customer complains that nobody followed up";
        aftermath::complain(self.app, desk, ("TS-0001", "A2013"), (self.last, day), said, Some(ComplaintLevel::Minor)).await?;
        aftermath::breach(self.app, desk, "A2001", day).await?;
        let draw = self.draw(self.last).await?;
        let first = evening.checked_add_days(Days::new(1)).unwrap_or(end);
        self.grade(&draw, (self.moment(first, 9), self.moment(end, 19)), 100, |made| !made.findings.is_empty()).await
    }

    async fn draw(&self, period: Period) -> Result<Draw> {
        let plan_id = self.plan_id.ok_or_else(|| Refusal::not_found("sampling plan", "of the demo"))?;
        let command = DrawCommand { plan_id, period, extra: false, carry_over: None };
        draw(self.app, self.actor("qa.manager")?, command).await
    }

    /// Fetches the sound of the sampled calls that are wanted, and has so many percent of the samples graded.
    async fn grade(
        &self,
        draw: &Draw,
        (from, till): (DateTime<Utc>, DateTime<Utc>),
        percent: usize,
        heard: impl Fn(&DemoConversation) -> bool,
    ) -> Result<()> {
        let sampled = grading::sampled(self.app, draw.id).await?;
        let calls =
            sampled.iter().filter_map(|id| self.told.get(id)).filter(|made| made.call && heard(made)).take(self.sounds).cloned().collect();
        conversations::record(self.app, self.actor("admin")?, calls).await?;
        let inspectors = self.inspectors()?;
        let wanted = sampled.len().saturating_mul(percent).div_ceil(100);
        grading::grade(self.app, self.clock, &inspectors, &self.told, (from, till), wanted).await
    }

    /// Those who hold a role, in the order of the file.
    fn holders(&self, role: Role) -> Result<Vec<&Actor>> {
        let users = self.files.centre.users.iter().map(|user| self.actor(&user.login)).collect::<Result<Vec<_>>>()?;
        Ok(users.into_iter().filter(|actor| actor.holds(role)).collect())
    }

    fn leads(&self) -> Result<Vec<&Actor>> {
        self.holders(Role::TeamLead)
    }

    fn inspectors(&self) -> Result<Vec<&Actor>> {
        self.holders(Role::Inspector)
    }

    /// The first of this month: what came in last, attendance, moves, and the close.
    async fn close(&mut self) -> Result<()> {
        let first = self.this.first_day();
        self.go_to(first, 1);
        self.bring_in(self.moment(first, 0)).await?;
        // A thread of mails that goes on belongs to the month in which it began, which is closed when it ends.
        let closing = self.last;
        self.to_come.retain(|made| made.period != closing);
        let admin = self.actor("admin")?;
        people::attend(self.app, admin, &self.files.centre, self.last, true, first).await?;
        people::move_agents(self.app, admin, &self.files.centre, self.this).await?;
        let manager = self.actor("qa.manager")?;
        self.go_to(first, 8);
        ledger::reward(self.app, manager, "A1001", "commendation", "客户来信表扬 Praised in a customer's letter").await?;
        self.go_to(first, 9);
        let leads = self.leads()?;
        aftermath::end_cases(self.app, manager, &leads, first).await?;
        close(self.app, manager, self.last, CloseCommand::default()).await?;
        self.go_to(first, 11);
        aftermath::appeal_and_win(self.app, manager, &leads, self.last).await?;
        self.go_to(first, 14);
        let inspectors = self.inspectors()?;
        inspected::regrade(self.app, manager, &inspectors, &self.told, self.last).await?;
        self.go_to(first, 16);
        inspected::calibrate_together(self.app, manager, &inspectors, &self.told, (self.last, first), true).await
    }

    /// This month: drawn yesterday, half of it graded since.
    async fn this_month(&mut self) -> Result<()> {
        let drawn_at = (self.now - Duration::hours(26)).max(self.moment(self.this.first_day(), 12));
        self.clock.set(drawn_at);
        self.bring_in(drawn_at).await?;
        let draw = self.draw(self.this).await?;
        self.grade(&draw, (drawn_at, self.now), 50, |_| true).await?;
        self.clock.set(self.now);
        self.bring_in(self.now).await?;
        let today = local_day(self.now, self.zone);
        people::attend(self.app, self.actor("admin")?, &self.files.centre, self.this, false, today).await?;
        let (leads, agents, inspectors) = (self.leads()?, self.holders(Role::Agent)?, self.inspectors()?);
        aftermath::appeal_and_wait(self.app, &agents, &leads, self.this, today).await?;
        let said = "客户投诉：承诺回电未回 The customer was promised a call that never came";
        aftermath::complain(self.app, self.actor("complaints")?, ("TS-0002", "A1003"), (self.this, today), said, None).await?;
        inspected::calibrate_together(self.app, self.actor("qa.manager")?, &inspectors, &self.told, (self.last, today), false).await
    }
}

/// The users with these names, in the same order.
fn users_called(conn: &mut db::AnyConnection, logins: &[String]) -> Result<Vec<UserId>> {
    let users = db::user_list::with_usernames(conn, logins)?;
    let found = logins.iter().map(|login| users.get(login).map(|user| user.id).ok_or_else(|| Refusal::not_found("user", login).into()));
    found.collect()
}
