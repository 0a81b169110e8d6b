//! How the service is.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::outbox::state;
use crate::app::App;
use crate::domain::mail::OutboxState;
use crate::usecases::{health, organisation};
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/system/health", web::get().to(show));
}

#[derive(Template)]
#[template(path = "system/health.html")]
struct HealthPage {
    f: Frame,
    verdict: Badge,
    troubles: Vec<String>,
    database: Vec<(&'static str, String)>,
    work: Vec<(&'static str, i64)>,
    outbox: Vec<(OutboxState, Badge, i64)>,
    oldest_queued: Option<String>,
    versions: Vec<(&'static str, String)>,
}

/// Bytes as people say them, with one place.
fn bytes(count: i64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (i128::from(count.max(0)).saturating_mul(10), 0_usize);
    while tenths >= 10_240 && unit.saturating_add(1) < units.len() {
        tenths /= 1024;
        unit = unit.saturating_add(1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, units.get(unit).unwrap_or(&"B"))
}

async fn show(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let now = health::show::show(&app, visitor.actor()).await.or_trouble(&visitor)?;
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let n = &now.numbers;
    let count = |state| n.outbox.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| *count);
    let mut troubles = Vec::new();
    let mut note = |count: i64, one: &str, more: &str, zh: &str| {
        if count > 0 {
            troubles.push(f.count(count, one, more, zh));
        }
    };
    note(count(OutboxState::Dead), "message was given up", "messages were given up", "条消息已放弃发送");
    note(count(OutboxState::Unsure), "message may or may not have arrived", "messages may or may not have arrived", "条消息是否送达未知");
    note(n.draws_unfinished, "draw is not done", "draws are not done", "次抽样未完成");
    let pending = i64::try_from(now.pending.len()).unwrap_or(i64::MAX);
    note(pending, "migration has not run", "migrations have not run", "个数据库迁移未执行");
    render(&HealthPage {
        verdict: if troubles.is_empty() { f.badge("good", "all well", "正常") } else { f.badge("warn", "needs a look", "需要处理") },
        troubles,
        database: vec![
            (f.t("Kind", "类型"), if now.sqlite { "SQLite".to_owned() } else { "PostgreSQL".to_owned() }),
            (f.t("Size", "大小"), bytes(n.database_bytes)),
            (f.t("Answered in", "响应时间"), format!("{} ms", now.answered_in.num_milliseconds())),
        ],
        work: vec![
            (f.t("Samples to be graded", "待质检样本"), n.samples_waiting),
            (f.t("Of them overdue", "其中逾期"), n.samples_overdue),
            (f.t("Drafts of evaluations", "质检草稿"), n.drafts),
            (f.t("Draws not done", "未完成抽样"), n.draws_unfinished),
            (f.t("Sessions", "登录会话"), n.sessions),
        ],
        outbox: n.outbox.iter().map(|(one, count)| (*one, state(&f, *one), *count)).collect(),
        oldest_queued: n.oldest_queued.map(|at| moment(at, zone)),
        versions: vec![
            (f.t("Program", "程序"), now.version.to_owned()),
            (f.t("Latest migration", "最新迁移"), now.schema.clone()),
            (f.t("Recordings", "录音"), format!("{} · {}", f.count(n.recordings, "file", "files", "个文件"), bytes(n.recording_bytes))),
            (f.t("Folder of recordings", "录音目录"), now.recordings.clone()),
        ],
        f,
    })
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_read_well() {
        assert_eq!([0, 1023, 1024, 1536, 5_368_709_120].map(bytes), ["0.0 B", "1023.0 B", "1.0 KiB", "1.5 KiB", "5.0 GiB"]);
    }
}
