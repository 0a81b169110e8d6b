//! What can be done, as people call it; programs and tokens call it by its code.

use crate::domain::access::{Action, TokenScope};
use crate::web::page::Frame;

/// What people call something that a person can do, in English and in Chinese.
pub const fn action_words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::PeopleRead => ("see vendors, teams and agents", "查看供应商、班组和客服"),
        Action::PeopleWrite => ("change vendors, teams and agents", "管理供应商、班组和客服"),
        Action::UserRead => ("see users and their roles", "查看用户和角色"),
        Action::UserWrite => ("change users, roles, passwords and tokens", "管理用户、角色、密码和令牌"),
        Action::TokenOwn => ("manage own tokens", "管理本人的令牌"),
        Action::AttendanceRead => ("see worked days", "查看出勤"),
        Action::AttendanceWrite => ("record worked days", "登记出勤"),
        Action::ConversationRead => ("see conversations and transcripts", "查看会话和对话文本"),
        Action::CustomerRead => ("see customers' data unmasked", "查看未脱敏的客户信息"),
        Action::ConversationImport => ("import conversations and recordings", "导入会话和录音"),
        Action::RecordingHear => ("hear recordings", "收听录音"),
        Action::CatalogueRead => ("see scorecards and the catalogue of violations", "查看评估表和违规目录"),
        Action::CatalogueWrite => ("change scorecards and the catalogue of violations", "管理评估表和违规目录"),
        Action::PolicyRead => ("see fine and pass policies", "查看罚款标准和合格标准"),
        Action::PolicyWrite => ("make new fine and pass policies", "制定罚款标准和合格标准"),
        Action::SamplingRead => ("see plans, draws and samples", "查看抽检计划、抽样和样本"),
        Action::SamplingWrite => ("change plans, draw, assign samples", "管理抽检计划、抽样和分配样本"),
        Action::Grade => ("grade samples", "质检评分"),
        Action::EvaluationRead => ("see evaluations with their evidence", "查看质检评分和证据"),
        Action::EvaluationAcknowledge => ("acknowledge own evaluations", "确认本人的质检结果"),
        Action::ResultRead => ("see results and pass rates", "查看质检结果和合格率"),
        Action::LedgerRead => ("see the ledger and fine lists", "查看台账和罚款清单"),
        Action::LedgerWrite => ("post rewards and adjustments", "登记奖励和手工调整"),
        Action::LedgerExport => ("export the ledger and fine lists", "导出台账和罚款清单"),
        Action::PeriodRead => ("see how far months are", "查看月度状态"),
        Action::PeriodClose => ("close a month", "关账"),
        Action::RetentionRead => ("see how long data is kept", "查看保存期限"),
        Action::RetentionWrite => ("set how long data is kept", "设置保存期限"),
        Action::AuditRead => ("search the audit log", "查询审计日志"),
        Action::MailOwn => ("set own mail", "设置本人的邮件通知"),
        Action::MailRead => ("see the outbox and webhooks", "查看发件箱和 Webhook"),
        Action::MailWrite => ("send messages again, change webhooks", "重新发送消息、管理 Webhook"),
        Action::EscalationRead => ("see severe cases", "查看升级工单"),
        Action::EscalationAcknowledge => ("acknowledge severe cases", "确认升级工单"),
        Action::EscalationSanction => ("end severe cases with a sanction", "处理升级工单"),
        Action::AppealRead => ("see appeals", "查看申诉"),
        Action::AppealSubmit => ("appeal", "提交申诉"),
        Action::AppealDecide => ("decide appeals", "裁定申诉"),
        Action::ComplaintRead => ("see complaints and operating breaches", "查看投诉和违规操作"),
        Action::ComplaintWrite => ("record and adjudicate complaints and breaches", "登记和裁定投诉、违规操作"),
        Action::FollowUpRead => ("see follow-ups", "查看整改跟踪"),
        Action::FollowUpWrite => ("set and end follow-ups", "安排和结束整改"),
        Action::RegradeRead => ("see second gradings", "查看复检"),
        Action::RegradeRun => ("choose second gradings and decide differences", "抽取复检、裁定差异"),
        Action::CalibrationRead => ("see and grade calibrations", "查看和参与校准"),
        Action::CalibrationRun => ("set and close calibrations", "发起和结束校准"),
    }
}

impl Frame {
    /// What a token may do.
    pub fn scope(&self, scope: &TokenScope) -> &'static str {
        match scope {
            TokenScope::All => self.t("everything that the user may", "用户的全部权限"),
            TokenScope::Read => self.t("everything that changes nothing", "全部只读权限"),
            TokenScope::One(action) => {
                let (en, zh) = action_words(*action);
                self.t(en, zh)
            }
        }
    }
}
