//! The machine's own map of names (hosts(5)).

use std::net::IpAddr;
use std::path::Path;

use crate::bounded_read;
use crate::surroundings::mapping;

/// Some people block advertisements with it.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// A line that gives a name an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) address: IpAddr,
}

/// The text of the file; empty where it can't be read.
pub(super) fn read(path: &Path) -> String {
    let bytes = bounded_read::read(path, MAX_SIZE).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first line that names `host`.
pub(super) fn line_of(text: &str, host: &str) -> Option<Line> {
    (1..).zip(text.lines()).find_map(|(number, line)| {
        let (address, mut names) = mapping(line)?;
        let is_named = names.any(|name| name.eq_ignore_ascii_case(host));
        is_named.then_some(Line { number, address })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_lines() {
        let text =
            "# 10.0.0.9 gw\n127.0.0.1\tlocalhost\n\nnonsense gw\n10.0.0.1 a GW # km\n10.0.0.2 gw\n";
        for (host, expect) in [
            ("localhost", Some((2, "127.0.0.1"))),
            ("gw", Some((5, "10.0.0.1"))),
            ("km", None),
            ("10.0.0.1", None),
        ] {
            let found = line_of(text, host);
            let found = found.map(|line| (line.number, line.address.to_string()));
            let expect = expect.map(|(number, address)| (number, address.to_owned()));
            assert_eq!(found, expect, "{host}");
        }
    }
}
