//! A second grading on the grading page: blind, without a draft at the service, handed in once (handbook 3.10).

use actix_web::{HttpResponse, web};

use super::view::{self, Material, Task};
use super::{kept_for, refused, sheet, types};
use crate::app::App;
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::RegradeId;
use crate::usecases::regrades::grade::{SecondGrade, grade};
use crate::usecases::regrades::hand_out::{RegradeTask, hand_out};
use crate::web::form::{Form, Typed};
use crate::web::page::{Visitor, go, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/regrades/{id}/grade", web::get().to(show)).route("/regrades/{id}/grade", web::post().to(post));
}

fn page(visitor: &Visitor, given: &RegradeTask, types: &[ViolationType], form: Typed) -> view::GradePage {
    let f = visitor.frame.clone();
    let id = given.regrade.id;
    let task = Task {
        heading: f.t("Second grading", "复检").to_owned(),
        targeted: false,
        due_on: given.regrade.due_on,
        overdue: given.overdue,
        post_to: format!("/regrades/{id}/grade"),
        kept_as: kept_for(visitor, "regrade", id),
        version: "0".to_owned(),
        draft: None,
        replace: None,
        counts: false,
        note: Some(f.t(
            "You grade this conversation a second time, without the first grade. It is handed in once and changes no result by itself.",
            "本会话为复检，不显示初检结果。提交后不可修改，复检本身不改变质检结果。",
        )),
        submit: f.t("Hand in the second grade", "提交复检"),
    };
    let sheet = AnswerSheet::default();
    let of = Material { conversation: &given.conversation, content: &given.scorecard.content, sheet: &sheet, types, terms: None };
    view::page(f, task, of, form)
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<RegradeId>(&path)?;
    let given = hand_out(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    render(&page(&visitor, &given, &types(&app, &visitor).await?, Typed::default()))
}

async fn post(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<RegradeId>(&path)?;
    let given = hand_out(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    let done = match sheet::read_whole(&form.typed, &given.scorecard.content, &given.conversation.soundings()) {
        Ok(sheet) => grade(&app, visitor.actor(), id, SecondGrade { sheet }).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(_) => Ok(go("/queue?done=graded")),
        Err(error) => {
            let types = types(&app, visitor).await?;
            refused(&form, error, |typed| page(visitor, &given, &types, typed))
        }
    }
}
