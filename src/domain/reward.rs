//! Rewards (奖励): they stand in the ledger with the opposite sign of a fine (handbook 3.11).

use super::words::words;

words! {
    /// The kind of a reward (handbook 3.11).
    RewardKind ("reward") {
        /// 表扬, immediate.
        Commendation = "commendation",
        /// 记功, immediate.
        Merit = "merit",
        /// 证书, staged.
        Certificate = "certificate",
        /// 奖金, staged.
        Bonus = "bonus",
        /// 改善提案奖, special.
        Improvement = "improvement",
    }
}
