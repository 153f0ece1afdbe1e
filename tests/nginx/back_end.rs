//! Nodes, as far as a load balancer can tell: each answers with its name, its port and the request.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rcgen::CertifiedKey;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a node listens at, without its offset; those with TLS second.
const PLAIN: [u16; 3] = [8280, 9763, 9099];
const SECURE: [u16; 3] = [8243, 9443, 8099];

/// A running node.
pub(crate) struct BackEnd {
    address: Ipv4Addr,
    offset: u16,
    state: Arc<State>,
    accepting: Vec<JoinHandle<()>>,
}

struct State {
    name: String,
    stopped: AtomicBool,
    /// Requests that were read and not answered.
    dropped: AtomicUsize,
    /// Whether answers that were begun may be ended.
    go_on: AtomicBool,
    tls: Arc<ServerConfig>,
}

impl BackEnd {
    pub(crate) fn start(name: &str, address: Ipv4Addr, offset: u16) -> Self {
        let mut back_end = Self {
            address,
            offset,
            state: Arc::new(State {
                name: name.to_owned(),
                stopped: AtomicBool::new(false),
                dropped: AtomicUsize::new(0),
                go_on: AtomicBool::new(false),
                tls: self_signed(),
            }),
            accepting: Vec::new(),
        };
        for (port, secure) in PLAIN
            .map(|port| (port, false))
            .into_iter()
            .chain(SECURE.map(|port| (port, true)))
        {
            back_end.listen(port + offset, secure);
        }
        back_end
    }

    fn listen(&mut self, port: u16, secure: bool) {
        let listener = TcpListener::bind(SocketAddrV4::new(self.address, port)).unwrap();
        let state = self.state.clone();
        self.accepting.push(thread::spawn(move || {
            for stream in listener.incoming() {
                if state.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), state) = (stream, state.clone()) else {
                    continue;
                };
                thread::spawn(move || {
                    // So that an idle connection sees that the node is stopped.
                    stream
                        .set_read_timeout(Some(Duration::from_millis(50)))
                        .unwrap();
                    let _ = match secure {
                        false => serve(stream, &state, port),
                        true => {
                            let tls = ServerConnection::new(state.tls.clone()).unwrap();
                            serve(StreamOwned::new(tls, stream), &state, port)
                        }
                    };
                });
            }
        }));
    }

    /// From now on nothing answers, as when its machine is up and its process gone.
    pub(crate) fn stop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        for port in PLAIN.into_iter().chain(SECURE) {
            let _ = TcpStream::connect(SocketAddrV4::new(self.address, port + self.offset));
        }
        for accepting in self.accepting.drain(..) {
            accepting.join().unwrap();
        }
    }

    pub(crate) fn dropped(&self) -> usize {
        self.state.dropped.load(Ordering::SeqCst)
    }

    pub(crate) fn go_on(&self) {
        self.state.go_on.store(true, Ordering::SeqCst);
    }
}

impl Drop for BackEnd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The stock certificate of the product is like this one.
fn self_signed() -> Arc<ServerConfig> {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    Arc::new(
        config
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap(),
    )
}

/// Reads on until there is something; nothing at the end, and when the node is stopped.
fn read(stream: &mut impl Read, state: &State, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if state.stopped.load(Ordering::SeqCst) {
                    return Ok(0);
                }
            }
            other => return other,
        }
    }
}

fn serve(mut stream: impl Read + Write, state: &State, port: u16) -> io::Result<()> {
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if read(&mut stream, state, &mut byte)? == 0 {
                return Ok(());
            }
            head.push(byte[0]);
        }
        if state.stopped.load(Ordering::SeqCst) {
            return Ok(());
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let lines = || head.lines().filter_map(|line| line.split_once(": "));
        let field = |name: &str| lines().find(|(field, _)| field.eq_ignore_ascii_case(name));
        let mut rest: usize =
            field("content-length").map_or(0, |(_, length)| length.parse().unwrap());
        let mut buffer = vec![0; 64 * 1024];
        while rest > 0 {
            let length = buffer.len().min(rest);
            match read(&mut stream, state, &mut buffer[..length])? {
                0 => return Ok(()),
                read => rest -= read,
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default();
        if path == "/drop" {
            state.dropped.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        }
        let connection = field("connection").map_or("", |(_, value)| value);
        if let Some((_, protocol)) =
            field("upgrade").filter(|_| connection.eq_ignore_ascii_case("upgrade"))
        {
            write!(
                stream,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: {protocol}\r\nConnection: Upgrade\r\n\
                 X-Node: {} {port}\r\nX-Connection: {connection}\r\n\r\n",
                state.name
            )?;
            stream.flush()?;
            return echo(&mut stream, state);
        }
        let body = format!("{} {port}\n{head}", state.name);
        let (first, second) = body.split_at(body.len() / 2);
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{first}",
            body.len()
        )?;
        stream.flush()?;
        if path == "/slow" {
            let mut waits = 0..200;
            while !state.go_on.load(Ordering::SeqCst) {
                // The first half has not come through.
                if waits.next().is_none() {
                    return Ok(());
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
        stream.write_all(second.as_bytes())?;
        stream.flush()?;
    }
}

fn echo(stream: &mut (impl Read + Write), state: &State) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match read(stream, state, &mut buffer)? {
            0 => return Ok(()),
            length => stream.write_all(&buffer[..length])?,
        }
        stream.flush()?;
    }
}
