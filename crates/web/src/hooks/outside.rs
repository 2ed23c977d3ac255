//! The way out: `https` alone, to addresses that everybody reaches, and to the very address that was checked.
//!
//! A name is looked up once for each message. If one of its addresses lies in a network of one's own, nothing is sent; else the connection
//! goes to what was looked up, so that a name cannot lead elsewhere in between. No proxy, no redirect, no cookie, no connection that is
//! kept open.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// From looking the name up to the reply's first line and headers.
pub const TIME_MAX: Duration = Duration::from_secs(15);
/// Headers of a reply; its body is not read.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Which addresses may be told.
pub type Admits = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// Blocks of IPv4 that lead to nobody outside, by first address and length: the registry of special purposes of IANA, and multicast.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Blocks of IPv6 inside of 2000::/3 that lead to nobody outside, or to an address of IPv4 that they hide.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one that everybody reaches. Of IPv6 that is 2000::/3, but for what is set apart in it; addresses that carry
/// one of IPv4 are not among them.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            !NOT_PUBLIC_V4.iter().any(|(first, length)| (bits ^ u32::from(*first)) >> (32 - length) == 0)
        }
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            bits >> 125 == 1
                && !NOT_PUBLIC_V6.iter().any(|(first, length)| (bits ^ u128::from(*first)) >> (128 - length) == 0)
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The name leads into a network of one's own, or to this machine.
    NotPublic,
    /// The name leads nowhere.
    NoHost,
    /// It took too long.
    Slow,
    /// The certificate is not good for the name, or TLS failed.
    Tls,
    /// Nobody listens there, or the connection broke.
    Connection,
    /// What came back is no HTTP.
    Reply,
}

impl Trouble {
    /// The word under which it is kept.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotPublic => "not-public",
            Self::NoHost => "no-host",
            Self::Slow => "slow",
            Self::Tls => "tls",
            Self::Connection => "connection",
            Self::Reply => "reply",
        }
    }
}

/// What was looked up leads into a network of one's own.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that not everybody reaches")]
struct NotPublic;

/// Looks names up, and gives out nothing that may not be told.
struct Checked {
    looks_up: Box<dyn Resolver>,
    admits: Admits,
}

impl fmt::Debug for Checked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Checked").field("looks_up", &self.looks_up).finish_non_exhaustive()
    }
}

impl Resolver for Checked {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.looks_up.resolve(uri, config, timeout)?;
        if found.iter().all(|address| (self.admits)(address.ip())) {
            Ok(found)
        } else {
            Err(Error::Other(Box::new(NotPublic)))
        }
    }
}

/// The way out.
#[derive(Clone)]
pub struct Outside(Agent);

impl Default for Outside {
    /// By this machine's own look-up of names, to public addresses, with the certificates that Mozilla trusts.
    fn default() -> Self {
        Self::new(Box::new(DefaultResolver::default()), Arc::new(is_public), RootCerts::WebPki, TIME_MAX)
    }
}

impl Outside {
    /// A way out that looks names up, admits addresses, trusts certificates and waits as it is told: for receivers in a test.
    #[must_use]
    pub fn told(
        looks_up: Box<dyn Resolver>,
        admits: Admits,
        trusts: Vec<Certificate<'static>>,
        time_max: Duration,
    ) -> Self {
        Self::new(looks_up, admits, RootCerts::from(trusts), time_max)
    }

    fn new(looks_up: Box<dyn Resolver>, admits: Admits, trusts: RootCerts, time_max: Duration) -> Self {
        let config = Agent::config_builder()
            .https_only(true)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .max_response_header_size(HEADER_BYTES_MAX)
            .timeout_global(Some(time_max))
            .user_agent(concat!("covered/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(trusts).build())
            .build();
        Self(Agent::with_parts(config, DefaultConnector::default(), Checked { looks_up, admits }))
    }

    /// Sends a message and waits for the status of the reply; blocks until then, at most [`TIME_MAX`].
    ///
    /// # Errors
    /// If there is no reply.
    pub fn post(&self, address: &str, headers: &[(&str, &str)], body: &str) -> Result<u16, Trouble> {
        let mut request = self.0.post(address).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(body).map(|reply| reply.status().as_u16()).map_err(|error| trouble(&error))
    }
}

fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Other(inner) if inner.is::<NotPublic>() => Trouble::NotPublic,
        Error::HostNotFound => Trouble::NoHost,
        Error::Timeout(_) => Trouble::Slow,
        Error::Tls(_) | Error::Rustls(_) => Trouble::Tls,
        Error::Io(inner) if inner.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => Trouble::Tls,
        Error::Io(_) | Error::ConnectionFailed => Trouble::Connection,
        _ => Trouble::Reply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides of every block.
    #[test]
    fn what_leads_into_a_network_of_ones_own_is_not_public() {
        for inside in [
            "0.0.0.0",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "100::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1111",
            "3ffe::1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
