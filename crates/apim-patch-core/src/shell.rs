//! Words of commands that a shell reads.

/// A word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    match word.chars().all(is_plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_stays_one_word() {
        for (word, expected) in [
            ("/opt/wso2am-2.6.0", "/opt/wso2am-2.6.0"),
            ("/opt/wso2 am", "'/opt/wso2 am'"),
            ("/opt/$(id)`id`;id", "'/opt/$(id)`id`;id'"),
            ("it's", r"'it'\''s'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
