//! The laws over every XML file of the corpus, if it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use xml_inplace::{
    Action, Change, Document, EditError, Element, Operation, OperationError, Source, VerifyError,
    edit, locate,
};

use crate::check::{
    changes, decoded, lawful, operation, second_tree, selector, set_attribute, set_text, text_of,
    texts,
};

/// `$APIM_CORPUS`, or `../shared/corpus` beside the workspace.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("APIM_CORPUS").map_or(beside, PathBuf::from);
    if !path.join("INDEX.tsv").is_file() {
        println!("skipped: no corpus at {} (set APIM_CORPUS)", path.display());
        return None;
    }
    Some(path)
}

/// The files' contents, each once, under the first of their paths.
fn files() -> BTreeMap<PathBuf, Vec<u8>> {
    let Some(root) = corpus() else {
        return BTreeMap::new();
    };
    let mut seen = BTreeSet::new();
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .filter(|(_, bytes)| seen.insert(bytes.clone()))
        .collect()
}

/// Every n-th of the distinct files: the whole corpus takes too long for
/// daily work where each file is edited many times.
fn every(nth: usize) -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    files().into_iter().step_by(nth)
}

/// What `look` makes of each element of a document.
fn elements<T>(bytes: &[u8], look: impl FnMut(Element<'_>) -> Option<T>) -> Vec<T> {
    let source = Source::decode(bytes).unwrap();
    let document = Document::parse(&source).unwrap();
    let all: Vec<Element<'_>> = document.root().descendants_or_self().collect();
    all.into_iter().filter_map(look).collect()
}

#[test]
fn well_formed_files_come_back_and_others_are_refused() {
    let Some(root) = corpus() else { return };
    let index = std::fs::read_to_string(root.join("INDEX.tsv")).unwrap();
    let mut counts = BTreeMap::new();
    for row in index.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (path, well_formed) = (columns[0], columns[columns.len() - 1]);
        if well_formed == "n/a" {
            continue;
        }
        *counts.entry(well_formed).or_insert(0) += 1;
        let bytes = std::fs::read(root.join(path)).unwrap();
        let source = match Source::decode(&bytes) {
            Ok(source) => source,
            Err(error) => {
                assert_eq!(well_formed, "no", "{path}: {error}");
                continue;
            }
        };
        assert_eq!(source.encode(source.text()).unwrap(), bytes, "{path}");
        match Document::parse(&source) {
            Ok(_) => {
                assert_eq!(well_formed, "yes", "{path}");
                assert_eq!(edit(&bytes, &[]).unwrap().bytes, None);
            }
            Err(error) => {
                assert_eq!(well_formed, "no", "{path}: {error}");
                assert!(error.position().line >= 1);
            }
        }
    }
    println!("files: {counts:?}");
    assert!(counts["yes"] > 1000, "{counts:?}");
}

#[test]
fn the_text_of_every_leaf_can_be_set() {
    let mut count = 0;
    for (path, bytes) in every(1) {
        let value = |index: usize| format!(" {index}&<>\"]]>\u{E9}\r\n");
        let paths = elements(&bytes, |element| {
            (element.children().next().is_none()).then(|| element.path())
        });
        let operations: Vec<Operation> = paths
            .iter()
            .enumerate()
            .map(|(index, path)| operation(path, set_text(&value(index))))
            .collect();
        let edited =
            lawful(&bytes, &operations).unwrap_or_else(|error| panic!("{error}: {path:?}"));
        let after = edited.bytes.unwrap();
        let read = elements(&after, |element| {
            (element.children().next().is_none()).then(|| element.text())
        });
        assert_eq!(
            read,
            (0..paths.len()).map(value).collect::<Vec<_>>(),
            "{path:?}"
        );
        let mut second = Vec::new();
        leaves(&second_tree(&after), &mut second);
        assert_eq!(second, read, "{path:?}");
        count += paths.len();
    }
    println!("texts set: {count}");
}

fn leaves(element: &xmltree::Element, out: &mut Vec<String>) {
    let mut children = element
        .children
        .iter()
        .filter_map(|child| child.as_element())
        .peekable();
    if children.peek().is_none() {
        out.push(text_of(element));
    }
    children.for_each(|child| leaves(child, out));
}

