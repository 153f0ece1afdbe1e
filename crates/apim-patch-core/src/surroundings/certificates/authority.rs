//! The authority that issues the certificates of one folder.

use rcgen::KeyPair;

use super::folder::Kind;
use super::issue::{self, Signer, Validity};
use super::names::AUTHORITY;
use super::read::Certificate;
use super::{Run, certificate_file, end, failed, key_file, refused};
use crate::diagnostic::{Class, Diagnostic};

/// Ten years: its certificate stands in the trust store of every node.
const DAYS: u32 = 3652;

/// Key and certificate that others are issued with.
pub(super) struct Authority {
    /// The first is its own; then those that lead to one that is trusted.
    chain: Vec<Certificate>,
    /// `None` where it is kept elsewhere.
    key: Option<KeyPair>,
}

impl Authority {
    /// Whether it has issued that certificate.
    pub(super) fn has_issued(&self, certificate: &Certificate) -> bool {
        let own = self.chain.first();
        own.is_some_and(|own| certificate.is_issued_by(own))
    }
}

impl Run<'_> {
    /// The authority that is there.
    pub(super) fn read_authority(&mut self) -> Result<(), Diagnostic> {
        let pair = self.pair(AUTHORITY)?;
        self.authority = match (pair.key, pair.chain) {
            (None, chain) if chain.is_empty() => None,
            (Some(key), chain) if chain.is_empty() => Some(self.new_authority(key)?),
            (key, chain) => Some(Authority { chain, key }),
        };
        let own = self.authority.as_ref().and_then(|one| one.chain.first());
        let Some(own) = own else {
            return Ok(());
        };
        let shown = self.folder.shown(&certificate_file(AUTHORITY));
        if !own.is_authority {
            return Err(
                refused(format!("`{shown}` may not issue other certificates"))
                    .help("put the certificate of an authority there, or use --self-signed"),
            );
        }
        if self.ends_soon(own) {
            let message = format!("the authority in `{shown}` ends on {}", end(own));
            let help = "take it away and run again: its key stays, and what it has issued stays valid; then put the new one into the trust stores";
            let warning = Diagnostic::warning("ends-soon", Class::Specification, message);
            self.warnings.push(warning.help(help));
        }
        Ok(())
    }

    /// The certificate of a load balancer, from the authority that is there or a
    /// new one, with what leads from it to the root. The root itself is left out:
    /// whoever trusts it has it.
    pub(super) fn issued(
        &mut self,
        key: &KeyPair,
        names: &super::names::Names,
        validity: Validity,
    ) -> Result<String, Diagnostic> {
        let authority = match self.authority.take() {
            Some(authority) => authority,
            None => {
                let key = self.key(AUTHORITY, None)?;
                self.new_authority(key)?
            }
        };
        let authority = self.authority.insert(authority);
        let shown = |name: String| self.folder.shown(&name);
        let (Some(own), Some(own_key)) = (authority.chain.first(), &authority.key) else {
            let (certificate, key) = (certificate_file(AUTHORITY), key_file(AUTHORITY));
            let message = format!("`{}` is there without `{}`", shown(certificate), shown(key));
            return Err(refused(message)
                .help("put the key back, or take the certificate away for a new authority, which has to be trusted anew"));
        };
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        if own.not_after <= now {
            let shown = shown(certificate_file(AUTHORITY));
            return Err(refused(format!("the authority in `{shown}` has ended on {}", end(own)))
                .help("take it away and run again: its key stays; then put the new one into the trust stores"));
        }
        let signer = Signer::Authority(own.der(), own_key);
        let mut chain = issue::server(key, names, validity.until(own.not_after), &signer)
            .map_err(|error| failed(names.subject(), &error))?;
        for link in authority.chain.iter().filter(|link| !link.is_self_issued) {
            chain.push_str(&link.pem());
        }
        Ok(chain)
    }

    fn new_authority(&mut self, key: KeyPair) -> Result<Authority, Diagnostic> {
        let pem = issue::authority(&key, Validity::days(self.now, DAYS))
            .map_err(|error| failed(AUTHORITY, &error))?;
        let chain = Certificate::all(pem.as_bytes()).map_err(refused)?;
        self.put(certificate_file(AUTHORITY), pem, Kind::Certificate);
        Ok(Authority {
            chain,
            key: Some(key),
        })
    }
}
