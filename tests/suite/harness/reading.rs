//! Second opinions: what changed, and what the files mean, by code that shares nothing with the tool.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::{program, workspace};

/// The lines that went and the lines that came, by the longest common subsequence: an answer that owes
/// nothing to the diff that is under test.
pub(crate) fn changed_lines(old: &[u8], new: &[u8]) -> (Vec<String>, Vec<String>) {
    let old: Vec<&[u8]> = old.split_inclusive(|byte| *byte == b'\n').collect();
    let new: Vec<&[u8]> = new.split_inclusive(|byte| *byte == b'\n').collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[head..], &new[head..]);
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);

    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            gone.push(text(old[i]));
            i += 1;
        } else {
            came.push(text(new[j]));
            j += 1;
        }
    }
    (gone, came)
}

/// One element as an XML parser that shares no code with the tool reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Element {
    pub(crate) path: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
}

/// Every active element of a file in document order, read by Python's expat; nothing without Python.
pub(crate) fn independent(file: &Path) -> Option<Vec<Element>> {
    independent_all(&[file.to_owned()]).map(|mut files| files.remove(0))
}

/// The same for several files at once: starting Python takes longer than reading them.
pub(crate) fn independent_all(files: &[PathBuf]) -> Option<Vec<Vec<Element>>> {
    static PYTHON: OnceLock<bool> = OnceLock::new();
    if !PYTHON.get_or_init(|| program("python3")) {
        return None;
    }
    let output = Command::new("python3")
        .arg(workspace().join("tests/independent_reader.py"))
        .args(files)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{files:?}: {complaint}");
    let read: Vec<Vec<Value>> = serde_json::from_slice(&output.stdout).unwrap();
    let elements = |rows: &Vec<Value>| rows.iter().map(element).collect();
    Some(read.iter().map(elements).collect())
}

fn element(row: &Value) -> Element {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Element {
        path: text(&row["path"]),
        attributes: row["attributes"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
        text: text(&row["text"]),
    }
}

/// The texts of every active element at a path.
pub(crate) fn texts<'a>(elements: &'a [Element], path: &str) -> Vec<&'a str> {
    let found = elements.iter().filter(|element| element.path == path);
    found.map(|element| element.text.as_str()).collect()
}
