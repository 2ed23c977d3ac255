//! Lists that come in as CSV: what becomes of each row, dry runs, and undoing.

use serde_json::json;
use store::import::{Import, ImportError, Kind, Outcome, Reason, Request};
use store::nouns::{Clinician, Coverage, MenuItem, Patient};
use store::{Id, Phi, Query, Store};

use crate::databases::{Driver, Setting, act, both};

both!(
    each_row_is_told,
    a_dry_run_keeps_nothing,
    twice_is_the_same,
    undone_as_a_whole,
    not_undone_once_something_was_built_on_it,
    licences_of_one_clinician,
    a_menu
);

const LIST: &str = "\
Client ID,Last Name,First Name,DOB,Sex,Email,Colour
1001,Testperson,Ada,2/29/1980,F,ada@example.org,red
1002,Example,Ben,1979-05-01,M,,blue
1003,Invented,Cy,31/12/1990,M,,blue
,Nobody,Known,,,,
1001,Testperson,Ada,2/29/1980,F,,
1002,Example,Ben,1979-05-02,M,,
";

fn treatments(name: &str) -> Option<String> {
    name.eq_ignore_ascii_case("botox").then(|| "botox".to_string())
}

async fn take(store: &Store, kind: Kind, file: &str, dry_run: bool) -> (Option<Id<Import>>, Import) {
    let request = Request { kind, file: file.as_bytes(), columns: &[], dry_run, treatments: &treatments };
    store.import(&act(), &request).await.unwrap()
}

async fn patients(store: &Store) -> Vec<Patient> {
    let page = store.act(&act(), async |work| work.find(&Query::<Patient>::all()).await).await.unwrap();
    let mut patients: Vec<_> = page.items.into_iter().map(|stored| stored.body).collect();
    patients.sort_by(|a, b| a.mrn.cmp(&b.mrn));
    patients
}

fn words(import: &Import) -> Vec<&str> {
    import.rows.iter().map(|row| row.outcome.word()).collect()
}

async fn each_row_is_told(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let (id, import) = take(&store, Kind::Patients, LIST, false).await;
    assert_eq!(words(&import), ["accepted", "accepted", "rejected", "rejected", "rejected", "rejected"]);
    assert_eq!(import.counts(), [2, 0, 0, 4]);
    let reasons: Vec<_> = import
        .rows
        .iter()
        .filter_map(|row| match &row.outcome {
            Outcome::Rejected { field, reason } => Some((row.line, field.as_deref(), *reason)),
            _ => None,
        })
        .collect();
    let expected = [
        (4, Some("birth-date"), Reason::Day),
        (5, None, Reason::Unknowable),
        (6, None, Reason::Again),
        (7, Some("birth-date"), Reason::Another),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(import.columns[6].field, None);
    let kept = store.peek(id.unwrap()).await.unwrap();
    assert_eq!(kept.body, import);
    let text = serde_json::to_string(&import).unwrap().to_lowercase();
    for planted in ["testperson", "ada", "1001", "1980", "colour", "example.org"] {
        assert!(!text.contains(planted), "the ledger says {planted}");
    }
    let kept = patients(&store).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0].birth_date.reveal().unwrap().to_string(), "1980-02-29");
    let found = store.act(&act(), async |work| work.look_up::<Patient>("mrn", "1002").await).await.unwrap();
    assert_eq!(found[0].given.reveal(), "Ben");
}

async fn a_dry_run_keeps_nothing(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let (rows, entries) = (setting.rows_of("record").await, setting.rows_of("audit").await);
    let (id, import) = take(&store, Kind::Patients, LIST, true).await;
    assert_eq!((id, import.counts()), (None, [2, 0, 0, 4]));
    assert_eq!(setting.rows_of("record").await, rows);
    assert_eq!(setting.rows_of("seal_key").await, 3);
    assert!(setting.rows_of("audit").await > entries, "that it was done is entered");
    let (_, real) = take(&store, Kind::Patients, LIST, false).await;
    assert_eq!(words(&real), words(&import));
}

async fn twice_is_the_same(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    take(&store, Kind::Patients, LIST, false).await;
    let (_, again) = take(&store, Kind::Patients, LIST, false).await;
    assert_eq!(words(&again)[..2], ["same", "same"]);
    // Without a number, by name and day of birth; with one that is not on file yet, it is added.
    let more = "name,dob,phone,mrn\n\"Testperson, Ada\",1980-02-29,(555) 010-0177,\nBen EXAMPLE,5/1/1979,,\n";
    let (_, changed) = take(&store, Kind::Patients, more, false).await;
    assert!(matches!(&changed.rows[0].outcome, Outcome::Changed { fields, version: 2, .. } if fields == &["phone"]));
    assert_eq!(patients(&store).await.len(), 2);
}

