//! Mail that stays in memory, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::envelope::Envelope;
use crate::domain::mail::Delivery;

/// Keeps what is sent.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    taken: Vec<Envelope>,
    answers: VecDeque<Delivery>,
}

impl Memory {
    /// Empty, and takes everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next mail is answered like this, and not taken unless it is [`Delivery::Sent`] or [`Delivery::Unknown`].
    pub fn answer(&self, delivery: Delivery) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answers.push_back(delivery);
    }

    /// Forgets the answers that nobody asked for; mail is taken again.
    pub fn forget_answers(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answers.clear();
    }

    /// What was taken since the last call.
    pub fn take(&self) -> Vec<Envelope> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).taken)
    }

    pub(super) fn send(&self, envelope: &Envelope) -> Delivery {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = inner.answers.pop_front().unwrap_or(Delivery::Sent);
        if matches!(answer, Delivery::Sent | Delivery::Unknown(_)) {
            inner.taken.push(envelope.clone());
        }
        answer
    }
}
