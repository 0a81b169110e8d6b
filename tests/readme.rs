//! The README says what is in force.

use serde_json::Value;

#[test]
fn every_setting_stands_in_the_readme_with_its_default() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let config = serde_json::to_value(assay::config::Config::default()).unwrap();
    let mut settings = 0;
    let mut open = vec![(String::new(), config)];
    while let Some((name, value)) = open.pop() {
        let shown = match value {
            Value::Object(keys) => {
                let within = |key: String| if name.is_empty() { key } else { format!("{name}.{key}") };
                open.extend(keys.into_iter().map(|(key, value)| (within(key), value)));
                continue;
            }
            Value::Null => "none".to_owned(),
            Value::String(text) if text.is_empty() => "none".to_owned(),
            Value::String(text) => format!("`{text}`"),
            other => other.to_string(),
        };
        let row = format!("| `{name}` | {shown} | ");
        assert!(readme.contains(&row), "README.md has no row `{row}…`");
        settings += 1;
    }
    let rows = readme.lines().skip_while(|line| !line.starts_with("| setting")).skip(2).take_while(|line| line.starts_with("| `")).count();
    assert_eq!(rows, settings, "a setting in README.md that there is none of");
}
