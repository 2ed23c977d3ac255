//! The forms of the API in JSON Schema, as one table.
//!
//! A type is a word: `text`, `date`, `time`, `id`, `count`, `limit`, `yes-no`, `object`, the name of a form, words that are chosen from
//! (`a|b|c`); in brackets, a list of it; with `?`, it may be missing or null.

use serde_json::{Map, Value, json};

type Fields = &'static [(&'static str, &'static str)];

/// Forms that are read strictly: a field that is not named is an error.
const FORMS: &[(&str, Fields)] = &[
    ("Interval", &[("from", "date?"), ("until", "date?")]),
    ("Address", &[("street", "text"), ("street_2", "text?"), ("city", "text"), ("state", "text"), ("zip", "text")]),
    ("Acknowledgement", &[("by", "id"), ("at", "time"), ("text", "text")]),
    (
        "Practice",
        &[
            ("name", "text"),
            ("npi", "text?"),
            ("address", "Address?"),
            ("time_zone", "text?"),
            ("hipaa", "Acknowledgement?"),
            ("settings", "any?"),
        ],
    ),
    ("Licence", &[("kind", "text"), ("number", "text?"), ("state", "text?"), ("holds", "Interval-or-none")]),
    (
        "Facility",
        &[
            ("name", "text"),
            ("active", "yes-no"),
            ("address", "Address?"),
            ("case", "object?"),
            ("licences", "[Licence]-or-none"),
            ("accreditations", "[Licence]-or-none"),
        ],
    ),
    ("Supervision", &[("by", "id"), ("agreement", "text?"), ("holds", "Interval-or-none")]),
    (
        "Clinician",
        &[
            ("name", "text"),
            ("active", "yes-no"),
            ("npi", "text?"),
            ("case", "object?"),
            ("licences", "[Licence]-or-none"),
            ("enrolments", "[Licence]-or-none"),
            ("opt_outs", "[Licence]-or-none"),
            ("supervision", "[Supervision]-or-none"),
            ("facilities", "[id]-or-none"),
        ],
    ),
    (
        "Patient",
        &[
            ("family", "text"),
            ("given", "text"),
            ("preferred", "text?"),
            ("birth_date", "date?"),
            ("sex", "text?"),
            ("home_state", "text?"),
            ("mrn", "text?"),
            ("phone", "text?"),
            ("email", "text?"),
            ("address", "Address?"),
        ],
    ),
    (
        "Coverage",
        &[
            ("patient", "id"),
            ("rank", "rank"),
            ("member_id", "text?"),
            ("group", "text?"),
            ("case", "object"),
            ("holds", "Interval-or-none"),
        ],
    ),
    (
        "Visit",
        &[
            ("patient", "id"),
            ("facility", "id"),
            ("clinician", "id?"),
            ("day", "date"),
            ("state", "planned|open|closed|cancelled-or-none"),
            ("case", "object"),
            ("note", "text?"),
        ],
    ),
    (
        "Ask",
        &[
            ("case", "object-or-none"),
            ("patient", "id?"),
            ("facility", "id?"),
            ("clinician", "id?"),
            ("visit", "id?"),
            ("previous", "id?"),
        ],
    ),
    (
        "FileDocument",
        &[
            ("patient", "id"),
            ("visit", "id?"),
            ("kind", "text"),
            ("name", "text"),
            ("taken", "date?"),
            ("content", "base64"),
        ],
    ),
    ("Reason", &[("reason", "text")]),
    ("Words", &[("words", "text")]),
    ("Note", &[("note", "text")]),
    ("BreakGlass", &[("patient", "id"), ("reason", "text")]),
    ("Invite", &[("email", "text"), ("name", "text"), ("role", ROLES), ("facilities", "[id]-or-none")]),
    (
        "ChangeUser",
        &[("version", "count"), ("name", "text?"), ("role", ROLES), ("facilities", "[id]"), ("active", "yes-no")],
    ),
    ("MakeToken", &[("name", "text"), ("scopes", "[text]"), ("facilities", "[id]-or-none"), ("days", "count")]),
    ("MakeHook", &[("address", "text"), ("events", "[text]")]),
    ("ChangeHook", &[("version", "count"), ("active", "yes-no")]),
    ("SignIn", &[("email", "text"), ("password", "text"), ("code", "text")]),
    ("Unlock", &[("email", "text"), ("password", "text")]),
    ("Purpose", &[("purpose", "treatment|payment|operations|audit")]),
    (
        "FirstStart",
        &[("practice", "text"), ("email", "text"), ("name", "text"), ("password", "text"), ("code", "text")],
    ),
    ("Accept", &[("password", "text"), ("code", "text")]),
    ("Acknowledge", &[("text", "text")]),
    ("SignInByPasskey", &[("ceremony", "text"), ("credential", "object")]),
    ("Credential", &[("name", "text-or-none"), ("credential", "object")]),
];

