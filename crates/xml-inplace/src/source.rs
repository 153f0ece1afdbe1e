//! Bytes to text and back, with proof that nothing is lost on the way.

use std::fmt;

use encoding_rs::mem;

use crate::edit::Span;

/// The character encodings that can be read and written without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (RFC 3629), also what a file without declaration is.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// True ISO-8859-1: every byte is the character of that number. It is not
    /// windows-1252, which web standards put in its place.
    Latin1,
    /// US-ASCII: bytes below 0x80.
    Ascii,
}

impl Encoding {
    /// Whether a file of this encoding can hold `c` as it is.
    pub fn can_hold(self, c: char) -> bool {
        match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => true,
            Self::Latin1 => u32::from(c) < 0x100,
            Self::Ascii => c.is_ascii(),
        }
    }

    /// How many bytes `text` takes in this encoding.
    pub(crate) fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 | Self::Ascii => text.len(),
            Self::Latin1 => text.chars().count(),
            Self::Utf16Le | Self::Utf16Be => 2 * text.encode_utf16().count(),
        }
    }

    fn of_label(label: &str) -> Option<Declared> {
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        if is(&["UTF-8", "UTF8"]) {
            Some(Declared::One(Self::Utf8))
        } else if is(&["UTF-16", "UTF16"]) {
            Some(Declared::Utf16)
        } else if is(&["UTF-16LE"]) {
            Some(Declared::One(Self::Utf16Le))
        } else if is(&["UTF-16BE"]) {
            Some(Declared::One(Self::Utf16Be))
        } else if is(&[
            "ISO-8859-1",
            "ISO_8859-1",
            "ISO8859-1",
            "ISO8859_1",
            "LATIN1",
        ]) {
            Some(Declared::One(Self::Latin1))
        } else if is(&["US-ASCII", "ASCII"]) {
            Some(Declared::One(Self::Ascii))
        } else {
            None
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Latin1 => "ISO-8859-1",
            Self::Ascii => "US-ASCII",
        })
    }
}

#[derive(PartialEq)]
enum Declared {
    One(Encoding),
    Utf16,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1; `\n`, `\r\n` and a lone `\r` end a line.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why bytes are not text of an encoding that can be edited without loss.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The XML declaration names an encoding that is not supported.
    #[error("the encoding {label:?} is not supported; UTF-8, UTF-16, ISO-8859-1 and US-ASCII are")]
    Unsupported {
        /// The label, as declared.
        label: String,
    },
    /// Declaration and byte order mark, or declaration and bytes, disagree.
    #[error("the XML declaration says {declared:?}, but {found}")]
    Contradiction {
        /// The label, as declared.
        declared: String,
        /// What the bytes say.
        found: &'static str,
    },
    /// A byte sequence that the encoding does not have.
    #[error(
        "byte {offset} (line {line}) is not {encoding}: if the file really is in another encoding, \
         declare that one"
    )]
    Malformed {
        /// The encoding that was expected.
        encoding: Encoding,
        /// Offset of the first bad byte, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
}

/// The text of a file, with what is needed to turn it into bytes again.
///
/// ```
/// use xml_inplace::{Encoding, Source};
///
/// let bytes = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>";
/// let source = Source::decode(bytes)?;
/// assert_eq!(source.encoding(), Encoding::Latin1);
/// assert!(source.text().ends_with("<a>é</a>"));
/// assert_eq!(source.encode(source.text()).as_deref(), Some(&bytes[..]));
/// # Ok::<(), xml_inplace::SourceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    text: String,
    encoding: Encoding,
    byte_order_mark: bool,
}

