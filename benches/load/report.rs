//! What is printed: the machine, and a line for each figure.

use std::process::Command;
use std::time::Duration;

/// Says what was measured, where and with what.
pub fn environment() {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
    };
    let of_file = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).ok()?;
        Some(text.lines().find(|line| line.starts_with(key))?.split(':').nth(1)?.trim().to_owned())
    };
    let unknown = || "unknown".to_owned();
    println!("date: {}", chrono::Utc::now().format("%Y-%m-%d %H:%M UTC"));
    println!("assay: {}, commit {}", env!("CARGO_PKG_VERSION"), said("git", &["rev-parse", "--short", "HEAD"]).unwrap_or_else(unknown));
    println!("rustc: {}", said("rustc", &["--version"]).unwrap_or_else(unknown));
    println!(
        "machine: {}, {} cores, {} of memory, {} {}",
        of_file("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        std::thread::available_parallelism().map_or(0, usize::from),
        of_file("/proc/meminfo", "MemTotal").unwrap_or_else(unknown),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    println!("PostgreSQL of the private cluster: fsync, synchronous_commit, full_page_writes and autovacuum off\n");
}

/// One figure.
pub struct Figure<'a> {
    pub database: &'a str,
    pub name: &'a str,
    pub measured: String,
    pub against: String,
    /// The two as a ratio, and what is asked of it.
    pub ratio: Option<(f64, Asked)>,
}

/// What is asked of a ratio or a value.
#[derive(Clone, Copy)]
pub enum Asked {
    AtLeast(f64),
    AtMost(f64),
}

impl Figure<'_> {
    pub fn print(&self) {
        let verdict = match self.ratio {
            None => String::new(),
            Some((ratio, Asked::AtLeast(least))) => format!("{ratio:.2} (asked: at least {least}, {})", holds(ratio >= least)),
            Some((ratio, Asked::AtMost(most))) => format!("{ratio:.2} (asked: at most {most}, {})", holds(ratio <= most)),
        };
        println!("| {} | {} | {} | {} | {verdict} |", self.database, self.name, self.measured, self.against);
    }
}

fn holds(yes: bool) -> &'static str {
    if yes { "holds" } else { "FALLS SHORT" }
}

/// Prints the head of the table.
pub fn head() {
    println!("| database | figure | measured | against | ratio |\n| --- | --- | --- | --- | --- |");
}

/// The value below which this share of the times lies, in milliseconds.
pub fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0
}
