//! Mail: which letters there are, who may choose how often, and what follows from an attempt to deliver.

pub mod delivery;
pub mod due;
pub mod letter;
pub mod letters;
pub mod preference;

pub use delivery::{Delivery, OutboxState};
pub use letter::{Kind, Letter};
pub use preference::{Frequency, Topic};

use super::id::{AgentId, UserId};
use super::language::Language;
use super::words::words;

words! {
    /// The way that a message leaves the service.
    OutboxChannel ("channel") {
        /// By mail.
        Mail = "mail",
        /// To a program, by HTTP.
        Webhook = "webhook",
    }
}

/// Who gets a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Somebody who logs in.
    User(UserId),
    /// An agent, whether the agent logs in or not.
    Agent(AgentId),
    /// An address that belongs to nobody in the service, such as a project group's.
    Address {
        /// The address.
        address: String,
        /// The language to write in.
        language: Language,
    },
}

/// An object that a message tells of, so that a later change finds who heard the first version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// What kind of object: `evaluation`, `escalation_case`, `agent_period` …
    pub kind: &'static str,
    /// Its id; for an agent's month `AGENT:PERIOD`.
    pub id: String,
}

impl About {
    /// A message tells of this object.
    pub fn new(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self { kind, id: id.to_string() }
    }

    /// A message tells of an agent's month.
    pub fn agent_period(agent: AgentId, period: super::period::Period) -> Self {
        Self::new("agent_period", format!("{agent}:{period}"))
    }
}

/// A letter on its way into the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Who gets it.
    pub to: Recipient,
    /// What it says.
    pub letter: Letter,
    /// What makes it this letter and no other: a second one with the same key to the same recipient is not written.
    pub dedupe: String,
    /// What it tells of.
    pub about: Vec<About>,
}
