//! Paths of config files, relative to a home.

/// The folder in a home in which this tool keeps its own state.
const RESERVED: &str = ".apim-patch";

/// Normalises a path below the home, without looking at the home: that a path
/// is refused must not tell whether its target exists.
pub(crate) fn home_path(path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') {
        return Err("must be relative to the home");
    }
    if path.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Err("leaves the home");
                }
            }
            _ => parts.push(part),
        }
    }
    match parts.first() {
        Some(&RESERVED) => Err("is reserved: apim-patch keeps its own state there"),
        Some(_)
            if path.ends_with(['/', '.']) && path.rsplit('/').next() != parts.last().copied() =>
        {
            Err("names a folder, not a file")
        }
        Some(_) => Ok(parts.join("/")),
        None => Err("names no file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_home() {
        for (path, expect) in [
            ("repository/conf/a.xml", Ok("repository/conf/a.xml")),
            (
                "./repository//conf/../conf/a.xml",
                Ok("repository/conf/a.xml"),
            ),
            ("../../etc/passwd", Err("leaves the home")),
            ("repository/conf/../../../x", Err("leaves the home")),
            ("/etc/passwd", Err("relative to the home")),
            ("a\0b", Err("control character")),
            ("a\nb", Err("control character")),
            ("", Err("names no file")),
            (".", Err("names no file")),
            ("a/..", Err("names no file")),
            ("conf/", Err("names a folder")),
            ("conf/.", Err("names a folder")),
            ("conf/a/..", Err("names a folder")),
            (".apim-patch/journal", Err("reserved")),
            ("x/../.apim-patch/journal", Err("reserved")),
        ] {
            match (home_path(path), expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect),
                (Err(got), Err(expect)) => assert!(got.contains(expect), "{path}: {got}"),
                (got, _) => panic!("{path}: {got:?}"),
            }
        }
    }
}
