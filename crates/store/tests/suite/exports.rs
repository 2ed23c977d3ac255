//! Exports: everything is there, whole, and in forms that others read.

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::export::{ExportError, Manifest};
use store::nouns::User;
use store::{Phi, Role, verify};

use crate::databases::{Driver, Setting, act, both};
use crate::documents::attach;
use crate::records::patient;

both!(everything_is_there, never_over_another, secrets_stay, spreadsheets_run_nothing);

fn lines(folder: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn everything_is_there(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let id = store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    let document = attach(&store, id, 40).await;
    let to = setting.folder.path().join("export");
    let manifest = store.export(&act(), &to).await.unwrap();

    let kept: Manifest = serde_json::from_slice(&std::fs::read(to.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(kept, manifest);
    for file in &manifest.files {
        let bytes = std::fs::read(to.join(&file.name)).unwrap();
        assert_eq!(HEXLOWER.encode(&Sha256::digest(&bytes)), file.sha256, "{}", file.name);
    }
    let records: BTreeMap<_, _> =
        manifest.files.iter().filter_map(|file| Some((file.name.as_str(), file.records?))).collect();
    let expected = ["document.csv", "document.jsonl", "patient.csv", "patient.jsonl", "practice.csv", "practice.jsonl"];
    assert_eq!(records, expected.map(|name| (name, 1)).into());

    let patients = lines(&to, "patient.jsonl");
    assert_eq!(patients[0]["id"], id.to_string());
    let body: store::nouns::Patient = serde_json::from_value(patients[0]["body"].clone()).unwrap();
    assert_eq!(body, patient("Testperson"));
    let table = std::fs::read_to_string(to.join("patient.csv")).unwrap();
    assert!(table.starts_with("id,version,created_at,changed_at,"), "{table}");
    assert!(table.contains("Testperson") && table.contains("\r\n"));

    let content = std::fs::read(to.join(format!("documents/{document}.png"))).unwrap();
    let opened = store.act(&act(), async |work| work.content(document).await).await.unwrap();
    assert_eq!(&content, opened.reveal());

    let mut audit = std::io::BufReader::new(std::fs::File::open(to.join("audit.jsonl")).unwrap());
    let verified = verify(&mut audit, None).unwrap();
    assert_eq!(verified.head, manifest.head);
    let entries = lines(&to, "audit.jsonl");
    let exported: Vec<_> = entries.iter().filter(|entry| entry["action"] == "export").collect();
    assert_eq!(exported.len(), 2, "the export of the practice and of its one patient");
    assert_eq!(exported[1]["patient"], id.to_string());
}

async fn never_over_another(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let to = setting.folder.path().join("export");
    std::fs::create_dir(&to).unwrap();
    let refused = store.export(&act(), &to).await;
    assert!(matches!(refused, Err(ExportError::Write { .. })), "{refused:?}");
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 0);
    // What cannot be read leaves no folder that looks whole, nor one that does not.
    store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap();
    setting.sql("UPDATE record SET sealed = hash FROM audit_head WHERE noun = 'patient'".to_string()).await;
    let other = setting.folder.path().join("other");
    assert!(store.export(&act(), &other).await.is_err());
    let names: Vec<_> = std::fs::read_dir(setting.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("other"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

async fn secrets_stay(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let planted = || Phi::new("PLANTED-SECRET".to_string());
    let user = User {
        email: "owner@example.org".to_string(),
        name: "Owner".to_string(),
        role: Role::Owner,
        facilities: Vec::new(),
        active: true,
        password: Some(planted()),
        totp: Some(planted()),
        totp_step: 7,
        recovery: vec![planted()],
        passkeys: vec![Phi::new(Value::from("PLANTED-SECRET"))],
        settings: Value::Null,
    };
    store.act(&act(), async |work| work.insert(&user).await).await.unwrap();
    let to = setting.folder.path().join("export");
    store.export(&act(), &to).await.unwrap();
    for name in ["user.jsonl", "user.csv"] {
        let text = std::fs::read_to_string(to.join(name)).unwrap();
        assert!(text.contains("owner@example.org") && !text.contains("PLANTED"), "{name}");
    }
}

async fn spreadsheets_run_nothing(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let mut body = patient("=HYPERLINK(\"x\")");
    body.given = "@SUM(A1)".into();
    body.mrn = Phi::new(Some("-1".to_string()));
    store.act(&act(), async |work| work.insert(&body).await).await.unwrap();
    let to = setting.folder.path().join("export");
    store.export(&act(), &to).await.unwrap();
    let table = std::fs::read_to_string(to.join("patient.csv")).unwrap();
    for cell in ["\"'=HYPERLINK(\"\"x\"\")\"", ",'@SUM(A1),", ",'-1,"] {
        assert!(table.contains(cell), "{cell} in {table}");
    }
    assert_eq!(lines(&to, "patient.jsonl")[0]["body"]["mrn"], "-1", "JSON says what is on file");
}
