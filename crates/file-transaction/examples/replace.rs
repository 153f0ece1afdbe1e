//! Replaces a text in several files at once, or in none of them:
//!
//! ```text
//! replace ROOT OLD NEW FILE…     every FILE is below ROOT
//! replace ROOT recover           repairs what an interrupted run left
//! replace ROOT revert            takes the newest transaction back
//! ```
//!
//! `WAIT=SECONDS` waits for the lock, `NO_HISTORY=1` leaves nothing behind, `OUTSIDE=1` follows
//! links that leave ROOT, `REMOVE=PATH` takes a file or folder away together with the replacements.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use file_transaction::{
    Class, Details, Error, Interrupt, LinkPolicy, Lock, Recovery, Store, Transaction, Wait,
    history, recover, rollback,
};

const LIMIT: u64 = 4 << 20;

fn main() -> ExitCode {
    let interrupt = Interrupt::new();
    for signal in [1, 2, 15, 25] {
        // SIGHUP, SIGINT, SIGTERM and SIGXFSZ.
        if let Err(e) = signal_hook::flag::register_usize(signal, interrupt.flag(), signal as usize)
        {
            return fail(5, &e.to_string());
        }
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&arguments, interrupt) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => fail(
            match e.class() {
                Class::Usage => 2,
                Class::NotAcceptable => 3,
                Class::Conflict => 4,
                Class::Io => 5,
                Class::RecoveryNeeded => 6,
                Class::Locked => 75,
                Class::Interrupted(signal) => 128 + u8::try_from(signal).unwrap_or(0),
            },
            &e.to_string(),
        ),
    }
}

fn fail(status: u8, message: &str) -> ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(status)
}

fn run(arguments: &[OsString], interrupt: Interrupt) -> Result<(), Error> {
    let [root, rest @ ..] = arguments else {
        return Err(Error::Empty);
    };
    let store = Store::open(Path::new(root), ".example")?.with_interrupt(interrupt);
    let seconds = std::env::var("WAIT")
        .ok()
        .and_then(|text| text.parse().ok());
    let lock =
        store.lock(seconds.map_or(Wait::No, |seconds| Wait::For(Duration::from_secs(seconds))))?;
    match recover::recover(&lock)? {
        Recovery::Nothing | Recovery::RolledBack(_) | Recovery::RolledForward(_) => {}
    }
    let links = match std::env::var_os("OUTSIDE") {
        Some(_) => LinkPolicy::FollowOutside,
        None => LinkPolicy::InsideOnly,
    };
    let transaction = match rest {
        [command] if command == "recover" => return Ok(()),
        [command] if command == "revert" => revert(&lock, links)?,
        [old, new, files @ ..] => replace(&lock, links, old.as_bytes(), new.as_bytes(), files)?,
        _ => return Err(Error::Empty),
    };
    if !transaction.is_empty() {
        let history = std::env::var_os("NO_HISTORY").is_none();
        transaction
            .keep_history(history)
            .stage()?
            .prepare()?
            .commit()?;
    }
    Ok(())
}

fn replace<'lock>(
    lock: &'lock Lock,
    links: LinkPolicy,
    old: &[u8],
    new: &[u8],
    files: &[OsString],
) -> Result<Transaction<'lock>, Error> {
    let mut transaction = Transaction::begin(lock, Details::default());
    for file in files {
        let file = lock.store().read(Path::new(file), links, LIMIT)?;
        let mut content = Vec::new();
        let mut rest = file.bytes();
        while let Some(at) = rest
            .windows(old.len().max(1))
            .position(|window| window == old)
        {
            content.extend_from_slice(&rest[..at]);
            content.extend_from_slice(new);
            rest = &rest[at + old.len()..];
        }
        content.extend_from_slice(rest);
        transaction.replace(&file, content)?;
    }
    if let Some(path) = std::env::var_os("REMOVE") {
        transaction.remove(Path::new(&path), links)?;
    }
    Ok(transaction)
}

fn revert(lock: &Lock, links: LinkPolicy) -> Result<Transaction<'_>, Error> {
    match history::latest(lock.store())? {
        Some(entry) => {
            rollback::plan(lock.store(), entry, links, LIMIT)?.begin(lock, Details::default())
        }
        None => Ok(Transaction::begin(lock, Details::default())),
    }
}
