//! What the page lets a browser do: nothing but what it was written with.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

/// A content security policy under which this style and this script count, and
/// nothing is fetched, run, embedded or sent.
pub(super) fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| Base64::encode_string(&Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style),
        hash(script)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of nothing is known.
    #[test]
    fn by_hash() {
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert_eq!(
            policy("", ""),
            format!(
                "default-src 'none'; style-src {empty}; script-src {empty}; base-uri 'none'; form-action 'none'"
            )
        );
    }
}
