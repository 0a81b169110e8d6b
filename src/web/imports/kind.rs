//! What there is to know of each kind of file.

use crate::domain::access::Actor;
use crate::domain::conversation;
use crate::domain::csv_table::Columns;
use crate::domain::import_run::ImportKind;
use crate::domain::{agent, attendance, team, user, vendor};
use crate::usecases::{breaches, complaints, import_runs};
use crate::web::page::Frame;

/// Whether somebody may import files of any kind.
pub(in crate::web) fn may_import(actor: &Actor) -> bool {
    ImportKind::ALL.iter().any(|kind| import_runs::permit(actor, *kind).is_ok())
}

/// The page on which a file of this kind is handed in.
pub(super) const fn path(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Vendors => "/people/import/vendors",
        ImportKind::Teams => "/people/import/teams",
        ImportKind::Agents => "/people/import/agents",
        ImportKind::Users => "/people/import/users",
        ImportKind::Attendance => "/people/import/attendance",
        ImportKind::Complaints => "/decisions/import/complaints",
        ImportKind::Breaches => "/decisions/import/breaches",
        ImportKind::Conversations => "/imports/conversations",
    }
}

/// The list that the file is about; conversations have none of their own.
pub(super) const fn list(kind: ImportKind) -> Option<&'static str> {
    match kind {
        ImportKind::Vendors => Some("/people/vendors"),
        ImportKind::Teams => Some("/people/teams"),
        ImportKind::Agents => Some("/people/agents"),
        ImportKind::Users => Some("/people/users"),
        ImportKind::Attendance => Some("/people/attendance"),
        ImportKind::Complaints => Some("/decisions/complaints"),
        ImportKind::Breaches => Some("/decisions/breaches"),
        ImportKind::Conversations => None,
    }
}

/// What is to be known about the file.
pub(super) fn hint(f: &Frame, kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Complaints => f.t(
            "The reference says which complaint it is: one that is known already only takes over its level. A level upholds a complaint at once.",
            "以 reference 为准：已有的投诉仅更新等级；填写 level 即裁定成立。",
        ),
        ImportKind::Breaches => f.t(
            "The reference says which breach it is: one that is known already stays as it is.",
            "以 reference 为准：已有的违规操作保持不变。",
        ),
        ImportKind::Conversations => f.t(
            "The columns source and external_id together say which conversation it is: one that is known already and the same changes nothing.",
            "以 source 和 external_id 为准：已有且相同的会话不变。",
        ),
        ImportKind::Vendors | ImportKind::Teams | ImportKind::Agents | ImportKind::Users | ImportKind::Attendance => {
            f.t("The export has the same form. What the file does not name stays as it is.", "与导出文件格式相同；文件未涉及的内容保持不变。")
        }
    }
}

/// What the file is about, in words.
pub(super) fn name(f: &Frame, kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Vendors => f.t("Vendors", "供应商"),
        ImportKind::Teams => f.t("Teams", "班组"),
        ImportKind::Agents => f.t("Agents", "客服"),
        ImportKind::Users => f.t("Users", "用户"),
        ImportKind::Attendance => f.t("Attendance", "出勤"),
        ImportKind::Complaints => f.t("Complaints", "投诉"),
        ImportKind::Breaches => f.t("Operating breaches", "违规操作"),
        ImportKind::Conversations => f.t("Conversations", "会话"),
    }
}

/// The columns of the table.
pub(super) const fn columns(kind: ImportKind) -> &'static Columns {
    match kind {
        ImportKind::Vendors => &vendor::COLUMNS,
        ImportKind::Teams => &team::COLUMNS,
        ImportKind::Agents => &agent::COLUMNS,
        ImportKind::Users => &user::COLUMNS,
        ImportKind::Attendance => &attendance::COLUMNS,
        ImportKind::Complaints => &complaints::import::COLUMNS,
        ImportKind::Breaches => &breaches::import::COLUMNS,
        ImportKind::Conversations => &conversation::csv::COLUMNS,
    }
}
