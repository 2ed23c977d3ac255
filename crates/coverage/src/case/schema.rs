//! The JSON Schema of a case file, generated from the key table.

use serde_json::{Map, Value, json};

use super::keys::{Key, Names, Section, Shape, ValueType};

/// The JSON Schema (2020-12) of a case in JSON; the copy in `schemas/case.schema.json` is this text.
///
/// Names that the library defines are plain strings here, because a schema cannot know which library is loaded.
#[must_use]
pub fn schema() -> Value {
    let top = Section::at("").expect("the key table starts with the top");
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".into(), json!("case"));
    for (key, value) in section(top) {
        schema.insert(key, value);
    }
    Value::Object(schema)
}

fn section(section: &'static Section) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("description".into(), json!(section.doc));
    schema.insert("type".into(), json!("object"));
    if section.shape == Shape::Facts {
        schema.insert("additionalProperties".into(), json!({ "type": ["boolean", "number", "string", "null"] }));
        return schema;
    }
    let mut properties = Map::new();
    for key in section.keys {
        properties.insert(key.name.into(), property(key));
    }
    for child in section.children() {
        let inner = Value::Object(self::section(child));
        let property = match child.shape {
            Shape::Many { max } => json!({ "type": "array", "maxItems": max, "items": inner }),
            Shape::One | Shape::Facts => inner,
        };
        properties.insert(child.name().into(), property);
    }
    let required: Vec<&str> = section.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    schema.insert("properties".into(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema.insert("additionalProperties".into(), json!(false));
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = if key.required { value(key.value) } else { optional(value(key.value)) };
    let members = schema.as_object_mut().expect("the schema of a value is an object");
    members.insert("description".into(), json!(key.doc));
    schema
}

/// The value, or one of the ways to say aloud that it is not recorded.
fn optional(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "enum": ["?", null] }] })
}

fn value(value: ValueType) -> Value {
    match value {
        ValueType::Date => date(),
        ValueType::DateOrFalse => json!({ "anyOf": [date(), { "type": "boolean" }] }),
        ValueType::YesNo => json!({ "type": "boolean" }),
        ValueType::Choice(words) => json!({ "enum": words }),
        ValueType::Named(names) => json!({ "type": "string", "$comment": comment(names) }),
        ValueType::Text => json!({ "type": "string" }),
        ValueType::State => json!({ "type": "string", "pattern": "^[A-Za-z]{2}$" }),
        ValueType::Npi => json!({ "type": "string", "pattern": "^[12][0-9]{9}$" }),
        ValueType::Procedure => json!({ "type": "string", "pattern": "^[A-Za-z0-9]{5}$" }),
        ValueType::Diagnosis => json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]{2}\\.?[A-Za-z0-9]{0,4}$" }),
        ValueType::Modifier => json!({ "type": "string", "pattern": "^[A-Za-z0-9]{2}$" }),
        ValueType::Ndc => json!({ "type": "string", "pattern": "^[0-9-]{10,14}$" }),
        ValueType::PlaceOfService => json!({ "type": "string", "pattern": "^[0-9]{2}$" }),
        ValueType::Money => json!({ "anyOf": [
            { "type": "number", "minimum": 0, "multipleOf": 0.01 },
            { "type": "string", "pattern": "^\\$?[0-9,]*(\\.[0-9]{1,2})?$" },
        ] }),
        ValueType::Percent => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
        ValueType::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ValueType::Decimal => {
            json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" }] })
        }
        ValueType::Duration => json!({ "type": "string", "pattern": "^[0-9]+ (day|week|month|year)s?$" }),
        ValueType::List { of, max } => json!({ "type": "array", "maxItems": max, "items": self::value(*of) }),
        ValueType::MoneyByCode => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9]{5}$" },
            "additionalProperties": self::value(ValueType::Money),
        }),
    }
}

fn date() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn comment(names: Names) -> String {
    format!("{}; {}", names.name(), names.listed_by())
}
