//! Ports that are listened on, and by whom (proc(5), `/proc/net/tcp`).

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use crate::bounded_read;

/// A line per connection: a busy machine has some ten thousand.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// The state of a socket that waits for connections.
const LISTEN: &str = "0A";

/// Somebody listens here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    pub(super) inode: u64,
}

/// Everything that is listened on over TCP; `None` where the system does not
/// show it.
pub(super) fn listeners(proc: &Path) -> Option<Vec<Listener>> {
    let read = |name: &str| {
        let bytes = bounded_read::read(&proc.join("net").join(name), MAX_SIZE).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let tables = [read("tcp"), read("tcp6")];
    if tables.iter().all(Option::is_none) {
        return None;
    }
    let lines = tables.iter().flatten().flat_map(|table| table.lines());
    Some(lines.filter_map(listener).collect())
}

/// A line of the table; `None` where it is none of somebody who listens.
fn listener(line: &str) -> Option<Listener> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    if *fields.get(3)? != LISTEN {
        return None;
    }
    let (host, port) = fields.get(1)?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(Listener {
        address: SocketAddr::new(host_of(host)?, port),
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// An address as the kernel prints it: words of 32 bits in the machine's own
/// order of bytes.
fn host_of(text: &str) -> Option<IpAddr> {
    if !text.is_ascii() || !text.len().is_multiple_of(8) {
        return None;
    }
    let mut bytes = Vec::new();
    for start in (0..text.len()).step_by(8) {
        let word = u32::from_str_radix(&text[start..start + 8], 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    match bytes.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into()),
        _ => None,
    }
}

/// Whose sockets these are, by inode. Processes of other users are shown to
/// root alone.
pub(super) fn owners(proc: &Path, inodes: &[u64]) -> HashMap<u64, u32> {
    let mut owners = HashMap::new();
    let processes = fs::read_dir(proc).into_iter().flatten().flatten();
    for entry in processes {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let files = fs::read_dir(entry.path().join("fd"));
        for file in files.into_iter().flatten().flatten() {
            let inode = fs::read_link(file.path()).ok().and_then(|target| {
                let target = target
                    .to_str()?
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?;
                target.parse().ok()
            });
            if let Some(inode) = inode
                && inodes.contains(&inode)
            {
                owners.entry(inode).or_insert(process);
            }
        }
        if owners.len() == inodes.len() {
            break;
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_table() {
        let line = |address: &str, state: &str| {
            format!(
                "   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  0  0 4711 1 x 100 0 0 10 0"
            )
        };
        let word = |bytes: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(bytes));
        let v4 = word([127, 0, 0, 1]);
        let v6 = [[0; 4], [0; 4], [0; 4], [0, 0, 0, 1]].map(word).concat();
        for (line, expect) in [
            (line(&format!("{v4}:24E3"), "0A"), Some("127.0.0.1:9443")),
            (line(&format!("{v6}:2053"), "0A"), Some("[::1]:8275")),
            (line(&format!("{v4}:24E3"), "01"), None),
            (line("0100:24E3", "0A"), None),
            (line("ééééé:24E3", "0A"), None),
            ("  sl  local_address rem_address   st".to_owned(), None),
            (String::new(), None),
        ] {
            let found = listener(&line).map(|listener| listener.address.to_string());
            assert_eq!(found.as_deref(), expect, "{line}");
        }
    }
}
