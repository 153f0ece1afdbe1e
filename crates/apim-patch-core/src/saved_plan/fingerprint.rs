//! What a file was, without anything from which a secret could be guessed.

use std::ops::Range;

use file_transaction::Digest;
use xml_inplace::Source;

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
            blanks.extend(look_alikes(text));
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

/// The ranges of what may be a secret by its name: text behind a tag that
/// speaks of one, attributes, and values of properties.
fn look_alikes(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for (at, _) in text.match_indices('<') {
        let begin = at + 1;
        let tag = text[begin..].split(['<', '>']).next().unwrap_or_default();
        if tag.starts_with('/') || !speaks_of_secret(tag) {
            continue;
        }
        if tag.starts_with("!--") {
            // Prose may tell it: `<!-- password: admin -->`.
            ranges.extend(behind_word(tag).map(|word| begin + word..begin + tag.len()));
        }
        ranges.extend(attributes(tag).map(|value| begin + value.start..begin + value.end));
        let content = begin + tag.len();
        if text[content..].starts_with('>') {
            let length = text[content + 1..].find('<');
            let end = length.map_or(text.len(), |length| content + 1 + length);
            ranges.push(content + 1..end);
        }
    }
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let value = line.find(['=', ':']).map(|at| at + 1);
        if let Some(value) =
            value.filter(|value| !line.contains('<') && speaks_of_secret(&line[..*value]))
        {
            ranges.push(begin + value..begin + line.len());
        }
        begin += line.len();
    }
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// The values of the attributes of a tag whose names speak of a secret.
fn attributes(tag: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let equals = at + tag.get(at..)?.find('=')?;
            let open = equals + 1 + tag[equals + 1..].find(['"', '\''])?;
            let quote = tag[open..].chars().next()?;
            let end = tag[open + 1..]
                .find(quote)
                .map_or(tag.len(), |length| open + 1 + length);
            let name = tag[at..equals].trim_end();
            at = (end + 1).min(tag.len());
            let name = name.rsplit(char::is_whitespace).next().unwrap_or(name);
            if speaks_of_secret(name) {
                return Some(open + 1..end);
            }
        }
    })
}

/// The offset behind the first word of a secret.
fn behind_word(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    let ends = SECRET_WORDS
        .iter()
        .filter_map(|word| text.find(word).map(|at| at + word.len()));
    ends.min()
}

fn speaks_of_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| text.contains(word))
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
            assert_eq!(blanked(text, look_alikes(text)), expect, "{text}");
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