impl Source {
    /// Decodes a file by its byte order mark and its XML declaration.
    ///
    /// # Errors
    ///
    /// What can't be turned back into the very same bytes is refused, with
    /// the first byte that stands in the way.
    pub fn decode(bytes: &[u8]) -> Result<Self, SourceError> {
        let (marked, mark) = match bytes {
            [0xEF, 0xBB, 0xBF, ..] => (Some(Encoding::Utf8), 3),
            [0xFF, 0xFE, ..] => (Some(Encoding::Utf16Le), 2),
            [0xFE, 0xFF, ..] => (Some(Encoding::Utf16Be), 2),
            // Without a mark, UTF-16 shows itself by the first character,
            // which is `<` (XML 1.0, appendix F).
            [b'<', 0, ..] => (Some(Encoding::Utf16Le), 0),
            [0, b'<', ..] => (Some(Encoding::Utf16Be), 0),
            _ => (None, 0),
        };
        let body = &bytes[mark..];
        let label = declared_label(body, marked);
        let declared = match &label {
            None => None,
            Some(label) => {
                Some(
                    Encoding::of_label(label).ok_or_else(|| SourceError::Unsupported {
                        label: label.clone(),
                    })?,
                )
            }
        };
        let encoding = match (marked, declared) {
            (Some(marked), None) => marked,
            (Some(marked), Some(Declared::One(declared))) if marked == declared => marked,
            (Some(Encoding::Utf16Le | Encoding::Utf16Be), Some(Declared::Utf16)) => {
                marked.unwrap_or(Encoding::Utf16Le)
            }
            (Some(marked), Some(_)) => {
                return Err(SourceError::Contradiction {
                    declared: label.unwrap_or_default(),
                    found: match (marked, mark) {
                        (Encoding::Utf8, _) => "the file starts with the byte order mark of UTF-8",
                        (_, 0) => "the bytes are UTF-16",
                        _ => "the file starts with a byte order mark of UTF-16",
                    },
                });
            }
            (None, None) => Encoding::Utf8,
            (
                None,
                Some(Declared::Utf16 | Declared::One(Encoding::Utf16Le | Encoding::Utf16Be)),
            ) => {
                return Err(SourceError::Contradiction {
                    declared: label.unwrap_or_default(),
                    found: "the bytes are not UTF-16 (they may be UTF-8)",
                });
            }
            (None, Some(Declared::One(declared))) => declared,
        };
        let malformed = |offset: usize, text_before: &str| SourceError::Malformed {
            encoding,
            offset: mark + offset,
            line: position_in(text_before, text_before.len()).line,
        };
        let text = match encoding {
            Encoding::Utf8 => match std::str::from_utf8(body) {
                Ok(text) => text.to_owned(),
                Err(error) => {
                    let valid = error.valid_up_to();
                    return Err(malformed(valid, &String::from_utf8_lossy(&body[..valid])));
                }
            },
            Encoding::Ascii => match body.iter().position(|byte| !byte.is_ascii()) {
                None => mem::decode_latin1(body).into_owned(),
                Some(bad) => return Err(malformed(bad, &mem::decode_latin1(&body[..bad]))),
            },
            Encoding::Latin1 => mem::decode_latin1(body).into_owned(),
            Encoding::Utf16Le | Encoding::Utf16Be => decode_utf16(body, encoding)
                .map_err(|(offset, before)| malformed(offset, &before))?,
        };
        let source = Self {
            text,
            encoding,
            byte_order_mark: mark > 0,
        };
        // The proof: whatever the decoders above do, a file that does not
        // come back is never edited.
        if source.encode(&source.text).as_deref() != Some(bytes) {
            return Err(malformed(0, ""));
        }
        Ok(source)
    }

    /// A source for text that comes from no file.
    pub(crate) fn from_text(text: String) -> Self {
        Self {
            text,
            encoding: Encoding::Utf8,
            byte_order_mark: false,
        }
    }

    /// This file with another text.
    pub(crate) fn with_text(&self, text: String) -> Self {
        Self { text, ..*self }
    }

    /// The text, without byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The encoding that the file is in.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the file starts with a byte order mark.
    pub fn has_byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }

    /// `text` as a file like this one: its byte order mark, its encoding.
    /// `None` where the encoding has no such character.
    pub fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.encoding.length(text) + 3);
        if self.byte_order_mark {
            self.encode_into("\u{FEFF}", &mut bytes)?;
        }
        self.encode_into(text, &mut bytes)?;
        Some(bytes)
    }

    /// Appends `text` in this file's encoding.
    pub(crate) fn encode_into(&self, text: &str, bytes: &mut Vec<u8>) -> Option<()> {
        match self.encoding {
            Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Ascii if text.is_ascii() => bytes.extend_from_slice(text.as_bytes()),
            Encoding::Latin1 if mem::is_str_latin1(text) => {
                bytes.extend_from_slice(&mem::encode_latin1_lossy(text));
            }
            Encoding::Ascii | Encoding::Latin1 => return None,
            Encoding::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Encoding::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        }
        Some(())
    }

    /// Line and column of an offset into [`Source::text`].
    pub fn position(&self, offset: usize) -> Position {
        position_in(&self.text, offset)
    }

    /// The text of a line, numbered from 1, without its end.
    pub fn line(&self, number: usize) -> Option<&str> {
        lines(&self.text)
            .nth(number.checked_sub(1)?)
            .map(|span| &self.text[span])
    }

    /// Offset of a position, the end of its line at the most.
    pub fn offset(&self, position: Position) -> usize {
        let Some(line) = lines(&self.text).nth(position.line.saturating_sub(1)) else {
            return self.text.len();
        };
        let within = &self.text[line.clone()];
        line.start
            + within
                .char_indices()
                .nth(position.column.saturating_sub(1))
                .map_or(within.len(), |(index, _)| index)
    }
}

