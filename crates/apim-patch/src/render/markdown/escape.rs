//! Text of others in a comment: shown, never obeyed.
//!
//! It stands in HTML blocks, which Markdown leaves alone, and there in `code`,
//! in which a forge looks for no mention, reference or address. A block ends at
//! an empty line, so that no text of others may bring a line end along.

use apim_patch_core::diagnostic::printable;

/// More of a value than this says nothing to a reader of a table.
const LONGEST: usize = 200;

/// Text of others, as code.
pub(super) fn code(text: &str) -> String {
    let text = printable(text);
    let shown = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    format!("<code>{}</code>", html(&shown))
}

fn html(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// A reason: what this tool says of it as it is, and whom or what it names as
/// code.
pub(super) fn reason(text: &str) -> String {
    let named = ["given in ", "given with ", "follows from "].into_iter();
    let own = match text.starts_with("fixed by profile ") {
        // Without a reason, the profile is none of this release's.
        true => text.contains(": ").then_some(text.len()),
        // What is named may hold the same words.
        false => named
            .filter_map(|words| text.find(words).map(|at| at + words.len()))
            .min(),
    };
    let (own, theirs) = text.split_at(own.unwrap_or(0));
    match theirs {
        "" => html(own),
        theirs => format!("{}{}", html(own), code(theirs)),
    }
}

/// Lines in a fence that none of them can close.
pub(super) fn fenced(language: &str, lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    format!("{fence}{language}\n{lines}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_is_obeyed() {
        for (text, expect) in [
            ("a|b `c` *d*", "<code>a|b `c` *d*</code>"),
            (
                "</code><img src=x>&amp;",
                "<code>&lt;/code&gt;&lt;img src=x&gt;&amp;amp;</code>",
            ),
            ("a\n\n@all #1", r"<code>a\n\n@all #1</code>"),
            ("\u{202e}x", r"<code>\u{202e}x</code>"),
        ] {
            assert_eq!(code(text), expect);
        }
        assert_eq!(
            code(&"x".repeat(500)).chars().count(),
            200 + 1 + "<code></code>".len()
        );
    }

    #[test]
    fn reasons() {
        for (text, expect) in [
            ("given with --set", "given with <code>--set</code>"),
            (
                "required by profile gateway, given in @me.toml:1:1",
                "required by profile gateway, given in <code>@me.toml:1:1</code>",
            ),
            (
                "fixed by profile gateway: a < b",
                "fixed by profile gateway: a &lt; b",
            ),
            (
                "follows from @all given in f, x",
                "follows from <code>@all given in f, x</code>",
            ),
            ("@all", "<code>@all</code>"),
            (
                "fixed by profile @all",
                "<code>fixed by profile @all</code>",
            ),
        ] {
            assert_eq!(reason(text), expect);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_inside() {
        for (lines, expect) in [
            ("+a\n", "```diff\n+a\n```\n"),
            ("+``\n", "```diff\n+``\n```\n"),
            ("+a `````\n", "``````diff\n+a `````\n``````\n"),
        ] {
            assert_eq!(fenced("diff", lines), expect);
        }
    }
}
