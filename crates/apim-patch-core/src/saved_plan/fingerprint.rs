//! What a file was, without anything from which a secret could be guessed.

use std::ops::Range;

use file_transaction::Digest;
use xml_inplace::Source;

use crate::confidential::look_alikes;
use crate::plan::FilePlan;

/// Parts of names of what may be a secret. The catalogue knows its own; a
/// digest of a file in which only an unknown one is not known would give that
/// away, so whatever looks like one is left out.
const SECRET_WORDS: &[&str] = &["pass", "pwd", "secret", "credential", "token"];

/// The digest of a file with every secret blanked, and everything that looks
/// like one.
pub(super) fn fingerprint(file: &FilePlan) -> Digest {
    match Source::decode(file.snapshot.bytes()) {
        Ok(source) => {
            let text = source.text();
            let mut blanks = file.secrets.before.clone();
            blanks.extend(look_alikes(text, SECRET_WORDS));
            let head = format!("{:?} {}\0", source.encoding(), source.has_byte_order_mark());
            Digest::of((head + &blanked(text, blanks)).as_bytes())
        }
        // There is no plan on a file that can't be decoded.
        Err(_) => Digest::of(b""),
    }
}

/// `text` with a NUL, which no such file can hold, in place of each range,
/// whatever its length.
fn blanked(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        // Ranges that touch are one: where they part is the secret's length.
        if range.start > at || out.is_empty() {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push('\0');
        }
        at = at.max(range.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        for (text, expect) in [
            (
                "<KeyPassword>a</KeyPassword>",
                "<KeyPassword>\0</KeyPassword>",
            ),
            (
                "<C keystorePass=\"a\" port='1' truststorePass = 'b'/>",
                "<C keystorePass=\"\0\" port='1' truststorePass = '\0'/>",
            ),
            (
                "<Property name=\"password\">a</Property><X>b</X>",
                "<Property name=\"password\">\0</Property><X>b</X>",
            ),
            (
                "<!--SecretKey>a</SecretKey-->",
                "<!--Secret\0>\0</SecretKey-->",
            ),
            ("a.password = b\nuser = c\n", "a.password =\0user = c\n"),
            ("<!-- the pwd: a -->\n<X/>", "<!-- the pwd\0>\0<X/>"),
            ("<X>b</X>", "<X>b</X>"),
        ] {
            assert_eq!(
                blanked(text, look_alikes(text, SECRET_WORDS)),
                expect,
                "{text}"
            );
        }
    }

    #[test]
    fn neither_length_nor_parts_of_a_secret_show() {
        let whole = Range { start: 1, end: 5 };
        let parts = vec![Range { start: 3, end: 5 }, Range { start: 1, end: 3 }];
        assert_eq!(blanked("<abcd>", vec![whole]), "<\0>");
        assert_eq!(blanked("<abcd>", parts), "<\0>");
        assert_eq!(blanked("ab", vec![Range { start: 0, end: 2 }]), "\0");
    }
}
