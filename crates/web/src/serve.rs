//! Listening: without a certificate on this machine alone, with one elsewhere; and ending without cutting anybody off.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::Desk;
use crate::hooks::courier::Courier;
use crate::hooks::outside::Outside;

/// Requests that are under way when the server is told to end may go on for so long.
const LAST_REQUESTS: Duration = Duration::from_secs(20);
/// A client that says nothing is let go.
const FIRST_BYTES: Duration = Duration::from_secs(10);
/// Replies to requests that come twice are kept for so long.
const REPLIES_KEPT_HOURS: i64 = 24;
/// How often what is old is forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(3600);

/// Why a desk does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody listens there, or this program may not.
    #[error(
        "error[W0305]: cannot listen on `{address}`: {source}\n  = help: stop what listens there, or name another address with `--listen`"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The certificate cannot be used.
    #[error(
        "error[W0306]: the certificate or its key cannot be used: {0}\n  = help: name files in PEM: the chain, and the key that belongs to it"
    )]
    Certificate(String),
    /// The server ended.
    #[error(
        "error[W0307]: the server ended: {0}\n  = help: start it again; if it happens again, look at the system's log"
    )]
    Ended(std::io::Error),
}

/// A certificate and its key.
pub struct Certificate(RustlsConfig);

impl Certificate {
    /// Reads files in PEM.
    ///
    /// # Errors
    /// If one cannot be read, or they do not belong together.
    pub fn read(chain: &Path, key: &Path) -> Result<Self, ServeError> {
        let failed = |what: &Path, error: &dyn std::fmt::Display| {
            ServeError::Certificate(format!("`{}`: {error}", what.display()))
        };
        let certificates = CertificateDer::pem_file_iter(chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| failed(chain, &error))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(key, &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(chain, &error))?
            .with_no_client_auth()
            .with_single_cert(certificates, private)
            .map_err(|error| failed(key, &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(RustlsConfig::from_config(Arc::new(config))))
    }
}

/// A place to listen at, which nobody else has.
///
/// # Errors
/// If somebody listens there.
pub fn listen(address: SocketAddr) -> Result<std::net::TcpListener, ServeError> {
    let listening = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listening.map_err(|source| ServeError::Listen { address, source })
}

/// Serves until `stop` is ready; then no new request is taken, and those under way are finished.
///
/// # Errors
/// If the server ends by itself.
pub async fn serve(
    desk: Desk,
    listener: std::net::TcpListener,
    certificate: Option<Certificate>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let service = crate::router(&desk).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        stop.await;
        tracing::info!("ending: no new request is taken");
        ending.graceful_shutdown(Some(LAST_REQUESTS));
    });
    let tidying = tokio::spawn(tidy(desk.clone()));
    let sending = (!desk.demo()).then(|| tokio::spawn(Courier::new(desk.clone(), Outside::default()).run()));
    let served = match certificate {
        Some(Certificate(config)) => {
            let server = axum_server::from_tcp_rustls(listener, config).map_err(ServeError::Ended)?;
            let server = server.map(|tls| tls.acceptor(NoDelayAcceptor::new()));
            server.handle(handle).first_request_timeout(FIRST_BYTES).serve(service).await
        }
        None => {
            let server = axum_server::from_tcp(listener).map_err(ServeError::Ended)?;
            let server = server.acceptor(NoDelayAcceptor::new());
            server.handle(handle).first_request_timeout(FIRST_BYTES).serve(service).await
        }
    };
    tidying.abort();
    if let Some(sending) = sending {
        sending.abort();
    }
    desk.store().close().await;
    served.map_err(ServeError::Ended)
}

async fn tidy(desk: Desk) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        let before = desk.now() - jiff::SignedDuration::from_hours(REPLIES_KEPT_HOURS);
        match desk.store().forget_replies(before).await {
            Ok(forgotten) => tracing::info!(forgotten, "old replies are forgotten"),
            Err(error) => tracing::error!(code = error.code(), "old replies could not be forgotten"),
        }
        if let Err(error) = desk.store().tidy_sign_in(desk.now()).await {
            tracing::error!(code = error.code(), "what is old of sign-in could not be forgotten");
        }
        if let Err(error) = Courier::tidy(&desk).await {
            tracing::error!(code = error.code(), "old messages to webhooks could not be forgotten");
        }
    }
}

/// Until the system asks the program to end.
pub async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    let mut terminated = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminated) => terminated,
        Err(_) => {
            let _ = interrupted.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}

/// Writes what happens to standard error, one JSON object a line. A panic is told by its place alone: what it says may be a patient's.
pub fn write_logs() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("COVERED_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,web=info,store=info,covered=info"));
    let logs = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let _ = logs.with_env_filter(filter).with_writer(std::io::stderr).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place = place.as_deref(), "a bug: this place panicked");
    }));
}
