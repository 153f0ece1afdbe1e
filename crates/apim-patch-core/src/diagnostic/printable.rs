//! Names and paths of others, made safe to print.

use std::path::Path;

/// `text` with every character escaped that a terminal would obey or that
/// reorders what stands around it.
///
/// ```
/// use apim_patch_core::diagnostic::printable;
///
/// assert_eq!(printable("a\nb\u{1b}[31m"), r"a\nb\u{1b}[31m");
/// assert_eq!(printable("grün"), "grün");
/// ```
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => c.escape_default().to_string(),
            _ if is_unprintable(c) => c.escape_unicode().to_string(),
            _ => c.to_string(),
        })
        .collect()
}

/// The same, cut after 80 characters: for names that may be of any length.
pub(crate) fn printable_name(name: &str) -> String {
    const LONGEST: usize = 80;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", printable(&name[..end])),
        None => printable(name),
    }
}

/// A path in printable form; bytes that are not UTF-8 appear as `\xNN`.
pub fn printable_path(path: &Path) -> String {
    let mut out = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        out.push_str(&printable(chunk.valid()));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// Control characters, and the characters that hide themselves or reorder text
/// (Unicode TR 36, section 2.1; TR 39, section 5.4).
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn nothing_that_a_terminal_obeys_comes_through() {
        for (text, expect) in [
            ("plain", "plain"),
            ("a\tb", "a\\tb"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("\u{7f}\u{9b}2J", "\\u{7f}\\u{9b}2J"),
        ] {
            assert_eq!(printable(text), expect);
        }
        // Marks, embeddings, overrides and isolates of both directions; joiners, spaces and
        // fillers without width; tags.
        let invisible = "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\
                         \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\
                         \u{2069}\u{206a}\u{3164}\u{feff}\u{ffa0}\u{e0041}";
        for c in invisible.chars() {
            assert_eq!(printable(&c.to_string()), c.escape_unicode().to_string());
        }
        let path = Path::new(OsStr::from_bytes(b"conf/\xff\x1b.xml"));
        assert_eq!(printable_path(path), "conf/\\xff\\u{1b}.xml");
    }
}
