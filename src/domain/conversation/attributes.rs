//! Free attributes: a flat map of names to texts, numbers and truths.

use std::collections::BTreeMap;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

use super::limits::ImportLimits;
use crate::domain::masking::mask;
use crate::domain::refusal::{Faults, checked_optional_text};

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum AttributeValue {
    /// True or false.
    Truth(bool),
    /// A number, whole or not.
    #[schema(value_type = f64)]
    Number(Number),
    /// A text.
    Text(String),
}

impl std::fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truth(truth) => truth.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl AttributeValue {
    /// The value with customers' data masked; a number that may be a customer's becomes a text.
    #[must_use]
    pub fn masked(self) -> Self {
        let text = self.to_string();
        let masked = mask(&text);
        if masked == text { self } else { Self::Text(masked) }
    }
}

/// Reads a map and refuses a name that occurs twice, where JSON readers usually keep the last without a word.
pub(super) fn unique_names<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Value>, D::Error> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = BTreeMap<String, Value>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object of names and values")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut names = BTreeMap::new();
            while let Some((name, value)) = map.next_entry::<String, Value>()? {
                if names.contains_key(&name) {
                    return Err(A::Error::custom(format!("the name `{name}` occurs twice")));
                }
                names.insert(name, value);
            }
            Ok(names)
        }
    }
    from.deserialize_any(Names)
}

/// Checks the attributes of a conversation.
pub(super) fn checked(given: BTreeMap<String, Value>, limits: &ImportLimits, faults: &mut Faults) -> BTreeMap<String, AttributeValue> {
    if given.len() > limits.attributes {
        faults.push("attributes", format!("has {} attributes; at most {} are allowed", given.len(), limits.attributes));
        return BTreeMap::new();
    }
    let mut attributes = BTreeMap::new();
    for (name, value) in given {
        let field = format!("attributes.{name}");
        if name.is_empty() || name != name.trim() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            faults.push(field, "the name must have 1 to 64 characters, without control characters or blanks around it");
            continue;
        }
        let value = match value {
            Value::Bool(truth) => AttributeValue::Truth(truth),
            Value::Number(number) => AttributeValue::Number(number),
            Value::String(text) => match faults.take(checked_optional_text(&field, &text, limits.attribute_characters)) {
                Some(text) => AttributeValue::Text(text),
                None => continue,
            },
            Value::Null => {
                faults.push(field, "is null; leave an unknown attribute out");
                continue;
            }
            Value::Array(_) | Value::Object(_) => {
                faults.push(field, "must be a text, a number, true or false; attributes do not nest");
                continue;
            }
        };
        attributes.insert(name, value);
    }
    attributes
}
