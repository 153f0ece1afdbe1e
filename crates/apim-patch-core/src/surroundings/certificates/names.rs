//! What a load balancer's files and certificate are called.

use std::net::IpAddr;

use rcgen::SanType;

use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::surroundings::LoadBalancer;

/// The name of the authority's files, which no load balancer can have.
pub(super) const AUTHORITY: &str = "ca";

/// With the ending, a file system takes 255 bytes.
const MAX_LENGTH: usize = 250;

/// The name of a load balancer's files without their ending.
///
/// # Errors
///
/// A name that is none of a file in the folder.
pub(in crate::surroundings) fn file_stem(balancer: &LoadBalancer) -> Result<&str, Diagnostic> {
    let name = balancer.name.as_str();
    let reason = if name.is_empty() || name.starts_with('.') || name.len() > MAX_LENGTH {
        "a file can't be called that"
    } else if name.contains(|c: char| c == '/' || c.is_control()) {
        "a file's name has no `/` and no control characters"
    } else if name.eq_ignore_ascii_case(AUTHORITY) {
        "that is the name of the authority's files"
    } else {
        return Ok(name);
    };
    let message = format!(
        "files of load balancer `{}` can't be named after it: {reason}",
        printable_name(name)
    );
    Err(
        Diagnostic::error("file-name", Class::Specification, message)
            .at(balancer.spot.clone(), "")
            .help("give the load balancer another name"),
    )
}

/// The names that a certificate is for, the first also its subject.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names(Vec<String>);

impl Names {
    /// The names of a load balancer.
    ///
    /// # Errors
    ///
    /// A name that a certificate can't hold.
    pub(super) fn of(balancer: &LoadBalancer) -> Result<Self, Diagnostic> {
        let names = Self(balancer.names().map(normal).collect());
        // Of `${…}`, which the product fills in, no client ever asks.
        match names
            .0
            .iter()
            .find(|name| !name.is_ascii() || name.contains('$'))
        {
            None => Ok(names),
            Some(name) => {
                let (reason, help) = match name.is_ascii() {
                    true => ("nobody fills in", "write the name itself"),
                    false => ("holds ASCII alone", "write it in its ASCII form, `xn--…`"),
                };
                let message = format!(
                    "`{}` can't stand in a certificate, which {reason}",
                    printable_name(name)
                );
                Err(
                    Diagnostic::error("wrong-value", Class::Specification, message)
                        .at(balancer.spot.clone(), "")
                        .help(help),
                )
            }
        }
    }

    /// The first.
    pub(super) fn subject(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// As they stand in a certificate.
    pub(super) fn subject_alternatives(&self) -> Result<Vec<SanType>, rcgen::Error> {
        let one = |name: &String| match name.parse::<IpAddr>() {
            Ok(address) => Ok(SanType::IpAddress(address)),
            Err(_) => Ok(SanType::DnsName(name.as_str().try_into()?)),
        };
        self.0.iter().map(one).collect()
    }

    /// Whether these are all of `others`, in any order.
    pub(super) fn are(&self, others: &[String]) -> bool {
        self.0.len() == others.len() && self.0.iter().all(|name| others.contains(name))
    }

    /// For a sentence.
    pub(super) fn list(names: &[String]) -> String {
        let quoted = |name: &String| format!("`{}`", printable_name(name));
        let names: Vec<_> = names.iter().map(quoted).collect();
        names.join(", ")
    }

    /// As they are listed.
    pub(super) fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// One spelling of a name or an address: case and a dot at the end mean nothing.
pub(super) fn normal(name: &str) -> String {
    match name.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => name.trim_end_matches('.').to_ascii_lowercase(),
    }
}
