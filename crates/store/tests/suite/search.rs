//! Search: by beginnings, over what another server wrote too, and each hit is entered.

use jiff::civil::date;
use store::nouns::Patient;
use store::{Action, AuditQuery, Phi, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(beginnings_are_found, another_server_is_followed);

async fn families(store: &Store, words: &str) -> Vec<String> {
    let found = store.act(&act(), async |work| work.search(words, 10).await).await.unwrap();
    found.into_iter().map(|found| found.body.family.into_inner()).collect()
}

async fn beginnings_are_found(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    store
        .act(&act(), async |work| {
            work.insert(&Patient { given: "Zoë".into(), ..patient("Müller-Test") }).await?;
            work.insert(&Patient { given: "Ann".into(), phone: Phi::default(), ..patient("Mulberry") }).await?;
            work.insert(&Patient { birth_date: Phi::new(Some(date(1990, 1, 2))), ..patient("Other") }).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert_eq!(store.load_names(&act()).await.unwrap(), 3);
    for (words, expected) in [
        ("mul", vec!["Mulberry", "Müller-Test"]),
        ("MÜL zo", vec!["Müller-Test"]),
        ("test", vec!["Müller-Test"]),
        ("0199", vec!["Müller-Test", "Other"]),
        ("555010", vec!["Müller-Test", "Other"]),
        ("1990-01", vec!["Other"]),
        ("mrn-mul", vec!["Mulberry", "Müller-Test"]),
        ("ulb", vec![]),
        ("mul nobody", vec![]),
        ("  ", vec![]),
        ("%", vec![]),
    ] {
        assert_eq!(families(&store, words).await, expected, "{words}");
    }
    let query = AuditQuery { action: Some(Action::Search), ..AuditQuery::default() };
    let entries = store.act(&act(), async |work| work.audit(&query).await).await.unwrap();
    // One for the opening, and one for each hit.
    assert_eq!(entries.len(), 1 + 2 + 1 + 1 + 2 + 2 + 1 + 2);
    assert!(entries[0].patient.is_some());
}

async fn another_server_is_followed(driver: Driver) {
    let (setting, first) = Setting::new(driver).await;
    let second = Store::open(&setting.options).await.unwrap();
    assert!(families(&second, "test").await.is_empty());
    let id = first.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    assert_eq!(families(&second, "test").await, ["Testperson"]);
    first.act(&act(), async |work| work.update(id, 1, &patient("Renamed")).await).await.unwrap();
    assert!(families(&second, "test").await.is_empty());
    assert_eq!(families(&second, "ren").await, ["Renamed"]);
}
