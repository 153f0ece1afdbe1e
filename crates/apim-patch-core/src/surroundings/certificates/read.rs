//! Certificates and keys that are there.

use std::net::IpAddr;

use pem::{EncodeConfig, LineEnding, Pem};
use rcgen::{KeyPair, PublicKeyData};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::names::normal;

/// A certificate, the first of its file.
pub(super) struct Certificate {
    /// What it is for, in one spelling.
    pub(super) names: Vec<String>,
    /// In seconds since 1970.
    pub(super) not_before: i64,
    /// In seconds since 1970.
    pub(super) not_after: i64,
    /// Whether it may issue others.
    pub(super) is_authority: bool,
    /// Whether its issuer has its own name.
    pub(super) is_self_issued: bool,
    public_key: Vec<u8>,
    der: Vec<u8>,
}

impl Certificate {
    /// All certificates of a PEM file.
    pub(super) fn all(file: &[u8]) -> Result<Vec<Self>, String> {
        let blocks = pem::parse_many(file).map_err(|error| error.to_string())?;
        let certificates = blocks.iter().filter(|block| block.tag() == "CERTIFICATE");
        certificates
            .map(|block| Self::of_der(block.contents().to_vec()))
            .collect()
    }

    fn of_der(der: Vec<u8>) -> Result<Self, String> {
        let (_, read) = X509Certificate::from_der(&der).map_err(|error| error.to_string())?;
        let alternatives = read.subject_alternative_name();
        let alternatives = alternatives.map_err(|error| error.to_string())?;
        let alternatives = alternatives.map(|extension| extension.value.general_names.as_slice());
        let names = alternatives.unwrap_or_default().iter().filter_map(text);
        Ok(Self {
            names: names.collect(),
            not_before: read.validity().not_before.timestamp(),
            not_after: read.validity().not_after.timestamp(),
            is_authority: read.is_ca(),
            is_self_issued: read.subject().as_raw() == read.issuer().as_raw(),
            public_key: read.public_key().raw.to_vec(),
            der,
        })
    }

    /// Whether it is of that key.
    pub(super) fn is_of(&self, key: &KeyPair) -> bool {
        self.public_key == key.subject_public_key_info()
    }

    /// Whether `issuer` has signed it.
    pub(super) fn is_issued_by(&self, issuer: &Self) -> bool {
        let own = X509Certificate::from_der(&self.der);
        let issuer = X509Certificate::from_der(&issuer.der);
        let (Ok((_, own)), Ok((_, issuer))) = (own, issuer) else {
            return false;
        };
        own.issuer().as_raw() == issuer.subject().as_raw()
            && own.verify_signature(Some(issuer.public_key())).is_ok()
    }

    /// As PEM.
    pub(super) fn pem(&self) -> String {
        let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
        pem::encode_config(&Pem::new("CERTIFICATE", self.der.clone()), config)
    }

    /// As DER.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }
}

fn text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(normal(name)),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let sixteen = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            four.or(sixteen).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
