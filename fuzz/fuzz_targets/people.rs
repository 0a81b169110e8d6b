//! The tables of people and attendance: any bytes give lines, faults of lines, or one refusal; what is written as a cell is read as it was.
#![no_main]

use assay::domain::csv_table::{Columns, Limits, Line, Table, push_row};
use assay::domain::{Refused, agent, attendance, team, user, vendor};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { rows: 200, line_bytes: 4096 };

fn read<T>(bytes: &[u8], columns: &Columns, of_line: fn(&Line) -> Refused<T>) {
    let Ok(table) = Table::open(bytes, columns, LIMITS) else { return };
    for line in table.flatten() {
        drop(of_line(&line));
        // Written as an export writes it, and read again, a row has the same cells.
        let mut text = String::new();
        push_row(&mut text, line.cells().map(|(name, _)| name));
        push_row(&mut text, line.cells().map(|(_, cell)| cell));
        let again = Table::open(text.as_bytes(), columns, Limits { line_bytes: 1 << 20, ..LIMITS }).map(|mut table| table.next());
        if line.cells().all(|(_, cell)| cell.is_empty()) {
            continue;
        }
        let again = again.expect("its header was good before").expect("there is a row").expect("it can be read");
        assert!(again.cells().eq(line.cells()), "{:?} became {:?}", line.cells().collect::<Vec<_>>(), again.cells().collect::<Vec<_>>());
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    match which % 5 {
        0 => read(bytes, &agent::COLUMNS, agent::AgentLine::of_line),
        1 => read(bytes, &attendance::COLUMNS, attendance::AttendanceLine::of_line),
        2 => read(bytes, &team::COLUMNS, team::TeamLine::of_line),
        3 => read(bytes, &user::COLUMNS, user::UserLine::of_line),
        _ => read(bytes, &vendor::COLUMNS, vendor::VendorLine::of_line),
    }
});
