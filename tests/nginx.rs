//! What `render nginx` writes, with a real NGINX between clients and back ends.

// What a test says is its output, and a broken assumption of a test should end it.
#![allow(clippy::print_stderr, clippy::unwrap_used, clippy::expect_used)]

#[path = "nginx/back_end.rs"]
mod back_end;
#[path = "nginx/client.rs"]
mod client;
#[path = "nginx/lab.rs"]
mod lab;
#[path = "nginx/nodes.rs"]
mod nodes;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};

use client::{read_to, tcp};
use lab::{Call, Lab, nginx_is_here};

/// Gateways split into a manager and workers, key managers on the port of the API calls.
const SPLIT: &str = r#"
version = "2.6.0"
[load_balancers.gw]
host_name     = "gw.example.com"
mgt_host_name = "mgt.example.com"
address       = "192.0.2.1"
traffic       = { http = PORT.traffic, https = PORT.tlstraffic }
servlet       = { http = PORT.servlet, https = PORT.tlsservlet }
websocket     = { ws = PORT.socket, wss = PORT.tlssocket }
[load_balancers.km]
host_name = "km.example.com"
address   = "192.0.2.1"
servlet   = { https = PORT.tlstraffic }
[profiles.gateway-manager]
behind = "gw"
[profiles.gateway-worker]
behind = "gw"
[profiles.key-manager]
behind = "km"
[nodes]
gw-m = { profile = "gateway-manager", host = "NODE.1" }
gw-1 = { profile = "gateway-worker", host = "NODE.2" }
gw-2 = { profile = "gateway-worker", host = "NODE.3", port_offset = 3 }
km-1 = { profile = "key-manager", host = "NODE.4", port_offset = 1 }
km-2 = { profile = "key-manager", host = "NODE.5" }
"#;

const SPLIT_NODES: &[(&str, u8, u16)] = &[
    ("gw-m", 1, 0),
    ("gw-1", 2, 0),
    ("gw-2", 3, 3),
    ("km-1", 4, 1),
    ("km-2", 5, 0),
];

/// Gateways that are everything, three publishers and two stores.
const WHOLE: &str = r#"
version = "2.6.0"
[load_balancers.gw-1]
host_name = "gw.example.com"
traffic   = { http = PORT.traffic, https = PORT.tlstraffic }
servlet   = { https = PORT.tlsservlet }
[load_balancers.publisher]
host_name = "publisher.example.com"
servlet   = { http = PORT.servlet, https = PORT.tlsservlet }
[load_balancers.store]
host_name = "store.example.com"
servlet   = { https = PORT.tlsservlet }
[profiles.gateway]
behind = "gw-1"
[profiles.publisher]
behind = "publisher"
[profiles.store]
behind = "store"
[nodes]
gw-a        = { profile = "gateway", host = "NODE.1" }
gw-b        = { profile = "gateway", host = "NODE.2", port_offset = 7 }
default     = { profile = "publisher", host = "NODE.3" }
"pub 2"     = { profile = "publisher", host = "NODE.4", port_offset = 1 }
"pub;}\"$3" = { profile = "publisher", host = "NODE.5" }
store-1     = { profile = "store", host = "NODE.6" }
store-2     = { profile = "store", host = "NODE.7", port_offset = 2 }
"#;

const WHOLE_NODES: &[(&str, u8, u16)] = &[
    ("gw-a", 1, 0),
    ("gw-b", 2, 7),
    ("pub-1", 3, 0),
    ("pub-2", 4, 1),
    ("pub-3", 5, 0),
    ("store-1", 6, 0),
    ("store-2", 7, 2),
];

fn split() -> Option<Lab> {
    nginx_is_here().then(|| Lab::start(SPLIT, SPLIT_NODES))
}

fn whole() -> Option<Lab> {
    nginx_is_here().then(|| Lab::start(WHOLE, WHOLE_NODES))
}

/// The nodes and ports that answer many calls.
fn answer(lab: &Lab, call: &Call<'_>) -> BTreeSet<(String, u16)> {
    let replies = (0..24).map(|_| lab.call(call));
    let places = replies.map(|reply| {
        let (node, port) = reply.from();
        (node.to_owned(), port)
    });
    places.collect()
}

fn places(all: &[(&str, u16)]) -> BTreeSet<(String, u16)> {
    all.iter()
        .map(|(node, port)| ((*node).to_owned(), *port))
        .collect()
}

