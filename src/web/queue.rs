//! The inspector's queue: what is due, the way to the next one, and what else waits for the inspector's grade.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::page::{Frame, Visitor, render};
use super::pieces::OrTrouble;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::sampling::sample::SampleKind;
use crate::usecases::queue::besides::{Besides, besides};
use crate::usecases::queue::show::show as show_queue;
use crate::usecases::samples::Sample;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/queue", web::get().to(show));
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    f: Frame,
    waiting: i64,
    due_today: i64,
    overdue: i64,
    done_today: i64,
    groups: Vec<Group>,
    besides: Besides,
}

struct Group {
    name: String,
    lines: Vec<Line>,
}

struct Line {
    id: String,
    agent: String,
    period: String,
    due: String,
    overdue: bool,
    targeted: bool,
}

fn line(f: &Frame, sample: &Sample) -> Line {
    Line {
        id: sample.id.to_string(),
        agent: sample.agent.as_ref().map_or_else(|| f.t("hidden", "已隐藏").to_owned(), |a| format!("{} {}", a.name, a.employee_no)),
        period: sample.period.to_string(),
        due: sample.due_on.to_string(),
        overdue: sample.overdue,
        targeted: sample.kind == SampleKind::Targeted,
    }
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let queue = show_queue(&app, visitor.actor()).await.or_trouble(&visitor)?;
    let besides = besides(&app, visitor.actor()).await.or_trouble(&visitor)?;
    let f = visitor.frame.saying(at.get("done"));
    let (drafted, begun): (Vec<&Sample>, Vec<&Sample>) =
        queue.claimed.iter().partition(|s| queue.drafts.iter().any(|d| d.sample_id == s.id));
    let group = |name: &str, samples: &[&Sample]| Group { name: name.to_owned(), lines: samples.iter().map(|s| line(&f, s)).collect() };
    let groups = vec![
        group(f.t("With a draft", "有草稿"), &drafted),
        group(f.t("Begun", "已领取"), &begun),
        group(f.t("Next", "接下来"), &queue.next.iter().collect::<Vec<_>>()),
    ];
    render(&QueuePage {
        waiting: queue.waiting,
        due_today: queue.due_today,
        overdue: queue.overdue,
        done_today: queue.done_today,
        groups,
        besides,
        f,
    })
}
