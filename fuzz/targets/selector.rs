//! Selector text: read or refused with a place inside it, and then matched.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xml_inplace::{Document, Selector, Source, locate};

const DOCUMENT: &[u8] =
    b"<a><b k='v'>t</b><b><c>t</c><!--d>t</d--><!-- <b k='w'/> --></b><c k=''/></a>";

fuzz_target!(|text: &str| {
    match Selector::parse(text) {
        Ok(selector) => {
            assert_eq!(selector.as_str(), text);
            let source = Source::decode(DOCUMENT).expect("text");
            let document = Document::parse(&source).expect("well-formed");
            locate(&document, &selector);
            selector.longest_match(&document);
        }
        Err(error) => assert!(text.is_char_boundary(error.offset)),
    }
});
