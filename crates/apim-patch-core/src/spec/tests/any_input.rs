//! No file stops the program.

use std::path::Path;

use proptest::prelude::*;

use super::super::*;

/// Pieces of deployment files, right and wrong, to be thrown together.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[nodes]\n",
        "[nodes.a]\n",
        "[[nodes.a.patch]]\n",
        "[[patch]]\n",
        "[profiles.gateway]\n",
        "[key_manager]\n",
        "password = ",
        "key_manager.password = ",
        "file = ",
        "select = ",
        "set = ",
        "insert = ",
        "after = ",
        "secret = true\n",
        "members = ",
        "version = ",
        "'x'\n",
        "\"\"\"\n",
        "'''",
        "\"/a/b[\"\n",
        "[",
        "]",
        "{ env = 'E' }\n",
        "{ absent = true }\n",
        "=",
        ".",
        "\n",
        "\r\n",
        "1\n",
        "true\n",
        "\u{FEFF}",
        "ü",
        "\u{202e}",
        "\t",
        "#",
        "\\",
        "a",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn parse_and_select(content: &[u8]) {
    let Ok(file) = DeploymentFile::parse(Path::new("f.toml"), content) else {
        return;
    };
    let choice = Choice {
        profile: Some("gateway"),
        node: None,
        options: &[],
        partial: true,
        home: Path::new("/"),
        machine: &Machine::default(),
    };
    if let Ok(selection) = select(Some(&file), &choice) {
        let _ = resolve(selection, &|_| Some("x".into()));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        parse_and_select(&content);
    }

    #[test]
    fn no_file_panics(text in pieces()) {
        parse_and_select(text.as_bytes());
    }
}
