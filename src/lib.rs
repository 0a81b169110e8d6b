//! Assay: quality inspection (质检) for customer-service centres.

pub mod domain;
pub mod recordings;
