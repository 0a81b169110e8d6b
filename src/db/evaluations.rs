//! Evaluations with their items and revisions.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{evaluation_items, evaluation_revisions, evaluations};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::evaluation::correction::Revision;
use crate::domain::evaluation::{GradedItem, Outcome};
use crate::domain::evidence::Evidence;
use crate::domain::id::{AgentId, ConversationId, EvaluationId, SampleId, ScorecardVersionId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleKind;
use crate::domain::scorecard::ItemKind;

/// An evaluation as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = evaluations)]
pub struct EvaluationRow {
    /// The id.
    pub id: EvaluationId,
    /// The sample; each has at most one evaluation.
    pub sample_id: SampleId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The agent who handled it.
    pub agent_id: AgentId,
    /// Who graded it.
    pub inspector_id: UserId,
    /// The scorecard version it was graded with.
    pub scorecard_version_id: ScorecardVersionId,
    /// The period of the sample.
    pub period: Period,
    /// How the sample was picked.
    pub kind: SampleKind,
    /// Whether it enters n, K and N.
    pub counts: bool,
    /// Key errors.
    pub key_errors: i32,
    /// Non-key errors.
    pub non_key_errors: i32,
    /// The remark on the whole.
    pub comment: String,
    /// Seconds spent on it.
    pub seconds: i64,
    /// Number of the latest revision, from 1.
    pub revision: i32,
    /// When it was submitted.
    #[diesel(deserialize_as = At)]
    pub submitted_at: DateTime<Utc>,
    /// When it was corrected last.
    #[diesel(deserialize_as = OptionalAt)]
    pub corrected_at: Option<DateTime<Utc>>,
}

/// A revision as it is stored.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    /// Number, from 1.
    pub revision: i32,
    /// What was filled in and what it came to.
    pub content: Revision,
    /// Why it was corrected; absent for the first.
    pub reason: Option<String>,
    /// Who made it.
    pub made_by: UserId,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

/// The evaluation with this id, if there is one.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, id: EvaluationId) -> Result<Option<EvaluationRow>> {
    Ok(evaluations::table.find(id).select(EvaluationRow::as_select()).first(conn).optional()?)
}

/// The evaluation of a sample, if it was submitted.
///
/// # Errors
/// What the database says.
pub fn of_sample(conn: &mut AnyConnection, sample: SampleId) -> Result<Option<EvaluationRow>> {
    Ok(evaluations::table.filter(evaluations::sample_id.eq(sample)).select(EvaluationRow::as_select()).first(conn).optional()?)
}

/// Stores a new evaluation.
///
/// # Errors
/// `Conflict` with code `already_submitted` where the sample has one.
pub fn insert(tx: &mut Tx<'_>, row: &EvaluationRow) -> Result<()> {
    natively!(
        tx.conn,
        execute,
        diesel::insert_into(evaluations::table).values((
            evaluations::id.eq(row.id),
            evaluations::sample_id.eq(row.sample_id),
            evaluations::conversation_id.eq(row.conversation_id),
            evaluations::agent_id.eq(row.agent_id),
            evaluations::inspector_id.eq(row.inspector_id),
            evaluations::scorecard_version_id.eq(row.scorecard_version_id),
            evaluations::period.eq(row.period),
            evaluations::kind.eq(row.kind),
            evaluations::counts.eq(row.counts),
            evaluations::key_errors.eq(row.key_errors),
            evaluations::non_key_errors.eq(row.non_key_errors),
            evaluations::comment.eq(&row.comment),
            evaluations::seconds.eq(row.seconds),
            evaluations::revision.eq(row.revision),
            evaluations::submitted_at.eq(At(row.submitted_at)),
            evaluations::corrected_at.eq(row.corrected_at.map(At)),
        ))
    )
    .map_err(|e| {
        Error::from(e).or_unique("evaluations_sample_unique", "evaluations.sample_id", || {
            Refusal::conflict("already_submitted", "this sample has been evaluated already")
        })
    })?;
    Ok(())
}

