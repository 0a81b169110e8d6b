//! The rows that a submission stores, and how they are stored without any rule.

use std::sync::atomic::{AtomicI64, Ordering};

use assay::app::App;
use assay::db::schema::{audit, evaluation_items, evaluation_revisions, evaluations, ledger, outbox, outbox_about, samples, violations};
use assay::db::sql_types::At;
use assay::db::{self, AnyConnection, Tx};
use assay::domain::id::{
    AgentId, AuditId, ConversationId, EvaluationId, LedgerEntryId, OutboxId, SampleId, ScorecardVersionId, TokenId, UserId, ViolationId,
    ViolationTypeId, WebhookId,
};
use diesel::prelude::*;

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = evaluations)]
struct EvaluationRow {
    id: EvaluationId,
    sample_id: SampleId,
    conversation_id: ConversationId,
    agent_id: AgentId,
    inspector_id: UserId,
    scorecard_version_id: ScorecardVersionId,
    period: String,
    kind: String,
    counts: bool,
    key_errors: i32,
    non_key_errors: i32,
    comment: String,
    seconds: i64,
    revision: i32,
    submitted_at: At,
    corrected_at: Option<At>,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = evaluation_items)]
struct ItemRow {
    evaluation_id: EvaluationId,
    item_code: String,
    kind: String,
    outcome: String,
    comment: String,
    evidence: String,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = evaluation_revisions)]
struct RevisionRow {
    evaluation_id: EvaluationId,
    revision: i32,
    content: String,
    key_errors: i32,
    non_key_errors: i32,
    reason: Option<String>,
    made_by: UserId,
    made_at: At,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = violations)]
struct ViolationRow {
    id: ViolationId,
    evaluation_id: EvaluationId,
    conversation_id: ConversationId,
    agent_id: AgentId,
    period: String,
    type_id: ViolationTypeId,
    type_code: String,
    class: String,
    error_kind: String,
    red_line: bool,
    item_code: Option<String>,
    occurrences: i32,
    money_lost: bool,
    comment: String,
    evidence: String,
    state: String,
    created_at: At,
    ended_at: Option<At>,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = ledger)]
struct LedgerRow {
    id: LedgerEntryId,
    period: String,
    kind: String,
    agent_id: AgentId,
    amount_minor: i64,
    currency: String,
    violation_id: Option<ViolationId>,
    evaluation_id: Option<EvaluationId>,
    origin_period: String,
    refers_to: Option<LedgerEntryId>,
    policy_number: Option<i32>,
    type_code: Option<String>,
    class: Option<String>,
    occurrences: Option<i32>,
    reward: Option<String>,
    reason: Option<String>,
    dedupe: String,
    posted_by: Option<UserId>,
    posted_at: At,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = audit)]
struct AuditRow {
    id: AuditId,
    at: At,
    actor_kind: String,
    user_id: Option<UserId>,
    token_id: Option<TokenId>,
    action: String,
    object_kind: String,
    object_id: String,
    address: Option<String>,
    request_id: Option<String>,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
    seq: i64,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = outbox)]
struct LetterRow {
    id: OutboxId,
    channel: String,
    kind: String,
    user_id: Option<UserId>,
    agent_id: Option<AgentId>,
    webhook_id: Option<WebhookId>,
    address: Option<String>,
    language: String,
    params: String,
    dedupe: String,
    state: String,
    attempts: i32,
    queued_at: At,
    next_at: At,
    holder: Option<String>,
    lease_until: Option<At>,
    handed_at: Option<At>,
    message_id: Option<String>,
    last_error: Option<String>,
    gathered_in: Option<OutboxId>,
    created_at: At,
    sent_at: Option<At>,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = outbox_about)]
struct AboutRow {
    object_kind: String,
    object_id: String,
    outbox_id: OutboxId,
}

/// The numbers of the bare lines of the audit log are below 0, out of the way of the service's own, which follow upon the highest.
static SEQ: AtomicI64 = AtomicI64::new(i64::MIN);

/// What one submission stores.
pub struct Rows {
    pub sample: SampleId,
    evaluation: EvaluationRow,
    items: Vec<ItemRow>,
    revision: RevisionRow,
    violations: Vec<ViolationRow>,
    ledger: Vec<LedgerRow>,
    audit: Vec<AuditRow>,
    letters: Vec<LetterRow>,
    about: Vec<AboutRow>,
}

