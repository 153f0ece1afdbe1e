//! Bytes to text to tree to spans: what is decoded comes back, and every span is what it says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xml_inplace::{Document, Source};

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::decode(bytes) else {
        return;
    };
    let text = source.text();
    assert_eq!(source.encode(text).as_deref(), Some(bytes));
    let Ok(document) = Document::parse(&source) else {
        return;
    };
    for element in document.root().descendants_or_self() {
        let spans = element.spans();
        assert!(text[spans.start_tag.clone()].starts_with('<'));
        assert!(text[spans.start_tag.clone()].ends_with('>'));
        assert!(spans.start_tag.end <= spans.content.start);
        match spans.end_tag {
            Some(end_tag) => {
                assert_eq!(spans.content.end, end_tag.start);
                assert!(text[end_tag].starts_with("</"));
            }
            None => assert!(text[spans.span].ends_with("/>")),
        }
        let position = source.position(spans.start_tag.start);
        assert_eq!(source.offset(position), spans.start_tag.start);
    }
});
