//! What depends on the release of API-M and not on the shape of a file.

/// What holds the traffic managers' URL groups in 2.0.0 and 2.1.0.
const OLD: &str = "/APIManager/ThrottlingConfigurations/DataPublisher";
/// What holds them from 2.2.0 on.
const NEW: &str = "/APIManager/ThrottlingConfigurations/TrafficManager";

/// The URL groups in either.
pub(super) const GROUPS: [&str; 2] = ["ReceiverUrlGroup", "AuthUrlGroup"];

/// The element in which the release does not look for URL groups, and the one
/// in which it does. The code decides that, not the file: a file of another
/// release is the usual reason for having them in the wrong place.
pub(super) fn unread_and_read(version: &str) -> Option<(&'static str, &'static str)> {
    let mut parts = version.split(['.', '-']);
    let major: u32 = parts.next()?.parse().ok()?;
    let minor: u32 = parts.next()?.parse().ok()?;
    Some(match (major, minor) >= (2, 2) {
        true => (OLD, NEW),
        false => (NEW, OLD),
    })
}

/// A path as it is shown: without the root that all of them have.
pub(super) fn short(path: &str) -> &str {
    path.strip_prefix("/APIManager/").unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases() {
        for (version, expect) in [
            ("2.0.0", Some(OLD)),
            ("2.1.0-wum4", Some(OLD)),
            ("2.2.0", Some(NEW)),
            ("2.10.1", Some(NEW)),
            ("x", None),
        ] {
            assert_eq!(
                unread_and_read(version).map(|(_, read)| read),
                expect,
                "{version}"
            );
        }
    }
}