#[test]
fn every_name_and_port_leads_to_its_nodes() {
    let Some(lab) = split() else { return };
    for (host, port, expect) in [
        (
            "gw.example.com",
            "traffic",
            &[("gw-1", 8280), ("gw-2", 8283)][..],
        ),
        (
            "gw.example.com",
            "tlstraffic",
            &[("gw-1", 8243), ("gw-2", 8246)],
        ),
        ("mgt.example.com", "servlet", &[("gw-m", 9763)]),
        ("mgt.example.com", "tlsservlet", &[("gw-m", 9443)]),
        // Services are called by it.
        ("gw.example.com", "tlsservlet", &[("gw-m", 9443)]),
        (
            "GW.example.com",
            "traffic",
            &[("gw-1", 8280), ("gw-2", 8283)],
        ),
        (
            "km.example.com",
            "tlstraffic",
            &[("km-1", 9444), ("km-2", 9443)],
        ),
    ] {
        assert_eq!(
            answer(&lab, &Call::to(host, port)),
            places(expect),
            "{host} {port}"
        );
    }
}

#[test]
fn gateways_that_are_everything() {
    let Some(lab) = whole() else { return };
    for (port, expect) in [
        ("traffic", &[("gw-a", 8280), ("gw-b", 8287)]),
        ("tlstraffic", &[("gw-a", 8243), ("gw-b", 8250)]),
        ("tlsservlet", &[("gw-a", 9443), ("gw-b", 9450)]),
    ] {
        assert_eq!(
            answer(&lab, &Call::to("gw.example.com", port)),
            places(expect),
            "{port}"
        );
    }
}

#[test]
fn nodes_learn_who_called_and_how() {
    let Some(lab) = split() else { return };
    for (host, port, scheme) in [
        ("gw.example.com", "traffic", "http"),
        ("gw.example.com", "tlstraffic", "https"),
        ("mgt.example.com", "tlsservlet", "https"),
    ] {
        let call = Call::to(host, port)
            .from([77, 9])
            .field("X-Forwarded-For", "203.0.113.9")
            .field("X-Forwarded-Proto", "gopher");
        let reply = lab.call(&call);
        let number = lab.port(port).to_string();
        let host_and_port = format!("{host}:{number}");
        for (field, expect) in [
            ("Host", host_and_port.as_str()),
            ("X-Forwarded-Host", &host_and_port),
            ("X-Forwarded-Server", host),
            ("X-Forwarded-Port", &number),
            ("X-Forwarded-Proto", scheme),
            // What a client says of itself is not believed.
            ("X-Forwarded-For", "127.77.9.1"),
            ("X-Real-IP", "127.77.9.1"),
        ] {
            assert_eq!(reply.sent(field), Some(expect), "{port} {field}: {reply:?}");
        }
        assert_eq!(
            reply.sent("Connection"),
            None,
            "connections to nodes are kept: {reply:?}"
        );
        // As the client wrote it.
        assert!(reply.body.contains("GET /path?a=%2F HTTP/1.1"), "{reply:?}");
    }
    let call = Call::to("gw.example.com", "traffic").field("api_key", "k");
    assert_eq!(lab.call(&call).sent("api_key"), Some("k"));
}

#[test]
fn names_that_nobody_has_get_nothing() {
    let Some(lab) = split() else { return };
    for (host, port) in [
        ("unknown.example.com", "traffic"),
        ("unknown.example.com", "servlet"),
        ("mgt.example.com", "traffic"),
        ("km.example.com", "tlsservlet"),
        ("gw.example.com.evil.example", "tlstraffic"),
    ] {
        // By the handshake they are let in, for a certificate that is not theirs.
        assert!(
            lab.try_call(&Call::to(host, port)).is_none(),
            "{host} {port}"
        );
    }
    let mut stream = lab.connect([5, 1], "gw.example.com", "tlstraffic").unwrap();
    let request = lab.request(&Call::to("unknown.example.com", "tlstraffic"));
    assert!(client::talk(&mut *stream, &request).is_none());
    // What else this NGINX serves goes on.
    let reply = lab.call(&Call::to("other.example.org", "traffic"));
    assert_eq!(reply.body, "other");
}

const VERSIONS: [&[&rustls::SupportedProtocolVersion]; 2] =
    [&[&rustls::version::TLS12], &[&rustls::version::TLS13]];

