//! What a start script says on the server's command line.

use std::path::Path;

use super::model::Placed;
use crate::bounded_read;
use crate::diagnostic::{SourceText, printable_path};

/// The scripts that start a server. The first says what counts: the second
/// only calls it, and is there from 2.5.0 on in some packages.
const SCRIPTS: &[&str] = &["bin/wso2server.sh", "bin/api-manager.sh"];

/// Scripts have a few hundred lines.
const MAX_SIZE: u64 = 1024 * 1024;

/// What was found in the scripts of a home.
#[derive(Debug, Default)]
pub(super) struct StartScript {
    /// `-DportOffset`.
    pub(super) offset: Option<Placed<i64>>,
    /// `-Dprofile`.
    pub(super) profile: Option<Placed<String>>,
}

impl StartScript {
    /// Reads the scripts of a home. One that is not there or can't be read
    /// says nothing.
    pub(super) fn read(home: &Path) -> Self {
        let mut found = Self::default();
        for script in SCRIPTS {
            let path = home.join(script);
            let Ok(bytes) = bounded_read::read(&path, MAX_SIZE) else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            let source = SourceText::new(printable_path(&path), &text, Vec::new());
            found.offset = found.offset.or_else(|| {
                option(&source, "-DportOffset=").and_then(|found| {
                    Some(Placed {
                        value: found.value.parse().ok()?,
                        spot: found.spot,
                    })
                })
            });
            found.profile = found.profile.or_else(|| option(&source, "-Dprofile="));
        }
        found
    }
}

/// The value of an option on a command line of the script. The script's own
/// handling of that option is none: its value is a pattern or a variable.
fn option(source: &SourceText<'_>, name: &str) -> Option<Placed<String>> {
    let text = source.text();
    let mut found: Option<Placed<String>> = None;
    for (at, _) in text.match_indices(name) {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line_start..at].trim_start();
        let begin = at + name.len();
        let value: String = text[begin..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect();
        let behind = text[begin + value.len()..].chars().next();
        let is_comment = before.starts_with('#');
        let is_compared = before.contains("==")
            || before.contains(" = ")
            || before.starts_with("case ")
            || before.starts_with("echo ")
            || matches!(behind, Some(')' | '*' | '|' | '$'));
        if value.is_empty() || is_comment || is_compared {
            continue;
        }
        // Of several, the last one wins on the command line of Java.
        found = Some(Placed {
            spot: Some(source.spot(at..begin + value.len())),
            value,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: Option<&str>) {
        let source = SourceText::new("wso2server.sh", script, Vec::new());
        let found = option(&source, "-Dprofile=");
        assert_eq!(
            found.map(|found| found.value).as_deref(),
            expect,
            "{script}"
        );
    }

    #[test]
    fn options_on_the_command_line() {
        check("    -Dprofile=gateway-worker \\\n", Some("gateway-worker"));
        check(
            "JAVA_OPTS=\"$JAVA_OPTS -Dprofile=api-store\"\n",
            Some("api-store"),
        );
        check("#    -Dprofile=gateway-worker \\\n", None);
        check("    -Dprofile=$profile \\\n", None);
        check("        -Dprofile=*)\n", None);
        check("if [ \"$c\" = \"-Dprofile=api-store\" ]; then\n", None);
        check("echo \"use -Dprofile=api-store\"\n", None);
        check(
            " -Dprofile=api-store\n -Dprofile=api-publisher \\\n",
            Some("api-publisher"),
        );
    }
}
