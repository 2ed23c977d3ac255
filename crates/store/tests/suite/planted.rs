//! What is planted is nowhere: not in the database's files, not in its log, not in a dump, not in an error.

use std::path::Path;
use std::process::Command;

use data_encoding::HEXLOWER;
use jiff::civil::date;
use serde_json::json;
use store::nouns::{Address, Coverage, Facility, Patient, Visit, VisitState};
use store::{Database, Id, LocalRoot, Options, Phi, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};

both!(nothing_planted_is_found);

/// Words that stand nowhere else.
const PLANTED: [&str; 11] = [
    "Zzyzxfamily",
    "Zzyzxgiven",
    "MRN-881177",
    "5550108811",
    "zzyzx@example.org",
    "1931-07-08",
    "881 Zzyzx Street",
    "W-MEMBER-8811",
    "zzyzx chart note",
    "zzyzx reason",
    "zzyzx reply",
];

async fn fill(store: &Store) -> Result<(), StoreError> {
    let why = store::Act { reason: Some("zzyzx reason".into()), ..act() };
    store
        .act(&why, async |work| {
            let patient = Patient {
                family: "Zzyzxfamily".into(),
                given: "Zzyzxgiven".into(),
                birth_date: Phi::new(Some(date(1931, 7, 8))),
                mrn: Phi::new(Some("MRN-881177".to_string())),
                phone: Phi::new(Some("5550108811".to_string())),
                email: Phi::new(Some("zzyzx@example.org".to_string())),
                address: Some(Phi::new(Address { street: "881 Zzyzx Street".to_string(), ..Address::default() })),
                ..Patient::default()
            };
            let patient = work.insert(&patient).await?;
            work.insert(&Coverage {
                patient,
                rank: 1,
                member_id: Phi::new(Some("W-MEMBER-8811".to_string())),
                group: Phi::default(),
                case: Phi::new(json!({"payer": "aetna"})),
                holds: Default::default(),
            })
            .await?;
            let facility = work.insert(&Facility { name: "North".to_string(), ..Facility::default() }).await?;
            for _ in 0..60 {
                let visit = Visit {
                    patient,
                    facility,
                    clinician: None,
                    day: date(2026, 11, 2),
                    state: VisitState::Open,
                    case: Phi::new(json!({"chart": {"note": "zzyzx chart note"}})),
                    note: Phi::new(Some("zzyzx chart note".to_string())),
                };
                let id = work.insert(&visit).await?;
                work.update(id, 1, &visit).await?;
            }
            work.keep_reply("key", [1; 32], b"zzyzx reply").await?;
            Ok(())
        })
        .await
}

async fn nothing_planted_is_found(driver: Driver) {
    let setting = Setting::empty(driver).await;
    let path = setting.folder.path().join("root.key");
    LocalRoot::random().write(&path).unwrap();
    let sheet = LocalRoot::read(&path).unwrap().sheet().to_string();
    let options = Options::with_key_file(setting.options.database.clone(), &path).unwrap();
    let practice = store::nouns::Practice::default();
    let store = Store::create(&options, &practice, &act()).await.unwrap();
    fill(&store).await.unwrap();
    let found = store.act(&act(), async |work| work.search("zzyzxf", 5).await).await.unwrap();
    // Errors about it name identifiers alone.
    let conflict = store.act(&act(), async |work| work.update(found[0].id, 7, &found[0].body).await).await.unwrap_err();
    let missing = store.act(&act(), async |work| work.get(Id::<Patient>::new(act().at)).await).await.unwrap_err();
    let said = format!("{conflict} {conflict:?} {missing:?} {:?} {:?} {options:?}", found[0], found[0].body);

    // While it is open, so that the log is there too; a copy of everything that lies beside the database.
    let mut everything = vec![("errors".to_string(), said.into_bytes())];
    match &setting.options.database {
        Database::Sqlite(folder) => {
            assert!(folder.join("covered.db-wal").metadata().unwrap().len() > 0);
            read_all(folder, &mut everything);
        }
        Database::Postgres(url) => everything.push(("pg_dump".to_string(), dump(url))),
        other => panic!("{other:?}"),
    }
    store.close().await;
    if let Database::Sqlite(folder) = &setting.options.database {
        read_all(folder, &mut everything);
    }
    assert!(everything.iter().any(|(_, bytes)| bytes.len() > 50_000), "the database was read");
    let root = sheet.lines().next().unwrap();
    for planted in PLANTED.into_iter().chain([root]) {
        // A dump shows bytes in hexadecimal digits.
        let hexadecimal = HEXLOWER.encode(planted.as_bytes());
        for needle in [planted.to_string(), planted.to_lowercase(), planted.to_uppercase(), hexadecimal] {
            for (place, bytes) in &everything {
                let found = bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
                assert!(!found, "`{planted}` stands in {place}");
            }
        }
    }
}

fn read_all(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        into.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
}

fn dump(url: &str) -> Vec<u8> {
    let output = Command::new("pg_dump").args(["--inserts", "--dbname", url]).output().expect("pg_dump is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
