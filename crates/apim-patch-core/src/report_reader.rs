//! Reads what `--format json` has printed: reports, one after another.

use std::io::{self, BufReader, Read};

use serde::Deserialize;

use crate::bounded_read::reason;
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::report::{Report, VERSION};

/// Hands each report of `reader` to `take`, one JSON object after another;
/// `source` is its name. Returns what could not be taken; the rest has been.
///
/// ```
/// let reader = &b"{\"version\": 7}"[..];
/// let errors = apim_patch_core::report_reader::read("gw.json", reader, |_| Ok(()));
/// assert!(errors[0].message.contains("version 7"));
/// ```
pub fn read(
    source: &str,
    reader: impl Read,
    mut take: impl FnMut(Report) -> Result<(), Diagnostic>,
) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let objects = serde_json::Deserializer::from_reader(BufReader::new(reader));
    let mut count = 0;
    for object in objects.into_iter::<serde_json::Value>() {
        count += 1;
        let place = format!("{}, object {count}", printable(source));
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                // What follows a broken object can't be told apart.
                errors.push(unreadable(&place, &error));
                return errors;
            }
        };
        match report_of(object) {
            Ok(report) => errors.extend(take(report).err()),
            Err(why) => errors.push(no_report(format!("{place}: {why}"))),
        }
    }
    if count == 0 {
        let message = format!("{} holds no report", printable(source));
        errors.push(no_report(message));
    }
    errors
}

/// What every report of every release begins with.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

fn report_of(object: serde_json::Value) -> Result<Report, String> {
    let Ok(Head { version }) = Head::deserialize(&object) else {
        return Err("this is no report: it has no version".into());
    };
    if version != VERSION {
        return Err(format!(
            "this is a report of version {version}, and this release reads version {VERSION}"
        ));
    }
    Report::deserialize(object)
        .map_err(|error| format!("this is no report of apply, diff or check: {error}"))
}

fn no_report(message: String) -> Diagnostic {
    Diagnostic::error("no-report", Class::Specification, message)
        .help("reports are what `apim-patch check --format json` prints")
}

fn unreadable(place: &str, error: &serde_json::Error) -> Diagnostic {
    match error.io_error_kind() {
        Some(kind) => {
            let why = reason(&io::Error::from(kind));
            let message = format!("{place}: {why}");
            Diagnostic::error("unreadable-file", Class::Specification, message)
        }
        None => no_report(format!("{place}: no valid JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    fn read(text: &str) -> (usize, Vec<Diagnostic>) {
        let mut count = 0;
        let errors = super::read("f", text.as_bytes(), |_| {
            count += 1;
            Ok(())
        });
        (count, errors)
    }

    #[test]
    fn what_is_no_report() {
        let good = serde_json::to_string(&Report::new("/opt/wso2am", Status::Planned)).unwrap();
        for (text, expect) in [
            ("", "f holds no report"),
            ("{", "f, object 1: no valid JSON"),
            ("7", "has no version"),
            ("{\"version\": 2}", "a report of version 2"),
            ("{\"version\": 1, \"settings\": []}", "no report of apply"),
        ] {
            let (_, errors) = read(text);
            assert_eq!(errors.len(), 1, "{text}");
            assert!(errors[0].message.contains(expect), "{}", errors[0].message);
            assert_eq!(errors[0].class, Class::Specification);
            // What stands before it counts.
            let (count, errors) = read(&format!("{good}\n{text}"));
            assert_eq!(errors.len(), usize::from(!text.is_empty()), "{text}");
            assert_eq!(count, 1);
        }
    }
}
