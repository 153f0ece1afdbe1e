//! A second reader, which shares nothing with the first: no lines, no spans,
//! only what `java.util.Properties.load` makes of the bytes, in Java's own
//! UTF-16 units.

/// A key and its value.
pub(crate) type Pair = (Vec<u16>, Vec<u16>);

/// The bytes are none that Java accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The properties of a file, in its order, namesakes included.
pub(crate) struct Reader<'b> {
    rest: std::iter::Peekable<std::slice::Iter<'b, u8>>,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self {
            rest: bytes.iter().peekable(),
        }
    }

    /// The next line that is neither blank nor a comment, joined.
    fn joined(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let mut in_margin = true;
        let mut in_comment = false;
        let mut is_escaped = false;
        while let Some(&byte) = self.rest.next() {
            let is_end = byte == b'\n' || byte == b'\r';
            if byte == b'\r' {
                self.rest.next_if(|next| **next == b'\n');
            }
            if in_comment {
                in_comment = !is_end;
                in_margin = is_end;
                continue;
            }
            if in_margin && b" \t\x0C".contains(&byte) {
                continue;
            }
            if is_end {
                if is_escaped {
                    line.pop();
                } else if !line.is_empty() {
                    return Some(line);
                }
                in_margin = true;
                is_escaped = false;
                continue;
            }
            if line.is_empty() && (byte == b'#' || byte == b'!') {
                in_comment = true;
                continue;
            }
            in_margin = false;
            is_escaped = byte == b'\\' && !is_escaped;
            line.push(byte);
        }
        if is_escaped {
            line.pop();
        }
        (!line.is_empty()).then_some(line)
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Pair, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.joined()?;
        let mut is_escaped = false;
        let key_end = line.iter().position(|byte| {
            let ends = !is_escaped && b"=: \t\x0C".contains(byte);
            is_escaped = !is_escaped && *byte == b'\\';
            ends
        });
        let (key, rest) = line.split_at(key_end.unwrap_or(line.len()));
        let rest = without_blanks(rest);
        let value = match rest {
            [b'=' | b':', value @ ..] => without_blanks(value),
            _ => rest,
        };
        Some(units(key).and_then(|key| Ok((key, units(value)?))))
    }
}

fn without_blanks(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\x0C', rest @ ..] = text {
        text = rest;
    }
    text
}

fn units(mut text: &[u8]) -> Result<Vec<u16>, Unreadable> {
    let mut units = Vec::with_capacity(text.len());
    loop {
        text = match text {
            [] => return Ok(units),
            [b'\\'] => return Err(Unreadable),
            [b'\\', b'u', a, b, c, d, rest @ ..] => {
                let digits = [a, b, c, d].map(|digit| match *digit {
                    b'0'..=b'9' => Some(u16::from(digit - b'0')),
                    b'a'..=b'f' => Some(u16::from(digit - b'a') + 10),
                    b'A'..=b'F' => Some(u16::from(digit - b'A') + 10),
                    _ => None,
                });
                let [Some(a), Some(b), Some(c), Some(d)] = digits else {
                    return Err(Unreadable);
                };
                units.push(a << 12 | b << 8 | c << 4 | d);
                rest
            }
            [b'\\', b'u', ..] => return Err(Unreadable),
            [b'\\', byte, rest @ ..] => {
                units.push(u16::from(match byte {
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b'f' => b'\x0C',
                    byte => *byte,
                }));
                rest
            }
            [byte, rest @ ..] => {
                units.push(u16::from(*byte));
                rest
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expect: &[(&str, &str)]) {
        let text = |units: Vec<u16>| String::from_utf16(&units).unwrap();
        let read: Vec<_> = Reader::new(file.as_bytes())
            .map(|pair| pair.map(|(key, value)| (text(key), text(value))).unwrap())
            .collect();
        let read: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(read, expect, "{file:?}");
    }

    #[test]
    fn lines_are_joined_as_java_joins_them() {
        check("", &[]);
        check("\n \t\r#a=b\\\n!c\n", &[]);
        check(
            "a=b\nc d\r\ne:f\rg",
            &[("a", "b"), ("c", "d"), ("e", "f"), ("g", "")],
        );
        check(
            "a=b\\\n  # c\\\r\n\td\\\\\ne",
            &[("a", "b# cd\\"), ("e", "")],
        );
        check("a=b\\\n\nc=d\\", &[("a", "b"), ("c", "d")]);
        check("a=\\u00\\\n 41\\ \\:", &[("a", "A :")]);
        check("  a\\ \\=\\: = = b ", &[("a =:", "= b ")]);
        check(":\n=", &[("", ""), ("", "")]);
    }

    #[test]
    fn what_java_refuses_is_refused() {
        for file in ["a=\\u12", "a=\\u12g4", "\\u=b"] {
            assert_eq!(Reader::new(file.as_bytes()).next(), Some(Err(Unreadable)));
        }
    }
}
