//! What is wrong with a part of a path, such as an id that is none.

use actix_web::HttpRequest;
use actix_web::error::PathError;

use super::Problem;
use crate::domain::Refusal;
use crate::domain::id::AgentId;
use crate::domain::period::Period;
use crate::domain::refusal::Faults;

/// The refusal that names the parameters of the path which are not what they should be, and says what would be right.
pub fn refused(error: PathError, request: &HttpRequest) -> actix_web::Error {
    let mut faults = Faults::new();
    for (name, value) in request.match_info().iter() {
        let wrong = match name {
            "period" => value.parse::<Period>().err(),
            "number" => value.parse::<u32>().err().map(|_| Refusal::invalid(name, format!("`{value}` is not a whole number such as 1"))),
            // Every id is written in the same way.
            _ if name.ends_with("_id") => value.parse::<AgentId>().err(),
            _ => None,
        };
        for fault in wrong.into_iter().flat_map(|refusal| refusal.faults) {
            faults.push(name, fault.message);
        }
    }
    let named = faults.finish().err();
    Problem::from(named.unwrap_or_else(|| Refusal::invalid("path", error.to_string()))).into()
}
