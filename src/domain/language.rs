//! The languages that people read.

use super::words::words;

words! {
    /// A language of the service; each person chooses one.
    Language ("language") {
        /// Chinese 中文.
        Zh = "zh",
        /// English.
        En = "en",
    }
}
