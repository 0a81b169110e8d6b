//! The checked-in OpenAPI document is what the service serves.

use std::collections::BTreeMap;
use std::path::Path;

use crate::architecture::rust_files;

#[test]
fn the_checked_in_document_is_what_the_service_serves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/openapi.json");
    let served = assay::server::openapi_json();
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    if served != checked_in {
        let line = served.lines().zip(checked_in.lines()).position(|(a, b)| a != b).map_or(0, |n| n + 1);
        panic!("openapi/openapi.json is out of date from line {line} on; run `cargo run -- openapi > openapi/openapi.json`");
    }
}

#[test]
fn every_operation_says_what_it_answers_and_who_may_ask() {
    let document: serde_json::Value = serde_json::from_str(&assay::server::openapi_json()).unwrap();
    let mut wrong = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            if !responses.keys().any(|status| status.starts_with('2')) {
                wrong.push(format!("{method} {path}: no success"));
            }
            if !responses.contains_key("401") {
                wrong.push(format!("{method} {path}: no 401"));
            }
            for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
                let described = operation["parameters"].as_array().into_iter().flatten().any(|it| it["in"] == "path" && it["name"] == name);
                if !described {
                    wrong.push(format!("{method} {path}: {name} is not described"));
                }
            }
            if operation["summary"].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{method} {path}: no summary"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let text = assay::server::openapi_json();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let references = text.split("\"$ref\": \"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let missing: std::collections::BTreeSet<&str> = references.filter(|pointer| document.pointer(pointer).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_is_made_of_several_shapes_may_have_the_fields_of_all() {
    let document: serde_json::Value = serde_json::from_str(&assay::server::openapi_json()).unwrap();
    let mut closed = Vec::new();
    let mut left: Vec<&serde_json::Value> = vec![&document];
    while let Some(value) = left.pop() {
        for part in value["allOf"].as_array().into_iter().flatten() {
            let pointer = part["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
            let part = pointer.map_or(part, |pointer| document.pointer(pointer).unwrap());
            if part["additionalProperties"] == false && value["allOf"].as_array().unwrap().len() > 1 {
                closed.push(pointer.unwrap_or("a shape without a name"));
            }
        }
        left.extend(value.as_object().into_iter().flat_map(|fields| fields.values()));
        left.extend(value.as_array().into_iter().flatten());
    }
    assert!(closed.is_empty(), "takes no further fields and stands beside others: {closed:?}");
}

/// Of two shapes with one name the document holds but one, and what refers to the other is described wrongly.
#[test]
fn each_shape_has_a_name_of_its_own() {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let (mut shapes, mut twice) = (BTreeMap::new(), Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut described = false;
        for line in text.lines().map(str::trim_start) {
            let named = line.strip_prefix("pub ").and_then(|rest| rest.strip_prefix("struct ").or_else(|| rest.strip_prefix("enum ")));
            if line.starts_with("#[derive(") {
                described = line.contains("ToSchema");
            } else if let (true, Some(named)) = (described, named) {
                let name: String = named.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                // What a macro makes has no name here.
                if !name.is_empty()
                    && let Some(before) = shapes.insert(name.clone(), file.clone())
                {
                    twice.push(format!("{name}: {} and {}", before.display(), file.display()));
                }
                described = false;
            }
        }
    }
    assert!(shapes.len() > 100, "only {} shapes were found", shapes.len());
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}
