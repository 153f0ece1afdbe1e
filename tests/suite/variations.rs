//! The same job on the same home in other clothes: line ends, encodings, layout, users' own comments.
//!
//! What is expected needs no second set of files: changing the clothes and applying must commute. A home
//! that is dressed and then patched equals one that is patched and then dressed.

use std::path::PathBuf;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, STATE, Tool, acceptance, changed_lines, corpus,
    deployment, fixture,
};

/// Our own stock home always, a real one where there is a corpus.
fn stock_homes() -> Vec<(PathBuf, PathBuf)> {
    let mut homes = vec![(fixture("homes/stock-2.1"), deployment("gateway-ws.toml"))];
    if let (Some(corpus), Some(acceptance)) = (corpus(), acceptance()) {
        let file = acceptance.join("gateway-ws.toml");
        homes.push((corpus.join("stock/am-2.1.0"), file));
    }
    homes
}

/// Runs the job on the plain and on the dressed home; the second must be the first, dressed. Then once
/// more, and back.
#[track_caller]
fn commutes(dressed_files: &[&str], dress: impl Fn(&str, &[u8]) -> Vec<u8>) {
    for (stock, deployment) in stock_homes() {
        let (plain, dressed) = (Home::copy_of(&stock), Home::copy_of(&stock));
        for name in dressed_files {
            let clothes = dress(name, &plain.read(name));
            assert_ne!(clothes, plain.read(name), "{name} must look different");
            dressed.write(name, clothes);
        }
        let before = dressed.files();
        plain.gateway("apply", &deployment).exits(0);
        let run = dressed.gateway("apply", &deployment);
        run.exits(0);
        for name in [API_MANAGER, CARBON, CATALINA] {
            let wanted = match dressed_files.contains(&name) {
                true => dress(name, &plain.read(name)),
                false => plain.read(name),
            };
            let (missing, extra) = changed_lines(&wanted, &dressed.read(name));
            assert_eq!((missing, extra), (vec![], vec![]), "{name} after {run}");
        }
        let after = dressed.tree();
        let again = dressed.gateway("apply", &deployment);
        again.exits(0).says("nothing to do");
        after.untouched(&dressed.tree(), &again);
        dressed.gateway("check", &deployment).exits(0);
        let back = Tool::new("revert").home(&dressed).run();
        back.exits(0);
        before.same_content(&dressed.files(), &back);
    }
}

#[track_caller]
fn refused(name: &str, dress: impl Fn(&[u8]) -> Vec<u8>, names: &[&str]) {
    for (stock, deployment) in stock_homes() {
        let home = Home::copy_of(&stock);
        home.write(name, dress(&home.read(name)));
        let before = home.tree();
        let run = home.gateway("apply", &deployment);
        run.exits(3).says(name);
        for fact in names {
            run.says(fact);
        }
        before.untouched(&home.tree(), &run);
        assert!(!home.file(STATE).exists());
    }
}

fn dos(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace("\r\n", "\n").replace('\n', "\r\n").into()
}

fn with_bom(bytes: &[u8]) -> Vec<u8> {
    [b"\xEF\xBB\xBF", bytes].concat()
}

/// The stock files are ASCII, so every character is one unit.
fn utf16(bytes: &[u8], unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.is_ascii());
    let declared = text.replacen("encoding=\"ISO-8859-1\"", "encoding=\"UTF-16\"", 1);
    assert_ne!(declared, text, "declares another encoding");
    let units = std::iter::once(0xFEFF).chain(declared.encode_utf16());
    units.flat_map(unit).collect()
}

/// ISO-8859-1: every character is the byte of its number.
fn latin1(text: &str) -> Vec<u8> {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap();
    text.chars().map(byte).collect()
}

#[test]
fn windows_line_ends() {
    commutes(&[API_MANAGER, CARBON, CATALINA], |_, bytes| dos(bytes));
}

/// Every file that `unix2dos` would have changed, not only the targets.
#[test]
fn windows_line_ends_in_every_file() {
    for (stock, deployment) in stock_homes() {
        let home = Home::copy_of(&stock);
        for entry in walkdir::WalkDir::new(home.path()) {
            let path = entry.unwrap().into_path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                let mut converted = Vec::new();
                for byte in bytes {
                    if byte == b'\n' && converted.last() != Some(&b'\r') {
                        converted.push(b'\r');
                    }
                    converted.push(byte);
                }
                std::fs::write(&path, converted).unwrap();
            }
        }
        let before = home.files();
        let run = home.gateway("apply", &deployment);
        run.exits(0);
        for name in [API_MANAGER, CARBON, CATALINA] {
            let text = home.text(name);
            let lines = text.matches('\n').count();
            assert_eq!(
                text.matches("\r\n").count(),
                lines,
                "{name} mixes line ends"
            );
        }
        Tool::new("revert").home(&home).run().exits(0);
        before.same_content(&home.files(), &run);
    }
}

#[test]
fn a_bom_is_kept() {
    commutes(&[API_MANAGER], |_, bytes| with_bom(bytes));
}

#[test]
fn a_bom_that_contradicts_the_declaration_is_refused() {
    refused(CARBON, with_bom, &["ISO-8859-1"]);
}

#[test]
fn utf16_little_endian() {
    commutes(&[CARBON], |_, bytes| utf16(bytes, u16::to_le_bytes));
}

#[test]
fn utf16_big_endian() {
    commutes(&[CARBON], |_, bytes| utf16(bytes, u16::to_be_bytes));
}

