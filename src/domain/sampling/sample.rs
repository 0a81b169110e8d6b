//! Samples (样本): one drawn conversation, assigned to one inspector (handbook 2).

use crate::domain::words::words;

words! {
    /// How a sample was picked (handbook 3.5).
    SampleKind ("kind") {
        /// By chance, for n, K and N.
        Random = "random",
        /// For risk, by the plan's own filter; by default not counted.
        Targeted = "targeted",
    }
}

words! {
    /// Where a sample stands.
    SampleState ("state") {
        /// It waits for its inspector.
        Open = "open",
        /// It was handed out and is being graded until the claim expires.
        Claimed = "claimed",
        /// Its evaluation was submitted.
        Submitted = "submitted",
        /// Another conversation took its place.
        Replaced = "replaced",
    }
}

words! {
    /// Why a sample was replaced.
    ReplaceReason ("reason") {
        /// There is nothing to hear.
        NoAudio = "no_audio",
        /// Another agent handled it.
        WrongAgent = "wrong_agent",
        /// It is private and not for grading.
        Private = "private",
        /// Something else, told in the comment.
        Other = "other",
    }
}

words! {
    /// What a draw is to its plan and period.
    DrawKind ("kind") {
        /// The draw of the plan for the period; there is one.
        Regular = "regular",
        /// One more, asked for explicitly.
        Extra = "extra",
    }
}

words! {
    /// How far a draw has come.
    DrawState ("state") {
        /// It has committed to its seed; the population is not fixed yet.
        Committed = "committed",
        /// Population and result are fixed.
        Drawn = "drawn",
    }
}

words! {
    /// Whether a plan draws.
    PlanState ("state") {
        /// It draws.
        Active = "active",
        /// It does not draw until it is resumed.
        Paused = "paused",
    }
}
