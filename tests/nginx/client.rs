//! Clients from anywhere in 127.0.0.0/8.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// The node that answered, and its port.
    pub(crate) fn from(&self) -> (&str, u16) {
        let line = self.body.lines().next().unwrap_or_default();
        let (node, port) = line.split_once(' ').unwrap_or_else(|| panic!("{self:?}"));
        (node, port.parse().unwrap())
    }

    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// A field as it reached the node.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        field(&self.body, name)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name)
    }

    /// What a browser would send back.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.field("Set-Cookie")?.split(';').next()
    }
}

fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut fields = text.lines().filter_map(|line| line.split_once(": "));
    fields
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

pub(crate) trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// Connects from `from`, which is any address of this machine.
pub(crate) fn tcp(from: Ipv4Addr, to: SocketAddrV4) -> io::Result<TcpStream> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &SocketAddrV4::new(from, 0))?;
    connect(&socket, &to)?;
    let stream = TcpStream::from(socket);
    // Only a hang takes this long.
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

/// How a client shakes hands.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) authority: Arc<RootCertStore>,
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) says_name: bool,
}

impl Tls {
    pub(crate) fn stream(
        &self,
        name: &str,
        stream: TcpStream,
    ) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let mut config = ClientConfig::builder_with_protocol_versions(self.versions)
            .with_root_certificates(self.authority.clone())
            .with_no_client_auth();
        config.enable_sni = self.says_name;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream)
    }
}

/// Sends a request and reads until the other side closes; `None` if that comes first.
pub(crate) fn talk(stream: &mut dyn Stream, request: &[u8]) -> Option<Reply> {
    let _ = stream.write_all(request).and_then(|()| stream.flush());
    let mut all = Vec::new();
    // An end without the TLS message for it is an end, too.
    let _ = stream.read_to_end(&mut all);
    let all = String::from_utf8_lossy(&all).into_owned();
    let (head, body) = all.split_once("\r\n\r\n")?;
    Some(Reply {
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// Reads as far as `end`.
pub(crate) fn read_to(stream: &mut dyn Stream, end: &str) -> String {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(end.as_bytes()) {
        assert_eq!(
            stream.read(&mut byte).unwrap(),
            1,
            "{}",
            String::from_utf8_lossy(&all)
        );
        all.push(byte[0]);
    }
    String::from_utf8(all).unwrap()
}
