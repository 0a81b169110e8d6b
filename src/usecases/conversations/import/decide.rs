//! What becomes of a conversation, given what is stored.

use std::collections::{HashMap, HashSet};

use super::prepare::Prepared;
use crate::db::conversations::ConversationRow;
use crate::db::recordings::RecordingRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::conversation::Conversation;
use crate::domain::conversation::change::{self, EvidenceChange, StoredConversation};
use crate::domain::id::{AgentId, ConversationId};
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};
use crate::recordings::Stored;

/// What is stored, as far as a chunk is concerned.
pub(super) struct Facts {
    agents: HashMap<String, AgentId>,
    existing: HashMap<(String, String), Existing>,
    /// The last period in which nothing may change any more.
    frozen: Option<Period>,
}

/// A conversation that is there already.
pub(super) struct Existing {
    pub(super) row: ConversationRow,
    employee_no: String,
    pub(super) recordings: Vec<RecordingRow>,
    sampled: bool,
    graded: bool,
    within_reach: bool,
    /// Parts of it were deleted because they had had their time.
    purged: bool,
    /// What is said is no longer what it was; told where somebody has graded it.
    retold: bool,
}

/// What is to be done.
pub(super) enum Verdict<'a> {
    Insert {
        agent: AgentId,
        recordings: Vec<Recorded<'a>>,
    },
    Update {
        agent: AgentId,
        old: &'a Existing,
        recordings: Vec<Recorded<'a>>,
    },
    Unchanged,
    /// It was there, is the same, and parts of it were deleted: nothing of it is read or stored again.
    Gone,
}

