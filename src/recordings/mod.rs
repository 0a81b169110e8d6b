//! Recordings (录音): what a sound file is, how its waveform looks, and where it lies.
//!
//! [`probe`] recognises a file by its content and never by its name, reads it once from end to end in constant memory, and refuses what
//! cannot be played with the reason. [`Store`] keeps files under the SHA-256 of their content; a [`Folder`] is where an import finds them.

mod compressed;
mod folder;
mod leftovers;
mod mirror;
mod peaks;
mod probe;
mod store;
mod wav;

pub use folder::Folder;
pub use leftovers::remove_leftovers;
pub use mirror::copy_missing;
pub use peaks::Peaks;
pub use probe::{RecordingLimits, Sound, probe};
pub use store::{FolderStore, Key, Store, StoreError, Stored, hash};

#[cfg(test)]
mod tests;
