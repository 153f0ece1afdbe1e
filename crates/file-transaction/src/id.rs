//! Names of transactions.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The name of a transaction: when it began (UTC), and four digits that tell apart what happened at
/// the same instant on different machines, for example `20261123T091502.417Z-3fa9`.
///
/// Within one root, a later transaction's name sorts after an earlier one's, even if the clock was
/// set back.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct TransactionId(String);

const FORMAT: &str = "%Y%m%dT%H%M%S.%3fZ";

impl TransactionId {
    pub(crate) fn new(now: Timestamp, newest: Option<&TransactionId>, content: Digest) -> Self {
        let at_least = newest
            .and_then(|id| id.time().checked_add(Duration::from_millis(1)).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let time = now.max(at_least);
        let content = content.to_string();
        TransactionId(format!("{}-{}", time.strftime(FORMAT), &content[..4]))
    }

    /// When the transaction began, to the millisecond.
    pub fn time(&self) -> Timestamp {
        parse_time(&self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_time(text: &str) -> Option<Timestamp> {
    let (time, _) = text.split_once('-')?;
    let time = DateTime::strptime(FORMAT, time).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text does not name a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a transaction, such as 20261123T091502.417Z-3fa9")]
pub struct NotATransactionId;

impl FromStr for TransactionId {
    type Err = NotATransactionId;

    fn from_str(text: &str) -> Result<Self, NotATransactionId> {
        // It becomes part of paths, so only the exact form is let in.
        let well_formed = text.len() == 25
            && text.char_indices().all(|(at, c)| match at {
                8 => c == 'T',
                15 => c == '.',
                19 => c == 'Z',
                20 => c == '-',
                21.. => matches!(c, '0'..='9' | 'a'..='f'),
                _ => c.is_ascii_digit(),
            });
        match parse_time(text) {
            Some(_) if well_formed => Ok(TransactionId(text.to_owned())),
            _ => Err(NotATransactionId),
        }
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> String {
        id.0
    }
}

impl TryFrom<String> for TransactionId {
    type Error = NotATransactionId;

    fn try_from(text: String) -> Result<Self, NotATransactionId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nothing_else_is() {
        let now: Timestamp = "2026-11-23T09:15:02.417999Z".parse().unwrap();
        let id = TransactionId::new(now, None, Digest::of(b"abc"));
        assert_eq!(id.as_str(), "20261123T091502.417Z-ba78");
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert_eq!(id.time().to_string(), "2026-11-23T09:15:02.417Z");
        for bad in [
            "",
            "../../../../../etc/passwd",
            "20261123T091502.417Z-ba7",
            "20261123T091502.417Z-BA78",
            "20261323T091502.417Z-ba78",
            "20261123T091502/417Z-ba78",
        ] {
            assert_eq!(
                bad.parse::<TransactionId>(),
                Err(NotATransactionId),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_later_name_sorts_later_whatever_the_clock_says() {
        let now: Timestamp = "2026-11-23T09:15:02.417Z".parse().unwrap();
        let first = TransactionId::new(now, None, Digest::of(b"a"));
        let second = TransactionId::new(now, Some(&first), Digest::of(b"b"));
        let long_ago = Timestamp::from_second(1).unwrap();
        let third = TransactionId::new(long_ago, Some(&second), Digest::of(b"c"));
        assert!(first < second && second < third);
    }
}