#[test]
fn attributes_of_every_element_can_be_set_added_and_removed() {
    let mut count = 0;
    for (path, bytes) in every(2) {
        let shown = |error| -> ! { panic!("{error}: {path:?}") };
        let source = Source::decode(&bytes).unwrap();
        let present: Vec<String> = elements(&bytes, |element| {
            let tag = &source.text()[element.spans().start_tag];
            let names: Vec<String> = ["name", "class", "port", "enable", "contentType", "key"]
                .iter()
                .filter(|name| {
                    tag.contains(&format!("{name}=")) && element.attribute(name).is_some()
                })
                .map(|name| format!("{}/@{name}", element.path()))
                .collect();
            Some(names)
        })
        .concat();
        let all = |paths: &[String], action: &Action| -> Vec<Operation> {
            paths
                .iter()
                .map(|path| operation(path, action.clone()))
                .collect()
        };
        let set = all(&present, &set_attribute("a\"'<&\t\n", None));
        lawful(&bytes, &set).unwrap_or_else(|error| shown(error));
        let removed = all(&present, &Action::Remove);
        lawful(&bytes, &removed).unwrap_or_else(|error| shown(error));
        let new = elements(&bytes, |element| {
            Some(format!("{}/@brand-new", element.path()))
        });
        let add = all(&new, &set_attribute("1", Some("name")));
        let added = lawful(&bytes, &add).unwrap_or_else(|error| shown(error));
        let back = lawful(&added.bytes.unwrap(), &all(&new, &Action::Remove));
        let back = back.unwrap_or_else(|error| shown(error));
        assert_eq!(back.bytes.unwrap(), bytes, "{path:?}");
        count += 2 * (present.len() + new.len());
    }
    println!("attributes set, added, removed: {count}");
}

#[test]
fn what_is_commented_out_comes_back() {
    let (mut count, mut refused) = (0, 0);
    for (path, bytes) in every(5) {
        let source = Source::decode(&bytes).unwrap();
        let document = Document::parse(&source).unwrap();
        let mut levels: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for element in document.root().descendants_or_self().skip(1) {
            let path = element.path();
            // Of several namesakes, `[n]` names another one once it is hidden.
            if !path.ends_with(']') && locate(&document, &selector(&path)).hidden.is_empty() {
                levels
                    .entry(path.matches('/').count())
                    .or_default()
                    .push(path);
            }
        }
        for mut paths in levels.into_values() {
            let each = |paths: &[String], action: &Action| -> Vec<Operation> {
                paths
                    .iter()
                    .map(|path| operation(path, action.clone()))
                    .collect()
            };
            let hidden = loop {
                match lawful(&bytes, &each(&paths, &Action::CommentOut)) {
                    Ok(hidden) => break hidden,
                    Err(EditError::Operation {
                        index,
                        error: OperationError::NotHideable(_),
                    }) => {
                        paths.remove(index);
                        refused += 1;
                    }
                    Err(error) => panic!("{error}: {path:?}"),
                }
            };
            let Some(hidden) = hidden.bytes else { continue };
            let back = lawful(&hidden, &each(&paths, &Action::Uncomment))
                .unwrap_or_else(|error| panic!("{error}: {path:?}"));
            assert_eq!(decoded(&back.bytes.unwrap()), decoded(&bytes), "{path:?}");
            count += paths.len();
        }
    }
    println!("commented out and back: {count}; refused: {refused}");
}

#[test]
fn every_hidden_element_can_be_restored() {
    let (mut count, mut others) = (0, 0);
    let mut seen = BTreeSet::new();
    for (path, bytes) in every(1) {
        let text = decoded(&bytes);
        let source = Source::decode(&bytes).unwrap();
        let document = Document::parse(&source).unwrap();
        for parent in document.root().descendants_or_self() {
            let own = own_content(&text, parent);
            let names = names_in_comments(&own);
            if !seen.insert(own) {
                continue;
            }
            for name in names {
                let target = format!("{}/{name}", parent.path());
                let found = locate(&document, &selector(&target));
                if !found.active.is_empty() {
                    others += found.hidden.len();
                    continue;
                }
                for hidden in found.hidden {
                    let start = source.offset(hidden.position);
                    let before = text.get(start..hidden.content.start).unwrap_or("");
                    let tag = before.rsplit('<').next().unwrap();
                    let target = match tag.split_once("name=\"") {
                        Some((_, rest)) => {
                            let value = rest.split('"').next().unwrap();
                            format!("{target}[@name='{value}']")
                        }
                        None => target.clone(),
                    };
                    let edited = lawful(&bytes, &[operation(&target, Action::Uncomment)])
                        .unwrap_or_else(|error| panic!("{error}: {target} in {path:?}"));
                    let change = changes(&edited).next().cloned();
                    match change.filter(|change| change.position == hidden.position) {
                        Some(change) => {
                            assert_restored(&bytes, &target, &change);
                            count += 1;
                        }
                        // Another one comes first.
                        None => others += 1,
                    }
                }
            }
        }
    }
    println!("restored: {count}; behind another one, active or hidden: {others}");
}

