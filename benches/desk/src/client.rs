//! HTTP/1.1 as far as a desk on this machine needs it: one connection that is kept, one request after the other.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A reply is a page or an answer; more is a mistake.
const REPLY_BYTES_MAX: usize = 16 << 20;

/// A connection.
pub struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// A reply: its status, and the place of its body in the client's buffer.
pub struct Reply<'a> {
    /// The number.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

/// A request as bytes.
#[must_use]
pub fn request(method: &str, path: &str, host: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Client {
    /// A client of a server.
    #[must_use]
    pub fn new(address: SocketAddr) -> Client {
        Client { address, stream: None, buffer: Vec::new() }
    }

    /// Sends a request and reads its reply. It connects where it has to; a connection that the server ended between two requests is made
    /// anew.
    ///
    /// # Errors
    /// If the server is not there, or its reply is none.
    pub async fn send(&mut self, request: &[u8]) -> std::io::Result<Reply<'_>> {
        let was_connected = self.stream.is_some();
        let (status, start) = match self.exchange(request).await {
            Err(_) if was_connected && self.buffer.is_empty() => {
                self.stream = None;
                self.exchange(request).await?
            }
            other => other?,
        };
        Ok(Reply { status, body: &self.buffer[start..] })
    }

    async fn exchange(&mut self, request: &[u8]) -> std::io::Result<(u16, usize)> {
        self.buffer.clear();
        let exchanged = self.exchange_once(request).await;
        if exchanged.is_err() {
            self.stream = None;
        }
        exchanged
    }

    async fn exchange_once(&mut self, request: &[u8]) -> std::io::Result<(u16, usize)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        let bad = |what| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        let ended = || std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the server ended the connection");
        let start = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ended());
            }
        };
        let head = std::str::from_utf8(&self.buffer[..start]).map_err(|_| bad("a reply is not text"))?;
        let status =
            head.get(9..12).and_then(|number| number.parse().ok()).ok_or_else(|| bad("a reply has no status"))?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let closes = head.lines().any(|line| line.eq_ignore_ascii_case("connection: close"));
        let length = match (length, status) {
            (Some(length), _) if length <= REPLY_BYTES_MAX => length,
            (None, 204 | 304) => 0,
            _ => return Err(bad("a reply does not say how long it is")),
        };
        while self.buffer.len() < start + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ended());
            }
        }
        if closes {
            self.stream = None;
        }
        Ok((status, start))
    }
}
