//! Samples as a QA manager sees them: who has which, and the way to another inspector or another conversation.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::inspectors;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::SampleId;
use crate::domain::sampling::sample::{ReplaceReason, SampleKind, SampleState};
use crate::usecases::samples::assign::Assignment;
use crate::usecases::samples::list::SampleFilter;
use crate::usecases::samples::replace::Replacement;
use crate::usecases::samples::{self, Sample};
use crate::usecases::{Error, organisation};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sampling/samples", web::get().to(list))
        .route("/sampling/samples/{id}", web::get().to(show))
        .route("/sampling/samples/{id}/assign", web::post().to(assign))
        .route("/sampling/samples/{id}/replace", web::post().to(replace));
}

#[derive(Template)]
#[template(path = "sampling/samples.html")]
struct SamplesPage {
    f: Frame,
    filter: Typed,
    inspectors: Vec<Choice>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    samples: Vec<SampleLine>,
    pager: Pager,
}

struct SampleLine {
    id: SampleId,
    agent: String,
    period: String,
    kind: &'static str,
    state: Badge,
    overdue: bool,
    inspector: String,
    due: String,
}

fn agent(f: &Frame, sample: &Sample) -> String {
    sample.agent.as_ref().map_or_else(|| f.t("hidden", "已隐藏").to_owned(), |agent| format!("{} {}", agent.name, agent.employee_no))
}

fn inspector(f: &Frame, sample: &Sample, inspectors: &[Choice]) -> String {
    sample.inspector_id.map_or_else(
        || f.t("nobody", "未分配").to_owned(),
        |id| {
            let value = id.to_string();
            inspectors.iter().find(|one| one.value == value).map_or(value, |one| one.label.clone())
        },
    )
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    crate::usecases::sampling_plans::may_read(actor).or_trouble(&visitor)?;
    let mut who = inspectors(&app, actor).await.or_trouble(&visitor)?;
    who.insert(0, Choice::new("nobody", f.t("nobody", "未分配")));
    let filter = SampleFilter {
        draw_id: at.read("draw"),
        period: at.read("period"),
        inspector_id: at.read("inspector"),
        unassigned: at.get("inspector") == "nobody",
        state: at.read("state"),
        kind: at.read("kind"),
        agent_id: at.read("agent"),
        due_by: at.read("due_by"),
        ..SampleFilter::default()
    };
    let listed = samples::list::list(&app, actor, filter, at.page(50).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let line = |sample: &Sample| SampleLine {
        id: sample.id,
        agent: agent(&f, sample),
        period: sample.period.to_string(),
        kind: f.sample_kind(sample.kind),
        state: f.sample_state(sample.state),
        overdue: sample.overdue,
        inspector: inspector(&f, sample, &who),
        due: sample.due_on.to_string(),
    };
    render(&SamplesPage {
        filter: at.typed(),
        states: SampleState::ALL.iter().map(|state| Choice::new(state, f.sample_state(*state).text)).collect(),
        kinds: SampleKind::ALL.iter().map(|kind| Choice::new(kind, f.sample_kind(*kind))).collect(),
        samples: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        inspectors: who,
        f,
    })
}

#[derive(Template)]
#[template(path = "sampling/sample.html")]
struct SamplePage {
    f: Frame,
    form: Typed,
    id: SampleId,
    draw: String,
    conversation: String,
    title: String,
    state: Badge,
    overdue: bool,
    facts: Vec<(&'static str, String)>,
    waiting: bool,
    may_write: bool,
    inspectors: Vec<Choice>,
    reasons: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, id: SampleId, done: &str, form: Typed) -> Result<SamplePage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    crate::usecases::sampling_plans::may_read(actor).or_trouble(visitor)?;
    let sample = samples::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let who = inspectors(app, actor).await.or_trouble(visitor)?;
    let counts =
        if sample.counts { f.t("counts for the pass rate", "计入合格率") } else { f.t("does not count", "不计入合格率") };
    let mut facts = vec![
        (f.t("Inspector", "质检员"), inspector(&f, &sample, &who)),
        (f.t("Month", "考核周期"), sample.period.to_string()),
        (
            f.t("How picked", "抽样方式"),
            format!("{} · {counts} · {} {}", f.sample_kind(sample.kind), f.t("place", "序号"), sample.position),
        ),
        (f.t("Due", "截止日期"), sample.due_on.to_string()),
    ];
    if let Some(at) = sample.assigned_at {
        facts.push((f.t("Given to another inspector", "改派时间"), moment(at, zone)));
    }
    if let Some(until) = sample.claim_until.filter(|_| sample.state == SampleState::Claimed) {
        facts.push((f.t("Being graded until", "质检占用至"), moment(until, zone)));
    }
    if let Some(at) = sample.submitted_at {
        facts.push((f.t("Submitted", "提交时间"), moment(at, zone)));
    }
    if let Some(replaced) = &sample.replaced {
        facts.push((f.t("Replaced because", "替换原因"), format!("{} {}", f.replace_reason(replaced.reason), replaced.comment)));
    }
    Ok(SamplePage {
        id,
        draw: sample.draw_id.to_string(),
        conversation: sample.conversation_id.to_string(),
        title: agent(&f, &sample),
        state: f.sample_state(sample.state),
        overdue: sample.overdue,
        facts,
        waiting: matches!(sample.state, SampleState::Open | SampleState::Claimed),
        may_write: actor.may(Action::SamplingWrite).is_ok(),
        inspectors: who,
        reasons: ReplaceReason::ALL.iter().map(|reason| Choice::new(reason, f.replace_reason(*reason))).collect(),
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<SampleId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

async fn again(app: &App, form: &Form, id: SampleId, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(
        HttpResponse::BadRequest(),
        &page(app, &form.visitor, id, "", form.typed.clone().refused(&form.visitor.frame, &refusal)).await?,
    )
}

async fn assign(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<SampleId>(&path)?;
    let mut from = Reading::of(&form.typed);
    let (inspector_id, reason) = (from.needed("inspector_id"), from.text("reason"));
    let assigned = match (from.finish(), inspector_id) {
        (Ok(()), Some(inspector_id)) => samples::assign::assign(&app, form.visitor.actor(), id, Assignment { inspector_id, reason }).await,
        (refused, _) => Err(refused.err().map_or_else(|| Error::Damaged("an inspector that is there and is not".into()), Error::from)),
    };
    match assigned {
        Ok(_) => Ok(go(&format!("/sampling/samples/{id}?done=assigned"))),
        Err(error) => again(&app, &form, id, error).await,
    }
}

async fn replace(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<SampleId>(&path)?;
    let mut from = Reading::of(&form.typed);
    let (reason, comment) = (from.needed("why"), from.text("comment"));
    let replaced = match (from.finish(), reason) {
        (Ok(()), Some(reason)) => samples::replace::replace(&app, form.visitor.actor(), id, Replacement { reason, comment }).await,
        (refused, _) => Err(refused.err().map_or_else(|| Error::Damaged("a reason that is there and is not".into()), Error::from)),
    };
    match replaced {
        Ok(done) => Ok(go(&match done.successor {
            Some(next) => format!("/sampling/samples/{}?done=replaced", next.id),
            None => format!("/sampling/samples/{id}?done=exhausted"),
        })),
        Err(error) => again(&app, &form, id, error).await,
    }
}
