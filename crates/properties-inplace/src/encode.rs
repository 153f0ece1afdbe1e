//! How keys and values are written: with the escapes that are needed to read
//! them back, and no others.

use crate::property::Separator;

/// A key, at the start of a line.
pub(crate) fn key(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        if matches!(character, ' ' | '=' | ':') || (index == 0 && matches!(character, '#' | '!')) {
            bytes.push(b'\\');
        }
        push(&mut bytes, character);
    }
    bytes
}

/// A value, behind a separator.
pub(crate) fn value(text: &str, separator: Separator) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    // Behind mere blanks, the first sign would be taken for the separator's.
    let is_eaten = |first: char| match separator {
        Separator::Blank => matches!(first, ' ' | '=' | ':'),
        Separator::Sign | Separator::None => first == ' ',
    };
    if text.starts_with(is_eaten) {
        bytes.push(b'\\');
    }
    for character in text.chars() {
        push(&mut bytes, character);
    }
    bytes
}

fn push(bytes: &mut Vec<u8>, character: char) {
    match character {
        '\\' => bytes.extend(b"\\\\"),
        '\t' => bytes.extend(b"\\t"),
        '\n' => bytes.extend(b"\\n"),
        '\r' => bytes.extend(b"\\r"),
        '\x0C' => bytes.extend(b"\\f"),
        ' '..='~' | '\u{A0}'..='\u{FF}' => bytes.push(character as u8),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                bytes.extend(format!("\\u{unit:04X}").into_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_plainly() {
        let value = |text| value(text, Separator::Sign);
        assert_eq!(value("a=b:c#d!'e' f "), b"a=b:c#d!'e' f ");
        assert_eq!(value("= "), b"= ");
        assert_eq!(value("  a"), b"\\  a");
        assert_eq!(value("\ta\\b\n\r\x0C\t"), b"\\ta\\\\b\\n\\r\\f\\t");
        assert_eq!(value("\u{A0}caf\u{E9}"), b"\xA0caf\xE9");
        assert_eq!(
            value("\0\x7F\u{80}\u{20AC}\u{1D11E}"),
            b"\\u0000\\u007F\\u0080\\u20AC\\uD834\\uDD1E"
        );
        assert_eq!(super::value(":=", Separator::Blank), b"\\:=");
    }

    #[test]
    fn keys_are_written_so_that_they_end_where_they_end() {
        assert_eq!(key("a b=c:d#e"), b"a\\ b\\=c\\:d#e");
        assert_eq!(key("#a!"), b"\\#a!");
        assert_eq!(key("!\t"), b"\\!\\t");
    }
}
