//! How nodes and load balancers are named in URLs.

use std::borrow::Cow;
use std::fmt::Display;

use crate::catalogue::Literal;
use crate::diagnostic::printable_name;
use crate::spec::Value;

/// HTTPS port of consoles and services (`catalina-server.xml`).
pub(crate) const SERVLET_HTTPS: u16 = 9443;
/// HTTP port of the same.
pub(crate) const SERVLET_HTTP: u16 = 9763;
/// HTTP port of API calls (`axis2.xml`).
pub(crate) const TRAFFIC_HTTP: u16 = 8280;
/// HTTPS port of API calls.
pub(crate) const TRAFFIC_HTTPS: u16 = 8243;
/// Port of web socket APIs (`WebSocketInboundEndpoint.xml`, whose
/// `ws.use.port.offset` is true).
pub(crate) const WEB_SOCKET: u16 = 9099;
/// The same with TLS (`SecureWebSocketInboundEndpoint.xml`).
pub(crate) const SECURE_WEB_SOCKET: u16 = 8099;
/// Port of the Key Manager's Thrift server.
pub(crate) const THRIFT: u16 = 10397;
/// Port of a traffic manager's event receiver.
pub(crate) const RECEIVER: u16 = 9611;
/// Port at which senders of events log in.
pub(crate) const RECEIVER_LOGIN: u16 = 9711;
/// Port of a traffic manager's message broker.
pub(crate) const BROKER: u16 = 5672;

/// Text that is put together of what the file says, some of which may be kept
/// elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    parts: Vec<Value>,
}

impl Text {
    pub(super) fn new(text: impl Display) -> Self {
        Self::default().then(text)
    }

    #[must_use]
    pub(super) fn then(mut self, text: impl Display) -> Self {
        if let Some(Value::Literal(Literal::Text(last))) = self.parts.last_mut() {
            last.push_str(&text.to_string());
        } else {
            let literal = Literal::Text(text.to_string());
            self.parts.push(Value::Literal(literal));
        }
        self
    }

    #[must_use]
    pub(super) fn then_value(self, value: &Value) -> Self {
        match value {
            Value::Literal(Literal::Text(text)) => self.then(text),
            Value::Template(parts) => parts.iter().fold(self, Self::then_value),
            value => {
                let mut text = self;
                text.parts.push(value.clone());
                text
            }
        }
    }

    /// A host as it stands in a URL.
    #[must_use]
    pub(super) fn then_host(self, host: &Value) -> Self {
        match host {
            Value::Literal(Literal::Text(host)) => self.then(in_url(host)),
            host => self.then_value(host),
        }
    }

    /// The text itself, if nothing of it is kept elsewhere or secret.
    pub(super) fn plain(&self) -> Option<&str> {
        match &self.parts[..] {
            [Value::Literal(Literal::Text(text))] => Some(text),
            _ => None,
        }
    }

    pub(super) fn into_value(mut self) -> Value {
        match self.parts.pop() {
            Some(only) if self.parts.is_empty() => only,
            last => {
                self.parts.extend(last);
                Value::Template(self.parts)
            }
        }
    }
}

/// A host as it stands in a URL: IPv6 addresses in brackets.
pub(crate) fn in_url(host: &str) -> Cow<'_, str> {
    match host.contains(':') && !host.starts_with('[') {
        true => Cow::Owned(format!("[{host}]")),
        false => Cow::Borrowed(host),
    }
}

/// Names in a sentence: `` `a`, `b` and `c` ``.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<_> = names
        .into_iter()
        .map(|name| format!("`{}`", printable_name(name)))
        .collect();
    match &names[..] {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Secret;
    use crate::spec::Reference;

    #[test]
    fn texts() {
        let kept = Value::Reference(Reference::Environment("HOST".into()));
        let host = |host: &str| Value::Literal(Literal::Text(host.into()));
        let url = |host: &Value| Text::new("https://").then_host(host).then(':').then(9443);
        assert_eq!(url(&host("km")).plain(), Some("https://km:9443"));
        assert_eq!(url(&host("::1")).plain(), Some("https://[::1]:9443"));
        assert_eq!(url(&kept).plain(), None);
        let Value::Template(parts) = url(&kept).into_value() else {
            panic!("{kept:?}")
        };
        assert_eq!(parts.len(), 3);
        assert_eq!(Text::default().then_value(&kept).into_value(), kept);
        let secret = Value::Literal(Literal::Secret(Secret::new("s")));
        assert_eq!(Text::new("a").then_value(&secret).plain(), None);
    }

    #[test]
    fn lists() {
        for (names, expect) in [
            (&["a"][..], "`a`"),
            (&["a", "b"], "`a` and `b`"),
            (&["a", "b", "c"], "`a`, `b` and `c`"),
        ] {
            assert_eq!(listed(names.iter().copied()), expect);
        }
    }
}
