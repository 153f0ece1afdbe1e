//! The laws over generated files.

use std::collections::HashMap;

use properties_inplace::{
    Action, ChangeKind, Done, EditError, Found, Operation, edit, get, value_spans,
};
use proptest::prelude::*;

use crate::check::{comment_out, edited, gone, lawful, other_reader, set, show};
use crate::files::{KEYS, Kind, Piece, VALUES, joined, noise, pieces};

/// Some operation on some key.
pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let keys = KEYS.len();
    (0..keys + 1, 0..4_usize, 0..VALUES.len(), 0..keys).prop_map(|(key, action, value, after)| {
        let key = KEYS.get(key).map_or("new", |(key, _)| key);
        match action {
            0 => comment_out(key),
            _ => set(key, VALUES[value].0, &["nowhere", KEYS[after].0]),
        }
    })
}

/// How a value is written behind `left`.
fn written(value: &str, left: &[u8]) -> Vec<u8> {
    let has_sign = || {
        left.windows(2)
            .any(|pair| pair[0] != b'\\' && b"=:".contains(&pair[1]))
    };
    let is_eaten = value.starts_with(' ') || (value.starts_with(['=', ':']) && !has_sign());
    let mut out = if is_eaten { b"\\".to_vec() } else { Vec::new() };
    for character in value.chars() {
        match character {
            '\\' => out.extend(b"\\\\"),
            '\t' => out.extend(b"\\t"),
            '\n' => out.extend(b"\\n"),
            '\r' => out.extend(b"\\r"),
            '\u{C}' => out.extend(b"\\f"),
            '\u{20AC}' => out.extend(b"\\u20AC"),
            '\u{1D11E}' => out.extend(b"\\uD834\\uDD1E"),
            latin => out.push(u8::try_from(latin).unwrap()),
        }
    }
    out
}

/// What an operation has to make of the pieces; `None` where it needs a new
/// line.
fn expected(pieces: &[Piece], operation: &Operation) -> Option<Vec<u8>> {
    let mut pieces = pieces.to_vec();
    let is = |kind| move |piece: &&mut Piece| piece.kind == kind && piece.key == operation.key;
    match &operation.action {
        Action::CommentOut => {
            for piece in pieces.iter_mut().filter(is(Kind::Active)) {
                let bytes = piece.bytes();
                let mut marked = b"#".to_vec();
                for (at, byte) in bytes.iter().enumerate() {
                    marked.push(*byte);
                    let is_end =
                        *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
                    let is_last = at + 1 == bytes.len() && !piece.line_end.is_empty();
                    if is_end && !is_last && at + 1 < bytes.len() {
                        marked.push(b'#');
                    }
                }
                // The piece's line end is in there already.
                (piece.front, piece.left, piece.right) = (marked, Vec::new(), Vec::new());
                piece.line_end = b"";
            }
        }
        Action::Set { value, .. } => {
            if let Some(piece) = pieces.iter_mut().rfind(is(Kind::Active)) {
                if piece.value != value {
                    piece.right = written(value, &piece.left);
                }
            } else {
                let is_hidden =
                    |piece: &&Piece| piece.kind == Kind::Hidden && piece.key == operation.key;
                let equal = pieces
                    .iter()
                    .filter(is_hidden)
                    .any(|piece| piece.value == value);
                let mut hidden = pieces.iter_mut().filter(is(Kind::Hidden));
                let piece = hidden.find(|piece| !equal || piece.value == value)?;
                piece.front = match &piece.front[..] {
                    b" !   " => b"    ".to_vec(),
                    _ => Vec::new(),
                };
                if piece.value != value {
                    piece.right = written(value, &piece.left);
                }
            }
        }
    }
    Some(joined(&pieces))
}

fn is_refusal(error: &EditError) -> bool {
    !matches!(error, EditError::Unplanned(_) | EditError::TooLarge { .. })
}

fn inserts(bytes: &[u8], operation: &Operation) -> bool {
    let edited = edit(bytes, std::slice::from_ref(operation)).unwrap();
    matches!(&edited.outcomes[0].result, Done::Changed(change) if change.kind == ChangeKind::Inserted)
}

