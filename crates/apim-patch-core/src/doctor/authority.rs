//! Certificates of an authority, as `--ca` names them.

use std::path::{Path, PathBuf};

use file_transaction::Digest;

use crate::bounded_read;
use crate::diagnostic::{Class, Diagnostic, printable, printable_path};

/// More than all authorities of an operating system take.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// A file of certificates in PEM.
#[derive(Debug)]
pub struct Authority {
    path: PathBuf,
    digest: Digest,
    /// In DER.
    certificates: Vec<Vec<u8>>,
}

impl Authority {
    /// Reads the certificates of a file.
    ///
    /// # Errors
    ///
    /// Of class [`Specification`](Class::Specification): it can't be read, or
    /// holds no certificate.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let shown = printable_path(path);
        let unreadable = |why: String| {
            let message = format!("the certificates of {shown} can't be read: {why}");
            Diagnostic::error("ca-unreadable", Class::Specification, message).help(
                "a file of certificates in PEM is wanted, which have lines `-----BEGIN CERTIFICATE-----`",
            )
        };
        let bytes =
            bounded_read::read(path, MAX_SIZE).map_err(|error| unreadable(error.to_string()))?;
        let blocks =
            pem::parse_many(&bytes).map_err(|error| unreadable(printable(&error.to_string())))?;
        let certificates: Vec<_> = blocks
            .into_iter()
            .filter(|block| block.tag() == "CERTIFICATE")
            .map(pem::Pem::into_contents)
            .collect();
        match certificates.is_empty() {
            true => Err(unreadable("there is none in it".to_owned())),
            false => Ok(Self {
                path: path.to_owned(),
                digest: Digest::of(&bytes),
                certificates,
            }),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called in a trust store: the same as by `render trust`, and another
    /// name for the authority that follows this one.
    pub(super) fn alias(&self) -> String {
        format!("apim-patch-{:.16}", self.digest.to_string())
    }

    /// Its certificates in DER, at least one.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().map(Vec::as_slice)
    }
}