const ROLES: &str = "front-desk|clinician|biller|compliance|owner|auditor";

/// Forms of replies alone: they may get more fields.
const REPLIES: &[(&str, Fields)] = &[
    ("Review", &[("by", "id"), ("at", "time"), ("note", "text")]),
    (
        "Document",
        &[
            ("patient", "id"),
            ("visit", "id?"),
            ("kind", "text"),
            ("name", "text"),
            ("media_type", "text"),
            ("taken", "date?"),
            ("bytes", "count"),
        ],
    ),
    (
        "Determination",
        &[
            ("patient", "id?"),
            ("visit", "id?"),
            ("previous", "id?"),
            ("library", "text"),
            ("as_of", "date"),
            ("case", "object"),
            ("answer", "object"),
        ],
    ),
    ("Filed", &[("id", "id")]),
    ("Determined", &[("id", "id"), ("case", "object"), ("answer", "object"), ("changes", "count")]),
    (
        "Change",
        &[
            ("patient", "id?"),
            ("visit", "id?"),
            ("determination", "id"),
            ("fact", "text"),
            ("old", "any"),
            ("new", "any"),
            ("by", "id?"),
            ("minutes", "whole"),
            ("review", "Review?"),
        ],
    ),
    ("Glass", &[("patient", "id"), ("user", "id"), ("reason", "text"), ("until", "time"), ("review", "Review?")]),
    (
        "User",
        &[
            ("email", "text"),
            ("name", "text"),
            ("role", ROLES),
            ("facilities", "[id]"),
            ("active", "yes-no"),
            ("has_password", "yes-no"),
            ("recovery_codes_left", "count"),
            ("passkeys", "count"),
        ],
    ),
    ("Invited", &[("user", "id"), ("link", "text")]),
    (
        "Session",
        &[
            ("user", "id"),
            ("device", "text"),
            ("purpose", "text"),
            ("seen_at", "time"),
            ("ends_at", "time"),
            ("locked", "yes-no"),
        ],
    ),
    (
        "Token",
        &[
            ("name", "text"),
            ("by", "id"),
            ("scopes", "[text]"),
            ("facilities", "[id]"),
            ("ends_at", "time"),
            ("ended_at", "time?"),
        ],
    ),
    ("Hook", &[("address", "text"), ("events", "[text]"), ("active", "yes-no")]),
    ("MadeHook", &[("id", "id"), ("secret", "text")]),
    (
        "Message",
        &[
            ("event", "text"),
            ("noun", "text"),
            ("id", "id"),
            ("state", "waiting|delivered|failed"),
            ("attempts", "count"),
            ("next_at", "time?"),
            ("tried_at", "time?"),
            ("status", "count?"),
            ("trouble", "text?"),
        ],
    ),
    ("MadeToken", &[("id", "id"), ("secret", "text"), ("ends_at", "time")]),
    (
        "Me",
        &[
            ("name", "text"),
            ("role", "text"),
            ("purpose", "text"),
            ("facilities", "[id]"),
            ("rights", "[text]"),
            ("csrf", "text?"),
            ("email", "text?"),
            ("recovery_codes_left", "count?"),
        ],
    ),
    ("Recovery", &[("user", "id"), ("recovery_codes", "[text]")]),
    ("Ceremony", &[("ceremony", "text"), ("options", "object")]),
    ("Passkeys", &[("items", "[PasskeyLine]")]),
    ("PasskeyLine", &[("id", "text"), ("name", "text"), ("made_at", "time"), ("used_at", "time?")]),
    ("Creation", &[("options", "object")]),
    ("SignedIn", &[("user", "id")]),
    ("App", &[("secret", "text"), ("address", "text")]),
    ("Sessions", &[("items", "[SessionLine]")]),
    ("SessionLine", &[("id", "id"), ("version", "count"), ("record", "Session")]),
    ("Answer", &[("format", "any"), ("library", "object"), ("as_of", "date"), ("lines", "[object]")]),
    ("AuditPage", &[("items", "[AuditEntry]"), ("next", "text?")]),
    (
        "AuditEntry",
        &[
            ("seq", "count"),
            ("at", "time"),
            ("actor", "text"),
            ("session", "text?"),
            ("action", "text"),
            ("noun", "text"),
            ("record", "text?"),
            ("patient", "text?"),
            ("purpose", "text"),
            ("request", "text"),
            ("reason", "text?"),
        ],
    ),
    ("AccessPage", &[("items", "[Access]"), ("next", "text?")]),
    (
        "Access",
        &[
            ("seq", "count"),
            ("at", "time"),
            ("actor", "text"),
            ("action", "text"),
            ("noun", "text"),
            ("record", "text?"),
            ("purpose", "text"),
            ("reason", "text?"),
        ],
    ),
    ("PolicyList", &[("library", "text"), ("items", "[PolicyLine]")]),
    (
        "Policy",
        &[
            ("library", "text"),
            ("id", "text"),
            ("title", "text"),
            ("rank", "text"),
            ("from", "date?"),
            ("until", "date?"),
            ("entered_by_practice", "yes-no"),
            ("source", "PolicySource"),
            ("caveats", "[text]"),
            ("sections", "[PolicySection]"),
            ("facts", "[Fact]"),
            ("versions", "[PolicyVersion]"),
            ("fingerprint", "text"),
            ("text", "text"),
        ],
    ),
    ("PolicySource", &[("citation", "text"), ("url", "text?"), ("grade", "text"), ("read", "date?")]),
    ("PolicySection", &[("heading", "text"), ("parts", "[PolicyPart]")]),
    (
        "PolicyPart",
        &[("number", "text?"), ("label", "text?"), ("depth", "count"), ("says", "text"), ("notes", "[text]")],
    ),
    ("PolicyVersion", &[("from", "date?"), ("until", "date?")]),
    (
        "PolicyChanges",
        &[
            ("id", "text"),
            ("before", "PolicyVersion"),
            ("after", "PolicyVersion"),
            ("complete", "yes-no"),
            ("common", "[text]"),
            ("regions", "[PolicyRegion]"),
        ],
    ),
    ("PolicyRegion", &[("before", "text"), ("after", "text"), ("conditions", "[text]"), ("example", "text")]),
    ("PolicyLine", &[("id", "text"), ("title", "text"), ("rank", "text"), ("from", "date?"), ("until", "date?")]),
    (
        "Replay",
        &[
            ("libraries", "object"),
            ("visits", "count"),
            ("lines", "count"),
            ("flips", "[ReplayFlip]"),
            ("unread", "[object]"),
            ("next", "text?"),
        ],
    ),
    ("OtherLibraries", &[("items", "[text]"), ("chosen", "text?")]),
    ("OtherLibrary", &[("name", "text?")]),
    (
        "ReplayFlip",
        &[
            ("visit", "id"),
            ("day", "date"),
            ("line", "count"),
            ("what", "text"),
            ("old", "ReplayOutcome"),
            ("new", "ReplayOutcome"),
        ],
    ),
    (
        "ReplayOutcome",
        &[("verdict", "text"), ("route", "text"), ("policy", "text"), ("criterion", "text"), ("text", "text")],
    ),
    ("Matrix", &[("library", "text"), ("payers", "[text]"), ("rows", "[MatrixRow]"), ("more", "count")]),
    ("MatrixRow", &[("treatment", "text"), ("indication", "text"), ("says", "[MatrixField]")]),
    ("MatrixField", &[("coverage", "text"), ("asks_first", "yes-no")]),
    ("Expiries", &[("items", "[Expiry]")]),
    ("Expiry", &[("whose", "text"), ("what", "text"), ("until", "date"), ("days_left", "whole")]),
    (
        "Names",
        &[
            ("library", "object"),
            ("treatments", "[object]"),
            ("payers", "[object]"),
            ("licenses", "[object]"),
            ("facts", "[Fact]"),
            ("documents", "[text]"),
        ],
    ),
    (
        "Fact",
        &[
            ("name", "text"),
            ("question", "text"),
            ("type", "yes-no|number|choice|name"),
            ("unit", "text?"),
            ("values", "[text]"),
        ],
    ),
    ("Exports", &[("items", "[Export]")]),
    ("Export", &[("noun", "text"), ("records", "count")]),
    ("FieldProblem", &[("pointer", "text"), ("code", "text"), ("detail", "text"), ("next", "text")]),
    (
        "Problem",
        &[
            ("type", "text"),
            ("title", "text"),
            ("status", "count"),
            ("detail", "text"),
            ("instance", "text?"),
            ("code", "text"),
            ("next", "text"),
            ("errors", "[FieldProblem]-or-none"),
        ],
    ),
];