/// The rows of an evaluation, with ids of their own, for another sample.
pub async fn of(app: &App, id: EvaluationId, sample: SampleId) -> Rows {
    let now = app.clock.now();
    let fresh = |app: &App| app.chance.id(now);
    let mut rows = app
        .read(move |conn| {
            let text = id.to_string();
            let about: Vec<AboutRow> = outbox_about::table.filter(outbox_about::object_id.eq(&text)).load(conn)?;
            let letters: Vec<OutboxId> = about.iter().map(|row| row.outbox_id).collect();
            Ok(Rows {
                sample,
                evaluation: evaluations::table.find(id).first(conn)?,
                items: evaluation_items::table.filter(evaluation_items::evaluation_id.eq(id)).load(conn)?,
                revision: evaluation_revisions::table.filter(evaluation_revisions::evaluation_id.eq(id)).first(conn)?,
                violations: violations::table.filter(violations::evaluation_id.eq(id)).load(conn)?,
                ledger: ledger::table.filter(ledger::evaluation_id.eq(id)).load(conn)?,
                audit: audit::table.filter(audit::object_id.eq(text)).load(conn)?,
                letters: outbox::table.filter(outbox::id.eq_any(letters)).load(conn)?,
                about,
            })
        })
        .await
        .unwrap();
    let new = EvaluationId(fresh(app));
    rows.evaluation.id = new;
    rows.evaluation.sample_id = sample;
    rows.items.iter_mut().for_each(|item| item.evaluation_id = new);
    rows.revision.evaluation_id = new;
    for violation in &mut rows.violations {
        violation.evaluation_id = new;
        let (old, id) = (violation.id, ViolationId(fresh(app)));
        rows.ledger.iter_mut().filter(|line| line.violation_id == Some(old)).for_each(|line| line.violation_id = Some(id));
        violation.id = id;
    }
    for line in &mut rows.ledger {
        line.id = LedgerEntryId(fresh(app));
        line.evaluation_id = Some(new);
        line.dedupe = format!("bench:{}", line.id);
    }
    for line in &mut rows.audit {
        line.id = AuditId(fresh(app));
        line.seq = SEQ.fetch_add(1, Ordering::Relaxed);
    }
    for letter in &mut rows.letters {
        let (old, id) = (letter.id, OutboxId(fresh(app)));
        rows.about.iter_mut().filter(|about| about.outbox_id == old).for_each(|about| about.outbox_id = id);
        letter.id = id;
        letter.dedupe = format!("bench:{id}");
    }
    rows
}

impl Rows {
    /// Who graded.
    pub fn inspector(&self) -> UserId {
        self.evaluation.inspector_id
    }

    /// Stores one line of the audit log.
    pub fn store_audit(&self, tx: &mut Tx<'_>, action: &str) -> db::Result<()> {
        let mut line = self.audit.first().unwrap().clone();
        line.id = AuditId(tx.id());
        line.seq = SEQ.fetch_add(1, Ordering::Relaxed);
        line.action = action.to_owned();
        line.after = None;
        diesel::insert_into(audit::table).values(line).execute(tx.conn)?;
        Ok(())
    }

    /// Stores them.
    pub fn store(&self, tx: &mut Tx<'_>) -> db::Result<()> {
        diesel::insert_into(evaluations::table).values(self.evaluation.clone()).execute(tx.conn)?;
        match tx.conn {
            AnyConnection::Postgres(postgres) => {
                diesel::insert_into(evaluation_items::table).values(self.items.clone()).execute(postgres)?;
            }
            AnyConnection::Sqlite(sqlite) => {
                for item in &self.items {
                    diesel::insert_into(evaluation_items::table).values(item.clone()).execute(sqlite)?;
                }
            }
        }
        diesel::insert_into(evaluation_revisions::table).values(self.revision.clone()).execute(tx.conn)?;
        for violation in &self.violations {
            diesel::insert_into(violations::table).values(violation.clone()).execute(tx.conn)?;
        }
        for line in &self.ledger {
            diesel::insert_into(ledger::table).values(line.clone()).execute(tx.conn)?;
        }
        for line in &self.audit {
            diesel::insert_into(audit::table).values(line.clone()).execute(tx.conn)?;
        }
        for letter in &self.letters {
            diesel::insert_into(outbox::table).values(letter.clone()).execute(tx.conn)?;
        }
        for about in &self.about {
            diesel::insert_into(outbox_about::table).values(about.clone()).execute(tx.conn)?;
        }
        let state = (samples::state.eq("submitted"), samples::submitted_at.eq(tx.at()));
        diesel::update(samples::table.find(self.sample)).set(state).execute(tx.conn)?;
        Ok(())
    }
}
