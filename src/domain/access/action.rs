//! What can be done, one action for each right.

use super::super::words::words;

words! {
    /// Something that a person can do. Each use case asks for exactly one of these first.
    Action ("action") {
        /// See vendors, teams and agents.
        PeopleRead = "people.read",
        /// Change vendors, teams, agents and their teams.
        PeopleWrite = "people.write",
        /// See log-ins and their roles.
        UserRead = "users.read",
        /// Change log-ins, roles and passwords, and anybody's tokens.
        UserWrite = "users.write",
        /// Make, see and revoke one's own tokens.
        TokenOwn = "tokens.own",
        /// See worked days.
        AttendanceRead = "attendance.read",
        /// Record worked days.
        AttendanceWrite = "attendance.write",
        /// See conversations with their transcripts.
        ConversationRead = "conversations.read",
        /// See what customers say of themselves unmasked: telephone, identity card and bank card numbers, e-mail addresses.
        CustomerRead = "customers.read",
        /// Bring conversations and recordings in.
        ConversationImport = "conversations.import",
        /// Hear recordings.
        RecordingHear = "recordings.hear",
        /// See scorecards and the violation catalogue.
        CatalogueRead = "catalogue.read",
        /// Change scorecards and the violation catalogue.
        CatalogueWrite = "catalogue.write",
        /// See fine and pass policies.
        PolicyRead = "policies.read",
        /// Make new versions of fine and pass policies.
        PolicyWrite = "policies.write",
        /// See sampling plans, draws and samples.
        SamplingRead = "sampling.read",
        /// Change sampling plans, draw, assign samples.
        SamplingWrite = "sampling.write",
        /// Take samples from the queue, grade them, replace them, correct one's own evaluations.
        Grade = "grading",
        /// See evaluations and violations with their evidence.
        EvaluationRead = "evaluations.read",
        /// Acknowledge that one has read the evaluation of an own conversation.
        EvaluationAcknowledge = "evaluations.acknowledge",
        /// See results: pass status and pass rates.
        ResultRead = "results.read",
        /// See ledger entries and fine lists.
        LedgerRead = "ledger.read",
        /// Post rewards and manual adjustments.
        LedgerWrite = "ledger.write",
        /// Export fine lists and the ledger.
        LedgerExport = "ledger.export",
        /// See periods and what stands in the way of closing them.
        PeriodRead = "periods.read",
        /// Close a period.
        PeriodClose = "periods.close",
        /// See how long recordings and transcripts are kept.
        RetentionRead = "retention.read",
        /// Set how long recordings and transcripts are kept, and delete what has had its time.
        RetentionWrite = "retention.write",
        /// Search the audit log.
        AuditRead = "audit.read",
        /// Choose how often one hears of what.
        MailOwn = "mail.own",
        /// See the outbox and the webhooks.
        MailRead = "mail.read",
        /// Send messages again, change webhooks.
        MailWrite = "mail.write",
        /// See escalation cases.
        EscalationRead = "escalations.read",
        /// Acknowledge an escalation case that one was told of.
        EscalationAcknowledge = "escalations.acknowledge",
        /// End an escalation case with a sanction, and approve or decline one.
        EscalationSanction = "escalations.sanction",
        /// See appeals.
        AppealRead = "appeals.read",
        /// Appeal, for oneself or for an agent within reach.
        AppealSubmit = "appeals.submit",
        /// Decide appeals.
        AppealDecide = "appeals.decide",
        /// See complaints and operating breaches.
        ComplaintRead = "complaints.read",
        /// Record and adjudicate complaints, record and take back operating breaches.
        ComplaintWrite = "complaints.write",
        /// See follow-ups.
        FollowUpRead = "follow_ups.read",
        /// Set and end follow-ups.
        FollowUpWrite = "follow_ups.write",
        /// See second gradings and how the inspectors do.
        RegradeRead = "regrades.read",
        /// Choose evaluations to be graded again and decide the differences.
        RegradeRun = "regrades.run",
        /// See calibration sessions, grade in them, and read their reports once they are closed.
        CalibrationRead = "calibrations.read",
        /// Set and close calibration sessions.
        CalibrationRun = "calibrations.run",
    }
}

impl Action {
    /// Whether the action changes nothing. A token with the scope `read` may do exactly these. Hearing a recording and exporting leave an
    /// audit line, but change nothing else.
    pub const fn is_read(self) -> bool {
        match self {
            Self::PeopleRead
            | Self::UserRead
            | Self::AttendanceRead
            | Self::ConversationRead
            | Self::CustomerRead
            | Self::RecordingHear
            | Self::CatalogueRead
            | Self::PolicyRead
            | Self::SamplingRead
            | Self::EvaluationRead
            | Self::ResultRead
            | Self::LedgerRead
            | Self::LedgerExport
            | Self::PeriodRead
            | Self::RetentionRead
            | Self::AuditRead
            | Self::MailRead
            | Self::EscalationRead
            | Self::AppealRead
            | Self::ComplaintRead
            | Self::FollowUpRead
            | Self::RegradeRead
            | Self::CalibrationRead => true,
            Self::PeopleWrite
            | Self::UserWrite
            | Self::TokenOwn
            | Self::MailOwn
            | Self::MailWrite
            | Self::AttendanceWrite
            | Self::ConversationImport
            | Self::CatalogueWrite
            | Self::PolicyWrite
            | Self::SamplingWrite
            | Self::Grade
            | Self::EvaluationAcknowledge
            | Self::LedgerWrite
            | Self::PeriodClose
            | Self::RetentionWrite
            | Self::EscalationAcknowledge
            | Self::EscalationSanction
            | Self::AppealSubmit
            | Self::AppealDecide
            | Self::ComplaintWrite
            | Self::FollowUpWrite
            | Self::RegradeRun
            | Self::CalibrationRun => false,
        }
    }
}
