//! The paging parameters that every list takes.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::Refused;
use crate::domain::page::PageRequest;

/// Which page of a list is wanted. A list's own filters stand in a query type of its own beside this one.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Checks the parameters.
    ///
    /// # Errors
    /// `Invalid` on `limit` or `cursor`.
    pub fn parse(&self) -> Refused<PageRequest> {
        PageRequest::parse(self.limit, self.cursor.as_deref())
    }
}
