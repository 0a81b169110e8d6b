//! Conversations (会话): one call, chat or e-mail thread handled by one agent (handbook 2).

use super::words::words;

words! {
    /// The way a customer came in.
    Channel ("channel") {
        /// A telephone call.
        Call = "call",
        /// An online chat.
        Chat = "chat",
        /// An e-mail thread.
        Email = "email",
    }
}
