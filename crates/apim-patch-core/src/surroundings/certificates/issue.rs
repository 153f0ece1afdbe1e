//! New keys and certificates.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, Error,
    ExtendedKeyUsagePurpose as ExtendedUsage, IsCa, Issuer, KeyPair, KeyUsagePurpose as Usage,
    PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize,
};

use super::KeyKind;
use super::names::Names;

/// The clocks of other machines may be slow.
const SLOW_CLOCKS: u64 = 60 * 60;

/// A common name is that long at most (RFC 5280, ub-common-name).
const MAX_COMMON_NAME: usize = 64;

/// The first and last second of a certificate, since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity {
    from: u64,
    until: u64,
}

impl Validity {
    /// From now on, for that many days.
    pub(super) fn days(now: u64, days: u32) -> Self {
        Self {
            from: now.saturating_sub(SLOW_CLOCKS),
            until: now.saturating_add(u64::from(days) * super::DAY),
        }
    }

    /// Not longer than that.
    pub(super) fn until(self, end: i64) -> Self {
        Self {
            until: self.until.min(u64::try_from(end).unwrap_or_default()),
            ..self
        }
    }
}

/// A new key.
pub(super) fn key(kind: KeyKind) -> Result<KeyPair, Error> {
    match kind {
        KeyKind::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072),
        KeyKind::Ecdsa => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
    }
}

/// The certificate of an authority that issues those of servers and no other
/// authorities, as PEM.
pub(super) fn authority(key: &KeyPair, validity: Validity) -> Result<String, Error> {
    let mut parameters = parameters(validity)?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
    // A name that follows from the key: authorities of two deployments differ, and
    // with a new certificate for the old key, what was issued before stays valid.
    let id = parameters.key_identifier(key);
    let id: String = id
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    parameters.distinguished_name = common_name(&format!("apim-patch CA {id}"));
    Ok(parameters.self_signed(key)?.pem())
}

/// Who issues a certificate.
pub(super) enum Signer<'s> {
    /// Its own key.
    Itself,
    /// The key of this certificate, which is given as DER.
    Authority(&'s [u8], &'s KeyPair),
}

/// The certificate of a server, as PEM.
pub(super) fn server(
    key: &KeyPair,
    names: &Names,
    validity: Validity,
    signer: &Signer<'_>,
) -> Result<String, Error> {
    let mut parameters = parameters(validity)?;
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.subject_alt_names = names.subject_alternatives()?;
    parameters.distinguished_name = match names.subject().len() <= MAX_COMMON_NAME {
        true => common_name(names.subject()),
        false => DistinguishedName::new(),
    };
    parameters.key_usages = vec![Usage::DigitalSignature];
    if key.algorithm() == &PKCS_RSA_SHA256 {
        // For clients without elliptic curves, which send the secret encrypted.
        parameters.key_usages.push(Usage::KeyEncipherment);
    }
    parameters.extended_key_usages = vec![ExtendedUsage::ServerAuth];
    let certificate = match signer {
        Signer::Itself => parameters.self_signed(key)?,
        Signer::Authority(certificate, authority_key) => {
            let issuer = Issuer::from_ca_cert_der(&(*certificate).into(), *authority_key)?;
            parameters.signed_by(key, &issuer)?
        }
    };
    Ok(certificate.pem())
}

fn common_name(name: &str) -> DistinguishedName {
    let mut whole = DistinguishedName::new();
    whole.push(DnType::CommonName, name);
    whole
}

fn parameters(validity: Validity) -> Result<CertificateParams, Error> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| Error::RingUnspecified)?;
    // Positive, and never zero.
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut parameters = CertificateParams::default();
    parameters.serial_number = Some(serial.to_vec().into());
    parameters.use_authority_key_identifier_extension = true;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let time = |seconds| {
        let since = Duration::from_secs(seconds).try_into().ok()?;
        epoch.checked_add(since)
    };
    match (time(validity.from), time(validity.until)) {
        (Some(from), Some(until)) => {
            parameters.not_before = from;
            parameters.not_after = until;
            Ok(parameters)
        }
        _ => Err(Error::Time),
    }
}
