//! Where each role begins, and where it can go.

use actix_web::{HttpResponse, web};

use super::page::{Visitor, go};
use crate::domain::access::{Action, Actor, Reach, Role};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(begin));
}

/// A page that the navigation leads to.
pub(super) struct Door {
    pub href: &'static str,
    /// English and Chinese.
    pub name: (&'static str, &'static str),
    open_to: fn(&Actor) -> bool,
}

/// Pages that belong together: one entry of the navigation, and beside each other once one is there.
pub(super) struct Room {
    /// English and Chinese.
    pub name: (&'static str, &'static str),
    doors: &'static [Door],
}

const fn door(href: &'static str, en: &'static str, zh: &'static str, open_to: fn(&Actor) -> bool) -> Door {
    Door { href, name: (en, zh), open_to }
}

/// Whether a reach goes beyond what is the person's own.
fn wide(reach: &Reach) -> bool {
    reach.all || !reach.vendors.is_empty() || !reach.teams.is_empty()
}

fn may_wide(actor: &Actor, action: Action) -> bool {
    actor.reach(action).is_ok_and(|reach| wide(&reach))
}

/// People who make the rules, and those who check that they were kept.
fn keeps(actor: &Actor, write: Action) -> bool {
    actor.may(write).is_ok() || actor.holds(Role::Auditor)
}

/// The rooms, in the order of the navigation; the first open door is where a person begins.
const ROOMS: &[Room] = &[
    Room { name: ("Queue", "质检队列"), doors: &[door("/queue", "Queue", "质检队列", |a| a.may(Action::Grade).is_ok())] },
    Room {
        name: ("Results", "质检结果"), doors: &[door("/results", "Results", "质检结果", |a| a.may(Action::ResultRead).is_ok())]
    },
    Room {
        name: ("Appeals and cases", "申诉与工单"),
        doors: &[
            door("/appeals", "Appeals", "申诉", |a| a.may(Action::AppealRead).is_ok()),
            door("/follow-ups", "Follow-ups", "整改跟踪", |a| a.may(Action::FollowUpRead).is_ok()),
            door("/escalations", "Severe cases", "升级工单", |a| a.may(Action::EscalationRead).is_ok()),
        ],
    },
    Room {
        name: ("Sampling", "抽检"),
        doors: &[
            door("/sampling/plans", "Plans", "抽检计划", |a| may_wide(a, Action::SamplingRead)),
            door("/sampling/draws", "Draws", "抽样", |a| may_wide(a, Action::SamplingRead)),
            door("/sampling/samples", "Samples", "样本", |a| may_wide(a, Action::SamplingRead)),
            door("/sampling/progress", "Progress", "质检进度", |a| may_wide(a, Action::SamplingRead)),
        ],
    },
    Room {
        name: ("Decisions", "裁定"),
        doors: &[
            door("/decisions/appeals", "Appeals to decide", "申诉裁定", |a| keeps(a, Action::AppealDecide)),
            door("/decisions/regrades", "Second gradings", "复检", |a| may_wide(a, Action::RegradeRead)),
            door("/decisions/calibrations", "Calibration", "校准", |a| may_wide(a, Action::CalibrationRead)),
            door("/decisions/complaints", "Complaints", "投诉", |a| keeps(a, Action::ComplaintWrite)),
            door("/decisions/breaches", "Operating breaches", "违规操作", |a| keeps(a, Action::ComplaintWrite)),
            door("/decisions/terms", "Rules", "规则", |a| keeps(a, Action::PolicyWrite)),
        ],
    },
    Room {
        name: ("Standards", "标准"),
        doors: &[
            door("/standards/scorecards", "Scorecards", "评估表", |a| keeps(a, Action::CatalogueWrite)),
            door("/standards/violation-types", "Violations", "违规目录", |a| keeps(a, Action::CatalogueWrite)),
            door("/standards/fine-policy", "Fine policy", "罚款标准", |a| keeps(a, Action::PolicyWrite)),
            door("/standards/pass-policy", "Pass policy", "合格标准", |a| keeps(a, Action::PolicyWrite)),
        ],
    },
    Room { name: ("Months", "月度关账"), doors: &[door("/months", "Months", "月度关账", |a| a.may(Action::LedgerRead).is_ok())] },
    Room {
        name: ("People", "人员"),
        doors: &[
            door("/people/agents", "Agents", "客服", |a| keeps(a, Action::PeopleWrite)),
            door("/people/teams", "Teams", "班组", |a| keeps(a, Action::PeopleWrite)),
            door("/people/vendors", "Vendors", "供应商", |a| keeps(a, Action::PeopleWrite)),
            door("/people/users", "Users", "用户", |a| may_wide(a, Action::UserRead)),
            door("/people/attendance", "Attendance", "出勤", |a| keeps(a, Action::AttendanceWrite)),
            door("/imports", "Imports", "导入", super::imports::may_import),
        ],
    },
    Room {
        name: ("System", "系统"),
        doors: &[
            door("/system/health", "Health", "运行状况", |a| may_wide(a, Action::MailRead)),
            door("/system/outbox", "Outbox", "发件箱", |a| may_wide(a, Action::MailRead)),
            door("/system/webhooks", "Webhooks", "Webhook", |a| may_wide(a, Action::MailRead)),
            door("/system/audit", "Audit log", "审计日志", |a| may_wide(a, Action::AuditRead)),
            door("/system/imports", "Imports", "导入记录", |a| may_wide(a, Action::AuditRead)),
            door("/system/retention", "Retention", "保存期限", |a| may_wide(a, Action::RetentionRead)),
            door("/system/tokens", "Tokens", "访问令牌", |a| may_wide(a, Action::UserWrite)),
        ],
    },
    Room { name: ("Account", "我的账户"), doors: &[door("/account", "Account", "我的账户", |_| true)] },
];

/// The rooms with their doors that are open to this person; no room without one.
pub(super) fn rooms(actor: &Actor) -> Vec<(&'static Room, Vec<&'static Door>)> {
    let open = |room: &'static Room| room.doors.iter().filter(|door| (door.open_to)(actor)).collect::<Vec<_>>();
    ROOMS.iter().map(|room| (room, open(room))).filter(|(_, doors)| !doors.is_empty()).collect()
}

async fn begin(visitor: Visitor) -> HttpResponse {
    let actor = visitor.actor();
    // A QA manager may grade too, but the day begins with how far everybody is.
    if actor.holds(Role::QaManager) && !actor.holds(Role::Inspector) {
        return go("/sampling/progress");
    }
    // Where those begin who have one work only, although more is open to them.
    let only = |role| actor.grants.iter().all(|grant| grant.role == role) && actor.holds(role);
    if only(Role::ComplaintDesk) {
        return go("/decisions/complaints?state=recorded");
    }
    if only(Role::Admin) {
        return go("/people/users");
    }
    go(rooms(actor).first().and_then(|(_, doors)| doors.first()).map_or("/account", |door| door.href))
}
