//! Generated files, of which it is known what stands in them.

use proptest::prelude::*;

/// A key, and how it may be spelt.
pub(crate) const KEYS: [(&str, &[u8]); 7] = [
    ("a", b"a"),
    ("a", b"\\u0061"),
    ("a.b", b"a.b"),
    ("a b", b"a\\ b"),
    ("c=", b"c\\="),
    ("\u{E9}", b"\xE9"),
    ("#d", b"\\#d"),
];

/// A value, and how it may be spelt; `\n` stands for the file's line end.
pub(crate) const VALUES: [(&str, &[u8]); 13] = [
    ("", b""),
    ("v", b"v"),
    ("v", b"\\u0076"),
    ("v w ", b"v w "),
    (" x", b"\\ x"),
    ("x=y:z#!'\"", b"x=y:z#!'\""),
    ("\\t", b"\\\\t"),
    ("\t\n\r\u{C}", b"\\t\\n\\r\\f"),
    ("\u{E9}\u{20AC}", b"\xE9\\u20ac"),
    ("\u{1D11E}", b"\\ud834\\uDD1E"),
    ("ab", b"a\\\n  b"),
    ("a#b", b"a\\\n\t#b"),
    ("ends", b"ends\\\n"),
];

const SEPARATORS: [&[u8]; 7] = [
    b"=",
    b" = ",
    b":",
    b"\t:\x0C",
    b" ",
    b" \\\n = ",
    b"=\\\n  ",
];

const OTHERS: [&[u8]; 8] = [
    b"",
    b" \t",
    b"#",
    b"# a comment, which says that a is b",
    b"# a: what it is for",
    b"  ! a b \\",
    b"## a = v",
    b"#= a =",
];

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Active,
    Hidden,
    Other,
}

/// A logical line.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) key: &'static str,
    pub(crate) value: &'static str,
    /// What stands in front of the key, the mark included.
    pub(crate) front: Vec<u8>,
    /// The key and the separator.
    pub(crate) left: Vec<u8>,
    pub(crate) right: Vec<u8>,
    pub(crate) line_end: &'static [u8],
}

impl Piece {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.front[..], &self.left, &self.right, self.line_end].concat()
    }
}

pub(crate) fn joined(pieces: &[Piece]) -> Vec<u8> {
    pieces.iter().flat_map(Piece::bytes).collect()
}

fn with_line_ends(text: &[u8], line_end: &[u8]) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    parts.join(line_end)
}

fn piece() -> impl Strategy<Value = Piece> {
    let any_of = |count: usize| 0..count;
    (
        any_of(8),
        any_of(KEYS.len()),
        any_of(SEPARATORS.len()),
        any_of(VALUES.len()),
        any_of(OTHERS.len()),
        prop::sample::select(vec![&b"\n"[..], b"\n", b"\r\n", b"\r"]),
    )
        .prop_map(|(kind, key, separator, value, other, line_end)| {
            let (key, spelt) = KEYS[key];
            let (value, right) = VALUES[value];
            let has_one_line = !right.contains(&b'\n');
            let piece = |kind, front: &[u8], left: &[u8], right: &[u8]| Piece {
                kind,
                key,
                value,
                front: front.to_vec(),
                left: with_line_ends(left, line_end),
                right: with_line_ends(right, line_end),
                line_end,
            };
            match kind {
                0..4 => {
                    let front = [&b""[..], b"  ", b"\t", b""][kind];
                    let left = [spelt, SEPARATORS[separator]].concat();
                    piece(Kind::Active, front, &left, right)
                }
                4..7 if has_one_line => {
                    let front = [&b"#"[..], b"# ", b" !   "][kind - 4];
                    let left = [spelt, SEPARATORS[separator % 2]].concat();
                    piece(Kind::Hidden, front, &left, right)
                }
                _ => piece(Kind::Other, OTHERS[other], b"", b""),
            }
        })
}

/// Logical lines; the last one may lack its line end.
pub(crate) fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    (prop::collection::vec(piece(), 0..8), any::<bool>()).prop_map(|(mut pieces, is_bare)| {
        // A carriage return and a line feed that meet are one line end.
        for index in 1..pieces.len() {
            let starts_with_feed = pieces[index].bytes().starts_with(b"\n");
            if starts_with_feed && pieces[index - 1].line_end == b"\r" {
                pieces[index].line_end = b"\r";
            }
        }
        if let Some(last) = pieces.last_mut().filter(|_| is_bare) {
            // The line end that the value would go on behind is the file's last.
            match last.right.strip_suffix(last.line_end) {
                Some(right) if !last.line_end.is_empty() => last.right = right.to_vec(),
                _ => last.line_end = b"",
            }
        }
        pieces
    })
}

/// Bytes that are likely to be misread, in any order.
pub(crate) fn noise() -> impl Strategy<Value = Vec<u8>> {
    let parts: Vec<&[u8]> = vec![
        b"a",
        b"b",
        b"=",
        b":",
        b" ",
        b"\t",
        b"\x0C",
        b"\n",
        b"\r",
        b"\r\n",
        b"#",
        b"!",
        b"\\",
        b"\\\\",
        b"\\\n",
        b"\\\r\n",
        b"\\u0061",
        b"\\u",
        b"0061",
        b"\xE9",
        b"\x85",
        b"\xA0",
        b"\x0B",
        b"\x1A",
        b"#a=",
        b"a=b",
        b"\n#a=b\\\n",
        b"\n# b = a\n",
        b"\\uD834\\uDD1E",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..16).prop_map(|parts| parts.concat())
}
