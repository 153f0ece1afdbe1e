//! The deployment file: read, parsed and checked as a whole.

use std::ops::Range;
use std::path::{Path, PathBuf};

use file_transaction::Digest;
use toml::de::DeTable;
use zeroize::Zeroizing;

use super::nesting::{self, MAX_NESTING};
use super::table_reader::TableReader;
use super::{Choice, Machine, Patch, Selection, Setting, mask};
use crate::bounded_read::{self, ReadError};
use crate::deployment::{Deployment, Node};
use crate::diagnostic::{Class, Diagnostic, SourceText, Spot, printable_path, unless_errors};

/// The largest deployment file, in bytes. A thousand nodes with every setting
/// fit; a larger file is the wrong file.
const MAX_SIZE: u64 = 1024 * 1024;

/// A deployment file that was read without an error.
///
/// ```
/// use std::path::{Path, PathBuf};
/// use apim_patch_core::spec::DeploymentFile;
///
/// let file = DeploymentFile::parse(Path::new("f.toml"), b"server.host_name = 'gw'");
/// assert!(file.is_ok());
/// let problems = DeploymentFile::parse(Path::new("f.toml"), b"server.hostname = 'gw'").unwrap_err();
/// assert_eq!(problems[0].message, "unknown key `server.hostname`");
/// assert_eq!(problems[0].labels[0].spot.to_string(), "f.toml:1:8");
/// assert_eq!(problems[0].help, ["did you mean `host_name`?"]);
/// ```
#[derive(Debug)]
pub struct DeploymentFile {
    /// Its path in printable form.
    pub(super) path: String,
    /// Of its bytes.
    digest: Digest,
    pub(super) version: Option<AskedVersion>,
    pub(super) content: Content,
    /// What is odd about it.
    pub(super) warnings: Vec<Diagnostic>,
}

/// The release that a deployment file was written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedVersion {
    /// One of [`VERSIONS`](crate::catalogue::VERSIONS).
    pub version: &'static str,
    /// Where it stands.
    pub spot: Spot,
}

/// The two forms of a deployment file.
#[derive(Debug)]
pub(super) enum Content {
    /// Settings and patches of one node.
    OneNode(Level),
    /// Several nodes.
    Nodes(Box<Deployment>),
}

/// Settings and patches that stand together.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) settings: Vec<Setting>,
    pub(super) patches: Vec<Patch>,
}

/// Where a node is, as its deployment file says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct NodePlace {
    /// Its `host`.
    pub host: Option<String>,
    /// Its `home`.
    pub home: Option<PathBuf>,
}

impl DeploymentFile {
    /// The SHA-256 of its bytes, in hexadecimal digits: what the history
    /// remembers of it.
    pub fn digest(&self) -> String {
        self.digest.to_string()
    }

    /// Reads a deployment file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, of class
    /// [`Specification`](Class::Specification): it is no regular file, too
    /// large, not UTF-8, no TOML, or asks for what does not exist.
    pub fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        match bounded_read::read(path, MAX_SIZE) {
            Ok(content) => Self::parse(path, &Zeroizing::new(content)),
            Err(error) => Err(vec![unreadable(path, &error)]),
        }
    }

    /// Where the node `name` is, as the file says.
    pub fn place_of(&self, name: &str) -> NodePlace {
        let node = self.nodes().iter().find(|node| node.name == name);
        node.map_or(NodePlace::default(), |node| NodePlace {
            host: node.host.as_ref().map(|host| host.value.clone()),
            home: node.home.clone(),
        })
    }

    /// Takes the content of a deployment file. `path` is its name in messages,
    /// and relative paths start from its folder.
    ///
    /// # Errors
    ///
    /// As [`DeploymentFile::read`].
    pub fn parse(path: &Path, content: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        if content.len() as u64 > MAX_SIZE {
            return Err(vec![unreadable(
                path,
                &ReadError::TooLarge { limit: MAX_SIZE },
            )]);
        }
        let name = printable_path(path);
        let digest = Digest::of(content);
        let text = match str::from_utf8(content) {
            Ok(text) => text.strip_prefix('\u{FEFF}').unwrap_or(text),
            Err(error) => {
                let offset = error.valid_up_to();
                let message = format!(
                    "{name} is not UTF-8: the byte at offset {offset} belongs to no character"
                );
                let before = &content[..offset];
                let line = before.iter().filter(|&&byte| byte == b'\n').count();
                let begin = before
                    .iter()
                    .rposition(|&byte| byte == b'\n')
                    .map_or(0, |end| end + 1);
                let column = String::from_utf8_lossy(&before[begin..]).chars().count();
                let spot = Spot::without_text(name, line + 1, column + 1);
                return Err(vec![
                    specification("not-utf-8", message)
                        .at(spot, "")
                        .help("TOML files are UTF-8; save it in that encoding"),
                ]);
            }
        };
        if let Some(at) = nesting::too_deep(text) {
            let source = SourceText::new(name, text, mask::in_text(text));
            let message = format!("nested deeper than {MAX_NESTING} levels");
            return Err(vec![
                specification("too-deep", message).at(source.spot(at), ""),
            ]);
        }
        let root = match DeTable::parse(text) {
            Ok(root) => root,
            Err(error) => return Err(vec![syntax_error(&name, text, &error)]),
        };
        let source = SourceText::new(name.clone(), text, mask::in_tree(text, root.get_ref()));
        let mut reader = TableReader {
            source: &source,
            folder: path.parent().unwrap_or(Path::new("")),
            diagnostics: Vec::new(),
        };
        let (version, content) = reader.document(root.get_ref());
        let ((), warnings) = unless_errors((), reader.diagnostics)?;
        Ok(Self {
            path: name,
            digest,
            version,
            content,
            warnings,
        })
    }
}

