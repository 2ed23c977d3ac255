//! The JSON Schemas that are checked in are those that the code generates.

use std::path::Path;

#[test]
fn case_schema_is_the_key_table() {
    let schema = serde_json::to_string_pretty(&coverage::case::schema()).expect("a schema is JSON");
    crate::expected::compare(Path::new("../../schemas/case.schema.json"), &format!("{schema}\n"));
}
