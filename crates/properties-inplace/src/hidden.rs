//! Properties that stand in comments.

use crate::line::{Line, Lines, is_blank, skip_blanks};
use crate::property::{Property, Separator, goes_on};

/// How much of a comment is taken for a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// What can be restored or is shown as commented out: never prose.
    Strict,
    /// Whatever might show a value: to be masked, not to be edited.
    Lenient,
}

/// Where the text of a comment begins; `None` for a line that is none.
pub(crate) fn text_of(bytes: &[u8], line: &Line, reading: Reading) -> Option<usize> {
    let mark = skip_blanks(bytes, line.start..line.end);
    let is_mark = |byte: &u8| matches!(byte, b'#' | b'!');
    bytes[mark..line.end].first().filter(|byte| is_mark(byte))?;
    let mut text = mark + 1;
    if reading == Reading::Lenient {
        let marks = bytes[text..line.end].iter();
        text += marks
            .take_while(|byte| is_mark(byte) || is_blank(**byte))
            .count();
    }
    Some(skip_blanks(bytes, text..line.end))
}

/// The property that the comment line `first` holds, with the comment lines
/// that continue it, which are taken from `rest`.
pub(crate) fn property(
    bytes: &[u8],
    first: Line,
    rest: &mut Lines<'_>,
    reading: Reading,
) -> Option<Property> {
    let start = text_of(bytes, &first, reading)?;
    let alone = one_line(bytes, first, start);
    if !goes_on(&bytes[start..first.end]) {
        return Some(alone)
            .filter(|alone| reading == Reading::Lenient || is_property(bytes, alone));
    }
    if reading == Reading::Strict && !has_key_and_sign(bytes, &alone) {
        return None;
    }
    let mark = |line: &Line| bytes[skip_blanks(bytes, line.start..line.end)];
    let (mut last, mut segments) = (first, alone.segments);
    loop {
        let next = rest.clone().next();
        let next = next.and_then(|line| Some((line, text_of(bytes, &line, reading)?)));
        let next =
            next.filter(|(line, _)| reading == Reading::Lenient || mark(line) == mark(&first));
        // Had the walk begun at one of the lines that it came through, it would
        // have ended here as well: they are not looked at again.
        let Some((line, text)) = next else {
            let property = Property::new(bytes, first, last, segments, true);
            return Some(property).filter(|_| reading == Reading::Lenient);
        };
        rest.next();
        last = line;
        let goes_on = goes_on(&bytes[text..line.end]);
        segments.push(text..line.end - usize::from(goes_on));
        if !goes_on {
            let property = Property::new(bytes, first, last, segments, false);
            return Some(property)
                .filter(|found| reading == Reading::Lenient || is_property(bytes, found));
        }
    }
}

/// What stands on a comment line, as [`Reading::Lenient`] reads it, without what
/// may continue it.
pub(crate) fn first_line(bytes: &[u8], line: Line) -> Option<Property> {
    let start = text_of(bytes, &line, Reading::Lenient)?;
    Some(one_line(bytes, line, start))
}

fn one_line(bytes: &[u8], line: Line, start: usize) -> Property {
    let goes_on = goes_on(&bytes[start..line.end]);
    let text = start..line.end - usize::from(goes_on);
    Property::new(bytes, line, line, vec![text], goes_on)
}

/// A key and a sign: words that stand side by side are prose.
fn has_key_and_sign(bytes: &[u8], found: &Property) -> bool {
    let has_mark = matches!(bytes.get(found.key.start), Some(b'#' | b'!'));
    !has_mark && !found.key.is_empty() && found.separator == Separator::Sign
}

/// A colon is prose's sign too; there the value has to be one word.
fn is_property(bytes: &[u8], found: &Property) -> bool {
    let is_equals = bytes[found.key.end..found.value.start].contains(&b'=');
    let is_word = || {
        !bytes[found.value.clone()]
            .iter()
            .any(|byte| is_blank(*byte))
    };
    has_key_and_sign(bytes, found) && (is_equals || is_word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(file: &str, reading: Reading) -> Option<(&str, &str, usize)> {
        let bytes = file.as_bytes();
        let mut lines = Lines::new(bytes);
        let first = lines.next().unwrap();
        let found = property(bytes, first, &mut lines, reading)?;
        Some((&file[found.key], &file[found.value], found.segments.len()))
    }

    #[test]
    fn one_property_on_one_line() {
        for (file, key, value) in [
            ("#k=v", "k", "v"),
            ("  !k = v w \n", "k", "v w "),
            ("# k : v:w", "k", "v:w"),
            ("#\tk=", "k", ""),
            ("#k=v\\\\", "k", "v\\\\"),
        ] {
            assert_eq!(
                find(file, Reading::Strict),
                Some((key, value, 1)),
                "{file:?}"
            );
        }
    }

    #[test]
    fn prose_is_none() {
        for file in [
            "#",
            "# ",
            "# k",
            "# k v",
            "#== k ==",
            "# k: what it is for",
            "##k=v",
            "# !k=v",
            "k=v",
            "#k=v\\",
            "#k=v\\\nw",
            "#k=v\\\n!w",
            "# k v\\\n# w=x",
        ] {
            assert_eq!(find(file, Reading::Strict), None, "{file:?}");
        }
    }

    #[test]
    fn a_value_may_go_on_in_the_next_comment() {
        let found = find("#k = a\\\n#   b\n#c", Reading::Strict);
        assert_eq!(found, Some(("k", "a\\\n#   b", 2)));
    }

    #[test]
    fn whatever_might_show_a_value_is_found_to_mask_it() {
        for (file, value) in [
            ("## k = v w", "v w"),
            ("#!# k: v w", "v w"),
            ("# k v", "v"),
            ("#k=v\\\n!  w\nx", "v\\\n!  w"),
            ("#k=v\\\nw", "v\\"),
        ] {
            let found = find(file, Reading::Lenient).unwrap();
            assert_eq!((found.0, found.1), ("k", value), "{file:?}");
        }
    }
}
