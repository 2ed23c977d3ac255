//! How much one caller may ask for. Requests are counted in memory, by each server; guesses at sign-in in the store, by all together.
//!
//! Keys are chosen so that nobody can lock out a practice: guesses count for the pair of account and address, so that guesses from
//! elsewhere do not keep the front desk out; what one workstation does is not held against another person.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::SignedDuration;
use store::Actor;
use tokio::sync::Semaphore;

/// Keys that are remembered at once; the least used are forgotten.
const KEYS_MAX: usize = 20_000;

/// What may be asked at once and, after that, each second.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// Each second.
    pub per_second: u32,
}

/// Requests of somebody who is signed in or holds a token: a page with all its parts is thirty, a program's loop some hundred.
pub const SIGNED_IN: Rate = Rate { burst: 2_000, per_second: 1_000 };
/// Requests of one address without a session: a practice behind one address with twenty people who sign in at nine.
pub const ADDRESS: Rate = Rate { burst: 400, per_second: 40 };

/// Guesses for one account from one address before each waits.
pub const FREE_GUESSES: u32 = 4;
/// The longest wait between two guesses.
pub const WAIT_MAX: SignedDuration = SignedDuration::from_mins(15);

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A user or a token.
    Known(Actor),
    /// An address, or the network of 64 bits that one IPv6 customer gets.
    Address([u8; 16]),
}

impl Caller {
    /// An address as it is counted.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        Self::Address(network(address))
    }
}

fn network(address: IpAddr) -> [u8; 16] {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => {
            let mut bytes = address.octets();
            bytes[8..].fill(0);
            bytes
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Thousandths of a request.
    left: u64,
    at: Instant,
}

/// Requests, by caller.
#[derive(Debug, Default)]
pub struct Requests {
    buckets: Mutex<HashMap<Caller, Bucket>>,
}

impl Requests {
    /// Counts a request.
    ///
    /// # Errors
    /// If it is too many: the seconds to wait.
    pub fn take(&self, caller: Caller, now: Instant) -> Result<(), u64> {
        let rate = match caller {
            Caller::Known(_) => SIGNED_IN,
            Caller::Address(_) => ADDRESS,
        };
        let full = u64::from(rate.burst) * 1000;
        let mut buckets = locked(&self.buckets);
        make_room(&mut buckets, |bucket| bucket.at);
        let bucket = buckets.entry(caller).or_insert(Bucket { left: full, at: now });
        let millis = u64::try_from(now.saturating_duration_since(bucket.at).as_millis()).unwrap_or(u64::MAX);
        bucket.left = bucket.left.saturating_add(millis.saturating_mul(u64::from(rate.per_second))).min(full);
        bucket.at = now;
        match bucket.left.checked_sub(1000) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err(1),
        }
    }
}

/// Work that takes a core and much memory, a few pieces at once.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Turns {
    /// So many pieces at once.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Does a piece of work apart from what waits for others; none, if it panicked. Who goes away in between leaves the work behind, and
    /// with it its turn.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = Arc::clone(&self.0).acquire_owned().await.ok()?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.ok()
    }
}

/// The network of an address, as guesses are counted.
#[must_use]
pub fn network_word(address: IpAddr) -> String {
    data_encoding::HEXLOWER.encode(&network(address))
}

/// 0 s for the first guesses, then 1, 2, 4, … up to [`WAIT_MAX`].
#[must_use]
pub fn wait(guesses: u32) -> SignedDuration {
    match guesses.checked_sub(FREE_GUESSES) {
        None => SignedDuration::ZERO,
        Some(more) => SignedDuration::from_secs(1 << more.min(16)).min(WAIT_MAX),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets half of the keys, those used longest ago, when there are too many.
fn make_room<K: Eq + Hash + Copy, V>(map: &mut HashMap<K, V>, used: impl Fn(&V) -> Instant) {
    if map.len() < KEYS_MAX {
        return;
    }
    let mut times: Vec<Instant> = map.values().map(&used).collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    map.retain(|_, value| used(value) > median);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DESK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));
    const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

    #[test]
    fn the_wait_grows_and_ends() {
        let waits: Vec<i64> = (0..9).map(|guesses| wait(guesses).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16]);
        assert_eq!((wait(1000), wait(u32::MAX)), (WAIT_MAX, WAIT_MAX));
    }

    #[tokio::test]
    async fn who_goes_away_does_not_give_their_turn_to_another() {
        let turns = Turns::new(1);
        let (go_on, waits) = std::sync::mpsc::channel::<()>();
        let (began, begins) = tokio::sync::oneshot::channel();
        let first = turns.clone();
        let task = tokio::spawn(async move {
            let work = move || {
                let _ = began.send(());
                let _ = waits.recv();
            };
            first.work(work).await
        });
        begins.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(turns.0.available_permits(), 0, "the work goes on");
        go_on.send(()).unwrap();
        assert_eq!(turns.work(|| 7).await, Some(7));
    }

    #[test]
    fn requests_are_counted_by_caller() {
        let (requests, now) = (Requests::default(), Instant::now());
        let (one, other) = (Caller::of_address(DESK), Caller::of_address(ELSEWHERE));
        for _ in 0..ADDRESS.burst {
            assert_eq!(requests.take(one, now), Ok(()));
        }
        assert_eq!(requests.take(one, now), Err(1));
        assert_eq!(requests.take(other, now), Ok(()));
        assert_eq!(requests.take(one, now + Duration::from_secs(1)), Ok(()));
    }

    #[test]
    fn one_customer_of_ipv6_is_one_caller() {
        let address = |text: &str| Caller::of_address(text.parse().unwrap());
        assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:1"));
        assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
        assert_eq!(address("::ffff:198.51.100.7"), Caller::of_address(DESK));
    }

    #[test]
    fn memory_is_bounded() {
        let (requests, mut now) = (Requests::default(), Instant::now());
        for caller in 0..2 * KEYS_MAX {
            now += Duration::from_micros(1);
            requests.take(Caller::Address((caller as u128).to_be_bytes()), now).unwrap();
        }
        assert!(locked(&requests.buckets).len() <= KEYS_MAX);
    }
}
