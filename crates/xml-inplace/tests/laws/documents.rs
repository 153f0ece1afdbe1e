//! Documents with everything that real files have. Every element of one has a
//! name of its own, active or hidden, so that a name finds one thing.

use std::fmt;

use proptest::prelude::*;

use crate::check::show;

/// A file, and what is known about it.
#[derive(Clone)]
pub(crate) struct Generated {
    pub(crate) bytes: Vec<u8>,
    /// Names of the active elements, the root first.
    pub(crate) active: Vec<String>,
    /// Names of those without element children.
    pub(crate) leaves: Vec<String>,
    /// Names of the hidden elements, with their text; `None` for one that
    /// holds elements.
    pub(crate) hidden: Vec<(String, Option<String>)>,
    /// Names that only prose and broken comments speak of.
    pub(crate) named: Vec<String>,
}

impl fmt::Debug for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {:?} hidden", show(&self.bytes), self.hidden)
    }
}

#[derive(Debug, Clone)]
enum Piece {
    Text(usize),
    Note(usize),
    CData(usize),
    Instruction,
    Hidden(usize, usize),
    Prose(usize),
    Element(Shape, Vec<Piece>),
}

#[derive(Debug, Clone)]
struct Shape {
    prefixed: bool,
    attributes: Vec<usize>,
    own_lines: bool,
    self_closed: bool,
}

const TEXTS: [&str; 9] = [
    "v",
    " v ",
    "&amp;&lt;",
    "&#10;",
    "a > b",
    "é",
    "]]&gt;",
    "-",
    "\u{A0}",
];
const NOTES: [&str; 6] = [
    "<!-- a note -->",
    "<!---->",
    "<!-- a\n b -->",
    "<!-- a & b < c -->",
    "<!--é-->",
    "<!-- > -->",
];
const ATTRIBUTES: [&str; 8] = [
    "k='1'",
    "j=\"it's > 1\"",
    "i = \"\"",
    "h='&amp;&quot;\"'",
    "p:g='2'",
    "f=\"a\tb\"",
    "e='/'",
    "d=\"&lt;!-- -->\"",
];
/// A hidden element `N` with the text `v`, and perhaps another one, `M`.
const HIDDEN: [&str; 14] = [
    "<!--N>v</N-->",
    "<!-- N>v</N -->",
    "<!--<N>v</N>-->",
    "<!-- <N>v</N>\t-->",
    "<!--N>v</N>-->",
    "<!-- <N>v</N-->",
    "<!--\n  <N>v</N>\n-->",
    "<!--N>v</N>\n<M>w</M-->",
    "<!-- <M/> <N>v</N> -->",
    "<!--<N>v--><!-- note --><!--</N>-->",
    "\n<!--<N>-->\n<!--<M>w</M>-->\n<!--</N>-->",
    "<!--N k='1'\n j=\"a > b\">v</N-->",
    "<!--N/-->",
    "<!--p:N>v</p:N-->",
];
/// A comment that names `N` and does not hold it.
const PROSE: [&str; 9] = [
    "<!-- the <N> element -->",
    "<!-- N is set -->",
    "<!-- <N> -->",
    "<!--/N-->",
    "<!-- set it: <N>v</N> -->",
    "<!-- <N>v</N> as before -->",
    "<!--N><50>1</50></N-->",
    "<!--<N>v</M>-->",
    "<!--N>a & b</N-->",
];

fn piece() -> impl Strategy<Value = Piece> {
    let leaf = prop_oneof![
        3 => (0..TEXTS.len()).prop_map(Piece::Text),
        2 => (0..NOTES.len()).prop_map(Piece::Note),
        1 => (0..TEXTS.len()).prop_map(Piece::CData),
        1 => Just(Piece::Instruction),
        5 => (0..HIDDEN.len(), 0..TEXTS.len()).prop_map(|(form, text)| Piece::Hidden(form, text)),
        3 => (0..PROSE.len()).prop_map(Piece::Prose),
        3 => shape().prop_map(|shape| Piece::Element(shape, Vec::new())),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        (shape(), prop::collection::vec(inner, 0..6))
            .prop_map(|(shape, children)| Piece::Element(shape, children))
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    (
        any::<bool>(),
        prop::sample::subsequence((0..ATTRIBUTES.len()).collect::<Vec<_>>(), 0..4),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(prefixed, attributes, own_lines, self_closed)| Shape {
            prefixed,
            attributes,
            own_lines,
            self_closed,
        })
}

/// Files in every encoding, with every line end.
pub(crate) fn document() -> impl Strategy<Value = Generated> {
    (
        prop::collection::vec(piece(), 0..7),
        prop::sample::select(vec!["\n", "\r\n", "\r"]),
        prop::sample::select(vec![None, Some("    "), Some("\t"), Some("")]),
        any::<[bool; 3]>(),
        0..6_usize,
    )
        .prop_map(|(pieces, line_end, indentation, around, encoding)| {
            let mut writer = Writer {
                indentation,
                ..Writer::default()
            };
            let [before, behind, namespace] = around;
            if before {
                writer.out.push_str("<!-- <r> of\n all -->\n<?p i?>");
            }
            let default = if namespace { " xmlns='u'" } else { "" };
            writer.out.push_str(&format!("<r{default} xmlns:p='v'>"));
            writer.known.active.push("r".to_owned());
            writer.children(&pieces, 1);
            writer.out.push_str("</r>");
            if behind {
                writer.out.push_str("\n<!-- end -->\n");
            }
            let text = writer.out.replace('\n', line_end);
            Generated {
                bytes: encode(&text, encoding),
                ..writer.known
            }
        })
}

fn encode(text: &str, encoding: usize) -> Vec<u8> {
    let declared = |label: &str| format!("<?xml version='1.0' encoding='{label}'?>{text}");
    let wide = |text: String, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{FEFF}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    };
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => [b"\xEF\xBB\xBF", declared("UTF-8").as_bytes()].concat(),
        2 => declared("ISO-8859-1")
            .chars()
            .map(|c| u8::try_from(c).unwrap())
            .collect(),
        3 => declared("US-ASCII")
            .replace(|c: char| !c.is_ascii(), "_")
            .into_bytes(),
        4 => wide(declared("UTF-16"), u16::to_le_bytes),
        _ => wide(text.to_owned(), u16::to_be_bytes),
    }
}