/// Where the lines of `text` stand, without their ends.
fn lines(text: &str) -> impl Iterator<Item = Span> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let length = text[from..].find(['\n', '\r']);
        let end = length.map_or(text.len(), |length| from + length);
        start = length.map(|_| {
            end + if text[end..].starts_with("\r\n") {
                2
            } else {
                1
            }
        });
        Some(from..end)
    })
}

pub(crate) fn position_in(text: &str, offset: usize) -> Position {
    const START: Position = Position { line: 1, column: 1 };
    advanced(text, 0, START, offset.min(text.len()))
}

/// The position of `to`, from that of `from`.
fn advanced(text: &str, from: usize, position: Position, to: usize) -> Position {
    let mut at = position;
    for (index, c) in text[from..to].char_indices() {
        let ends_line = match c {
            '\n' => true,
            '\r' => !text[from + index + 1..].starts_with('\n'),
            _ => false,
        };
        at = match ends_line {
            true => Position {
                line: at.line + 1,
                column: 1,
            },
            false => Position {
                line: at.line,
                column: at.column + 1,
            },
        };
    }
    at
}

/// Finds positions in a text that many are asked of, however long its lines
/// are.
#[derive(Debug)]
pub(crate) struct Positions {
    /// Offsets and their positions, from the start on.
    known: Vec<(usize, Position)>,
}

impl Positions {
    pub(crate) fn of(text: &str) -> Self {
        const STRIDE: usize = 512;
        let mut known = vec![(0, Position { line: 1, column: 1 })];
        let mut last = (0, Position { line: 1, column: 1 });
        while last.0 + STRIDE < text.len() {
            let mut next = last.0 + STRIDE;
            while !text.is_char_boundary(next) {
                next += 1;
            }
            last = (next, advanced(text, last.0, last.1, next));
            known.push(last);
        }
        Self { known }
    }

    pub(crate) fn find(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let index = self.known.partition_point(|(known, _)| *known <= offset);
        let (from, position) = self.known[index.max(1) - 1];
        advanced(text, from, position, offset)
    }
}

fn decode_utf16(body: &[u8], encoding: Encoding) -> Result<String, (usize, String)> {
    let units = body.chunks_exact(2).map(|pair| match encoding {
        Encoding::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    });
    let mut text = String::with_capacity(body.len() / 2);
    let mut offset = 0;
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(c) => {
                offset += 2 * c.len_utf16();
                text.push(c);
            }
            Err(_) => return Err((offset, text)),
        }
    }
    if offset < body.len() {
        return Err((offset, text));
    }
    Ok(text)
}

