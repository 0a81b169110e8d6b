//! Results: verdicts, effective agents and pass rates (handbook 3.2 to 3.5). Always current for an open period, frozen for a closed one.

pub mod agent;
pub mod agents;
pub mod compute;
pub mod freeze;
pub mod history;
pub mod sources;
pub mod trend;
pub mod units;