#[test]
fn certificates_and_protocols() {
    let Some(lab) = split() else { return };
    let to = |port| SocketAddrV4::new(lab.address, lab.port(port));
    let from = Ipv4Addr::new(127, 5, 1, 1);
    for (name, port) in [
        ("gw.example.com", "tlstraffic"),
        ("km.example.com", "tlstraffic"),
        ("mgt.example.com", "tlsservlet"),
        ("gw.example.com", "tlssocket"),
    ] {
        for versions in VERSIONS {
            let mut tls = lab.tls.clone();
            tls.versions = versions;
            tls.stream(name, tcp(from, to(port)).unwrap()).unwrap();
        }
    }
    // Each has its own certificate, and another authority is not believed.
    let wrong = lab
        .tls
        .stream("store.example.com", tcp(from, to("tlstraffic")).unwrap());
    assert!(wrong.is_err());
    let mut strangers = lab.tls.clone();
    strangers.authority = rustls::RootCertStore::empty().into();
    assert!(
        strangers
            .stream("gw.example.com", tcp(from, to("tlstraffic")).unwrap())
            .is_err()
    );
    // TLS 1.1, with a suite that it has, is answered with the alert `protocol_version`.
    for version in [1, 2] {
        let mut stream = tcp(from, to("tlstraffic")).unwrap();
        stream.write_all(&client_hello(version)).unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(
            (answer[0], answer[6]),
            (21, 70),
            "TLS 1.{}: {answer:?}",
            version - 1
        );
    }
    // A client that does not say whom it wants to reach is served by what it asks for then.
    let mut silent = lab.tls.clone();
    silent.says_name = false;
    let mut stream = silent
        .stream("gw.example.com", tcp(from, to("tlstraffic")).unwrap())
        .unwrap();
    let request = lab.request(&Call::to("km.example.com", "tlstraffic"));
    let reply = client::talk(&mut stream, &request).unwrap();
    assert!(reply.from().0.starts_with("km-"), "{reply:?}");
}

/// The first message of a client that knows no more than TLS 1.(version - 1).
fn client_hello(version: u8) -> Vec<u8> {
    // ECDHE-RSA and -ECDSA with AES128-SHA; secp256r1, uncompressed points.
    let suites = [0xc0, 0x13, 0xc0, 0x09];
    let extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0];
    let mut body = vec![3, version];
    body.extend([7; 32]);
    body.push(0);
    body.extend([0, 4]);
    body.extend(suites);
    body.extend([1, 0]);
    body.extend([0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let length = u8::try_from(body.len()).unwrap();
    let mut message = vec![22, 3, version, 0, length + 4, 1, 0, 0, length];
    message.extend(body);
    message
}

#[test]
fn sizes_and_streams() {
    let Some(mut lab) = whole() else { return };
    let upload = |length| {
        Call::to("publisher.example.com", "tlsservlet")
            .line("POST /")
            .body(length)
    };
    assert_eq!(lab.call(&upload(3_000_000)).status(), 200);
    let mut announced = upload(0);
    announced.fields = "Content-Length: 104857601\r\n".to_owned();
    assert_eq!(lab.call(&announced).status(), 413);
    assert_eq!(
        lab.call(
            &Call::to("gw.example.com", "traffic")
                .line("PUT /")
                .body(3_000_000)
        )
        .status(),
        200
    );
    // The first half comes while the node is still at the second.
    let mut stream = lab.connect([5, 1], "gw.example.com", "tlstraffic").unwrap();
    let request = lab.request(&Call::to("gw.example.com", "tlstraffic").line("GET /slow"));
    stream.write_all(&request).unwrap();
    read_to(&mut *stream, "GET /slow");
    for node in ["gw-a", "gw-b"] {
        lab.back_end(node).go_on();
    }
    read_to(&mut *stream, "\r\n\r\n");
}

#[test]
fn web_sockets_pass_both_ways() {
    let Some(lab) = split() else { return };
    for (port, node_ports) in [("socket", [9099, 9102]), ("tlssocket", [8099, 8102])] {
        let mut nodes = BTreeSet::new();
        let mut open = Vec::new();
        for _ in 0..4 {
            let mut stream = lab.connect([5, 1], "gw.example.com", port).unwrap();
            let request = format!(
                "GET /chat HTTP/1.1\r\nHost: gw.example.com:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                lab.port(port)
            );
            stream.write_all(request.as_bytes()).unwrap();
            stream.flush().unwrap();
            let head = read_to(&mut *stream, "\r\n\r\n");
            assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
            assert!(head.contains("X-Connection: upgrade\r\n"), "{head}");
            nodes.extend(
                head.lines()
                    .filter_map(|line| line.strip_prefix("X-Node: "))
                    .map(str::to_owned),
            );
            for message in [&b"\x81\x85\x01\x02\x03\x04hello"[..], b"\0\xff again"] {
                stream.write_all(message).unwrap();
                stream.flush().unwrap();
                let mut back = vec![0; message.len()];
                stream.read_exact(&mut back).unwrap();
                assert_eq!(back, message);
            }
            open.push(stream);
        }
        let expect = [
            format!("gw-1 {}", node_ports[0]),
            format!("gw-2 {}", node_ports[1]),
        ];
        assert_eq!(nodes, BTreeSet::from(expect));
    }
    // No other way of leaving HTTP is offered to a node.
    for port in ["traffic", "socket"] {
        let call = Call::to("gw.example.com", port).field("Upgrade", "h2c");
        let reply = lab.call(&call);
        assert_eq!(
            (reply.status(), reply.sent("Connection")),
            (200, None),
            "{port}"
        );
    }
}