/// All forms, for `components/schemas`.
pub(crate) fn all() -> Value {
    let form = |fields: Fields, is_strict: bool| {
        let required: Vec<&str> = fields.iter().filter(|(_, kind)| !is_optional(kind)).map(|(name, _)| *name).collect();
        let properties: Map<String, Value> = fields.iter().map(|(name, kind)| ((*name).to_owned(), of(kind))).collect();
        let mut out = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            out["required"] = json!(required);
        }
        if is_strict {
            out["additionalProperties"] = json!(false);
        }
        out
    };
    let strict = FORMS.iter().map(|(name, fields)| ((*name).to_owned(), form(fields, true)));
    let open = REPLIES.iter().map(|(name, fields)| ((*name).to_owned(), form(fields, false)));
    Value::Object(strict.chain(open).collect())
}

fn is_optional(kind: &str) -> bool {
    kind.ends_with('?') || kind.ends_with("-or-none")
}

/// The schema of a type.
pub(crate) fn of(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix("-or-none") {
        return of(kind);
    }
    if let Some(kind) = kind.strip_suffix('?') {
        return or_null(of(kind));
    }
    if let Some(kind) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        return json!({ "type": "array", "items": of(kind) });
    }
    if kind.contains('|') {
        return json!({ "type": "string", "enum": kind.split('|').collect::<Vec<_>>() });
    }
    match kind {
        "text" => json!({ "type": "string" }),
        "date" => json!({ "type": "string", "format": "date" }),
        "time" => json!({ "type": "string", "format": "date-time" }),
        "id" => json!({ "type": "string", "pattern": "^[0-7][0-9a-hjkmnp-tv-z]{25}$" }),
        "count" => json!({ "type": "integer", "minimum": 0 }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": store::PAGE_MAX }),
        "whole" => json!({ "type": "integer" }),
        "rank" => json!({ "type": "integer", "minimum": 1, "maximum": 6 }),
        "yes-no" => json!({ "type": "boolean" }),
        "base64" => json!({ "type": "string", "contentEncoding": "base64" }),
        "object" => json!({ "type": "object" }),
        "any" => json!({ "type": ["object", "array", "string", "number", "boolean", "null"] }),
        form => json!({ "$ref": format!("#/components/schemas/{form}") }),
    }
}

fn or_null(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        Some(kind) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        None if schema.get("$ref").is_some() => json!({ "anyOf": [schema, { "type": "null" }] }),
        None => schema,
    }
}
