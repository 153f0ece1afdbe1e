//! Places, as SARIF writes them.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::Text;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    /// For relations: its number among the related ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Text>,
    pub(super) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) logical_locations: Vec<Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
}

impl PhysicalLocation {
    /// A place in the file `path`; where no line is known, the file as a whole,
    /// for which its first line stands: services ask for a region.
    pub(super) fn new(path: &str, line: Option<usize>, column: Option<usize>) -> Self {
        Self {
            artifact_location: Artifact { uri: uri(path) },
            region: Region {
                start_line: line.unwrap_or(1).max(1),
                start_column: line.and(column).map(|column| column.max(1)),
            },
        }
    }
}

impl From<PhysicalLocation> for Location {
    fn from(physical_location: PhysicalLocation) -> Self {
        Self {
            id: None,
            message: None,
            physical_location,
            logical_locations: Vec::new(),
        }
    }
}

/// The URI of a path. What was given relative stays so: it starts from the
/// directory of the run, which in a build is that of the repository.
fn uri(path: &str) -> String {
    let (mut uri, path) = match path.starts_with('/') {
        true => ("file://".to_owned(), path),
        false => (String::new(), path.trim_start_matches("./")),
    };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uris() {
        for (path, expect) in [
            ("homes/gw-1/conf/a.xml", "homes/gw-1/conf/a.xml"),
            ("./f.toml", "f.toml"),
            ("../f.toml", "../f.toml"),
            ("/opt/a b/ü%.xml", "file:///opt/a%20b/%C3%BC%25.xml"),
            ("a:b", "a%3Ab"),
        ] {
            assert_eq!(uri(path), expect);
        }
    }
}