fn assert_restored(bytes: &[u8], target: &str, change: &Change) {
    let Some(value) = &change.new else { return };
    let wanted = format!("{value}&new");
    let set = lawful(bytes, &[operation(target, set_text(&wanted))]).unwrap();
    let restored = edit(bytes, &[operation(target, Action::Uncomment)]).unwrap();
    for (edited, wanted) in [(restored, value), (set, &wanted)] {
        let after = edited.bytes.unwrap();
        let source = Source::decode(&after).unwrap();
        let document = Document::parse(&source).unwrap();
        let found = locate(&document, &selector(target)).active;
        assert_eq!(
            found.iter().map(|e| e.text()).collect::<Vec<_>>(),
            [wanted.as_str()]
        );
        assert!(holds(&second_tree(&after), &change.path, wanted));
    }
}

/// Whether the second parser sees an element of that name with that text.
fn holds(element: &xmltree::Element, path: &str, text: &str) -> bool {
    let is_it = path.ends_with(&format!("/{}", element.name)) && text_of(element) == text;
    let mut children = element
        .children
        .iter()
        .filter_map(|child| child.as_element());
    is_it || children.any(|child| holds(child, path, text))
}

/// What stands in an element, but not in its children.
fn own_content(text: &str, element: Element<'_>) -> String {
    let content = element.spans().content;
    let mut own = String::new();
    let mut at = content.start;
    for child in element.children() {
        own.push_str(&text[at..child.span().start]);
        at = child.span().end;
    }
    own + &text[at..content.end]
}

/// What might be the name of an element in a comment directly in `content`.
fn names_in_comments(content: &str) -> BTreeSet<String> {
    let comments = content.split("<!--").skip(1);
    let said = comments.filter_map(|comment| comment.split("-->").next());
    said.flat_map(|said| said.split(|c: char| c == '<' || c.is_ascii_whitespace()))
        .map(|word| word.split(['>', '/', ' ']).next().unwrap_or(""))
        .map(|word| word.rsplit(':').next().unwrap_or(""))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter(|word| {
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        })
        .map(str::to_owned)
        .collect()
}

/// What the product's own optimiser hid line by line comes back as the stock
/// file has it.
#[test]
fn senders_hidden_by_the_optimiser_come_back_as_stock() {
    let Some(root) = corpus() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(root.join("profiles")).unwrap() {
        let home = entry.unwrap().path();
        let bytes = std::fs::read(home.join("repository/conf/axis2/axis2.xml")).unwrap();
        let stock = root.join("stock/am-2.6.0/repository/conf/axis2/axis2.xml");
        let stock = std::fs::read(stock).unwrap();
        let operations = ["ws", "wss"].map(|name| {
            let target = format!("/axisconfig/transportSender[@name='{name}']");
            operation(&target, Action::Uncomment)
        });
        let edited = lawful(&bytes, &operations).unwrap();
        let after = edited.bytes.as_ref().unwrap_or(&bytes);
        let of = |text: &str, name: &str| -> String {
            let start = text
                .find(&format!("<transportSender name=\"{name}\""))
                .unwrap();
            let start = text[..start].rfind('\n').unwrap();
            let end = start + text[start..].find("</transportSender>").unwrap();
            text[start..end].to_owned()
        };
        for name in ["ws", "wss"] {
            assert_eq!(
                of(&decoded(after), name),
                of(&decoded(&stock), name),
                "{home:?}"
            );
        }
        if edited.bytes.is_some() {
            assert_eq!(decoded(after), decoded(&stock), "{home:?}");
            count += 1;
        }
    }
    println!("homes with hidden senders: {count}");
    assert!(count > 0);
}

/// A block that people hid line by line.
#[test]
fn a_block_hidden_line_by_line_comes_back() {
    let mut count = 0;
    for (path, bytes) in every(1) {
        let text = decoded(&bytes);
        if !text.contains("<!--<JMSEventPublisherParameters>-->") {
            continue;
        }
        let target = "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters";
        let edited = lawful(&bytes, &[operation(target, Action::Uncomment)]).unwrap();
        let after = edited.bytes.unwrap();
        let (first, second) = texts(&after, "transport.jms.Destination");
        assert_eq!(
            (first.as_deref(), second.as_deref()),
            (Some("throttleData"), Some("throttleData"))
        );
        let marks = |text: &str| text.matches("<!--").count();
        assert_eq!(marks(&text) - marks(&decoded(&after)), 8, "{path:?}");
        count += 1;
    }
    println!("blocks hidden line by line: {count}");
}

#[test]
fn nothing_in_the_corpus_is_refused_by_the_second_parser() {
    for (path, bytes) in every(1) {
        let target = elements(&bytes, |element| Some(element.path())).remove(0);
        let operation = operation(&format!("{target}/@brand-new"), set_attribute("1", None));
        let edited = edit(&bytes, &[operation]);
        let refused = matches!(
            edited,
            Err(xml_inplace::EditError::Verify(
                VerifyError::Refused { .. } | VerifyError::Unplanned(_)
            ))
        );
        assert!(!refused, "{path:?}: {edited:?}");
    }
}
