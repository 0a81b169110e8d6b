//! Violation types: the catalogue that a QA manager changes in the running service (handbook 4). What was graded keeps the class and kind
//! that it was graded with.

pub mod change;
pub mod create;
pub mod deactivate;
pub mod list;

use serde::{Deserialize, Serialize};

use crate::db::violation_types::ViolationTypeRow;
use crate::domain::catalogue::ViolationType;
use crate::domain::id::ViolationTypeId;

/// A violation type of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CatalogueEntry {
    /// The type.
    pub id: ViolationTypeId,
    /// Rises with each change; the ETag.
    pub version: i32,
    /// What it is.
    #[serde(flatten)]
    pub rules: ViolationType,
}

impl From<ViolationTypeRow> for CatalogueEntry {
    fn from(row: ViolationTypeRow) -> Self {
        Self { id: row.id, version: row.version, rules: row.rules() }
    }
}
