//! A config file's text, of whichever kind the file is.

use xml_inplace::{Encoding, Source};

/// What a config file says, for showing it.
pub(crate) struct FileText {
    pub(crate) text: String,
    pub(crate) encoding: Encoding,
    pub(crate) has_byte_order_mark: bool,
}

impl FileText {
    /// Decodes the file at `path`; `None` if it is in no encoding that is known.
    pub(crate) fn decode(path: &str, bytes: &[u8]) -> Option<Self> {
        if is_properties(path) {
            // Java reads these as ISO-8859-1 (java.util.Properties, `load`).
            return Some(Self {
                text: bytes.iter().copied().map(char::from).collect(),
                encoding: Encoding::Latin1,
                has_byte_order_mark: false,
            });
        }
        Some(Self::from(&Source::decode(bytes).ok()?))
    }
}

impl From<&Source> for FileText {
    fn from(source: &Source) -> Self {
        Self {
            text: source.text().to_owned(),
            encoding: source.encoding(),
            has_byte_order_mark: source.has_byte_order_mark(),
        }
    }
}

/// Whether a config file is no XML but a file of properties.
pub(crate) fn is_properties(path: &str) -> bool {
    path.ends_with(".properties")
}
