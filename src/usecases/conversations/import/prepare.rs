//! What is done to a chunk outside of any transaction: periods, digests, packing, and the recordings.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::decide::{self, Facts, Verdict};
use super::report::RefusedConversation;
use crate::db::recordings::RecordingRow;
use crate::db::transcripts::{Packed, Packer};
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::conversation::{Conversation, ImportRow, RecordingReference, Voices};
use crate::domain::period::{Period, local_day};
use crate::domain::{Refusal, Refused};
use crate::recordings::{Folder, RecordingLimits, Sound, Store, StoreError, Stored, hash, probe};

/// What preparing needs.
pub(super) struct Workshop {
    pub(super) zone: Tz,
    pub(super) reach: Reach,
    pub(super) folder: Option<Folder>,
    pub(super) store: Arc<dyn Store>,
    pub(super) limits: RecordingLimits,
}

/// A conversation that is ready to be stored.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) line: u64,
    pub(super) named: Option<String>,
    /// Without its transcript.
    pub(super) conversation: Box<Conversation>,
    pub(super) digest: [u8; 32],
    pub(super) period: Period,
    pub(super) local_day: NaiveDate,
    /// How many lines its transcript has.
    pub(super) lines: usize,
    pub(super) transcript: Packed,
    pub(super) attributes: String,
    pub(super) recordings: Vec<Given>,
}

/// A recording that a conversation names.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) reference: RecordingReference,
    /// The content that came with the import, or why none did.
    pub(super) content: Refused<Stored>,
    /// What the content is, once it has been read and stored.
    pub(super) sound: Option<SoundFacts>,
}

/// What is stored of a recording's content.
#[derive(Debug, Clone)]
pub(super) struct SoundFacts {
    pub(super) media_type: String,
    pub(super) codec: String,
    pub(super) channels: i32,
    pub(super) sample_rate: i32,
    pub(super) duration_ms: i64,
    pub(super) peaks: Vec<u8>,
}

impl From<Sound> for SoundFacts {
    fn from(sound: Sound) -> Self {
        Self {
            media_type: sound.format.media_type().to_owned(),
            codec: sound.codec.to_string(),
            channels: i32::from(sound.channels),
            sample_rate: i32::try_from(sound.sample_rate).unwrap_or(i32::MAX),
            duration_ms: sound.duration_ms,
            peaks: sound.peaks.to_bytes(),
        }
    }
}

impl From<RecordingRow> for SoundFacts {
    fn from(row: RecordingRow) -> Self {
        let RecordingRow { media_type, codec, channels, sample_rate, duration_ms, peaks, .. } = row;
        Self { media_type, codec, channels, sample_rate, duration_ms, peaks }
    }
}

impl Prepared {
    pub(super) fn refused(&self, refusal: &Refusal) -> RefusedConversation {
        RefusedConversation::new(self.line, self.named.clone(), refusal)
    }
}

/// A chunk between two steps: what goes on, and what was refused on the way.
#[derive(Default)]
pub(super) struct Step {
    pub(super) rows: Vec<Prepared>,
    pub(super) refused: Vec<RefusedConversation>,
}

/// What is known of a chunk before its recordings are read.
pub(super) struct Foresight {
    /// Whether each row would be stored, and whether its recordings are wanted.
    verdicts: Vec<Refused<bool>>,
    /// Contents that are stored already, by their SHA-256.
    known: HashMap<String, SoundFacts>,
}

/// Says beforehand what will become of each row, so that the recordings of those that will be refused are never stored; and which contents are known.
pub(super) fn foresee(conn: &mut AnyConnection, reach: &Reach, rows: &[Prepared]) -> Result<Foresight> {
    let facts = Facts::load(conn, reach, rows)?;
    let verdicts = rows.iter().map(|row| decide::decide(row, &facts).map(|verdict| !matches!(verdict, Verdict::Gone))).collect();
    let contents: Vec<String> =
        rows.iter().flat_map(|row| &row.recordings).filter_map(|r| r.content.as_ref().ok()).map(|c| c.key.to_string()).collect();
    let known = db::recordings::with_contents(conn, &contents)?;
    Ok(Foresight { verdicts, known: known.into_iter().map(|row| (row.sha256.clone(), row.into())).collect() })
}

