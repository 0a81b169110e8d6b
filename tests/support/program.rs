//! The real program, as an operator runs it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program in a folder, without any setting from outside.
pub fn assay(folder: &Path) -> Command {
    clean(Command::new(PROGRAM), folder)
}

/// The program, started by another one with its last arguments, such as `unshare`.
pub fn assay_by(by: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(by[0]);
    command.args(&by[1..]).arg(PROGRAM);
    clean(command, folder)
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_assay");

fn clean(mut command: Command, folder: &Path) -> Command {
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ASSAY_")) {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL").env_remove("RUST_LOG").env("NO_COLOR", "1");
    command
}

/// Runs it with these arguments and waits.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    assay(folder).args(arguments).output().unwrap()
}

/// What it printed.
pub fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it complained about.
pub fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Where a service complains: to the file that `SERVING_LOG` names, or nowhere.
fn log() -> Stdio {
    let Some(path) = std::env::var_os("SERVING_LOG") else { return Stdio::null() };
    std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap().into()
}

/// The program serving; killed when dropped.
pub struct Serving {
    pub child: Child,
    pub url: String,
}

impl Serving {
    /// Starts `command` and waits until it says where it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned))
            .expect("it says where it listens");
        // Keeps reading, so that the program never waits for a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
