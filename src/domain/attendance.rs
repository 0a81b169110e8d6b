//! Attendance (出勤): on how many days an agent worked in a period (handbook 3.3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::csv_table::{Columns, Line};
use super::id::AgentId;
use super::period::Period;
use super::refusal::{Faults, Refusal, Refused, checked_code};
use super::vendor::unreachable_fault;

/// The columns of `attendance.csv`.
pub const COLUMNS: Columns = Columns { required: &["employee_no", "period", "worked_days"], optional: &[], prefix: None };

/// How long an agent worked in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attendance {
    /// The agent.
    pub agent_id: AgentId,
    /// The period.
    pub period: Period,
    /// The days worked in it, 0 to 31.
    pub worked_days: i32,
    /// When this was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// The worked days that somebody records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceInput {
    /// The days worked in the period, 0 to the number of its days.
    pub worked_days: i64,
}

/// The days that an agent worked in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkedDays(u8);

impl WorkedDays {
    /// `days` worked days in `period`: 0 to the number of its days.
    ///
    /// # Errors
    /// `Invalid` on `worked_days`.
    pub fn new(days: i64, period: Period) -> Refused<Self> {
        let most = chrono::Datelike::day(&period.last_day());
        match u8::try_from(days) {
            Ok(fits) if u32::from(fits) <= most => Ok(Self(fits)),
            _ => Err(Refusal::invalid("worked_days", format!("{days} is not possible; {period} has {most} days, use 0 to {most}"))),
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl From<WorkedDays> for i32 {
    fn from(days: WorkedDays) -> Self {
        Self::from(days.0)
    }
}

/// Which worked days a list is to show.
#[derive(Debug, Clone, Default)]
pub struct AttendanceFilter {
    /// Only those of this period.
    pub period: Option<Period>,
    /// Only those of this agent.
    pub agent: Option<AgentId>,
}

/// A line of `attendance.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttendanceLine {
    /// The agent's employee number.
    pub employee_no: String,
    /// The period.
    pub period: Period,
    /// The days worked in it.
    pub worked_days: WorkedDays,
}

impl AttendanceLine {
    /// Reads a line.
    ///
    /// # Errors
    /// `Invalid` with every column at fault.
    pub fn of_line(line: &Line) -> Refused<Self> {
        let mut faults = Faults::new();
        let employee_no = faults.take(checked_code("employee_no", line.cell("employee_no")));
        let period: Option<Period> = faults.take(line.cell("period").parse());
        let cell = line.cell("worked_days");
        let days = faults
            .take(cell.parse::<i64>().map_err(|_| {
                Refusal::invalid("worked_days", format!("`{cell}` is not a number of days; use a whole number from 0 to 31"))
            }));
        let worked_days = period.zip(days).and_then(|(period, days)| faults.take(WorkedDays::new(days, period)));
        faults.finish()?;
        match (employee_no, period, worked_days) {
            (Some(employee_no), Some(period), Some(worked_days)) => Ok(Self { employee_no, period, worked_days }),
            _ => Err(unreachable_fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv_table::{Limits, Table};
    use super::*;

    #[test]
    fn nobody_works_more_days_than_a_month_has() {
        let february: Period = "2026-02".parse().unwrap();
        assert_eq!(WorkedDays::new(28, february).unwrap().get(), 28);
        assert_eq!(WorkedDays::new(0, february).unwrap().get(), 0);
        for bad in [-1, 29, 300, i64::MIN] {
            assert_eq!(WorkedDays::new(bad, february).unwrap_err().faults[0].field, "worked_days");
        }
    }

    #[test]
    fn lines_are_read_or_refused_by_column() {
        let text = "period,employee_no,worked_days\n2026-11,007,21\n2026-13,,5.5\n2026-04,7,31\n";
        let table = Table::open(text.as_bytes(), &COLUMNS, Limits { rows: 9, line_bytes: 99 }).unwrap();
        let lines: Vec<_> = table.map(|line| AttendanceLine::of_line(&line.unwrap())).collect();
        assert_eq!(lines[0].as_ref().unwrap().worked_days.get(), 21);
        let fields: Vec<_> = lines[1].as_ref().unwrap_err().faults.iter().map(|fault| fault.field.clone()).collect();
        assert_eq!(fields, ["employee_no", "period", "worked_days"]);
        assert_eq!(lines[2].as_ref().unwrap_err().faults[0].message, "31 is not possible; 2026-04 has 30 days, use 0 to 30");
    }
}
