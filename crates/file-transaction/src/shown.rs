//! Paths for people.

use std::fmt;
use std::path::Path;

/// Writes a path so that a terminal and a log can bear it: control and bidirectional characters
/// are escaped, bytes that are not UTF-8 appear as `\xNN`.
///
/// ```
/// use std::path::Path;
/// use file_transaction::Shown;
///
/// assert_eq!(Shown(Path::new("conf/a\nb.xml")).to_string(), "conf/a\\nb.xml");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(
    /// The path to show.
    pub &'a Path,
);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::fmt::Write as _;
        use std::os::unix::ffi::OsStrExt as _;
        for chunk in self.0.as_os_str().as_bytes().utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() || reorders(c) {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    f.write_char(c)?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Characters that change the direction of what follows.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn a_path_cannot_drive_a_terminal() {
        let check = |bytes: &[u8], shown: &str| {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(Shown(path).to_string(), shown);
        };
        check(b"conf/caf\xc3\xa9.xml", "conf/caf\u{e9}.xml");
        check(b"a b", "a b");
        check(b"\x1b[31mred", "\\u{1b}[31mred");
        check(b"caf\xe9-\xff", "caf\\xe9-\\xff");
        check("a\u{202e}b".as_bytes(), "a\\u{202e}b");
    }
}
