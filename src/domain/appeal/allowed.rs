//! What somebody may do with an appeal, for showing or hiding a way.

use super::AppealState;
use crate::domain::words::words;

words! {
    /// Something that can be done with an appeal.
    AppealAction ("action") {
        /// Attach a file.
        Attach = "attach",
        /// Take it back.
        Withdraw = "withdraw",
        /// Decide it.
        Decide = "decide",
        /// Ask for the second instance.
        AskSecond = "ask_second",
    }
}

/// What an answer to [`allowed`] rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// How far the appeal is.
    pub state: AppealState,
    /// Whether the person may appeal for this agent.
    pub may_submit: bool,
    /// Whether the person made the appeal, or asked for the instance that it is in.
    pub made_it: bool,
    /// Whether the person may decide it.
    pub may_decide: bool,
    /// Whether there is a second instance, and time for it.
    pub second_open: bool,
}

/// What somebody may do with an appeal now.
pub fn allowed(facts: Facts) -> Vec<AppealAction> {
    let pending = facts.state.is_pending();
    let all = [
        (AppealAction::Attach, pending && facts.may_submit),
        (AppealAction::Withdraw, pending && facts.may_submit && facts.made_it),
        (AppealAction::Decide, pending && facts.may_decide),
        (AppealAction::AskSecond, facts.may_submit && facts.second_open),
    ];
    all.into_iter().filter(|(_, may)| *may).map(|(action, _)| action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_offers_what_can_be_done_in_it() {
        let facts = Facts { state: AppealState::Open, may_submit: true, made_it: true, may_decide: false, second_open: false };
        assert_eq!(allowed(facts), [AppealAction::Attach, AppealAction::Withdraw]);
        assert_eq!(allowed(Facts { made_it: false, may_submit: false, may_decide: true, ..facts }), [AppealAction::Decide]);
        assert_eq!(allowed(Facts { state: AppealState::Decided, second_open: true, ..facts }), [AppealAction::AskSecond]);
        assert!(allowed(Facts { state: AppealState::Final, may_decide: true, ..facts }).is_empty());
    }
}
