//! The gates that every result passes before it leaves the crate.
//!
//! 1. *bytes*: outside the splices, old and new are equal;
//! 2. *agreement*: a second reader sees exactly the planned keys change;
//! 3. *idempotence*: the same operations on the result find nothing to do (this
//!    one is taken where the operations are, in [`edit`](crate::edit())).

use std::collections::HashMap;

use crate::error::EditError;
use crate::operation::{Action, Operation};
use crate::reader::{Pair, Reader, Unreadable};
use crate::splice::Splice;

/// Gate 1: between the splices, `before` and `after` are the same bytes.
pub(crate) fn bytes(before: &[u8], after: &[u8], splices: &[Splice]) -> Result<(), EditError> {
    let unplanned = EditError::Unplanned("bytes outside the edits would change");
    let (mut at, mut rest) = (0, after);
    for splice in splices {
        let kept = before.get(at..splice.range.start);
        rest = kept
            .and_then(|kept| rest.strip_prefix(kept))
            .and_then(|rest| rest.strip_prefix(&*splice.bytes))
            .ok_or(unplanned.clone())?;
        at = splice.range.end;
    }
    match before.get(at..) {
        Some(kept) if kept == rest => Ok(()),
        _ => Err(unplanned),
    }
}

/// Gate 2: of the keys that were asked for, the second reader sees what was
/// asked for, and everything else in the order in which it was.
pub(crate) fn agreement(
    before: &[u8],
    after: &[u8],
    operations: &[Operation],
) -> Result<(), EditError> {
    let misread = |_: Unreadable| EditError::Unplanned("a second reader does not accept the file");
    let keys = operations.iter().enumerate();
    let keys = keys.map(|(index, operation)| (operation.key.encode_utf16().collect(), index));
    let keys: HashMap<Vec<u16>, usize> = keys.collect();
    let mut old = Others::new(before, &keys);
    let mut new = Others::new(after, &keys);
    loop {
        match (old.next().map_err(misread)?, new.next().map_err(misread)?) {
            (None, None) => break,
            (one, other) if one == other => {}
            _ => return Err(EditError::Unplanned("keys that nobody named would change")),
        }
    }
    for index in keys.values().copied() {
        let values = old.asked.remove(&index).unwrap_or_default();
        let expected = match &operations[index].action {
            Action::CommentOut => Vec::new(),
            Action::Set { value, .. } => {
                let others = values.len().saturating_sub(1);
                let mut values: Vec<_> = values.into_iter().take(others).collect();
                values.push(value.encode_utf16().collect());
                values
            }
        };
        if new.asked.remove(&index).unwrap_or_default() != expected {
            let what = "a second reader does not read what was asked for";
            return Err(EditError::Unplanned(what));
        }
    }
    Ok(())
}

/// The pairs of keys that nobody asked for; those of the others are put aside.
struct Others<'b> {
    reader: Reader<'b>,
    keys: &'b HashMap<Vec<u16>, usize>,
    asked: HashMap<usize, Vec<Vec<u16>>>,
}

impl<'b> Others<'b> {
    fn new(bytes: &'b [u8], keys: &'b HashMap<Vec<u16>, usize>) -> Self {
        Self {
            reader: Reader::new(bytes),
            keys,
            asked: HashMap::new(),
        }
    }

    fn next(&mut self) -> Result<Option<Pair>, Unreadable> {
        for pair in self.reader.by_ref() {
            let (key, value) = pair?;
            match self.keys.get(&key) {
                Some(index) => self.asked.entry(*index).or_default().push(value),
                None => return Ok(Some((key, value))),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::splice::Rank;

    #[test]
    fn a_byte_beside_the_splice_is_seen() {
        let splices = [Splice {
            range: 2..3,
            bytes: b"xy".to_vec(),
            rank: Rank::Part,
        }];
        assert_eq!(bytes(b"a=b\n", b"a=xy\n", &splices), Ok(()));
        for after in ["a=xz\n", "a=xy", "b=xy\n", "a=xy\n\n", "a=b\n", ""] {
            assert!(bytes(b"a=b\n", after.as_bytes(), &splices).is_err());
        }
        assert!(bytes(b"a", b"axy", &splices).is_err());
    }

    #[test]
    fn a_key_that_nobody_named_is_seen() {
        let set = |key: &str, value: &str| Operation {
            key: key.to_owned(),
            action: Action::Set {
                value: value.to_owned(),
                after: Vec::new(),
            },
        };
        let hide = Operation {
            key: "b".to_owned(),
            action: Action::CommentOut,
        };
        let check = |before: &str, after: &str, operation: &Operation| {
            let operations = std::slice::from_ref(operation);
            agreement(before.as_bytes(), after.as_bytes(), operations).is_ok()
        };
        assert!(check("a=1\nb=2\nb=2", "a=1\nb=2\nb=3", &set("b", "3")));
        assert!(check("a=1", "b:3\na 1", &set("b", "3")));
        assert!(check("a=1\nb=2", "a=1", &hide));
        for after in [
            "a=1\nb=2",
            "a=1\nb=3\nb=3",
            "a=2\nb=2\nb=3",
            "b=2\nb=3",
            "a=1\nb=2\nb=3\nc",
        ] {
            assert!(!check("a=1\nb=2\nb=2", after, &set("b", "3")), "{after:?}");
        }
        assert!(!check("a=1\nb=2", "a=1\nb=2", &hide));
        assert!(!check("a=1", "a=\\u1", &hide));
    }
}
