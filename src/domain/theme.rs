//! Light or dark.

use super::words::words;

words! {
    /// How pages look to a person.
    Theme ("theme") {
        /// As the person's machine is set.
        Auto = "auto",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}