/// Stores what a correction changed.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &EvaluationRow) -> Result<()> {
    diesel::update(evaluations::table.find(row.id))
        .set((
            evaluations::key_errors.eq(row.key_errors),
            evaluations::non_key_errors.eq(row.non_key_errors),
            evaluations::comment.eq(&row.comment),
            evaluations::revision.eq(row.revision),
            evaluations::corrected_at.eq(row.corrected_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores the items of the latest revision in place of those before.
///
/// # Errors
/// What the database says.
pub fn replace_items(tx: &mut Tx<'_>, evaluation: EvaluationId, items: &[GradedItem]) -> Result<()> {
    diesel::delete(evaluation_items::table.filter(evaluation_items::evaluation_id.eq(evaluation))).execute(tx.conn)?;
    insert_items(tx, evaluation, items)
}

/// Stores the items of a new evaluation.
///
/// # Errors
/// What the database says.
pub fn insert_items(tx: &mut Tx<'_>, evaluation: EvaluationId, items: &[GradedItem]) -> Result<()> {
    let values = |item: &GradedItem| {
        Ok((
            evaluation_items::evaluation_id.eq(evaluation),
            evaluation_items::item_code.eq(item.code.clone()),
            evaluation_items::kind.eq(item.kind),
            evaluation_items::outcome.eq(item.outcome),
            evaluation_items::comment.eq(item.comment.clone()),
            evaluation_items::evidence.eq(to_json(&item.evidence)?),
        ))
    };
    match tx.conn {
        // One round trip for all.
        AnyConnection::Postgres(postgres) => {
            let all: Vec<_> = items.iter().map(values).collect::<Result<_>>()?;
            diesel::insert_into(evaluation_items::table).values(all).execute(postgres)?;
        }
        AnyConnection::Sqlite(sqlite) => {
            for item in items {
                diesel::insert_into(evaluation_items::table).values(values(item)?).execute(sqlite)?;
            }
        }
    }
    Ok(())
}

/// The items of the latest revision, by code.
///
/// # Errors
/// What the database says.
pub fn items(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<GradedItem>> {
    let rows: Vec<(String, ItemKind, Outcome, String, String)> = natively!(
        conn,
        load,
        evaluation_items::table.filter(evaluation_items::evaluation_id.eq(evaluation)).order(evaluation_items::item_code).select((
            evaluation_items::item_code,
            evaluation_items::kind,
            evaluation_items::outcome,
            evaluation_items::comment,
            evaluation_items::evidence,
        ))
    )?;
    rows.into_iter()
        .map(|(code, kind, outcome, comment, evidence)| {
            let evidence: Vec<Evidence> = from_json("evaluation_items.evidence", &evidence)?;
            Ok(GradedItem { code, kind, outcome, error: outcome.error(kind), comment, evidence })
        })
        .collect()
}

/// Stores a revision.
///
/// # Errors
/// What the database says.
pub fn insert_revision(tx: &mut Tx<'_>, evaluation: EvaluationId, row: &RevisionRow) -> Result<()> {
    let errors = |count| i32::try_from(count).unwrap_or(i32::MAX);
    natively!(
        tx.conn,
        execute,
        diesel::insert_into(evaluation_revisions::table).values((
            evaluation_revisions::evaluation_id.eq(evaluation),
            evaluation_revisions::revision.eq(row.revision),
            evaluation_revisions::content.eq(to_json(&row.content)?),
            evaluation_revisions::key_errors.eq(errors(row.content.grading.key_errors)),
            evaluation_revisions::non_key_errors.eq(errors(row.content.grading.non_key_errors)),
            evaluation_revisions::reason.eq(row.reason.as_deref()),
            evaluation_revisions::made_by.eq(row.made_by),
            evaluation_revisions::made_at.eq(At(row.made_at)),
        ))
    )?;
    Ok(())
}

/// Every revision of an evaluation, the first one first.
///
/// # Errors
/// What the database says.
pub fn revisions(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<Vec<RevisionRow>> {
    let rows: Vec<(i32, String, Option<String>, UserId, At)> = evaluation_revisions::table
        .filter(evaluation_revisions::evaluation_id.eq(evaluation))
        .order(evaluation_revisions::revision)
        .select((
            evaluation_revisions::revision,
            evaluation_revisions::content,
            evaluation_revisions::reason,
            evaluation_revisions::made_by,
            evaluation_revisions::made_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(revision, content, reason, made_by, At(made_at))| {
            let content = from_json("evaluation_revisions.content", &content)?;
            Ok(RevisionRow { revision, content, reason, made_by, made_at })
        })
        .collect()
}

/// One revision of an evaluation.
///
/// # Errors
/// `Damaged` where it is missing.
pub fn revision(conn: &mut AnyConnection, evaluation: EvaluationId, number: i32) -> Result<Revision> {
    let content: Option<String> =
        evaluation_revisions::table.find((evaluation, number)).select(evaluation_revisions::content).first(conn).optional()?;
    let content = content.ok_or_else(|| Error::Damaged(format!("evaluation {evaluation} has no revision {number}")))?;
    from_json("evaluation_revisions.content", &content)
}
