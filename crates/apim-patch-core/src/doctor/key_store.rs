//! The certificates of a Java key store.
//!
//! Format: sun.security.provider.JavaKeyStore, `engineStore` (OpenJDK 8).
//! Certificates stand in it as they are; the password only guards against
//! changes, so none is needed to read them.

use std::fmt;

const MAGIC: u32 = 0xFEED_FEED;
/// Of a store with keys that are better encrypted; its certificates are the same.
const MAGIC_OF_JCEKS: u32 = 0xCECE_CECE;

/// Why no certificates are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// PKCS #12, whose certificates are encrypted.
    Encrypted,
    /// Neither kind of store.
    NoStore,
    /// It ends too early, or holds what no store holds.
    Damaged,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encrypted => "it is a PKCS #12 store, whose certificates are encrypted",
            Self::NoStore => "it is no Java key store",
            Self::Damaged => "it is damaged: it ends too early, or holds what no store holds",
        })
    }
}

/// The certificates of a store in DER, those of its private keys included.
pub(super) fn certificates(store: &[u8]) -> Result<Vec<&[u8]>, Unreadable> {
    let mut reader = Reader(store);
    match reader.u32() {
        Some(MAGIC | MAGIC_OF_JCEKS) => read(&mut reader).ok_or(Unreadable::Damaged),
        // PKCS #12 is a sequence of indefinite or of a long length.
        Some(first) if matches!(first >> 16, 0x3080..=0x3084) => Err(Unreadable::Encrypted),
        _ => Err(Unreadable::NoStore),
    }
}

fn read<'s>(reader: &mut Reader<'s>) -> Option<Vec<&'s [u8]>> {
    let version = reader.u32()?;
    if !matches!(version, 1 | 2) {
        return None;
    }
    let entries = reader.u32()?;
    let mut certificates = Vec::new();
    for _ in 0..entries {
        let kind = reader.u32()?;
        let _alias = reader.text()?;
        let _created = reader.take(8)?;
        let count = match kind {
            1 => {
                let _key = reader.long()?;
                reader.u32()?
            }
            2 => 1,
            // A secret key of JCEKS is a serialised object of unknown length.
            _ => return None,
        };
        // Nothing is reserved for what a count promises: each takes bytes.
        for _ in 0..count {
            if version == 2 {
                let _kind = reader.text()?;
            }
            certificates.push(reader.long()?);
        }
    }
    Some(certificates)
}

/// What is left to read.
struct Reader<'s>(&'s [u8]);

impl<'s> Reader<'s> {
    fn take(&mut self, length: usize) -> Option<&'s [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Bytes behind a length of 16 bits.
    fn text(&mut self) -> Option<&'s [u8]> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        self.take(length.into())
    }

    /// Bytes behind a length of 32 bits.
    fn long(&mut self) -> Option<&'s [u8]> {
        let length = self.u32()?;
        self.take(length.try_into().ok()?)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A trust store with these certificates.
    pub(crate) fn store_of(certificates: &[&[u8]]) -> Vec<u8> {
        let long = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
        let mut store = MAGIC.to_be_bytes().to_vec();
        store.extend(long(2));
        store.extend(long(certificates.len()));
        for certificate in certificates {
            store.extend(long(2));
            store.extend(b"\0\x02ca");
            store.extend([0; 8]);
            store.extend(b"\0\x05X.509");
            store.extend(long(certificate.len()));
            store.extend(*certificate);
        }
        // The digest.
        store.extend([0; 20]);
        store
    }

    #[test]
    fn certificates_as_they_are() {
        let store = store_of(&[b"one", b"two"]);
        assert_eq!(certificates(&store), Ok(vec![&b"one"[..], b"two"]));
        assert_eq!(certificates(&store_of(&[])), Ok(vec![]));
        // Of a private key: the key, then its chain.
        let mut store = MAGIC.to_be_bytes().to_vec();
        store.extend(b"\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\x01k\0\0\0\0\0\0\0\0");
        store.extend(b"\0\0\0\x03key\0\0\0\x01\0\x05X.509\0\0\0\x03own");
        assert_eq!(certificates(&store), Ok(vec![&b"own"[..]]));
    }

    #[test]
    fn what_is_no_store() {
        for (bytes, expect) in [
            (&b""[..], Unreadable::NoStore),
            (b"PK\x03\x04", Unreadable::NoStore),
            (b"\x30\x82\x01\x00", Unreadable::Encrypted),
            (b"\xFE\xED\xFE\xED", Unreadable::Damaged),
            // Promises more than there is.
            (
                b"\xFE\xED\xFE\xED\0\0\0\x02\xFF\xFF\xFF\xFF",
                Unreadable::Damaged,
            ),
        ] {
            assert_eq!(certificates(bytes), Err(expect), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn cut_anywhere_it_is_damaged_and_nothing_worse(cut in 4usize..66) {
            let store = store_of(&[b"one", b"two"]);
            let whole = store.len() - 20;
            let read = certificates(&store[..cut.min(store.len())]);
            prop_assert_eq!(read.is_ok(), cut >= whole);
        }

        #[test]
        fn any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), magic: bool) {
            if magic && bytes.len() >= 8 {
                bytes[..8].copy_from_slice(b"\xFE\xED\xFE\xED\0\0\0\x02");
            }
            let _ = certificates(&bytes);
        }
    }
}
