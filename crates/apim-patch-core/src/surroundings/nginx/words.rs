//! What NGINX takes as a word: everything that the deployment file names gets
//! into its files by way of here.

use super::super::certificates::file_stem;
use super::super::{LoadBalancer, Node};
use crate::diagnostic::{Class, Diagnostic, printable, printable_name};

/// NGINX keeps names of variables and keys of maps in tables that take about
/// 45 characters, prefixes included.
const LONGEST: usize = 20;

/// What a map understands otherwise.
const RESERVED: &[&str] = &["default", "hostnames", "include", "volatile"];

/// Words for names, each another one.
#[derive(Debug, Default)]
pub(super) struct Words {
    given: Vec<String>,
}

impl Words {
    /// A word of lower-case letters, digits and `_`: NGINX makes no difference
    /// of case in names of variables.
    pub(super) fn add(&mut self, name: &str) -> String {
        let letter = |c: char| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ => '_',
        };
        let word: String = name.chars().take(LONGEST).map(letter).collect();
        let free =
            |word: &str| !RESERVED.contains(&word) && !self.given.iter().any(|given| given == word);
        let others = (2_usize..).map(|number| format!("{word}_{number}"));
        let word = std::iter::once(word.clone())
            .chain(others)
            .find(|word| free(word));
        let word = word.unwrap_or_default();
        self.given.push(word.clone());
        word
    }
}

/// Refuses names that can't stand in file names and in NGINX's files.
pub(super) fn check_balancer(balancer: &LoadBalancer) -> Vec<Diagnostic> {
    let mut errors: Vec<_> = file_stem(balancer).err().into_iter().collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if errors.is_empty() && !balancer.name.chars().all(is_plain) {
        let message = format!(
            "load balancer `{}` has a name that does not go into NGINX's files",
            printable_name(&balancer.name)
        );
        errors.push(
            Diagnostic::error("file-name", Class::Specification, message)
                .at(balancer.spot.clone(), "")
                .help("name it with letters, digits, `-`, `_` and `.` alone"),
        );
    }
    for name in balancer.names() {
        if !is_host(name) {
            let message = format!(
                "load balancer `{}` is called `{}`, which NGINX can't fill in",
                printable_name(&balancer.name),
                printable_name(name)
            );
            errors.push(
                Diagnostic::error("wrong-value", Class::Specification, message)
                    .at(balancer.spot.clone(), "")
                    .help("write the name itself"),
            );
        }
    }
    errors
}

/// Refuses hosts of nodes that NGINX would read otherwise.
pub(super) fn check_host(node: &Node) -> Option<Diagnostic> {
    let host = node.host.as_deref()?;
    // `unix:8280` is the path of a socket.
    if is_host(host) && !host.eq_ignore_ascii_case("unix") {
        return None;
    }
    let message = format!(
        "NGINX can't reach node `{}` by its host `{}`",
        printable_name(&node.name),
        printable_name(host)
    );
    Some(
        Diagnostic::error("wrong-value", Class::Specification, message)
            .at(node.spot.clone(), "")
            .help("write a name or an address"),
    )
}

/// Refuses what would end the quotes around a path, and variables in it.
pub(super) fn check_folder(folder: &str) -> Option<Diagnostic> {
    let bad = |c: char| c.is_control() || matches!(c, '"' | '\\' | '$');
    let reason = match folder.chars().find(|c| bad(*c)) {
        Some(bad) => format!("`{}` can't stand in one", printable(&bad.to_string())),
        None if folder.is_empty() => "it is empty".to_owned(),
        None => return None,
    };
    let message = format!("the folder of the certificates is no path that NGINX takes: {reason}");
    Some(Diagnostic::error(
        "wrong-value",
        Class::Specification,
        message,
    ))
}

/// The form of hosts is checked where they are read, but for `${…}`, which the
/// product fills in.
fn is_host(host: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    host.chars().all(is_plain)
}