/// The label in the XML declaration (XML 1.0, productions 23 and 80), if the
/// file starts with one. All encodings that are supported agree on ASCII once
/// the zero bytes of UTF-16 are left out.
fn declared_label(body: &[u8], marked: Option<Encoding>) -> Option<String> {
    /// No declaration is longer: a version, one of IANA's names, standalone.
    const LONGEST: usize = 512;
    let wide = matches!(marked, Some(Encoding::Utf16Le | Encoding::Utf16Be));
    let head: Vec<u8> = body
        .iter()
        .filter(|byte| !wide || **byte != 0)
        .take(LONGEST)
        .copied()
        .collect();
    let head = mem::decode_latin1(&head);
    let declaration = head.strip_prefix("<?xml")?;
    if !declaration.starts_with([' ', '\t', '\r', '\n']) {
        return None;
    }
    let declaration = &declaration[..declaration.find("?>")?];
    let value = declaration.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = &value[1..];
    Some(label[..label.find(quote)?].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_encoding_comes_back() {
        let declared = "<?xml version='1.0' encoding='UTF-16'?><a>é€𝄞</a>";
        let cases: Vec<(Vec<u8>, Encoding)> = vec![
            (b"<a>\xC3\xA9</a>".to_vec(), Encoding::Utf8),
            (b"\xEF\xBB\xBF<a/>".to_vec(), Encoding::Utf8),
            (
                b"<?xml version=\"1.0\" encoding = \"iso-8859-1\"?><a>\x80\xFF</a>".to_vec(),
                Encoding::Latin1,
            ),
            (
                b"<?xml version='1.0' encoding='us-ascii'?><a/>".to_vec(),
                Encoding::Ascii,
            ),
            (
                utf16(&format!("\u{FEFF}{declared}"), false),
                Encoding::Utf16Le,
            ),
            (
                utf16(&format!("\u{FEFF}{declared}"), true),
                Encoding::Utf16Be,
            ),
            (utf16(declared, true), Encoding::Utf16Be),
            (utf16(declared, false), Encoding::Utf16Le),
            (
                b"<?xml-model encoding='UTF-7'?><a/>".to_vec(),
                Encoding::Utf8,
            ),
        ];
        for (bytes, encoding) in cases {
            let source = Source::decode(&bytes).unwrap();
            assert_eq!(source.encoding(), encoding);
            assert_eq!(source.encode(source.text()), Some(bytes));
        }
    }

    #[test]
    fn what_does_not_come_back_is_refused() {
        let cases: &[(&[u8], &str)] = &[
            (
                b"<a>\n\xE9</a>",
                "byte 4 (line 2) is not UTF-8: if the file really is in another encoding, declare that one",
            ),
            (
                b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
                "the XML declaration says \"ISO-8859-1\", but the file starts with the byte order mark of UTF-8",
            ),
            (
                b"<?xml version='1.0' encoding='UTF-16'?><a/>",
                "the XML declaration says \"UTF-16\", but the bytes are not UTF-16 (they may be UTF-8)",
            ),
            (
                b"<?xml version='1.0' encoding='UTF-7'?><a/>",
                "the encoding \"UTF-7\" is not supported; UTF-8, UTF-16, ISO-8859-1 and US-ASCII are",
            ),
            (
                b"\xFF\xFE<\0a\0>\0\x00\xD8<\0",
                "byte 8 (line 1) is not UTF-16: if the file really is in another encoding, declare that one",
            ),
            (
                b"\xFF\xFE<\0a\0>",
                "byte 6 (line 1) is not UTF-16: if the file really is in another encoding, declare that one",
            ),
        ];
        for (bytes, message) in cases {
            assert_eq!(Source::decode(bytes).unwrap_err().to_string(), *message);
        }
        let contradiction = "<?xml version='1.0' encoding='US-ASCII'?><a/>";
        for (mark, found) in [
            ("", "the bytes are UTF-16"),
            (
                "\u{FEFF}",
                "the file starts with a byte order mark of UTF-16",
            ),
        ] {
            for big in [false, true] {
                let bytes = utf16(&format!("{mark}{contradiction}"), big);
                assert_eq!(
                    Source::decode(&bytes).unwrap_err().to_string(),
                    format!("the XML declaration says \"US-ASCII\", but {found}")
                );
            }
        }
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let source = Source::decode("é\r\nb\rc\n".as_bytes()).unwrap();
        for (offset, line, column) in [
            (0, 1, 1),
            (2, 1, 2),
            (4, 2, 1),
            (5, 2, 2),
            (6, 3, 1),
            (8, 4, 1),
            (99, 4, 1),
        ] {
            assert_eq!(
                source.position(offset),
                Position { line, column },
                "{offset}"
            );
        }
        let long = "é\r\nb\rc\n".repeat(400);
        let positions = Positions::of(&long);
        for (offset, _) in long.char_indices() {
            assert_eq!(positions.find(&long, offset), position_in(&long, offset));
        }
        assert_eq!(source.line(2), Some("b"));
        assert_eq!(source.offset(Position { line: 3, column: 2 }), 7);
    }
    #[test]
    fn each_encoding_holds_what_it_can() {
        let declared = |label: &str| {
            let file = format!("<?xml version='1.0' encoding='{label}'?><a/>");
            Source::decode(file.as_bytes()).unwrap()
        };
        let cases = [
            (declared("UTF-8"), "aé€𝄞", 10, ""),
            (declared("ISO-8859-1"), "aé\u{FF}", 3, "\u{100}"),
            (declared("US-ASCII"), "a\u{7F}", 2, "\u{80}"),
            (Source::decode(b"<\0a\0/\0>\0").unwrap(), "aé€𝄞", 10, ""),
        ];
        for (source, held, length, lacked) in cases {
            let encoding = source.encoding();
            let bytes = source.encode(held).unwrap();
            assert_eq!((bytes.len(), encoding.length(held)), (length, length));
            assert!(held.chars().all(|c| encoding.can_hold(c)), "{encoding}");
            assert!(!lacked.chars().any(|c| encoding.can_hold(c)), "{encoding}");
            assert_eq!(source.encode(lacked).is_none(), !lacked.is_empty());
        }
    }
}
