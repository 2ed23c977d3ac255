//! Documents: kept with their patient's key, and refused when they are not what was kept.

use image::{ImageFormat, RgbImage};
use jiff::civil::date;
use store::document::{About, Capture};
use store::nouns::{Document, Patient};
use store::{Id, Phi, Query, Store, StoreError};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(kept_and_opened, removed_with_its_record, moved_it_stays_shut);

fn photograph(shade: u8) -> Capture {
    let mut file = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(40, 30, image::Rgb([shade, 90, 90])).write_to(&mut file, ImageFormat::Png).unwrap();
    Capture::new(file.get_ref()).unwrap()
}

pub(crate) async fn attach(store: &Store, patient: Id<Patient>, shade: u8) -> Id<Document> {
    let about = About {
        patient,
        visit: None,
        kind: "photo".to_string(),
        name: "left cheek".into(),
        taken: Some(date(2026, 11, 3)),
    };
    store.act(&act(), async |work| work.attach(about, &photograph(shade)).await).await.unwrap()
}

async fn somebody(store: &Store) -> Id<Patient> {
    store.act(&act(), async |work| work.insert(&patient("Testperson")).await).await.unwrap()
}

async fn content(store: &Store, id: Id<Document>) -> Result<Phi<Vec<u8>>, StoreError> {
    store.act(&act(), async |work| work.content(id).await).await
}

async fn kept_and_opened(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let patient = somebody(&store).await;
    let id = attach(&store, patient, 10).await;
    assert_eq!(&content(&store, id).await.unwrap(), &photograph(10).content);
    let listed = store.act(&act(), async |work| work.find(&Query::<Document>::all().patient(patient)).await).await;
    let listed = listed.unwrap().items;
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].media_type.as_str(), listed[0].pixels), ("image/png", Some((40, 30))));
    assert_eq!(listed[0].bytes, photograph(10).content.reveal().len() as u64);
}

async fn removed_with_its_record(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let id = attach(&store, somebody(&store).await, 10).await;
    assert_eq!(setting.rows_of("content").await, 1);
    store.act(&act(), async |work| work.remove(id, 1).await).await.unwrap();
    assert!(matches!(content(&store, id).await, Err(StoreError::NotFound { noun: "document", .. })));
    assert_eq!(setting.rows_of("content").await, 0);
}

async fn moved_it_stays_shut(driver: Driver) {
    let (setting, store) = Setting::new(driver).await;
    let patient = somebody(&store).await;
    let (first, second) = (attach(&store, patient, 10).await, attach(&store, patient, 200).await);
    setting
        .sql(format!(
            "UPDATE content SET sealed = (SELECT other.sealed FROM content other WHERE other.document = '{second}') \
             WHERE document = '{first}'"
        ))
        .await;
    assert!(matches!(content(&store, first).await, Err(StoreError::Tampered { noun: "document", .. })));
    content(&store, second).await.unwrap();
}
