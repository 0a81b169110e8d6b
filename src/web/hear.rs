//! A conversation to hear and read: the player and the transcript, on the grading page and wherever evidence is looked at.

use super::page::Frame;
use crate::domain::conversation::{Channel, Speaker, TranscriptLine, Voices};
use crate::usecases::conversations::list::ConversationSummary;
use crate::usecases::conversations::show::ConversationDetail;

/// A silence between two lines is shown from this length on, in milliseconds.
const SHOWN_GAP_MS: i64 = 3000;

/// What the player and the transcript show.
#[derive(Debug)]
pub struct Hearing {
    /// How long the conversation is, in milliseconds.
    pub duration_ms: i64,
    /// The recordings.
    pub tracks: Vec<Track>,
    /// The transcript.
    pub lines: Vec<Line>,
    /// The transcript was deleted because it had had its time.
    pub transcript_gone: bool,
    /// The recordings were.
    pub recordings_gone: bool,
    /// It was a call, and there was never anything to hear.
    pub unrecorded: bool,
}

/// One recording in the player.
#[derive(Debug)]
pub struct Track {
    pub(super) url: String,
    pub(super) label: String,
    pub(super) voices: String,
    pub(super) start_ms: i64,
    pub(super) duration_ms: i64,
}

/// One line of the transcript.
#[derive(Debug)]
pub struct Line {
    pub(super) number: usize,
    pub(super) speaker: &'static str,
    pub(super) speaker_name: String,
    pub(super) text: String,
    pub(super) start_ms: Option<i64>,
    pub(super) end_ms: Option<i64>,
    pub(super) at: String,
    pub(super) gap: Option<i64>,
    /// Whether it is the evidence that led here.
    pub(super) evidence: bool,
}

impl Hearing {
    /// What to show of a conversation.
    pub fn new(f: &Frame, conversation: &ConversationDetail) -> Self {
        let recordings_gone = conversation.summary.recordings_purged_at.is_some();
        let tracks = conversation
            .recordings
            .iter()
            .filter(|_| !recordings_gone)
            .map(|r| Track {
                url: format!("/api/v1/conversations/{}/recordings/{}", conversation.summary.id, r.id),
                label: voices_name(f, r.voices),
                voices: r.voices.to_code().replace('|', "/"),
                start_ms: r.start_ms,
                duration_ms: r.duration_ms,
            })
            .collect();
        Self {
            unrecorded: conversation.summary.channel == Channel::Call && conversation.recordings.is_empty() && !recordings_gone,
            duration_ms: conversation.summary.duration_ms,
            tracks,
            lines: lines(f, &conversation.transcript),
            transcript_gone: conversation.summary.transcript_purged_at.is_some(),
            recordings_gone,
        }
    }
}

impl Hearing {
    /// Marks the lines that are evidence: those with these numbers, and those heard within these milliseconds.
    pub fn mark(&mut self, numbers: Option<(usize, usize)>, heard: Option<i64>) {
        for line in &mut self.lines {
            let numbered = numbers.is_some_and(|(first, last)| (first..=last).contains(&line.number));
            let sounding = heard.is_some_and(|at| line.start_ms.is_some_and(|start| start <= at && at < line.end_ms.unwrap_or(i64::MAX)));
            line.evidence = numbered || sounding;
        }
    }
}

/// The keys for hearing and reading, with what they do.
pub fn keys(f: &Frame) -> Vec<(&'static str, &'static str)> {
    vec![
        (f.t("Space", "空格"), f.t("play or pause", "播放或暂停")),
        ("← →", f.t("10 seconds back or ahead", "后退或前进 10 秒")),
        ("[ ]", f.t("slower or faster", "减速或加速")),
        ("S", f.t("skip silence", "跳过静音")),
        ("N P", f.t("next or previous line", "下一句或上一句")),
        ("X", f.t("mark the line", "选择该句")),
        ("/", f.t("search the transcript, Enter for the next hit", "搜索对话文本，回车跳到下一处")),
    ]
}

/// A conversation in one line.
pub fn about(f: &Frame, summary: &ConversationSummary) -> String {
    let channel = match summary.channel {
        Channel::Call => f.t("call", "电话"),
        Channel::Chat => f.t("chat", "在线会话"),
        Channel::Email => f.t("e-mail", "邮件"),
    };
    let rating = summary.satisfaction.map(|s| format!("{} {s}", f.t("rating", "满意度")));
    let parts =
        [Some(channel.to_owned()), Some(summary.period.to_string()), summary.queue.clone(), Some(clock(summary.duration_ms)), rating];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `1:05` of milliseconds.
pub fn clock(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

pub(super) fn speaker_name(f: &Frame, speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Agent => f.t("Agent", "客服"),
        Speaker::Customer => f.t("Customer", "客户"),
        Speaker::System => f.t("System", "系统"),
    }
}

fn voices_name(f: &Frame, voices: Voices) -> String {
    match voices {
        Voices::Everyone => f.t("Everyone", "全部").to_owned(),
        Voices::One(speaker) => speaker_name(f, speaker).to_owned(),
        Voices::Stereo { left, right } => format!("{} / {}", speaker_name(f, left), speaker_name(f, right)),
    }
}

fn lines(f: &Frame, transcript: &[TranscriptLine]) -> Vec<Line> {
    let mut heard_until: Option<i64> = None;
    transcript
        .iter()
        .enumerate()
        .map(|(n, line)| {
            let gap = line.start_ms.zip(heard_until).map(|(start, until)| start.saturating_sub(until)).filter(|gap| *gap >= SHOWN_GAP_MS);
            heard_until = heard_until.max(line.end_ms.or(line.start_ms));
            Line {
                number: n.saturating_add(1),
                speaker: line.speaker.as_str(),
                speaker_name: speaker_name(f, line.speaker).to_owned(),
                text: line.text.clone(),
                start_ms: line.start_ms,
                end_ms: line.end_ms,
                at: line.start_ms.map(clock).unwrap_or_default(),
                gap: gap.map(|ms| ms / 1000),
                evidence: false,
            }
        })
        .collect()
}
