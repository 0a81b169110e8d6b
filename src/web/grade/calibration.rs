//! A calibration session on the grading page: without a draft at the service, handed in as often as one likes while it is open.

use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

use super::view::{self, Material, Task};
use super::{kept_for, refused, sheet, types};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::CalibrationId;
use crate::usecases::calibrations::grade::{CalibrationGrade, grade};
use crate::usecases::calibrations::hand_out::{CalibrationTask, hand_out};
use crate::web::form::{Form, Typed};
use crate::web::page::{Visitor, go, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/calibrations/{id}/grade", web::get().to(show)).route("/calibrations/{id}/grade", web::post().to(post));
}

/// What tells the sheet that was handed in from another one.
fn version(sheet: Option<&AnswerSheet>) -> String {
    let text = sheet.and_then(|sheet| serde_json::to_vec(sheet).ok());
    text.map_or_else(|| "0".to_owned(), |text| hex::encode(Sha256::digest(text)))
}

fn page(visitor: &Visitor, given: &CalibrationTask, types: &[ViolationType], form: Typed) -> view::GradePage {
    let f = visitor.frame.clone();
    let id = given.session.id;
    let task = Task {
        heading: format!("{}{}", f.t("Calibration: ", "校准："), given.session.name),
        targeted: false,
        due_on: given.session.due_on,
        overdue: given.overdue && given.sheet.is_none(),
        post_to: format!("/calibrations/{id}/grade"),
        kept_as: kept_for(visitor, "calibration", id),
        version: version(given.sheet.as_ref()),
        draft: None,
        replace: None,
        counts: false,
        note: Some(if given.sheet.is_some() {
            f.t(
                "You have handed this in. It can be changed and handed in again until the session is closed.",
                "您已提交评分。校准结束前可修改并再次提交。",
            )
        } else {
            f.t(
                "Nobody sees another's grade before the session is closed. It touches no result and can be handed in again until then.",
                "校准结束前互不可见，不影响质检结果；结束前可再次提交。",
            )
        }),
        submit: if given.sheet.is_some() { f.t("Hand in again", "再次提交") } else { f.t("Hand in", "提交评分") },
    };
    let sheet = given.sheet.clone().unwrap_or_default();
    let of = Material { conversation: &given.conversation, content: &given.scorecard.content, sheet: &sheet, types, terms: None };
    view::page(f, task, of, form)
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<CalibrationId>(&path)?;
    let given = hand_out(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    render(&page(&visitor, &given, &types(&app, &visitor).await?, Typed::default()))
}

async fn post(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<CalibrationId>(&path)?;
    let given = hand_out(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    let done = match sheet::read_whole(&form.typed, &given.scorecard.content, &given.conversation.soundings()) {
        Ok(sheet) => grade(&app, visitor.actor(), id, CalibrationGrade { sheet }).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        // Who runs sessions came from the session's page.
        Ok(_) if visitor.may(Action::CalibrationRun) => Ok(go(&format!("/decisions/calibrations/{id}?done=graded"))),
        Ok(_) => Ok(go("/queue?done=graded")),
        Err(error) => {
            let types = types(&app, visitor).await?;
            refused(&form, error, |typed| page(visitor, &given, &types, typed))
        }
    }
}
