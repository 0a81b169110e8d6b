//! What an inspector is to grade and is due or overdue.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::words::words;

words! {
    /// What an inspector is to grade.
    Task ("what") {
        /// 样本: a sample of a draw.
        Sample = "sample",
        /// 复检: an evaluation's conversation, a second time.
        SecondGrading = "second_grading",
        /// 校准: the conversation of a calibration session.
        Calibration = "calibration",
    }
}

const fn sample() -> Task {
    Task::Sample
}

/// What waits for one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDay {
    /// The day by which they are to be graded.
    pub due_on: NaiveDate,
    /// What they are.
    #[serde(default = "sample")]
    pub what: Task,
    /// How many.
    pub samples: i64,
}

/// To an inspector: what is due or overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplesDue {
    /// Today.
    pub today: NaiveDate,
    /// By due day, the oldest first.
    pub days: Vec<DueDay>,
    /// The page of the queue.
    pub path: String,
}
