//! Errors of the transaction as diagnostics.

use std::error::Error as _;

use file_transaction as files;

use crate::diagnostic::{Class, Diagnostic};

/// The diagnostic for an error of a transaction.
pub(crate) fn diagnostic_of(error: &files::Error) -> Diagnostic {
    use files::Error;
    let class = match error.class() {
        files::Class::Usage => Class::Specification,
        files::Class::NotAcceptable => Class::Home,
        files::Class::Conflict => Class::Conflict,
        files::Class::Io => Class::Io,
        files::Class::RecoveryNeeded => Class::RecoveryNeeded,
        files::Class::Locked => Class::Locked,
        files::Class::Interrupted(signal) => Class::Interrupted(signal),
    };
    let (code, help) = match error {
        Error::Missing { .. } => (MISSING, None),
        Error::LeavesRoot { .. } => (
            "target-leaves-home",
            Some("if it is meant to, say --follow-outside-links"),
        ),
        Error::DanglingLink { .. } | Error::LinkLoop { .. } | Error::NotRegular { .. } => {
            ("target-not-a-file", None)
        }
        Error::TooLarge { .. } => ("target-too-large", None),
        Error::HardLinked { .. } => ("target-hard-linked", None),
        Error::Mounted { .. } => ("target-mounted", None),
        Error::Conflict { .. } => (
            "conflict",
            Some("somebody else changed it meanwhile; run again"),
        ),
        Error::Drift { .. } => (
            "drift",
            Some(
                "nothing was put back; `apim-patch history --home HOME ID` shows what the run and whoever came since have changed: take the later changes out, or put back by hand what is wanted",
            ),
        ),
        Error::Locked { .. } => ("locked", Some("wait for it to end, or say --wait SECONDS")),
        Error::RecoveryNeeded(_) => (
            "recovery-needed",
            Some("run `apim-patch recover --home HOME`"),
        ),
        Error::StateDirectory { .. } => ("state-directory", None),
        Error::NoSuchTransaction { .. } => (
            "no-such-transaction",
            Some("`apim-patch history --home HOME` lists them"),
        ),
        _ => ("files", None),
    };
    let mut message = error.to_string();
    if let Some(source) = error
        .source()
        .filter(|source| !message.contains(&source.to_string()))
    {
        message = format!("{message}: {source}");
    }
    let diagnostic = Diagnostic::error(code, class, message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

const MISSING: &str = "file-missing";

/// One message for all files that are missing.
pub(crate) fn gather_missing(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (missing, mut others): (Vec<_>, Vec<_>) = diagnostics
        .into_iter()
        .partition(|diagnostic| diagnostic.code == MISSING);
    if missing.len() < 2 {
        others.extend(missing);
        return others;
    }
    let all: Vec<&str> = missing
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    others.insert(0, Diagnostic::error(MISSING, Class::Home, all.join("; ")));
    others
}
