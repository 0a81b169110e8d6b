//! What the API and the pages share: errors, the acting person, request ids, limits, conditional requests.

pub mod body;
pub mod caller;
pub mod conditional;
pub mod download;
pub mod headers;
pub mod log;
pub mod page;
pub mod patience;
pub mod problem;
pub mod range;
pub mod refusals;
pub mod session;
pub mod stream;
pub mod table;

pub use body::{Body, Query};
pub use caller::Caller;
pub use conditional::{IfMatch, Versioned};
pub use page::PageQuery;
pub use problem::Problem;