impl Workshop {
    /// Checks of a row what can be checked without the database, and adds it to a chunk. The lines of its transcript are let go of as soon as they
    /// are packed, or a chunk would be some ten thousands of pieces of memory.
    pub(super) fn prepare(&self, packer: &mut Packer, row: ImportRow, step: &mut Step) -> Result<()> {
        let refused = |named, refusal: &Refusal| RefusedConversation::new(row.line, named, refusal);
        let mut conversation = match row.conversation {
            Ok(conversation) => conversation,
            Err(refusal) => {
                step.refused.push(refused(row.named, &refusal));
                return Ok(());
            }
        };
        match Period::of_moment(conversation.started_at, self.zone) {
            Ok(period) => {
                let lines = std::mem::take(&mut conversation.transcript);
                let (transcript, digest) = packer.pack(&lines, |json| conversation.digest_with(json))?;
                step.rows.push(Prepared {
                    line: row.line,
                    named: row.named,
                    digest,
                    period,
                    local_day: local_day(conversation.started_at, self.zone),
                    lines: lines.len(),
                    transcript,
                    attributes: db::tx::to_json(&conversation.attributes)?,
                    recordings: conversation.recordings.iter().map(|reference| self.given(reference)).collect(),
                    conversation,
                });
            }
            Err(refusal) => step.refused.push(refused(row.named, &refusal.within("started_at"))),
        }
        Ok(())
    }

    fn given(&self, reference: &RecordingReference) -> Given {
        let content = match &self.folder {
            Some(folder) => folder.open(&reference.file).and_then(|mut file| {
                hash(&mut file, self.limits.bytes)
                    .map_err(|error| Refusal::invalid("file", format!("`{}` {}", reference.file, said(&error))))
            }),
            None => {
                let message = "no recordings came with this import; send them as parts of a multipart form, or name their folder";
                Err(Refusal::invalid("file", message))
            }
        };
        Given { reference: reference.clone(), content, sound: None }
    }

    /// Reads and stores the recordings of the rows that will not be refused. A conversation with a recording that is not sound is refused, and
    /// none of its recordings is stored.
    pub(super) fn read_recordings(&self, rows: Vec<Prepared>, foresight: Foresight) -> Result<Step> {
        let Foresight { verdicts, known } = foresight;
        let mut step = Step { rows: Vec::with_capacity(rows.len()), refused: Vec::new() };
        for (mut row, verdict) in rows.into_iter().zip(verdicts) {
            let read = verdict.and_then(|wanted| if wanted { self.probe_all(&mut row, &known).map(|()| true) } else { Ok(false) });
            match read.map_err(db::Error::from).and_then(|wanted| if wanted { self.store_all(&row) } else { Ok(()) }) {
                Ok(()) => step.rows.push(row),
                Err(db::Error::Refused(refusal)) => step.refused.push(row.refused(&refusal)),
                Err(error) => return Err(error),
            }
        }
        Ok(step)
    }

    fn probe_all(&self, row: &mut Prepared, known: &HashMap<String, SoundFacts>) -> Refused<()> {
        for (i, given) in row.recordings.iter_mut().enumerate() {
            let (Ok(content), Some(folder)) = (&given.content, &self.folder) else { continue };
            let name = &given.reference.file;
            let sound = match known.get(content.key.as_str()) {
                Some(sound) => Ok(sound.clone()),
                None => folder.open(name).and_then(|file| {
                    let read = probe(file, &self.limits).map(SoundFacts::from);
                    read.map_err(|refusal| Refusal::invalid("file", format!("`{name}` {}", refusal.message)))
                }),
            };
            let fits = sound.and_then(|sound| match given.reference.voices {
                Voices::Stereo { .. } if sound.channels != 2 => {
                    Err(Refusal::invalid("stereo", format!("`{name}` is mono; say who `speaker` is")))
                }
                Voices::Stereo { .. } | Voices::One(_) | Voices::Everyone => Ok(sound),
            });
            given.sound = Some(fits.map_err(|refusal| refusal.within(&format!("recordings[{i}]")))?);
        }
        Ok(())
    }

    /// Sees to it that the store has the recordings that came with a row.
    pub(super) fn store_all(&self, row: &Prepared) -> Result<()> {
        for given in &row.recordings {
            let (Ok(content), Some(folder)) = (&given.content, &self.folder) else { continue };
            let damaged = |error: StoreError| match error {
                StoreError::Io(error) => db::Error::of_file("the store of recordings", &error),
                other => db::Error::Damaged(format!("the store of recordings: {other}")),
            };
            if self.store.size(&content.key).map_err(damaged)? == Some(content.bytes) {
                continue;
            }
            let mut file = folder.open(&given.reference.file)?;
            let stored = self.store.put(&mut file, self.limits.bytes).map_err(damaged)?;
            if stored != *content {
                return Err(Refusal::conflict(
                    "file_changed",
                    format!("{} changed while it was read; run the import again", given.reference.file),
                )
                .into());
            }
        }
        Ok(())
    }
}

fn said(error: &StoreError) -> String {
    match error {
        StoreError::Io(error) => format!("cannot be read: {error}"),
        StoreError::TooLarge(_) | StoreError::Missing(_) | StoreError::OutOfRange(_) => error.to_string(),
    }
}
