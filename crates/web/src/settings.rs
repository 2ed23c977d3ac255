//! How a desk is reached, and what follows from it.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};
use zeroize::Zeroizing;

/// How browsers reach the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From this machine alone, without a certificate.
    Loopback,
    /// From elsewhere, under a name with a certificate.
    Tls {
        /// The name that the certificate holds.
        name: String,
    },
    /// From elsewhere, through a proxy that holds the certificate and adds `X-Forwarded-For`.
    Proxy {
        /// The name under which the proxy is reached.
        name: String,
    },
}

/// Why a desk does not start.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReachError {
    /// An address that others reach, without a certificate.
    #[error(
        "error[W0301]: `{0}` can be reached from other machines, and there is no certificate\n  = help: add `--name NAME --cert FILE --key FILE`, or `--behind-proxy NAME` if a proxy holds the certificate, or listen on 127.0.0.1"
    )]
    Open(SocketAddr),
    /// A part of the certificate's options is missing.
    #[error(
        "error[W0302]: `{0}` is missing\n  = help: a certificate takes all three: `--name NAME --cert FILE --key FILE`"
    )]
    Part(&'static str),
    /// Two ways at once.
    #[error(
        "error[W0303]: `--behind-proxy` and `--cert` exclude each other\n  = help: leave out the one that does not hold the certificate"
    )]
    Both,
    /// A name that no browser would send.
    #[error(
        "error[W0304]: the name is not the name of a host\n  = help: write it as browsers do, without scheme and port: desk.example.org"
    )]
    Name,
}

impl Reach {
    /// What the options of `covered serve` ask for.
    ///
    /// # Errors
    /// If others could read what is sent, or an option that belongs to another is missing.
    pub fn of(
        listen: SocketAddr,
        name: Option<&str>,
        has_cert: bool,
        has_key: bool,
        proxy: Option<&str>,
    ) -> Result<Self, ReachError> {
        match (proxy, name, has_cert, has_key) {
            (Some(_), _, true, _) | (Some(_), _, _, true) => Err(ReachError::Both),
            (Some(name), ..) => Ok(Self::Proxy { name: host(name)? }),
            (None, Some(name), true, true) => Ok(Self::Tls { name: host(name)? }),
            (None, None, false, false) if listen.ip().is_loopback() => Ok(Self::Loopback),
            (None, None, false, false) => Err(ReachError::Open(listen)),
            (None, None, ..) => Err(ReachError::Part("--name")),
            (None, _, false, _) => Err(ReachError::Part("--cert")),
            (None, _, _, false) => Err(ReachError::Part("--key")),
        }
    }
}

/// The name of a host in small letters.
fn host(name: &str) -> Result<String, ReachError> {
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
    if name.len() <= 253 && name.split('.').all(is_label) && name.parse::<IpAddr>().is_err() {
        return Ok(name.to_ascii_lowercase());
    }
    Err(ReachError::Name)
}

/// What does not change while a desk serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How it is reached.
    pub reach: Reach,
    /// The port that browsers use.
    pub port: u16,
    /// Whether all records are invented.
    pub is_demo: bool,
    /// What reads the metrics shows this; without one nothing reads them.
    pub metrics_token: Option<Zeroizing<String>>,
}

impl Settings {
    /// Whether a proxy stands before the desk.
    #[must_use]
    pub fn is_behind_proxy(&self) -> bool {
        matches!(self.reach, Reach::Proxy { .. })
    }

