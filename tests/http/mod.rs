//! What every request has in common: how much is taken, and how long is waited.

mod limits;
mod slow;
