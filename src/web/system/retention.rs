//! How long recordings and transcripts are kept, and what is kept longer.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::access::Action;
use crate::domain::refusal::Refused;
use crate::domain::retention::{Hold, Kept, RetentionPolicy};
use crate::usecases::{retention, settings};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/system/retention", web::get().to(show)).route("/system/retention", web::post().to(change));
}

#[derive(Template)]
#[template(path = "system/retention.html")]
struct RetentionPage {
    f: Frame,
    form: Typed,
    may_write: bool,
    /// What the last run held: of which kind, why, how many.
    held: Vec<(&'static str, &'static str, i64)>,
}

fn kept(f: &Frame, kept: Kept) -> &'static str {
    match kept {
        Kept::Recordings => f.t("Recordings", "录音"),
        Kept::Transcripts => f.t("Transcripts", "对话文本"),
    }
}

fn why(f: &Frame, hold: Hold) -> &'static str {
    match hold {
        Hold::Appeal => f.t("an appeal waits, or its second instance can be asked for", "申诉待裁定，或仍可申请复议"),
        Hold::Appealable => f.t("the result can still be appealed against", "结果仍在申诉期内"),
        Hold::Sample => f.t("a sample is not graded", "样本未质检"),
        Hold::Regrade => f.t("a second grading is not decided", "复检未结束"),
        Hold::Calibration => f.t("a calibration session is open", "校准进行中"),
        Hold::Complaint => f.t("a complaint is not adjudicated", "投诉未裁定"),
        Hold::Case => f.t("a severe case has not ended", "升级工单未结束"),
        Hold::OpenMonth => f.t("its month is not closed", "所属月份未关账"),
        Hold::NotOver => f.t("it ended later than it began, its time is not over", "会话结束较晚，尚未到期"),
    }
}

async fn page(app: &App, visitor: &Visitor, done: &str, sent: Option<Typed>) -> Result<RetentionPage, Trouble> {
    let f = visitor.frame.saying(done);
    let held = retention::held::held(app, visitor.actor()).await.or_trouble(visitor)?;
    let set = settings::show::show::<RetentionPolicy>(app, visitor.actor()).await.or_trouble(visitor)?;
    let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    let form = sent.unwrap_or_else(|| {
        Typed::showing([
            ("recordings_days", days(set.setting.recordings_days)),
            ("transcripts_days", days(set.setting.transcripts_days)),
            ("version", set.version.to_string()),
        ])
    });
    Ok(RetentionPage {
        form,
        may_write: visitor.actor().may_everywhere(Action::RetentionWrite).is_ok(),
        held: held.into_iter().map(|(of, hold, count)| (kept(&f, of), why(&f, hold), count)).collect(),
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, at.get("done"), None).await?)
}

fn read(typed: &Typed) -> Refused<RetentionPolicy> {
    let mut from = Reading::of(typed);
    let policy = RetentionPolicy { recordings_days: from.number("recordings_days"), transcripts_days: from.number("transcripts_days") };
    from.finish().map(|()| policy)
}

async fn change(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let seen = form.typed.get("version").parse().unwrap_or(-1);
    let set = match read(&form.typed) {
        Ok(policy) => settings::change::retention(&app, form.visitor.actor(), seen, policy).await,
        Err(refusal) => Err(refusal.into()),
    };
    match set {
        Ok(_) => Ok(go("/system/retention?done=saved")),
        Err(error) => {
            let refusal = mendable(&form.visitor, error)?;
            let typed = form.typed.clone().refused(&form.visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(&app, &form.visitor, "", Some(typed)).await?)
        }
    }
}
