//! The engine on a file of the size of a stock `api-manager.xml` (36 KB).

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't set up has nothing to measure"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use xml_inplace::{Action, Document, Operation, Selector, Source, edit, locate};

/// A file of that size and shape: blocks of elements with prose and hidden
/// elements between them.
fn file() -> Vec<u8> {
    let mut text = String::from("<APIManager>\n");
    for block in 0..60 {
        text.push_str(&format!(
            "    <!-- Settings of block {block}: what it is for, and when to change it. -->\n    \
             <Block{block} enabled=\"true\"\n            kind=\"a\">\n"
        ));
        for element in 0..6 {
            text.push_str(&format!(
                "        <Element{element}>https://localhost:9443/services/{element}/</Element{element}>\n"
            ));
        }
        text.push_str("        <!--Port>10397</Port-->\n");
        text.push_str(&format!("    </Block{block}>\n\n"));
    }
    text.push_str("</APIManager>\n");
    text.into_bytes()
}

fn operations() -> Vec<Operation> {
    let set = |selector: &str, value: &str| {
        let value = value.to_owned();
        let selector = Selector::parse(selector).expect("a valid selector");
        let action = match selector.attribute() {
            Some(_) => Action::SetAttribute { value, after: None },
            None => Action::SetText {
                value,
                insert: None,
            },
        };
        Operation::new(selector, action)
    };
    vec![
        set("/APIManager/Block30/Element3", "https://km.example.com/"),
        set("/APIManager/Block31/Port", "10400"),
        set("/APIManager/Block32/@kind", "b"),
        Operation::new(
            Selector::parse("/APIManager/Block33").expect("a valid selector"),
            Action::CommentOut,
        ),
    ]
}

fn engine(criterion: &mut Criterion) {
    let bytes = file();
    let operations = operations();
    let source = Source::decode(&bytes).expect("text");
    let document = Document::parse(&source).expect("well-formed");
    let edited = edit(&bytes, &operations)
        .expect("edits")
        .bytes
        .expect("changes");

    criterion.bench_function("decode", |b| b.iter(|| Source::decode(black_box(&bytes))));
    criterion.bench_function("parse", |b| {
        b.iter(|| Document::parse(black_box(&source)).is_ok())
    });
    criterion.bench_function("locate", |b| {
        let selector = Selector::parse("/APIManager/Block31/Port").expect("a valid selector");
        b.iter(|| locate(black_box(&document), &selector).hidden.len());
    });
    criterion.bench_function("edit and verify", |b| {
        b.iter(|| edit(black_box(&bytes), &operations))
    });
    criterion.bench_function("find nothing to do", |b| {
        b.iter(|| edit(black_box(&edited), &operations))
    });
}

criterion_group!(benches, engine);
criterion_main!(benches);