#[test]
fn latin1_comments_stay_as_they_are() {
    commutes(&[CARBON], |_, bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let note = "\n    <!-- G\u{e9}n\u{e9}r\u{e9} \u{e0} Z\u{fc}rich, \u{a0}\u{80}\u{ff} -->\n    <Ports>";
        latin1(&text.replacen("\n    <Ports>", note, 1))
    });
}

#[test]
fn a_latin1_value_is_written_in_latin1() {
    let home = Home::stock();
    home.write(
        CARBON,
        latin1(&home.text(CARBON).replace(
            "<Name>WSO2 API Manager</Name>",
            "<!-- \u{c0} gauche --><Name>Passerelle d'\u{e9}t\u{e9}</Name>",
        )),
    );
    let file = home.aside(
        "accents.toml",
        "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/Name'\nset = \"Gr\u{fc}n & Wei\u{df}\"\n",
    );
    home.command("apply", &file).arg("--partial").run().exits(0);
    let wanted = latin1("<!-- \u{c0} gauche --><Name>Gr\u{fc}n &amp; Wei\u{df}</Name>");
    let bytes = home.read(CARBON);
    let found = bytes.windows(wanted.len()).any(|window| window == wanted);
    assert!(found, "{}", String::from_utf8_lossy(&bytes));
}

/// `<Connector …/>` with its attributes sorted on one line, as a tool that loads and saves leaves it.
fn one_line_connectors(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find("<Connector") {
        let end = at + rest[at..].find("/>").unwrap();
        out += &rest[..at];
        let mut attributes = attributes(&rest[at + "<Connector".len()..end]);
        attributes.sort_unstable();
        out += &format!("<Connector {}/>", attributes.join(" "));
        rest = &rest[end + 2..];
    }
    out + rest
}

fn attributes(tag: &str) -> Vec<&str> {
    let mut rest = tag.trim_start();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let open = rest.find('"').unwrap() + 1;
        let close = open + rest[open..].find('"').unwrap() + 1;
        found.push(&rest[..close]);
        rest = rest[close..].trim_start();
    }
    found
}

#[test]
fn attributes_on_one_line_get_a_neighbour_on_that_line() {
    for (stock, deployment) in stock_homes() {
        let home = Home::copy_of(&stock);
        let sorted = one_line_connectors(&home.text(CATALINA));
        assert_eq!(sorted.matches("\n        <Connector SSLEnabled").count(), 1);
        home.write(CATALINA, &sorted);
        home.gateway("apply", &deployment).exits(0);
        let wanted = sorted
            .replacen(" port=\"9763\"", " port=\"9763\" proxyPort=\"80\"", 1)
            .replacen(" port=\"9443\"", " port=\"9443\" proxyPort=\"443\"", 1);
        assert_eq!(home.text(CATALINA), wanted);
        home.gateway("apply", &deployment)
            .exits(0)
            .says("nothing to do");
    }
}

/// Notes that a user leaves: prose with tags in it, attributes, half elements. None is a hidden element.
fn note(number: usize) -> String {
    let notes = [
        "ask before <HostName> or <MgtHostName> is touched; DNS is not ours",
        "proxyPort=\"80\" and proxyPort=\"443\" belong to the balancer & its people",
        "<ServerURL> here is not <APIKeyValidator>/<ServerURL>; see the ticket",
        "KeyValidatorClientType was WSClient until May, Password is in the vault",
        "</JMSEventPublisherParameters> ends a block that nobody reads, <Enabled> or not",
        "do not write EnableThriftServer>false</EnableThriftServer, it is said elsewhere",
    ];
    let pads = "lorem ".repeat(20);
    format!(
        "<!-- note {number}: {}. {pads}-->",
        notes[number % notes.len()]
    )
}

/// Before each of these lines a note: between the targets, never inside one.
fn noted(text: &str, before: &[&str]) -> String {
    let mut out = String::new();
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        if before
            .iter()
            .any(|start| line.trim_start().starts_with(start))
        {
            let indent = &line[..line.len() - line.trim_start().len()];
            for _ in 0..6 {
                out += &format!("{indent}{}\n", note(number));
                number += 1;
            }
        }
        out += line;
    }
    out
}

#[test]
fn four_kilobytes_of_users_comments_stay() {
    let places = |name: &str| -> &[&str] {
        match name {
            API_MANAGER => &[
                "<APIKeyValidator>",
                "<ThriftClientConnectionTimeOut>",
                "<KeyValidationHandlerClassName>",
                "<EnableAdvanceThrottling>",
                "<EnableUnlimitedTier>",
            ],
            CARBON => &["<Name>", "<Version>", "<WebContextRoot>", "<Ports>"],
            _ => &["<Service ", "<Connector ", "<Engine "],
        }
    };
    commutes(&[API_MANAGER, CARBON, CATALINA], |name, bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let noted = noted(&text, places(name));
        assert!(noted.len() >= text.len() + (4 << 10), "{name}");
        noted.into()
    });
}

/// Old forms of a setting in comments beside the active one: the active one counts, the comments stay.
#[test]
fn old_values_in_comments_stay_beside_active_ones() {
    commutes(&[API_MANAGER], |_, bytes| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replacen(
            "        <ThriftClientConnectionTimeOut>",
            "        <!--<KeyValidatorClientType>WSClient</KeyValidatorClientType>-->\n        <!-- EnableThriftServer>false</EnableThriftServer-->\n        <ThriftClientConnectionTimeOut>",
            1,
        )
        .into()
    });
}
