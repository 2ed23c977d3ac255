//! Acts that come at once share a transaction: each is whole or not there, and the chain is as if they had come one by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use store::nouns::{Facility, Patient};
use store::{AuditQuery, Query, Store, StoreError, Work};

use crate::databases::{Driver, Setting, act, both};
use crate::records::patient;

both!(
    many_at_once_are_whole_or_not_there,
    what_came_before_in_a_transaction_is_read,
    what_waits_to_be_written_is_read_and_goes_with_its_act,
);

/// What becomes of an act.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Done,
    Refused,
    Broken,
    Dropped,
}

/// What an act adds: a facility needs no statement of its own, a patient has a key beside it.
#[derive(Clone, Copy, PartialEq)]
enum Adds {
    Patients,
    Facilities,
}

impl Adds {
    fn of(number: usize) -> Adds {
        if number.is_multiple_of(2) { Adds::Patients } else { Adds::Facilities }
    }
}

async fn patients(work: &mut Work) -> Result<(), StoreError> {
    work.insert(&patient("First")).await?;
    work.insert(&patient("Second")).await.map(drop)
}

async fn facilities(work: &mut Work) -> Result<(), StoreError> {
    work.insert(&facility("First")).await?;
    work.insert(&facility("Second")).await.map(drop)
}

async fn add(store: &Store, adds: Adds) -> Result<(), StoreError> {
    match adds {
        Adds::Patients => store.act(&act(), patients).await,
        Adds::Facilities => store.act(&act(), facilities).await,
    }
}

fn facility(name: &str) -> Facility {
    Facility { name: name.to_string(), ..Facility::default() }
}

async fn count(store: &Store) -> u64 {
    store.count(&Query::<Patient>::all()).await.unwrap() + store.count(&Query::<Facility>::all()).await.unwrap()
}

async fn live(store: &Store, adds: Adds, fate: Fate) -> Result<(), StoreError> {
    let mut work = store.begin(&act()).await?;
    match adds {
        Adds::Patients => patients(&mut work).await?,
        Adds::Facilities => facilities(&mut work).await?,
    }
    match fate {
        Fate::Done => return work.commit().await,
        Fate::Refused => work.roll_back().await,
        // The database itself refuses the second of two records with one identifier.
        Fate::Broken => {
            let id = work.insert(&facility("Twice")).await?;
            work.insert_as(id, &facility("Twice")).await.unwrap_err();
            work.roll_back().await;
        }
        Fate::Dropped => drop(work),
    }
    Err(StoreError::KeyReused)
}

async fn many_at_once_are_whole_or_not_there(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let fates = [Fate::Done, Fate::Refused, Fate::Done, Fate::Broken, Fate::Dropped, Fate::Done];
    let done = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for number in 0..120 {
        let (store, done) = (store.clone(), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let fate = fates[number % fates.len()];
            assert_eq!(live(&store, Adds::of(number / fates.len()), fate).await.is_ok(), fate == Fate::Done);
            if fate == Fate::Done {
                // What was told to be done can be read by others.
                let told = 2 * (done.fetch_add(1, Ordering::SeqCst) + 1);
                assert!(count(&store).await >= told as u64);
            }
        }));
    }
    // Some go away while they wait, wherever they are.
    for number in 0..60 {
        let (one, adds) = (store.clone(), Adds::of(number));
        let waiter = tokio::spawn(async move { add(&one, adds).await });
        let (other, adds) = (store.clone(), Adds::of(number / 2));
        let other = tokio::spawn(async move { live(&other, adds, Fate::Done).await });
        tokio::time::sleep(std::time::Duration::from_micros(number as u64 * 1379 % 12_000)).await;
        waiter.abort();
        // Who did not go away is done.
        other.await.unwrap().unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
    live(&store, Adds::Facilities, Fate::Done).await.unwrap();
    let count = count(&store).await;
    // Whoever went away may have been done.
    assert!(count % 2 == 0 && (242..=242 + 120).contains(&count), "{count}");
    let checked = store.check_audit().await.unwrap();
    assert_eq!(checked.rows, 1 + count);
}

async fn what_came_before_in_a_transaction_is_read(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let mut first = store.begin(&act()).await.unwrap();
    let id = first.insert(&patient("Before")).await.unwrap();
    let ask = async |fails: bool| {
        let query = AuditQuery { record: Some(id.to_string()), ..AuditQuery::default() };
        let mut work = store.begin(&act()).await?;
        let found = work.audit(&query).await?.len();
        if fails {
            work.roll_back().await
        } else {
            work.commit().await?
        }
        Ok::<_, StoreError>(found)
    };
    // Both wait for the first, and the one that fails has written the first's entries.
    let (failed, asked, ()) = tokio::join!(ask(true), ask(false), async {
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
    });
    assert_eq!((failed.unwrap(), asked.unwrap()), (1, 1));
    store.check_audit().await.unwrap();
}

async fn what_waits_to_be_written_is_read_and_goes_with_its_act(driver: Driver) {
    let (_setting, store) = Setting::new(driver).await;
    let mut first = store.begin(&act()).await.unwrap();
    let before = first.insert(&facility("Before")).await.unwrap();
    let undone = async {
        let mut work = store.begin(&act()).await?;
        let own = work.insert(&facility("Undone")).await?;
        // Reading writes what waits: the first act's and this one's.
        let read = (work.get(before).await?.name.clone(), work.get(own).await?.name.clone());
        work.roll_back().await;
        Ok::<_, StoreError>(read)
    };
    let dropped = async {
        let mut work = store.begin(&act()).await?;
        work.insert(&facility("Dropped")).await.map(drop)
    };
    let third = act();
    let done = store.act(&third, async |work| work.insert(&facility("After")).await);
    let (undone, dropped, done, ()) = tokio::join!(undone, dropped, done, async {
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
    });
    assert_eq!(undone.unwrap(), ("Before".to_string(), "Undone".to_string()));
    dropped.unwrap();
    let kept = store.peek_all(&Query::<Facility>::all()).await.unwrap();
    let mut kept: Vec<_> = kept.items.iter().map(|stored| (stored.name.as_str(), stored.id)).collect();
    kept.sort_unstable();
    assert_eq!(kept, [("After", done.unwrap()), ("Before", before)]);
    assert_eq!(store.check_audit().await.unwrap().rows, 3);
}

/// A trigger of SQLite cannot give the error of a full disk: there, `full` fills one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_to_all() {
    let (setting, store) = Setting::new(Driver::Postgres).await;
    let full = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$";
    setting.sql(full.to_string()).await;
    setting.sql("CREATE TRIGGER no_room BEFORE INSERT ON audit EXECUTE FUNCTION no_room()".to_string()).await;
    let acts: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { add(&store, Adds::Patients).await })
        })
        .collect();
    for told in acts {
        let error = told.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
    }
    assert_eq!(store.count(&Query::<Patient>::all()).await.unwrap(), 0);
    setting.sql("DROP TRIGGER no_room ON audit".to_string()).await;
    add(&store, Adds::Patients).await.unwrap();
    store.check_audit().await.unwrap();
}
