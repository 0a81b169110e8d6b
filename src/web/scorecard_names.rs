//! What scorecards are called, where an evaluation knows only the code.

use std::collections::HashMap;

use super::page::Visitor;
use crate::app::App;
use crate::domain::page::PageRequest;
use crate::usecases::{Error, scorecards};

/// The names of the scorecards in the language of the page, by their codes.
#[derive(Debug)]
pub struct ScorecardNames(HashMap<String, String>);

impl ScorecardNames {
    /// Reads them.
    ///
    /// # Errors
    /// `Forbidden` without `catalogue.read`; what the database says.
    pub async fn of(app: &App, visitor: &Visitor) -> Result<Self, Error> {
        let all = PageRequest { limit: PageRequest::MAX, after: None };
        let cards = scorecards::list::list(app, visitor.actor(), all).await?.items;
        let f = &visitor.frame;
        Ok(Self(cards.into_iter().map(|card| (card.code, f.t(&card.name_en, &card.name_zh).to_owned())).collect()))
    }

    /// A version of a scorecard as people call it.
    pub fn version(&self, code: &str, number: i32) -> String {
        format!("{} v{number}", self.0.get(code).map_or(code, String::as_str))
    }
}
