//! Keys and certificates of the load balancers, in a folder.
//!
//! What is there is kept: a key is never written twice, and a certificate is
//! issued anew, for the key that is there, only where its names or its time make
//! it useless.

mod authority;
mod folder;
mod issue;
mod names;
mod read;
mod server;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rcgen::KeyPair;
use zeroize::Zeroizing;

use self::authority::Authority;
use self::folder::{Folder, Kind, Pending};
pub(super) use self::names::file_stem;
use self::read::Certificate;
use super::Surroundings;
use crate::diagnostic::{Class, Diagnostic, printable_name};

/// In seconds.
const DAY: u64 = 24 * 60 * 60;

/// What a key is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA of 3072 bits.
    Rsa,
    /// ECDSA on the curve P-256.
    Ecdsa,
}

/// How keys and certificates are made.
#[derive(Debug, Clone, Copy)]
pub struct CertificateOptions {
    /// Every certificate is signed with its own key; there is no authority.
    pub self_signed: bool,
    /// The kind of new keys.
    pub key: KeyKind,
    /// Days for which the certificate of a load balancer is valid.
    pub days: u32,
    /// The time.
    pub now: SystemTime,
}

/// What became of the folder.
#[derive(Debug)]
pub struct KeptCertificates {
    /// The files that were written, with what was done, in their order.
    pub written: Vec<(String, &'static str)>,
    /// What is odd about the files that were kept.
    pub warnings: Vec<Diagnostic>,
}

/// Makes what is missing in the folder: key and certificate of every load balancer
/// with a TLS port, and of the authority that issues them.
///
/// # Errors
///
/// Names that are none of files or certificates, and files that do not belong
/// together; nothing has been written then. And what keeps files from being
/// written: each is there as a whole or not at all, and the next run goes on.
pub fn keep_certificates(
    folder: &Path,
    surroundings: &Surroundings,
    options: &CertificateOptions,
) -> Result<KeptCertificates, Vec<Diagnostic>> {
    let now = options.now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut run = Run {
        folder: Folder::new(folder),
        options,
        now: now.as_secs(),
        authority: None,
        pending: Vec::new(),
        written: Vec::new(),
        warnings: Vec::new(),
    };
    if !options.self_signed {
        run.read_authority().map_err(|error| vec![error])?;
    }
    let balancers = surroundings.load_balancers.iter();
    let kept = balancers
        .filter(|balancer| balancer.has_tls())
        .map(|balancer| run.keep(balancer));
    let errors: Vec<_> = kept.filter_map(Result::err).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    run.folder
        .write(&run.pending)
        .map_err(|error| vec![error])?;
    Ok(KeptCertificates {
        written: run.written,
        warnings: run.warnings,
    })
}

/// One look at the folder, and what is to be written into it.
struct Run<'r> {
    folder: Folder<'r>,
    options: &'r CertificateOptions,
    now: u64,
    authority: Option<Authority>,
    pending: Vec<Pending>,
    written: Vec<(String, &'static str)>,
    warnings: Vec<Diagnostic>,
}

impl Run<'_> {
    /// Key and certificates of that name, as far as they are there.
    fn pair(&mut self, stem: &str) -> Result<Pair, Diagnostic> {
        let (key_name, chain_name) = (key_file(stem), certificate_file(stem));
        let mut pair = Pair::default();
        if let Some(found) = self.folder.read(&key_name)? {
            let text = std::str::from_utf8(&found.bytes).unwrap_or_default();
            let Ok(key) = KeyPair::from_pem(text) else {
                let shown = self.folder.shown(&key_name);
                return Err(refused(format!(
                    "`{shown}` holds no key in PEM, or one with a passphrase"
                ))
                .help("put an unencrypted RSA or ECDSA key there, or take it away for a new one"));
            };
            pair.key = Some(key);
            if found.is_open {
                self.warn_of_open_key(&key_name);
            }
        }
        if let Some(found) = self.folder.read(&chain_name)? {
            let shown = self.folder.shown(&chain_name);
            pair.chain = Certificate::all(&found.bytes)
                .map_err(|reason| refused(format!("`{shown}` can't be read: {reason}")))?;
            let Some(first) = pair.chain.first() else {
                return Err(refused(format!("`{shown}` holds no certificate in PEM"))
                    .help("take it away for a new one"));
            };
            if pair.key.as_ref().is_some_and(|key| !first.is_of(key)) {
                let key = self.folder.shown(&key_name);
                return Err(refused(format!(
                    "`{shown}` is not the certificate of the key in `{key}`"
                ))
                .help("put the one that belongs to the other there, or take both away"));
            }
        }
        Ok(pair)
    }

    fn warn_of_open_key(&mut self, name: &str) {
        let shown = self.folder.shown(name);
        let message = format!("everybody can read the key in `{shown}`");
        self.warnings.push(
            Diagnostic::warning("open-key", Class::Specification, message)
                .help("take the right away with `chmod o-r`"),
        );
    }

    fn put(&mut self, name: String, content: String, kind: Kind) {
        let done = match kind {
            Kind::Key | Kind::Certificate => "made",
            Kind::NewCertificate => "issued anew, for the same key",
        };
        self.written.push((self.folder.shown(&name), done));
        self.pending.push(Pending {
            name,
            content: Zeroizing::new(content),
            kind,
        });
    }

    /// The key that is there, or a new one.
    fn key(&mut self, stem: &str, there: Option<KeyPair>) -> Result<KeyPair, Diagnostic> {
        if let Some(key) = there {
            return Ok(key);
        }
        let key = issue::key(self.options.key).map_err(|error| failed(stem, &error))?;
        self.put(key_file(stem), key.serialize_pem(), Kind::Key);
        Ok(key)
    }

    /// Whether it ends soon: within thirty days, or the last third of its own time.
    fn ends_soon(&self, certificate: &Certificate) -> bool {
        let length = certificate.not_after.saturating_sub(certificate.not_before);
        let soon = (length / 3).min(30 * DAY as i64);
        self.left(certificate) <= soon
    }

    /// Seconds that are left of it.
    fn left(&self, certificate: &Certificate) -> i64 {
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        certificate.not_after.saturating_sub(now)
    }
}

/// What is there under a name.
#[derive(Default)]
struct Pair {
    key: Option<KeyPair>,
    chain: Vec<Certificate>,
}

fn key_file(stem: &str) -> String {
    format!("{stem}.key")
}

fn certificate_file(stem: &str) -> String {
    format!("{stem}.pem")
}

fn refused(message: String) -> Diagnostic {
    Diagnostic::error("certificate", Class::Specification, message)
}

fn failed(stem: &str, error: &rcgen::Error) -> Diagnostic {
    let stem = printable_name(stem);
    refused(format!("no certificate can be made for `{stem}`: {error}"))
}

/// The day on which a certificate ends.
fn end(certificate: &Certificate) -> String {
    match jiff::Timestamp::from_second(certificate.not_after) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => "a day that no calendar has".to_owned(),
    }
}
