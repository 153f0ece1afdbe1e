//! Draws errors and warnings with the line and a marker under the place.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use apim_patch_core::diagnostic::{Diagnostic, Severity, Spot};

/// The text of a diagnostic, styled; the stream takes the styles out where
/// they are not wanted.
pub(crate) fn draw(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code),
    );
    for label in &diagnostic.labels {
        let spot = &label.spot;
        // The snippet counts columns in the line as it is shown; where a mask
        // or a cut has moved the place, the real one is said apart.
        let moved = spot.source_line.is_none() || spot.marker != spot.column;
        if moved {
            let origin = Origin::path(spot.path.as_str())
                .line(spot.line)
                .char_column(spot.column);
            group = group.element(origin);
        }
        if let Some(line) = &spot.source_line {
            let kind = if label.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(marked(line, spot));
            let annotation = match label.text.is_empty() {
                true => annotation,
                false => annotation.label(label.text.as_str()),
            };
            let snippet = Snippet::source(line.as_str())
                .line_start(spot.line)
                .annotation(annotation);
            group = group.element(match moved {
                true => snippet,
                false => snippet.path(spot.path.as_str()),
            });
        } else if !label.text.is_empty() {
            group = group.element(Level::NOTE.message(label.text.as_str()));
        }
    }
    // Help behind a snippet hangs on its margin; without one it stands alone.
    let mut groups = Vec::new();
    for help in &diagnostic.help {
        match diagnostic.labels.is_empty() {
            true => groups.push(Group::with_title(
                Level::HELP.secondary_title(help.as_str()),
            )),
            false => group = group.element(Level::HELP.message(help.as_str())),
        }
    }
    groups.insert(0, group);
    Renderer::styled().render(&groups)
}

/// The byte range under which the marker stands.
fn marked(line: &str, spot: &Spot) -> std::ops::Range<usize> {
    let offset = |characters: usize| {
        line.char_indices()
            .nth(characters)
            .map_or(line.len(), |(offset, _)| offset)
    };
    let start = spot.marker.saturating_sub(1);
    offset(start)..offset(start + spot.width)
}
