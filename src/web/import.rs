//! Lists from a file, of people and of what the complaint desk records: first what it would change, then the change itself.

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domain::access::{Action, Actor};
use crate::domain::csv_table::Columns;
use crate::domain::line_report::LineReport;
use crate::domain::refusal::Refusal;
use crate::domain::{agent, attendance, team, user, vendor};
use crate::usecases::line_import::Upload;
use crate::usecases::{self, Result as Done};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::refusals::said;
use crate::web::trouble::Trouble;
use crate::web::upload::FileForm;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    for path in ["/people/import/{kind}", "/decisions/import/{kind}"] {
        config.route(path, web::get().to(begin)).route(path, web::post().to(import));
    }
}

/// A table up to this many bytes stays on the page between preview and storing; of a longer one the file is chosen again, and must be
/// the same.
const KEPT_BYTES: usize = 100_000;

/// What a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Vendors,
    Teams,
    Agents,
    Users,
    Attendance,
    Complaints,
    Breaches,
}

impl Kind {
    const ALL: [Self; 7] = [Self::Vendors, Self::Teams, Self::Agents, Self::Users, Self::Attendance, Self::Complaints, Self::Breaches];

    /// The kind whose page one is on.
    fn here(visitor: &Visitor) -> Result<Self, Trouble> {
        let path = visitor.frame.path.as_str();
        let found = Self::ALL.into_iter().find(|kind| kind.path() == path);
        found.ok_or_else(|| Refusal::not_found("list", path)).or_trouble(visitor)
    }

    /// The page of the import.
    const fn path(self) -> &'static str {
        match self {
            Self::Vendors => "/people/import/vendors",
            Self::Teams => "/people/import/teams",
            Self::Agents => "/people/import/agents",
            Self::Users => "/people/import/users",
            Self::Attendance => "/people/import/attendance",
            Self::Complaints => "/decisions/import/complaints",
            Self::Breaches => "/decisions/import/breaches",
        }
    }

    /// The list that the file is about.
    const fn list(self) -> &'static str {
        match self {
            Self::Vendors => "/people/vendors",
            Self::Teams => "/people/teams",
            Self::Agents => "/people/agents",
            Self::Users => "/people/users",
            Self::Attendance => "/people/attendance",
            Self::Complaints => "/decisions/complaints",
            Self::Breaches => "/decisions/breaches",
        }
    }

    /// What is to be known about the file.
    fn hint(self, f: &Frame) -> &'static str {
        match self {
            Self::Complaints => f.t(
                "`reference` is the identity: a complaint that is known already only takes over its level. A level upholds a complaint at once.",
                "以 reference 为准：已有的投诉仅更新等级；填写 level 即裁定成立。",
            ),
            Self::Breaches => f.t(
                "`reference` is the identity: a breach that is known already stays as it is.",
                "以 reference 为准：已有的违规操作保持不变。",
            ),
            Self::Vendors | Self::Teams | Self::Agents | Self::Users | Self::Attendance => {
                f.t("The export has the same form. What the file does not name stays as it is.", "与导出文件格式相同；文件未涉及的内容保持不变。")
            }
        }
    }

    fn name(self, f: &Frame) -> &'static str {
        match self {
            Self::Vendors => f.t("Vendors", "供应商"),
            Self::Teams => f.t("Teams", "班组"),
            Self::Agents => f.t("Agents", "客服"),
            Self::Users => f.t("Users", "用户"),
            Self::Attendance => f.t("Attendance", "出勤"),
            Self::Complaints => f.t("Complaints", "投诉"),
            Self::Breaches => f.t("Operating breaches", "违规操作"),
        }
    }

    const fn columns(self) -> &'static Columns {
        match self {
            Self::Vendors => &vendor::COLUMNS,
            Self::Teams => &team::COLUMNS,
            Self::Agents => &agent::COLUMNS,
            Self::Users => &user::COLUMNS,
            Self::Attendance => &attendance::COLUMNS,
            Self::Complaints => &usecases::complaints::import::COLUMNS,
            Self::Breaches => &usecases::breaches::import::COLUMNS,
        }
    }

    fn permitted(self, visitor: &Visitor) -> Result<(), Trouble> {
        let actor = visitor.actor();
        match self {
            Self::Vendors => actor.may_everywhere(Action::PeopleWrite),
            Self::Teams | Self::Agents => actor.may(Action::PeopleWrite),
            Self::Users => actor.may_everywhere(Action::UserWrite),
            Self::Attendance => actor.may(Action::AttendanceWrite),
            Self::Complaints | Self::Breaches => actor.may(Action::ComplaintWrite),
        }
        .or_trouble(visitor)
    }

    async fn run(self, app: &App, actor: &Actor, upload: Upload) -> Done<LineReport> {
        match self {
            Self::Vendors => usecases::vendors::import::import(app, actor, upload).await,
            Self::Teams => usecases::teams::import::import(app, actor, upload).await,
            Self::Agents => usecases::agents::import::import(app, actor, upload).await,
            Self::Users => usecases::users::import::import(app, actor, upload).await,
            Self::Attendance => usecases::attendance::import::import(app, actor, upload).await,
            Self::Complaints => usecases::complaints::import::import(app, actor, upload).await,
            Self::Breaches => usecases::breaches::import::import(app, actor, upload).await,
        }
    }
}

