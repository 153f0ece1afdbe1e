//! The marks by which a home shows its product and release.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::diagnostic::{SourceText, Spot, printable_path};

/// How much of `carbon.xml` is looked at: `ServerKey` and `Version` stand in
/// its first kilobytes.
const LOOKED_AT: u64 = 256 * 1024;

/// The product that can be made a Key Manager.
const IDENTITY_SERVER: &str = "WSO2 Identity Server";

/// Text that a mark holds, and where.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    text: String,
    pub(super) spot: Spot,
}

/// All marks of a home.
#[derive(Debug)]
pub(super) struct Marks {
    /// Product and release of `bin/version.txt`.
    product: Option<(Mark, Mark)>,
    /// `ServerKey` of `carbon.xml`.
    server_key: Option<Mark>,
    /// `Version` of `carbon.xml`.
    version: Option<Mark>,
}

impl Marks {
    /// Reads the marks of a home. What is missing or cannot be read is no
    /// mark: here a home is only looked at, and `carbon.xml` may be ill-formed.
    pub(super) fn read(home: &Path) -> Self {
        let version_file = home.join("bin/version.txt");
        let product = beginning(&version_file).and_then(|text| {
            let source = SourceText::new(printable_path(&version_file), &text, Vec::new());
            let line = text.lines().next()?.trim_end();
            let (product, version) = line.rsplit_once(" v")?;
            let mark = |text: &str, start| Mark {
                text: text.to_owned(),
                spot: source.spot(start..start + text.len()),
            };
            Some((mark(product, 0), mark(version, product.len() + 2)))
        });
        let carbon_file = home.join("repository/conf/carbon.xml");
        let carbon = beginning(&carbon_file).map(|text| without_comments(&text));
        let element = |name: &str| {
            let text = carbon.as_deref()?;
            let open = format!("<{name}>");
            let start = text.find(&open)? + open.len();
            let length = text[start..].find('<')?;
            let value = text[start..start + length].trim();
            let source = SourceText::new(printable_path(&carbon_file), text, Vec::new());
            (!value.is_empty()).then(|| Mark {
                text: value.to_owned(),
                spot: source.spot(start..start + length),
            })
        };
        Self {
            product,
            server_key: element("ServerKey"),
            version: element("Version"),
        }
    }

    /// The releases that are shown, that of `bin/version.txt` first.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&str, &Mark)> {
        let product = self.product.as_ref().map(|(_, version)| version);
        product
            .into_iter()
            .chain(&self.version)
            .map(|mark| (mark.text.as_str(), mark))
    }

    /// Whether the product is an Identity Server.
    pub(super) fn is_identity_server(&self) -> bool {
        self.other_product()
            .is_some_and(|(product, _)| product == IDENTITY_SERVER)
    }

    /// A product that is not API Manager, and where it is shown.
    pub(super) fn other_product(&self) -> Option<(&str, &Mark)> {
        if let Some((product, _)) = &self.product
            && !product.text.contains("API Manager")
        {
            return Some((&product.text, product));
        }
        let key = self.server_key.as_ref().filter(|key| key.text != "AM")?;
        let product = match key.text.as_str() {
            "IS" => IDENTITY_SERVER,
            "EI" => "WSO2 Enterprise Integrator",
            "ESB" => "WSO2 Enterprise Service Bus",
            other => other,
        };
        Some((product, key))
    }
}

/// The beginning of a regular file as text. Only ASCII matters here, so that
/// bytes which are not UTF-8 are taken for Latin-1.
fn beginning(path: &Path) -> Option<String> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(LOOKED_AT)
        .read_to_end(&mut bytes)
        .ok()?;
    let wide = |pair: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&unit| pair(unit))
            .collect();
        String::from_utf16_lossy(&units)
    };
    Some(match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => wide(u16::from_be_bytes, rest),
        [b'<', 0, ..] => wide(u16::from_le_bytes, &bytes),
        [0, b'<', ..] => wide(u16::from_be_bytes, &bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.iter().map(|&byte| char::from(byte)).collect(),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    })
}

/// Blanks comments out, so that what they hide is not found and lines stay
/// where they are.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<!--") {
        let end = rest[start + 4..]
            .find("-->")
            .map_or(rest.len(), |end| start + 4 + end + 3);
        out.push_str(&rest[..start]);
        out.extend(
            rest[start..end]
                .chars()
                .map(|c| if c == '\n' { '\n' } else { ' ' }),
        );
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}
