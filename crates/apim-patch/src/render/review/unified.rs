//! A hunk, old lines above new ones.

use std::fmt::Write;

use apim_patch_core::diff::{Hunk, NO_NEWLINE};

use super::line::{pieces, style};

pub(super) fn draw(out: &mut String, hunk: &Hunk) {
    for line in &hunk.lines {
        let plain = style(line.kind);
        let _ = write!(out, "{plain}{}{plain:#}", line.kind.sign());
        for (text, style) in pieces(line) {
            let _ = write!(out, "{style}{text}{style:#}");
        }
        out.push('\n');
        if !line.text().ends_with('\n') {
            let _ = writeln!(out, "{NO_NEWLINE}");
        }
    }
}
