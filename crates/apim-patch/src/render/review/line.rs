//! One line of a diff, as pieces of text that a terminal only shows.

use anstyle::{AnsiColor, Style};
use apim_patch_core::diagnostic::printable;
use apim_patch_core::diff::{Line, LineKind};

/// Behind a secret that becomes another one: both look alike.
const OTHER_SECRET: &str = " (another value)";

/// The style of a line of this kind.
pub(super) fn style(kind: LineKind) -> Style {
    match kind {
        LineKind::Context => Style::new(),
        LineKind::Removed => AnsiColor::Red.on_default(),
        LineKind::Added => AnsiColor::Green.on_default(),
    }
}

/// The line's text without its end, each part with its style.
pub(super) fn pieces(line: &Line) -> Vec<(String, Style)> {
    let plain = style(line.kind);
    let mut pieces: Vec<_> = line
        .pieces
        .iter()
        .map(|piece| {
            let text = piece.text.trim_end_matches(['\n', '\r']);
            let style = match piece.changed {
                true => plain.bold().underline(),
                false => plain,
            };
            (printable(&text.replace('\t', "    ")), style)
        })
        .collect();
    if line.has_other_secret && line.kind == LineKind::Added {
        pieces.push((OTHER_SECRET.to_owned(), plain.italic()));
    }
    pieces
}
