//! The permission table: role × action.

use super::{Action, Role};

/// What a role may do with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Not at all.
    No,
    /// Only with what is the person's own, however far the role reaches.
    Own,
    /// As far as the role reaches.
    Granted,
}

/// The permission table.
pub const fn permission(role: Role, action: Action) -> Permission {
    use Action as A;
    use Permission::{Granted, No, Own};
    match role {
        Role::QaManager => match action {
            A::UserWrite | A::RetentionWrite | A::MailRead | A::MailWrite | A::EvaluationAcknowledge => No,
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::TokenOwn
            | A::MailOwn
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationRead
            | A::CustomerRead
            | A::ConversationImport
            | A::RecordingHear
            | A::CatalogueRead
            | A::CatalogueWrite
            | A::PolicyRead
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodRead
            | A::PeriodClose
            | A::RetentionRead
            | A::AuditRead => Granted,
            A::EscalationRead
            | A::EscalationAcknowledge
            | A::EscalationSanction
            | A::AppealRead
            | A::AppealSubmit
            | A::AppealDecide
            | A::ComplaintRead
            | A::ComplaintWrite
            | A::FollowUpRead
            | A::FollowUpWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => Granted,
        },
        Role::Inspector => match action {
            A::CatalogueRead | A::PolicyRead | A::PeriodRead => Granted,
            A::TokenOwn
            | A::MailOwn
            | A::ConversationRead
            | A::CustomerRead
            | A::RecordingHear
            | A::SamplingRead
            | A::Grade
            | A::EvaluationRead => Own,
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingWrite
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite
            | A::EvaluationAcknowledge => No,
            A::EscalationRead | A::EscalationAcknowledge | A::AppealRead | A::RegradeRead | A::CalibrationRead => Own,
            A::EscalationSanction
            | A::AppealSubmit
            | A::AppealDecide
            | A::ComplaintRead
            | A::ComplaintWrite
            | A::FollowUpRead
            | A::FollowUpWrite
            | A::RegradeRun
            | A::CalibrationRun => No,
        },
        Role::TeamLead => match action {
            A::PeopleRead
            | A::AttendanceRead
            | A::ConversationRead
            | A::RecordingHear
            | A::CatalogueRead
            | A::PolicyRead
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::CustomerRead
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite
            | A::EvaluationAcknowledge => No,
            A::EscalationRead
            | A::EscalationAcknowledge
            | A::AppealRead
            | A::AppealSubmit
            | A::ComplaintRead
            | A::FollowUpRead
            | A::FollowUpWrite => Granted,
            A::EscalationSanction
            | A::AppealDecide
            | A::ComplaintWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => No,
        },
        Role::Agent => match action {
            A::CatalogueRead | A::PolicyRead | A::PeriodRead => Granted,
            A::PeopleRead
            | A::TokenOwn
            | A::MailOwn
            | A::AttendanceRead
            | A::ConversationRead
            | A::RecordingHear
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::CustomerRead
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => No,
            A::EvaluationAcknowledge | A::AppealRead | A::AppealSubmit | A::ComplaintRead | A::FollowUpRead => Own,
            A::EscalationRead
            | A::EscalationAcknowledge
            | A::EscalationSanction
            | A::AppealDecide
            | A::ComplaintWrite
            | A::FollowUpWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => No,
        },
        Role::Finance => match action {
            A::PeopleRead | A::CatalogueRead | A::PolicyRead | A::ResultRead | A::LedgerRead | A::LedgerExport | A::PeriodRead => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationRead
            | A::ConversationImport
            | A::RecordingHear
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::LedgerWrite
            | A::PeriodClose
            | A::CustomerRead
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite
            | A::EvaluationAcknowledge => No,
            A::ComplaintRead => Granted,
            A::EscalationRead | A::EscalationAcknowledge => Own,
            A::EscalationSanction
            | A::AppealRead
            | A::AppealSubmit
            | A::AppealDecide
            | A::ComplaintWrite
            | A::FollowUpRead
            | A::FollowUpWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => No,
        },
        Role::ComplaintDesk => match action {
            A::PeopleRead | A::ConversationRead | A::CustomerRead | A::RecordingHear | A::CatalogueRead | A::PolicyRead | A::PeriodRead => {
                Granted
            }
            A::TokenOwn | A::MailOwn => Own,
            A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite
            | A::EvaluationAcknowledge => No,
            A::AppealRead | A::ComplaintRead | A::ComplaintWrite => Granted,
            A::EscalationRead | A::EscalationAcknowledge => Own,
            A::EscalationSanction
            | A::AppealSubmit
            | A::AppealDecide
            | A::FollowUpRead
            | A::FollowUpWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => No,
        },
        Role::Admin => match action {
            A::PeopleRead
            | A::PeopleWrite
            | A::UserRead
            | A::UserWrite
            | A::AttendanceRead
            | A::AttendanceWrite
            | A::ConversationImport
            | A::CatalogueRead
            | A::PolicyRead
            | A::PeriodRead
            | A::RetentionRead
            | A::RetentionWrite
            | A::AuditRead
            | A::MailRead
            | A::MailWrite => Granted,
            A::TokenOwn | A::MailOwn => Own,
            A::ConversationRead
            | A::RecordingHear
            | A::CatalogueWrite
            | A::PolicyWrite
            | A::SamplingRead
            | A::SamplingWrite
            | A::Grade
            | A::EvaluationRead
            | A::ResultRead
            | A::LedgerRead
            | A::LedgerWrite
            | A::LedgerExport
            | A::PeriodClose
            | A::CustomerRead
            | A::EvaluationAcknowledge => No,
            A::EscalationRead | A::EscalationAcknowledge => Own,
            A::EscalationSanction
            | A::AppealRead
            | A::AppealSubmit
            | A::AppealDecide
            | A::ComplaintRead
            | A::ComplaintWrite
            | A::FollowUpRead
            | A::FollowUpWrite
            | A::RegradeRead
            | A::RegradeRun
            | A::CalibrationRead
            | A::CalibrationRun => No,
        },
        Role::Auditor => match action {
            A::TokenOwn | A::MailOwn => Own,
            _ if action.is_read() => Granted,
            _ => No,
        },
    }
}