async fn undone_as_a_whole(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    take(&store, Kind::Patients, LIST, false).await;
    let before = patients(&store).await;
    let second = "last,first,mrn,city\nTestperson-Sample,Ada,1001,Austin\nNewcomer,Dee,1009,\n";
    let (id, import) = take(&store, Kind::Patients, second, false).await;
    assert_eq!(import.counts(), [1, 1, 0, 0]);
    assert_eq!(patients(&store).await.len(), 3);
    let undone = store.undo_import(&act(), id.unwrap()).await.unwrap();
    assert!(undone.undone_at.is_some());
    assert_eq!(patients(&store).await, before);
    let found = store.act(&act(), async |work| work.look_up::<Patient>("mrn", "1009").await).await.unwrap();
    assert!(found.is_empty());
    assert_eq!(setting.rows_of("record WHERE noun = 'replaced'").await, 0);
    assert_eq!(setting.rows_of("seal_key WHERE owner IS NOT NULL AND wrapped IS NOT NULL").await, 2);
    let again = store.undo_import(&act(), id.unwrap()).await;
    assert!(matches!(again, Err(ImportError::Undone { .. })));
}

async fn not_undone_once_something_was_built_on_it(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let (id, import) = take(&store, Kind::Patients, LIST, false).await;
    let Outcome::Accepted { record, .. } = &import.rows[1].outcome else { panic!("accepted") };
    let coverage = Coverage {
        patient: record.parse().unwrap(),
        rank: 1,
        member_id: Phi::default(),
        group: Phi::default(),
        case: Phi::new(json!({"payer": "aetna"})),
        holds: Default::default(),
    };
    store.act(&act(), async |work| work.insert(&coverage).await).await.unwrap();
    let before = patients(&store).await;
    let refused = store.undo_import(&act(), id.unwrap()).await;
    assert!(matches!(&refused, Err(ImportError::BuiltOn { lines, .. }) if lines == &[3]), "{refused:?}");
    assert_eq!(patients(&store).await, before);
}

async fn licences_of_one_clinician(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let list = "Provider,NPI,License Type,License #,State,Expires\n\
        \"Sample, Eve\",1234567893,RN,X-1,TX,2027-01-31\n\
        \"Sample, Eve\",1234567893,NP,X-2,OK,2027-06-30\n\
        \"Model, Flo\",,MD,X-3,TX,\n\
        \"Bad, Guy\",1234567890,MD,,TX,\n";
    let (id, import) = take(&store, Kind::Clinicians, list, false).await;
    assert_eq!(words(&import), ["accepted", "changed", "accepted", "rejected"]);
    let (_, again) = take(&store, Kind::Clinicians, list, false).await;
    assert_eq!(words(&again), ["same", "same", "same", "rejected"]);
    let found = store.recognize::<Clinician>("npi", "1234567893").await.unwrap();
    let states: Vec<_> = found[0].licences.iter().map(|licence| licence.state.as_deref().unwrap()).collect();
    assert_eq!((found.len(), states), (1, vec!["TX", "OK"]));
    store.undo_import(&act(), id.unwrap()).await.unwrap();
    assert_eq!(store.count(&Query::<Clinician>::all()).await.unwrap(), 0);
}

async fn a_menu(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let list = "Service;Price;CPT\nBotox;$14.00;64615\nGlow facial;125;\nPeel;free;\n";
    let (_, import) = take(&store, Kind::Menu, list, false).await;
    assert_eq!(words(&import), ["accepted", "accepted", "rejected"]);
    let found = store.recognize::<MenuItem>("name", "botox").await.unwrap();
    assert_eq!((found[0].price_cents, found[0].treatment.as_deref()), (Some(1400), Some("botox")));
    let (id, dearer) = take(&store, Kind::Menu, "name,price\nBotox,15\n", false).await;
    assert!(matches!(&dearer.rows[0].outcome, Outcome::Changed { fields, .. } if fields == &["price"]));
    store.undo_import(&act(), id.unwrap()).await.unwrap();
    assert_eq!(store.recognize::<MenuItem>("name", "botox").await.unwrap()[0].price_cents, Some(1400));
}
