//! Processes as the system shows them under `/proc` (proc(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use file_transaction::Timestamp;

use crate::bounded_read;

/// What `/proc` counts in, per second: what Linux shows to programs (`USER_HZ`)
/// is this on every architecture that the JVM runs on.
const TICKS: i64 = 100;

/// More than any of the files read here has.
const MAX_SIZE: u64 = 1024 * 1024;

/// When a process was started, to the second.
pub(super) fn started(proc: &Path, process: u32) -> Option<Timestamp> {
    let stat = text(&proc.join(process.to_string()).join("stat"))?;
    // The name in parentheses may hold anything; field 22 is the 20th behind it.
    let (_, rest) = stat.rsplit_once(')')?;
    let ticks: i64 = rest.split_ascii_whitespace().nth(19)?.parse().ok()?;
    let system = text(&proc.join("stat"))?;
    let mut lines = system.lines();
    let boot: i64 = lines
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()?;
    Timestamp::from_second(boot.checked_add(ticks / TICKS)?).ok()
}

/// The name of a process.
pub(super) fn name(proc: &Path, process: u32) -> Option<String> {
    let name = text(&proc.join(process.to_string()).join("comm"))?;
    Some(name.trim_end().to_owned())
}

/// The home that a process was started for, if it is a server of this product:
/// `-Dcarbon.home` on its command line (bin/wso2server.sh).
pub(super) fn carbon_home(proc: &Path, process: u32) -> Option<PathBuf> {
    let path = proc.join(process.to_string()).join("cmdline");
    let line = bounded_read::read(&path, MAX_SIZE).ok()?;
    let mut arguments = line.split(|byte| *byte == 0);
    let home = arguments.find_map(|argument| argument.strip_prefix(b"-Dcarbon.home="))?;
    Some(OsString::from_vec(home.to_vec()).into())
}

fn text(path: &Path) -> Option<String> {
    let bytes = bounded_read::read(path, MAX_SIZE).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
