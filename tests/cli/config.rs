//! Settings: unknown and wrong ones are named, with what would be right.

use crate::support::program::{assay, complained, printed, run};

#[test]
fn what_is_in_force_is_shown_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://assay:secret@localhost/assay?sslmode=disable";
    let output = assay(folder.path()).arg("check-config").env("DATABASE_URL", url).env("ASSAY__HTTP__PORT", "9001").output().unwrap();
    assert!(output.status.success(), "{}", complained(&output));
    let shown = printed(&output);
    assert!(shown.contains("\"port\": 9001") && shown.contains("postgres://assay@localhost/assay"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn wrong_settings_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (file, variable, complaint) in [
        ("[http]\nprot = 1\n", None, "prot"),
        ("[http]\nport = \"many\"\n", None, "http.port"),
        ("[grading]\nclaim_minutes = 0\n", None, "grading.claim_minutes: is 0; must be 1 to 1440"),
        ("", Some(("ASSAY__HTTP__PORT", "99999")), "http.port"),
        ("", Some(("ASSAY__NOTHING__HERE", "1")), "nothing"),
        ("", Some(("ASSAY_HTTP_PORT", "1")), "ASSAY__SECTION__KEY"),
        ("", Some(("DATABASE_URL", "mysql://localhost/assay")), "database.url"),
        ("", Some(("DATABASE_URL", "postgres://assay@db.example.com/assay?sslmode=require")), "sslmode=verify-full"),
        ("[mail]\ntransport = \"smtp\"\n[mail.smtp]\nhost = \"mail.example.com\"\nsecurity = \"none\"\n", None, "mail.smtp.security"),
        ("[log]\nlevel = \"a=b=c\"\n", None, "log.level"),
        ("not toml", None, "expected"),
    ] {
        std::fs::write(folder.path().join("assay.toml"), file).unwrap();
        let mut command = assay(folder.path());
        command.arg("check-config").envs(variable);
        let output = command.output().unwrap();
        let said = complained(&output);
        assert_eq!(output.status.code(), Some(2), "{file:?} {variable:?}: {said}");
        assert!(said.contains(complaint), "{file:?} {variable:?}: {said}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["--config", "elsewhere.toml", "check-config"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complained(&output).contains("elsewhere.toml"));
}
