//! "Did you mean".

/// How alike two names must be (Jaro-Winkler) before one is taken for a typing
/// error of the other; below this, short names suggest each other at random.
const ALIKE: f64 = 0.85;

/// The candidate most like `name`, if one is alike enough. Among equals the
/// first wins.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    // Comparing is quadratic in the length, and no candidate is that long.
    if name.len() > 200 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let alike = strsim::jaro_winkler(&name, &candidate.to_ascii_lowercase());
        if alike >= ALIKE && best.is_none_or(|(most, _)| alike > most) {
            best = Some((alike, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}
