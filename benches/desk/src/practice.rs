//! An invented practice, with programs and people whose secrets the measurement knows.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::nouns::{Practice, Session, Token, User};
use store::{Act, Id, Options, Phi, Purpose, Role, Store, StoreError, Work};
use web::signin::session::{COOKIE, TOKEN_PREFIX, csrf_of, hash_of, new_secret};

/// Somebody who is signed in.
pub struct Person {
    /// For the header `cookie`.
    pub cookie: String,
    /// For the header `x-csrf-token`.
    pub csrf: String,
}

/// Makes the practice.
///
/// # Errors
/// If the database cannot do it.
pub async fn create(options: &Options, now: Timestamp) -> Result<Store, StoreError> {
    let practice = Practice { name: "Invented Med Spa".to_owned(), ..Practice::default() };
    Store::create(options, &practice, &Act::program("bench", now)).await
}

/// Programs that may ask, by the value of their header `authorization`.
///
/// # Errors
/// If the database cannot do it.
pub async fn programs(store: &Store, count: usize, now: Timestamp) -> Result<Vec<String>, StoreError> {
    store
        .act(&Act::program("bench", now), async |work| {
            let by = work.insert(&User::new("owner@example.org", NAME, Role::Owner)).await?;
            let mut programs = Vec::with_capacity(count);
            for number in 0..count {
                let secret = format!("{TOKEN_PREFIX}{}", secret());
                let token = Token {
                    name: format!("program {number}"),
                    token_sha256: Phi::new(hash_of(&secret)),
                    by,
                    scopes: vec!["determination-make".to_owned()],
                    facilities: Vec::new(),
                    ends_at: now + SignedDuration::from_hours(24),
                    ended_at: None,
                };
                work.insert(&token).await?;
                programs.push(format!("Bearer {secret}"));
            }
            Ok(programs)
        })
        .await
}

/// Owners who are signed in, each at a workstation of their own.
///
/// # Errors
/// If the database cannot do it.
pub async fn people(store: &Store, count: usize, now: Timestamp) -> Result<Vec<Person>, StoreError> {
    store
        .act(&Act::program("bench", now), async |work| {
            let mut people = Vec::with_capacity(count);
            for number in 0..count {
                people.push(person(work, number, now).await?);
            }
            Ok(people)
        })
        .await
}

async fn person(work: &mut Work, number: usize, now: Timestamp) -> Result<Person, StoreError> {
    let user = work.insert(&User::new(format!("person-{number}@example.org"), NAME, Role::Owner)).await?;
    let secret = secret();
    let session = Session {
        user,
        token_sha256: Phi::new(hash_of(&secret)),
        device: "bench".to_owned(),
        purpose: Purpose::Payment,
        facility: None,
        seen_at: now,
        ends_at: now + SignedDuration::from_hours(12),
        locked: false,
        ended_at: None,
        kept: Value::Null,
    };
    let _: Id<Session> = work.insert(&session).await?;
    Ok(Person { cookie: format!("{COOKIE}={secret}"), csrf: csrf_of(&secret) })
}

fn secret() -> String {
    new_secret().expect("the system gives random bytes")
}

/// What everybody here is called.
const NAME: &str = "Ida Invented";

/// The cases of the repository's examples, as JSON: `{"case": …}`.
///
/// # Panics
/// If an example cannot be read, which is a bug.
#[must_use]
pub fn cases() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of examples")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let case = |path: &std::path::PathBuf| {
        let table: toml::Table =
            std::fs::read_to_string(path).expect("an example").parse().expect("an example in TOML");
        let case = plain(serde_json::to_value(table).expect("TOML has a form in JSON"));
        serde_json::json!({ "case": case }).to_string().into_bytes()
    };
    files.iter().map(case).collect()
}

/// Dates of TOML become strings of JSON.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => match map.get("$__toml_private_datetime") {
            Some(date) => date.clone(),
            None => Value::Object(map.into_iter().map(|(key, value)| (key, plain(value))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}