impl DeploymentFile {
    /// The deployment, in a file with `[nodes]`.
    pub fn deployment(&self) -> Option<&Deployment> {
        match &self.content {
            Content::OneNode(_) => None,
            Content::Nodes(deployment) => Some(deployment),
        }
    }

    /// The nodes, in the order of the file; none in a file for one node.
    pub fn nodes(&self) -> &[Node] {
        self.deployment()
            .map_or(&[], |deployment| &deployment.nodes)
    }

    /// What is asked for of the node of that name, without a home at hand.
    ///
    /// # Errors
    ///
    /// As [`select`](super::select()).
    pub fn select_node(&self, name: &str) -> Result<Selection, Vec<Diagnostic>> {
        super::select(
            Some(self),
            &Choice {
                profile: None,
                node: Some(name),
                options: &[],
                partial: false,
                // A node that is named is not looked for by its home.
                home: Path::new(""),
                machine: &Machine::default(),
            },
        )
    }
}

fn specification(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, Class::Specification, message)
}

fn unreadable(path: &Path, error: &ReadError) -> Diagnostic {
    let code = match error {
        ReadError::NotRegular => "not-a-regular-file",
        ReadError::TooLarge { .. } => "too-large",
        ReadError::Io(_) => "unreadable-file",
    };
    specification(
        code,
        format!("deployment file `{}`: {error}", printable_path(path)),
    )
}

fn syntax_error(path: &str, text: &str, error: &toml::de::Error) -> Diagnostic {
    let source = SourceText::new(path, text, mask::in_text(text));
    let span = error.span().unwrap_or(text.len()..text.len());
    let diagnostic = specification("toml-syntax", format!("no valid TOML: {}", error.message()))
        .at(source.spot(span.clone()), "");
    match first_of_duplicate(text, span) {
        Some(first) if error.message() == "duplicate key" => {
            diagnostic.beside(source.spot(first), "first given here")
        }
        _ => diagnostic,
    }
}

/// The place of the key that the key at `span` repeats. The parser does not
/// tell it; it is taken to be the same word behind the same start of its line,
/// below the same header.
fn first_of_duplicate(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let key = text.get(span.clone()).filter(|key| !key.is_empty())?;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let start = line_start(span.start);
    let prefix = text[start..span.start].trim_start();
    let mut header = "";
    let mut first = None;
    let mut first_header = "";
    let mut begin = 0;
    for line in text[..start].split_inclusive('\n') {
        let content = line.trim_start();
        if content.starts_with('[') {
            header = content.trim_end();
        }
        if first.is_none() || first_header != header {
            let same = content
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix(key))
                .is_some_and(|rest| rest.trim_start().starts_with(['=', '.', ']']));
            if same {
                let at = begin + line.len() - content.len() + prefix.len();
                first = Some(at..at + key.len());
                first_header = header;
            }
        }
        begin += line.len();
    }
    first.filter(|_| first_header == header || prefix.starts_with('['))
}