/// The bytes that are there now: one line with its line end.
fn is_one_line(bytes: &[u8]) -> bool {
    let text = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
    (1..=4).contains(&text.count())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_key_is_found(pieces in pieces()) {
        let bytes = joined(&pieces);
        let mut active = HashMap::new();
        for piece in &pieces {
            if piece.kind == Kind::Active {
                active.insert(piece.key, piece.value);
            }
        }
        for (key, _) in KEYS {
            let mut hidden = pieces.iter().filter(|piece| piece.kind == Kind::Hidden && piece.key == key);
            match get(&bytes, key).unwrap() {
                Found::Active { value, .. } => prop_assert_eq!(active.get(key), Some(&&*value)),
                Found::CommentedOut { value, .. } => {
                    prop_assert_eq!(active.get(key), None);
                    prop_assert_eq!(hidden.next().map(|piece| piece.value), Some(&*value));
                }
                Found::Absent => {
                    prop_assert_eq!((active.get(key), hidden.count()), (None, 0), "{}", show(&bytes));
                }
            }
        }
    }

    #[test]
    fn an_operation_touches_its_target_and_nothing_else(pieces in pieces(), operation in operation()) {
        let bytes = joined(&pieces);
        let after = edited(&bytes, std::slice::from_ref(&operation));
        match expected(&pieces, &operation) {
            Some(expected) => prop_assert_eq!(show(&after), show(&expected), "{:?} on {}", operation, show(&bytes)),
            None => {
                let (start, end) = gone(&bytes, &after);
                prop_assert_eq!(start, end, "something is gone: {}", show(&bytes));
                let new = &after[start..after.len() - (bytes.len() - end)];
                prop_assert!(is_one_line(new), "{}", show(new));
            }
        }
        let active = match get(&after, &operation.key).unwrap() {
            Found::Active { value, .. } => Some(value),
            _ => None,
        };
        match operation.action {
            Action::Set { value: wanted, .. } => {
                prop_assert_eq!(active, Some(wanted));
            }
            Action::CommentOut => prop_assert_eq!(active, None),
        }
    }

    #[test]
    fn the_order_of_different_keys_is_no_matter(
        pieces in pieces(), one in operation(), other in operation(),
    ) {
        prop_assume!(one.key != other.key);
        let bytes = joined(&pieces);
        let (first, second) = (inserts(&bytes, &one), inserts(&bytes, &other));
        let both = edited(&bytes, &[one.clone(), other.clone()]);
        if !(first && second) {
            let swapped = edited(&bytes, &[other.clone(), one.clone()]);
            prop_assert_eq!(show(&both), show(&swapped), "{}", show(&bytes));
        }
        if !first && !second {
            for pair in [[&one, &other], [&other, &one]] {
                let half = edited(&bytes, std::slice::from_ref(pair[0]));
                let whole = edited(&half, std::slice::from_ref(pair[1]));
                prop_assert_eq!(show(&both), show(&whole), "{}", show(&bytes));
            }
        }
    }

    #[test]
    fn another_reader_sees_what_was_asked_for(pieces in pieces(), operations in prop::collection::vec(operation(), 1..4)) {
        // Surrogate pairs are beyond it.
        let pieces: Vec<Piece> = pieces.into_iter().filter(|piece| piece.value != "\u{1D11E}").collect();
        let bytes = joined(&pieces);
        let is_readable = |operation: &Operation| {
            !matches!(&operation.action, Action::Set { value, .. } if value == "\u{1D11E}")
        };
        prop_assume!(operations.iter().all(is_readable));
        let mut properties = other_reader(&bytes);
        match lawful(&bytes, &operations) {
            Ok(edited) => {
                for operation in operations {
                    match operation.action {
                        Action::Set { value, .. } => properties.insert(operation.key, value),
                        Action::CommentOut => properties.remove(&operation.key),
                    };
                }
                prop_assert_eq!(other_reader(&edited.bytes.unwrap_or(bytes)), properties);
            }
            Err(error) => prop_assert!(matches!(error, EditError::Contradiction { .. }), "{}", error),
        }
    }

    #[test]
    fn no_value_is_left_unmasked(pieces in pieces()) {
        let bytes = joined(&pieces);
        for (key, _) in KEYS {
            let mut masked = bytes.clone();
            let spans = value_spans(&bytes, key);
            prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
            for span in spans {
                masked[span].fill(b'*');
            }
            let mut at = 0;
            for piece in &pieces {
                let end = at + piece.bytes().len();
                if piece.key == key && piece.kind != Kind::Other {
                    let value = &masked[at + piece.front.len() + piece.left.len()..end];
                    let left = value.iter().filter(|byte| !b"*\\\r\n \t".contains(byte)).count();
                    prop_assert_eq!(left, 0, "{} of {}", show(value), show(&bytes));
                }
                at = end;
            }
        }
    }

    #[test]
    fn noise_is_read_or_refused(bytes in noise(), one in operation(), other in operation()) {
        for operations in [vec![one.clone()], vec![one, other]] {
            if let Err(error) = lawful(&bytes, &operations) {
                prop_assert!(is_refusal(&error), "{}: {:?} on {}", error, operations, show(&bytes));
            }
        }
        value_spans(&bytes, "a");
    }
}
