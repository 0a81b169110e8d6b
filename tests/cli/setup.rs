//! Setting a centre up from the command line.

use crate::support::program::{complained, printed, run};

#[test]
fn a_centre_is_set_up_once() {
    let folder = tempfile::tempdir().unwrap();
    let check = run(folder.path(), &["migrate", "--check"]);
    assert_eq!(check.status.code(), Some(1), "{}", complained(&check));
    let init = ["init", "--name", "Example", "--admin", "anna", "--json"];
    let output = run(folder.path(), &init);
    assert!(output.status.success(), "{}", complained(&output));
    let answer: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert!(answer["token"].as_str().unwrap().starts_with("assay_"));
    let again = run(folder.path(), &init);
    assert_eq!(again.status.code(), Some(2));
    assert!(complained(&again).contains("already holds a centre"), "{}", complained(&again));
    assert!(printed(&run(folder.path(), &["migrate"])).contains("up to date"));
}

#[test]
fn bad_input_is_named_and_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["init", "--name", " ", "--admin", "anna li", "--time-zone", "Mars/Base"]);
    assert_eq!(output.status.code(), Some(2));
    let said = complained(&output);
    for field in ["name:", "admin_username:", "time_zone:"] {
        assert!(said.contains(field), "{said}");
    }
    assert!(run(folder.path(), &["init", "--name", "Example", "--admin", "anna"]).status.success());
}

#[test]
fn a_database_that_cannot_be_had_is_a_fault_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::support::program::assay(folder.path());
    command.arg("migrate").env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none").env("ASSAY__DATABASE__TIMEOUT_SECONDS", "1");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(complained(&output).contains("127.0.0.1:1"), "{}", complained(&output));
}