    /// Whether browsers reach the desk by `https`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        !matches!(self.reach, Reach::Loopback)
    }

    /// The host that passkeys belong to. Browsers give none to an address in digits.
    #[must_use]
    pub fn host(&self) -> &str {
        match &self.reach {
            Reach::Loopback => "localhost",
            Reach::Tls { name } | Reach::Proxy { name } => name,
        }
    }

    /// Where people begin: `http://localhost:8080`.
    #[must_use]
    pub fn origin(&self) -> String {
        match (&self.reach, self.port) {
            (Reach::Loopback, port) => format!("http://localhost:{port}"),
            (Reach::Proxy { name }, _) | (Reach::Tls { name }, 443) => format!("https://{name}"),
            (Reach::Tls { name }, port) => format!("https://{name}:{port}"),
        }
    }

    /// Whether a request is meant for us: a page of another name that leads here by its DNS is not.
    #[must_use]
    pub fn is_our_host(&self, headers: &HeaderMap) -> bool {
        let Some(host) = headers.get(header::HOST).and_then(|value| value.to_str().ok()) else { return false };
        let name = without_port(host);
        match &self.reach {
            Reach::Loopback => {
                let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
                name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
            }
            Reach::Tls { name: ours } | Reach::Proxy { name: ours } => name.eq_ignore_ascii_case(ours),
        }
    }

    /// Whether a page of this origin is ours.
    #[must_use]
    pub fn is_our_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let scheme = if self.is_secure() { "https://" } else { "http://" };
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        self.is_our_host(headers)
            && origin.strip_prefix(scheme).is_some_and(|of| host.is_some_and(|host| host.eq_ignore_ascii_case(of)))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(listen: &str, name: Option<&str>, cert: bool, key: bool, proxy: Option<&str>) -> Result<Reach, ReachError> {
        Reach::of(listen.parse().unwrap(), name, cert, key, proxy)
    }

    #[test]
    fn others_are_let_in_only_by_tls() {
        let (open, local) = ("0.0.0.0:443", "127.0.0.1:8080");
        assert_eq!(of(local, None, false, false, None), Ok(Reach::Loopback));
        assert_eq!(of("[::1]:8080", None, false, false, None), Ok(Reach::Loopback));
        assert!(matches!(of(open, None, false, false, None), Err(ReachError::Open(_))));
        let name = || "desk.example.org".to_owned();
        assert_eq!(of(open, Some("Desk.example.org"), true, true, None), Ok(Reach::Tls { name: name() }));
        assert_eq!(of(open, None, false, false, Some("desk.example.org")), Ok(Reach::Proxy { name: name() }));
        assert_eq!(of(open, None, true, true, None), Err(ReachError::Part("--name")));
        assert_eq!(of(open, Some("a.org"), false, true, None), Err(ReachError::Part("--cert")));
        assert_eq!(of(open, Some("a.org"), true, false, None), Err(ReachError::Part("--key")));
        assert_eq!(of(open, None, true, true, Some("a.org")), Err(ReachError::Both));
        for bad in ["https://a.org", "a.org:443", "", "10.0.0.1", "a b"] {
            assert_eq!(of(open, None, false, false, Some(bad)), Err(ReachError::Name), "{bad}");
        }
    }

    fn settings(reach: Reach) -> Settings {
        Settings { reach, port: 8080, is_demo: false, metrics_token: None }
    }

    fn host(name: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, name.parse().unwrap())])
    }

    #[test]
    fn a_name_that_leads_here_by_its_dns_is_not_ours() {
        let local = settings(Reach::Loopback);
        for ours in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"] {
            assert!(local.is_our_host(&host(ours)), "{ours}");
        }
        for other in ["rebound.example:8080", "127.0.0.1.example", "10.0.0.7:8080", ""] {
            assert!(!local.is_our_host(&host(other)), "{other}");
        }
        assert!(!local.is_our_host(&HeaderMap::new()));
        let proxied = settings(Reach::Proxy { name: "desk.example.org".to_owned() });
        assert!(proxied.is_our_host(&host("desk.example.org")) && !proxied.is_our_host(&host("localhost:8080")));
    }

    #[test]
    fn an_origin_is_ours_if_scheme_host_and_port_are() {
        let local = settings(Reach::Loopback);
        assert!(local.is_our_origin("http://localhost:8080", &host("localhost:8080")));
        for other in ["http://localhost:9000", "https://localhost:8080", "http://evil.example", "null", ""] {
            assert!(!local.is_our_origin(other, &host("localhost:8080")), "{other}");
        }
    }
}
