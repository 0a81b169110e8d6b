//! The demo centre: invented people and conversations, the same ones for the same clock, and voices that sound like two people.
//!
//! Everything is made of the files of `seed/demo/` (their README says what is in them). Nothing here is used by a centre of its own.

mod centre;
mod dialogue;
mod dice;
mod flac;
mod grader;
mod month;
mod script;
mod slots;
mod voice;

pub use centre::{DemoAgent, DemoCentre, DemoRole, DemoStaff, DemoTeam, DemoUser, DemoVendor, Organisation};
pub use dialogue::{Finding, Told, syllables};
pub use dice::Dice;
pub use flac::encode as flac;
pub use grader::{milder, sheet, stricter};
pub use month::{DemoConversation, conversations, worked_days};
pub use script::{Script, ScriptLine, Scripts, Slip, Title};
pub use slots::WordLists;
pub use voice::{SAMPLE_RATE, Spoken, samples};
