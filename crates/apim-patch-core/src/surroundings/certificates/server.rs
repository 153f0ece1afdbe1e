//! Key and certificate of one load balancer.

use super::folder::Kind;
use super::issue::{self, Signer, Validity};
use super::names::{AUTHORITY, Names, file_stem};
use super::read::Certificate;
use super::{Run, certificate_file, end, failed, key_file, refused};
use crate::diagnostic::{Class, Diagnostic};
use crate::surroundings::LoadBalancer;

impl Run<'_> {
    /// Makes what the load balancer lacks.
    pub(super) fn keep(&mut self, balancer: &LoadBalancer) -> Result<(), Diagnostic> {
        let stem = file_stem(balancer)?;
        let names = Names::of(balancer)?;
        let pair = self.pair(stem)?;
        let kind = match pair.chain.first() {
            None => Kind::Certificate,
            Some(_) if pair.key.is_none() => return Err(self.without_key(stem)),
            Some(own) => {
                let fault = self.fault(own, &names);
                if !self.is_own(own) {
                    self.warn_of_other_issuer(stem, fault);
                    return Ok(());
                }
                if fault.is_none() {
                    return Ok(());
                }
                Kind::NewCertificate
            }
        };
        let key = self.key(stem, pair.key)?;
        let validity = Validity::days(self.now, self.options.days);
        let certificate = match self.options.self_signed {
            false => self.issued(&key, &names, validity)?,
            true => issue::server(&key, &names, validity, &Signer::Itself)
                .map_err(|error| failed(stem, &error))?,
        };
        self.put(certificate_file(stem), certificate, kind);
        Ok(())
    }

    /// Whether this run would have issued it.
    fn is_own(&self, certificate: &Certificate) -> bool {
        match self.options.self_signed {
            true => certificate.is_self_issued,
            false => {
                let authority = self.authority.as_ref();
                authority.is_some_and(|authority| authority.has_issued(certificate))
            }
        }
    }

    /// What makes it useless.
    fn fault(&self, certificate: &Certificate, names: &Names) -> Option<String> {
        if !names.are(&certificate.names) {
            let (is, wanted) = (&certificate.names, names.as_slice());
            let (is, wanted) = (Names::list(is), Names::list(wanted));
            return Some(format!("is for {is}, not for {wanted}"));
        }
        let ends = || format!("ends on {}", end(certificate));
        self.ends_soon(certificate).then(ends)
    }

    fn warn_of_other_issuer(&mut self, stem: &str, fault: Option<String>) {
        let shown = self.folder.shown(&certificate_file(stem));
        let issuer = match self.options.self_signed {
            true => "by its own key".to_owned(),
            false => format!("by `{}`", self.folder.shown(&certificate_file(AUTHORITY))),
        };
        let fault = fault.map_or(String::new(), |fault| format!(" although it {fault}"));
        let message = format!("`{shown}` is not issued {issuer}, and is kept{fault}");
        self.warnings.push(
            Diagnostic::warning("other-issuer", Class::Specification, message)
                .help("take it away and run again to have one issued for its key"),
        );
    }

    fn without_key(&self, stem: &str) -> Diagnostic {
        let certificate = self.folder.shown(&certificate_file(stem));
        let key = self.folder.shown(&key_file(stem));
        refused(format!("`{certificate}` is there without `{key}`"))
            .help("put the key back, or take the certificate away for a new one")
    }
}