/// Which content a recording of the conversation will have.
pub(super) enum Recorded<'a> {
    /// The one that is stored under this name.
    Kept(&'a RecordingRow),
    /// The one that came.
    New(&'a Stored),
}

impl Facts {
    /// Loads what is stored of the agents and conversations of a chunk.
    pub(super) fn load(conn: &mut AnyConnection, reach: &Reach, rows: &[Prepared]) -> Result<Self> {
        db::imports::look_up_by_index(conn)?;
        let numbers: HashSet<&str> = rows.iter().map(|row| row.conversation.agent.as_str()).collect();
        let agents = db::conversations::agents_by_number(conn, &numbers.into_iter().collect::<Vec<_>>(), reach)?;
        let mut by_source: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in rows {
            by_source.entry(&row.conversation.source).or_default().push(&row.conversation.external_id);
        }
        let mut stored = Vec::new();
        for (source, external_ids) in by_source {
            stored.extend(db::conversations::by_external_ids(conn, source, &external_ids)?);
        }
        let existing = Self::load_existing(conn, reach, rows, stored)?;
        // What is being closed at this moment is as good as closed.
        let frozen = db::periods::last_closed(conn)?.max(db::periods::closing(conn)?);
        Ok(Self { agents, existing, frozen })
    }

    /// What is stored of a conversation.
    fn existing(&self, conversation: &Conversation) -> Option<&Existing> {
        if self.existing.is_empty() {
            return None;
        }
        self.existing.get(&(conversation.source.clone(), conversation.external_id.clone()))
    }

    /// Whether nothing may change in a period any more: it or a later one is closed.
    fn is_frozen(&self, period: Period) -> bool {
        self.frozen.is_some_and(|frozen| period <= frozen)
    }

    fn load_existing(
        conn: &mut AnyConnection,
        reach: &Reach,
        rows: &[Prepared],
        stored: Vec<(ConversationRow, String)>,
    ) -> Result<HashMap<(String, String), Existing>> {
        if stored.is_empty() {
            return Ok(HashMap::new());
        }
        let given: HashMap<(&str, &str), &Prepared> =
            rows.iter().map(|row| ((row.conversation.source.as_str(), row.conversation.external_id.as_str()), row)).collect();
        let ids: Vec<ConversationId> = stored.iter().map(|(row, _)| row.id).collect();
        let owners: HashSet<&str> = stored.iter().map(|(_, employee_no)| employee_no.as_str()).collect();
        let owners = db::conversations::agents_by_number(conn, &owners.into_iter().collect::<Vec<_>>(), reach)?;
        let purged = db::retention::purged(conn, &ids)?;
        let (sampled, graded) = db::conversations::sampled_and_graded(conn, &ids)?;
        let mut recordings: HashMap<ConversationId, Vec<RecordingRow>> = HashMap::new();
        for recording in db::recordings::of_conversations(conn, &ids)? {
            recordings.entry(recording.conversation_id).or_default().push(recording);
        }
        let mut existing = HashMap::with_capacity(stored.len());
        for (row, employee_no) in stored {
            let graded = graded.contains(&row.id);
            let retold = match given.get(&(row.source.as_str(), row.external_id.as_str())) {
                Some(new) if graded && new.digest != *row.digest => db::transcripts::load(conn, row.id)? != new.transcript.lines()?,
                _ => false,
            };
            let one = Existing {
                within_reach: owners.contains_key(&employee_no),
                purged: purged.contains_key(&row.id),
                employee_no,
                recordings: recordings.remove(&row.id).unwrap_or_default(),
                sampled: sampled.contains(&row.id),
                graded,
                retold,
                row,
            };
            existing.insert((one.row.source.clone(), one.row.external_id.clone()), one);
        }
        Ok(existing)
    }
}

/// Decides what becomes of one row.
///
/// # Errors
/// Why it is refused.
pub(super) fn decide<'a>(new: &'a Prepared, facts: &'a Facts) -> Refused<Verdict<'a>> {
    let conversation = &new.conversation;
    let old = facts.existing(conversation);
    let stored = old.map(|old| old.recordings.as_slice()).unwrap_or_default();
    let agent = facts.agents.get(&conversation.agent).copied().ok_or_else(|| {
        let message =
            format!("there is no agent with the employee number `{}` within your reach; import the agents first", conversation.agent);
        let mut refusal = Refusal::invalid("agent", message);
        refusal.code = "unknown_agent";
        refusal
    })?;
    if old.is_some_and(|old| old.purged && old.within_reach && old.row.digest == new.digest) {
        return Ok(Verdict::Gone);
    }
    let recordings = recorded(new, stored)?;
    let Some(old) = old else {
        if facts.is_frozen(new.period) {
            return Err(change::closed_period(new.period));
        }
        return Ok(Verdict::Insert { agent, recordings });
    };
    if !old.within_reach {
        let mut refusal = Refusal::forbidden("the conversation is there already and belongs to an agent who is not within your reach");
        refusal.code = "out_of_reach";
        return Err(refusal);
    }
    let all_kept = recordings.iter().all(|recording| matches!(recording, Recorded::Kept(_)));
    if old.row.digest == new.digest && all_kept {
        return Ok(Verdict::Unchanged);
    }
    let kept_as_it_was = |stored: &RecordingRow| {
        recordings.iter().zip(&new.recordings).any(|(recording, given)| match recording {
            Recorded::Kept(row) => {
                row.id == stored.id && stored.sides == given.reference.voices.to_code() && stored.start_ms == given.reference.start_ms
            }
            Recorded::New(_) => false,
        })
    };
    let evidence = EvidenceChange { transcript: old.retold, recordings: !old.recordings.iter().all(kept_as_it_was) };
    let before = StoredConversation {
        agent: old.employee_no.clone(),
        channel: old.row.channel,
        started_at: old.row.started_at,
        period: old.row.period,
        purged: old.purged,
        closed: facts.is_frozen(old.row.period),
        sampled: old.sampled,
        graded: old.graded,
    };
    change::decide(&before, conversation, new.period, facts.is_frozen(new.period), evidence)?;
    Ok(Verdict::Update { agent, old, recordings })
}

/// Which content each recording will have. One that did not come keeps the content that is stored under its name.
fn recorded<'a>(new: &'a Prepared, stored: &'a [RecordingRow]) -> Refused<Vec<Recorded<'a>>> {
    let mut recordings = Vec::with_capacity(new.recordings.len());
    for (i, given) in new.recordings.iter().enumerate() {
        let same_name = stored.iter().find(|row| row.name == given.reference.file);
        recordings.push(match (&given.content, same_name) {
            (Ok(content), Some(row)) if row.sha256 == content.key.as_str() => Recorded::Kept(row),
            (Ok(content), _) => Recorded::New(content),
            (Err(_), Some(row)) => Recorded::Kept(row),
            (Err(refusal), None) => return Err(refusal.clone().within(&format!("recordings[{i}]"))),
        });
    }
    Ok(recordings)
}
