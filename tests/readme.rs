//! The README says what is in force.

use serde_json::Value;

#[test]
fn every_setting_stands_in_the_readme_with_its_default() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let config = serde_json::to_value(assay::config::Config::default()).unwrap();
    let mut settings = 0;
    for (section, keys) in config.as_object().unwrap() {
        for (key, default) in keys.as_object().unwrap() {
            let shown = match default {
                Value::String(text) => format!("`{text}`"),
                other => other.to_string(),
            };
            let row = format!("| `{section}.{key}` | {shown} | ");
            assert!(readme.contains(&row), "README.md has no row `{row}…`");
            settings += 1;
        }
    }
    let rows = readme.lines().skip_while(|line| !line.starts_with("| setting")).skip(2).take_while(|line| line.starts_with("| `")).count();
    assert_eq!(rows, settings, "a setting in README.md that there is none of");
}
