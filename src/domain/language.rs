//! The languages that people read: Chinese and English.

use super::words::words;

words! {
    /// The language in which a person reads pages, mails and files.
    Language ("language") {
        /// Chinese.
        Zh = "zh",
        /// English.
        En = "en",
    }
}
