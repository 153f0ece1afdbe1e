//! A deployment with everything that runs: back ends, and NGINX with what was rendered in front of them.
//!
//! Everything is bound to addresses of 127.0.0.0/8 that no other run has; of the rendered files nothing is
//! changed but that `listen`, which is for all addresses, becomes one of them.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tempfile::TempDir;

use crate::back_end::BackEnd;
use crate::client::{Reply, Stream, Tls, talk, tcp};

/// True where NGINX can be run; otherwise says what is skipped.
pub(crate) fn nginx_is_here() -> bool {
    let there = Command::new("nginx")
        .arg("-v")
        .stderr(Stdio::null())
        .status();
    let there = there.is_ok_and(|status| status.success());
    if !there {
        eprintln!("SKIPPED: needs `nginx`, which is not here");
    }
    there
}

/// Where and as whom a client calls.
#[derive(Clone)]
pub(crate) struct Call<'c> {
    pub(crate) from: [u8; 2],
    pub(crate) host: &'c str,
    pub(crate) port: &'c str,
    pub(crate) line: &'c str,
    pub(crate) fields: String,
    pub(crate) body: Vec<u8>,
}

impl<'c> Call<'c> {
    pub(crate) fn to(host: &'c str, port: &'c str) -> Self {
        Self {
            from: [5, 1],
            host,
            port,
            line: "GET /path?a=%2F",
            fields: String::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn from(mut self, from: [u8; 2]) -> Self {
        self.from = from;
        self
    }

    pub(crate) fn line(mut self, line: &'c str) -> Self {
        self.line = line;
        self
    }

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(crate) fn body(mut self, length: usize) -> Self {
        self.body = vec![b'x'; length];
        self.field("Content-Length", &length.to_string())
    }
}

/// A running deployment.
pub(crate) struct Lab {
    nginx: Child,
    pub(crate) address: Ipv4Addr,
    ports: Vec<(String, u16)>,
    pub(crate) back_ends: Vec<(String, BackEnd)>,
    pub(crate) tls: Tls,
    place: TempDir,
}

impl Lab {
    /// `deployment` may name ports as `PORT.NAME`, those with TLS beginning with `tls`, and nodes'
    /// addresses as `NODE.1`; `nodes` are the names, numbers and offsets of the nodes that run.
    pub(crate) fn start(deployment: &str, nodes: &[(&str, u8, u16)]) -> Self {
        let number = RandomState::new().build_hasher().finish().to_be_bytes();
        let network = [16 + number[0] % 200, 1 + number[1] % 250];
        let here = |host: u8| Ipv4Addr::new(127, network[0], network[1], host);
        let address = here(200);
        let place = tempfile::Builder::new()
            .prefix("apim-patch-nginx-")
            .tempdir()
            .unwrap();
        // NGINX's workers are another user where it is started by root.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();

        let mut text = deployment.to_owned();
        let mut ports = Vec::new();
        let mut held = Vec::new();
        while let Some(start) = text.find("PORT.") {
            let name: String = text[start + 5..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            let listener = TcpListener::bind(SocketAddrV4::new(address, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            text = text.replace(&format!("PORT.{name}"), &port.to_string());
            ports.push((name, port));
            held.push(listener);
        }
        text = text.replace("NODE.", &format!("127.{}.{}.", network[0], network[1]));
        let file = place.path().join("cluster.toml");
        fs::write(&file, &text).unwrap();
        drop(held);

        let certificates = place.path().join("certificates");
        let authority = make_certificates(&file, &certificates);
        let rendered = place.path().join("conf.d");
        let folder = certificates.display().to_string();
        let arguments = ["nginx", "--certificates", &folder];
        let words = apim_patch(&arguments, &file, &rendered);
        assert!(!words.contains("warning"), "{words}");
        listen_here(&rendered, address);
        let back_ends = nodes.iter().map(|(name, host, offset)| {
            (
                (*name).to_owned(),
                BackEnd::start(name, here(*host), *offset),
            )
        });
        let back_ends = back_ends.collect();
        let tls = Tls {
            authority,
            versions: rustls::ALL_VERSIONS,
            says_name: true,
        };
        let nginx = start_nginx(place.path(), address, &ports);
        let lab = Self {
            nginx,
            address,
            ports,
            back_ends,
            tls,
            place,
        };
        lab.wait();
        lab
    }

    /// The port that the deployment calls `PORT.name`.
    pub(crate) fn port(&self, name: &str) -> u16 {
        self.ports
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
    }

    pub(crate) fn back_end(&mut self, name: &str) -> &mut BackEnd {
        &mut self
            .back_ends
            .iter_mut()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
    }

    /// A connection from another network, with TLS if the port is one with it.
    pub(crate) fn connect(
        &self,
        from: [u8; 2],
        host: &str,
        port: &str,
    ) -> std::io::Result<Box<dyn Stream>> {
        let to = SocketAddrV4::new(self.address, self.port(port));
        let stream = tcp(Ipv4Addr::new(127, from[0], from[1], 1), to)?;
        Ok(match port.starts_with("tls") {
            true => Box::new(self.tls.stream(host, stream)?),
            false => Box::new(stream),
        })
    }

    /// What comes back; `None` where the connection is closed instead.
    pub(crate) fn try_call(&self, call: &Call<'_>) -> Option<Reply> {
        let mut stream = self.connect(call.from, call.host, call.port).ok()?;
        talk(&mut *stream, &self.request(call))
    }

    pub(crate) fn request(&self, call: &Call<'_>) -> Vec<u8> {
        let port = self.port(call.port);
        let mut request = format!(
            "{} HTTP/1.1\r\nHost: {}:{port}\r\nConnection: close\r\n{}\r\n",
            call.line, call.host, call.fields
        )
        .into_bytes();
        request.extend(&call.body);
        request
    }

    pub(crate) fn call(&self, call: &Call<'_>) -> Reply {
        self.try_call(call).unwrap_or_else(|| {
            panic!(
                "no answer of {} at {}\n{}",
                call.host,
                call.port,
                self.log()
            )
        })
    }

    fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("error.log")).unwrap_or_default()
    }

    fn wait(&self) {
        let port = self.ports[0].1;
        for _ in 0..200 {
            if TcpStream::connect(SocketAddrV4::new(self.address, port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("NGINX does not come up: {}", self.log());
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let id = i32::try_from(self.nginx.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        }
        for _ in 0..200 {
            if !matches!(self.nginx.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(25));
        }
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

/// Renders, and hands out what was said.
fn apim_patch(arguments: &[&str], file: &Path, out: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_apim-patch"))
        .arg("render")
        .args(arguments)
        .arg("--file")
        .arg(file)
        .arg("--out")
        .arg(out)
        .env_remove("APIM_PATCH_FILE")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    words
}

fn listen_here(folder: &Path, address: Ipv4Addr) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            text.replace("    listen ", &format!("    listen {address}:")),
        )
        .unwrap();
    }
}

/// The certificates that the deployment file asks for; what callers trust is their authority.
fn make_certificates(file: &Path, folder: &Path) -> Arc<RootCertStore> {
    apim_patch(&["certs", "--key", "ecdsa"], file, folder);
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap();
    roots.add(authority).unwrap();
    Arc::new(roots)
}

/// Starts NGINX as a machine has it that serves something else, too.
fn start_nginx(place: &Path, address: Ipv4Addr, ports: &[(String, u16)]) -> Child {
    let conf = place.join("nginx.conf");
    let others: String = ports
        .iter()
        .filter(|(name, _)| !name.starts_with("tls"))
        .map(|(_, port)| {
            format!("    server {{ listen {address}:{port}; server_name other.example.org; return 200 other; }}\n")
        })
        .collect();
    let at = |name: &str| place.join(name).display().to_string();
    let text = format!(
        "daemon off;\nworker_processes 2;\npid {};\nerror_log {};\nevents {{ worker_connections 512; }}\n\
         http {{\n    access_log off;\n    client_body_temp_path {};\n    proxy_temp_path {};\n    \
         fastcgi_temp_path {};\n    uwsgi_temp_path {};\n    scgi_temp_path {};\n    \
         include {};\n{others}}}\n",
        at("nginx.pid"),
        at("error.log"),
        at("body"),
        at("proxy"),
        at("fastcgi"),
        at("uwsgi"),
        at("scgi"),
        at("conf.d/*.conf"),
    );
    fs::write(&conf, text).unwrap();
    let nginx = || -> Command {
        let mut command = Command::new("nginx");
        command
            .arg("-e")
            .arg(place.join("start.log"))
            .arg("-p")
            .arg(place)
            .arg("-c")
            .arg(&conf);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let test = nginx().arg("-t").stderr(Stdio::piped()).output().unwrap();
    let words = String::from_utf8_lossy(&test.stderr);
    assert!(test.status.success(), "{words}");
    for bad in ["[warn]", "[error]", "[emerg]"] {
        assert!(!words.contains(bad), "{words}");
    }
    let mut started: Command = nginx();
    started.spawn().unwrap()
}
