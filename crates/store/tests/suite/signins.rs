//! What two servers on one database know of sign-in: uses of sessions, and guesses.

use jiff::{SignedDuration, Timestamp};
use store::nouns::{Session, User};
use store::{GUESSES_KEPT, Id, Phi, Purpose, Role, Store};

use crate::databases::{Driver, NOON, Setting, act, both};

both!(uses_are_known_to_every_server, guesses_are_counted_for_every_server);

fn user() -> User {
    User::new("ada@example.org", "Ada Invented", Role::FrontDesk)
}

fn session(user: Id<User>) -> Session {
    Session {
        user,
        token_sha256: Phi::new("00".to_string()),
        device: "a browser".to_string(),
        purpose: Purpose::Payment,
        facility: None,
        seen_at: NOON,
        ends_at: NOON + SignedDuration::from_hours(12),
        locked: false,
        ended_at: None,
        kept: serde_json::Value::Null,
    }
}

fn after(seconds: i64) -> Timestamp {
    NOON + SignedDuration::from_secs(seconds)
}

async fn uses_are_known_to_every_server(driver: Driver) {
    let (setting, one) = Setting::new(driver).await;
    let other = Store::open(&setting.options).await.unwrap();
    let (user, session) = one
        .act(&act(), async |work| {
            let user = work.insert(&user()).await?;
            Ok::<_, store::StoreError>((user, work.insert(&session(user)).await?))
        })
        .await
        .unwrap();
    let entries = one.check_audit().await.unwrap().head.seq;
    let standing = other.standing(session, user).await.unwrap().unwrap();
    assert_eq!((standing.session, standing.user, standing.used_at), (1, 1, None));
    one.used(session, after(60)).await.unwrap();
    assert_eq!(other.standing(session, user).await.unwrap().unwrap().used_at, Some(after(60)));
    // A server whose clock is behind takes nothing back.
    other.used(session, after(30)).await.unwrap();
    assert_eq!(one.last_uses().await.unwrap()[&session], after(60));
    let in_act = one.act(&act(), async |work| work.last_use(session).await).await.unwrap();
    assert_eq!(in_act, Some(after(60)));
    // Use is no entry of the audit; a change of the record is seen by its version.
    assert_eq!(one.check_audit().await.unwrap().head.seq, entries);
    let locked = async |work: &mut store::Work| {
        let mut stored = work.get(session).await?;
        stored.body.locked = true;
        work.update(session, stored.version, &stored.body).await
    };
    other.act(&act(), locked).await.unwrap();
    assert_eq!(one.standing(session, user).await.unwrap().unwrap().session, 2);
    assert_eq!(one.standing(Id::new(NOON), user).await.unwrap(), None);
    one.tidy_sign_in(after(60) + GUESSES_KEPT + SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(other.standing(session, user).await.unwrap().unwrap().used_at, None);
}

async fn guesses_are_counted_for_every_server(driver: Driver) {
    let (setting, one) = Setting::new(driver).await;
    let other = Store::open(&setting.options).await.unwrap();
    let wait = |count: u32| SignedDuration::from_secs(if count < 2 { 0 } else { 60 });
    // At once, from both: two are let through, and no more.
    let mut tasks = Vec::new();
    for number in 0..12 {
        let store = if number % 2 == 0 { one.clone() } else { other.clone() };
        tasks.push(tokio::spawn(async move { store.guess("ada@example.org", "desk", NOON, wait).await.unwrap() }));
    }
    let mut let_through = 0;
    for task in tasks {
        let left = task.await.unwrap();
        let_through += u32::from(left.is_none());
        assert!(left.is_none_or(|left| left == SignedDuration::from_secs(60)), "{left:?}");
    }
    assert_eq!(let_through, 2);
    let guess = async |account: &str, network: &str, at| one.guess(account, network, at, wait).await.unwrap();
    assert_eq!(guess("ada@example.org", "desk", after(59)).await, Some(SignedDuration::from_secs(1)));
    assert_eq!(guess("ada@example.org", "elsewhere", after(59)).await, None);
    assert_eq!(guess("bea@example.org", "desk", after(59)).await, None);
    assert_eq!(guess("ada@example.org", "desk", after(60)).await, None);
    other.guessed_right("ada@example.org", "desk").await.unwrap();
    assert_eq!(guess("ada@example.org", "desk", after(61)).await, None);
    // After a day without one, they are forgotten.
    assert_eq!(guess("ada@example.org", "desk", after(61)).await, None);
    assert!(guess("ada@example.org", "desk", after(62)).await.is_some());
    let later = after(63) + GUESSES_KEPT;
    assert_eq!(guess("ada@example.org", "desk", later).await, None);
    assert_eq!(one.tidy_sign_in(later).await.unwrap(), 2, "those of the others");
}