struct Writer {
    out: String,
    count: usize,
    /// `None`: everything on one line.
    indentation: Option<&'static str>,
    known: Generated,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            out: String::new(),
            count: 0,
            indentation: None,
            known: Generated {
                bytes: Vec::new(),
                active: Vec::new(),
                leaves: Vec::new(),
                hidden: Vec::new(),
                named: Vec::new(),
            },
        }
    }
}

impl Writer {
    fn name(&mut self) -> String {
        self.count += 1;
        format!("n{}-x.{}", self.count, self.count % 3)
    }

    fn children(&mut self, pieces: &[Piece], depth: usize) {
        for piece in pieces {
            if !matches!(piece, Piece::Text(_) | Piece::CData(_)) {
                self.new_line(depth);
            }
            self.piece(piece, depth);
        }
        if !pieces.is_empty() {
            self.new_line(depth - 1);
        }
    }

    fn new_line(&mut self, depth: usize) {
        if let Some(unit) = self.indentation {
            self.out.push('\n');
            self.out.push_str(&unit.repeat(depth));
        }
    }

    fn piece(&mut self, piece: &Piece, depth: usize) {
        match piece {
            Piece::Text(text) => self.out.push_str(TEXTS[*text]),
            Piece::Note(note) => self.out.push_str(NOTES[*note]),
            Piece::CData(text) => {
                self.out
                    .push_str(&format!("<![CDATA[<x>{}-->]]>", TEXTS[*text]));
            }
            Piece::Instruction => self.out.push_str("<?p <!-- <r> ?>"),
            Piece::Hidden(form, text) => {
                // `-` would run together with the mark behind it.
                let text = TEXTS[*text];
                self.hidden(HIDDEN[*form], if text == "-" { "v" } else { text });
            }
            Piece::Prose(form) => {
                let name = self.name();
                self.out
                    .push_str(&PROSE[*form].replace('N', &name).replace('M', "m"));
                self.known.named.push(name);
            }
            Piece::Element(shape, children) => self.element(shape, children, depth),
        }
    }

    fn hidden(&mut self, form: &str, text: &str) {
        let (name, other) = (self.name(), self.name());
        // Touching neighbours would be one chain with it.
        if form.starts_with('\n') || form.contains("><!-- note") {
            self.out.push_str("<?p?>");
        }
        let source = form
            .replace('v', text)
            .replace('N', &name)
            .replace('M', &other);
        self.out.push_str(&source);
        let read = text
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#10;", "\n");
        let text = match form {
            _ if form.contains("--><!-- note") => Some(read),
            _ if form.starts_with('\n') => None,
            _ if form.contains("N/") => Some(String::new()),
            _ => Some(read),
        };
        let whole = text.is_some();
        self.known.hidden.push((name, text));
        if form.contains("<M>") && whole {
            self.known.hidden.push((other, Some("w".to_owned())));
        } else if form.contains("<M/>") {
            self.known.hidden.push((other, Some(String::new())));
        } else if form.contains('M') {
            self.known.named.push(other);
        }
        if form.starts_with('\n') || form.contains("><!-- note") {
            self.out.push_str("<?p?>");
        }
    }

    fn element(&mut self, shape: &Shape, children: &[Piece], depth: usize) {
        let name = self.name();
        let tag = if shape.prefixed {
            format!("p:{name}")
        } else {
            name.clone()
        };
        self.out.push_str(&format!("<{tag}"));
        for (index, attribute) in shape.attributes.iter().enumerate() {
            self.out.push_str(match index {
                0 => " ",
                _ if shape.own_lines => "\n      ",
                _ => "  ",
            });
            self.out.push_str(ATTRIBUTES[*attribute]);
        }
        self.known.active.push(name.clone());
        let holds_elements = children
            .iter()
            .any(|child| matches!(child, Piece::Element(..)));
        if !holds_elements {
            self.known.leaves.push(name);
        }
        if children.is_empty() && shape.self_closed {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        self.children(children, depth + 1);
        self.out.push_str(&format!("</{tag}>"));
    }
}
