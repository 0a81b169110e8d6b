//! Complaints (投诉): their liability levels (handbook 3.9). The complaint desk's own work is a later chapter.

use super::words::words;

words! {
    /// The liability level of an upheld complaint (handbook 3.9).
    ComplaintLevel ("level") {
        /// 轻微: the customer did not mention an outside complaint.
        Minor = "minor",
        /// 一般: threatened law, media or the internet; nothing received yet.
        General = "general",
        /// 严重: went to an outside body, and the company was contacted.
        Severe = "severe",
    }
}