/// What tells two tables apart. Browsers end the lines of a text field in their own way, so line ends do not count.
fn digest(csv: &[u8]) -> String {
    let mut digest = Sha256::new();
    for line in csv.trim_ascii().split(|byte| *byte == b'\n') {
        digest.update(line.strip_suffix(b"\r").unwrap_or(line));
        digest.update(b"\n");
    }
    hex::encode(digest.finalize())
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    f: Frame,
    form: Typed,
    path: &'static str,
    list: &'static str,
    hint: &'static str,
    name: &'static str,
    required: String,
    optional: String,
    report: Option<LineReport>,
    /// The digest of what was previewed.
    digest: String,
    /// Whether the table is too long to stay on the page.
    choose_again: bool,
}

fn page(visitor: &Visitor, kind: Kind, form: Typed, report: Option<LineReport>, digest: String, choose_again: bool) -> ImportPage {
    let f = visitor.frame.clone();
    let columns = kind.columns();
    let report = report.map(|mut report| {
        report.faults.iter_mut().for_each(|fault| fault.message = said(f.language, &fault.message));
        report
    });
    ImportPage {
        path: kind.path(),
        list: kind.list(),
        hint: kind.hint(&f),
        name: kind.name(&f),
        required: columns.required.join(", "),
        optional: columns.optional.join(", "),
        form,
        report,
        digest,
        choose_again,
        f,
    }
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let kind = Kind::here(&visitor)?;
    kind.permitted(&visitor)?;
    render(&page(&visitor, kind, Typed::default(), None, String::new(), false))
}

async fn import(app: web::Data<App>, form: FileForm) -> Result<HttpResponse, Trouble> {
    let FileForm { visitor, typed, file, .. } = form;
    let kind = Kind::here(&visitor)?;
    kind.permitted(&visitor)?;
    let csv = file.unwrap_or_else(|| typed.get("csv").as_bytes().to_vec());
    if csv.iter().all(u8::is_ascii_whitespace) {
        let refused = typed.refused(&visitor.frame, &Refusal::invalid("csv", "must not be empty: choose a file or paste a table"));
        return render_as(HttpResponse::BadRequest(), &page(&visitor, kind, refused, None, String::new(), false));
    }
    let text = String::from_utf8(csv.clone()).ok().filter(|text| text.len() <= KEPT_BYTES);
    let digest = digest(&csv);
    let wanted = typed.get("do") == "store";
    // What is stored is what was previewed: a table that changed since is previewed again.
    let store = wanted && typed.get("previewed") == digest;
    let choose_again = text.is_none();
    let kept = Typed::showing([("csv", text.unwrap_or_default())]);
    match kind.run(&app, visitor.actor(), Upload { csv, dry_run: !store }).await {
        Ok(report) => {
            let mut page = page(&visitor, kind, kept, Some(report), digest, choose_again);
            if wanted && !store {
                let notice =
                    page.f.t("The table has changed since the preview. This is the new preview.", "表格在预览后有改动，以下为新的预览。");
                page.f.notice = Some(notice.to_owned());
            }
            render(&page)
        }
        Err(error) => {
            let refusal = mendable(&visitor, error)?;
            let refused = kept.refused(&visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(&visitor, kind, refused, None, String::new(), choose_again))
        }
    }
}
