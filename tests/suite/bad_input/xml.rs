//! B069–B094: config files that are not XML, not quite XML, or more XML than anybody wants.

use std::fs;
use std::process::Command;

use super::{Row, Scene, ensure, row, table};
use crate::harness::{API_MANAGER, CARBON, CATALINA, Home, independent, texts};

/// api-manager.xml with other bytes.
fn api(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    change: impl Fn(String) -> Vec<u8> + 'static,
) -> Row {
    let mut names = names.to_vec();
    if exits == [3] {
        names.push("api-manager.xml");
    }
    row(id, exits, &names, move |scene| {
        let bytes = change(scene.home.text(API_MANAGER));
        scene.home.write(API_MANAGER, bytes);
    })
}

fn carbon(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    change: impl Fn(String) -> Vec<u8> + 'static,
) -> Row {
    let mut names = names.to_vec();
    if exits == [3] {
        names.push("carbon.xml");
    }
    row(id, exits, &names, move |scene| {
        let bytes = change(scene.home.text(CARBON));
        scene.home.write(CARBON, bytes);
    })
}

fn edit(text: &str, old: &str, new: &str) -> Vec<u8> {
    assert!(text.contains(old), "{old:?} is in the fixture");
    text.replacen(old, new, 1).into_bytes()
}

/// Another encoding name in the declaration, same bytes.
fn declares(encoding: &'static str) -> impl Fn(String) -> Vec<u8> {
    move |text| edit(&text, "ISO-8859-1", encoding)
}

fn wanted_is_there(scene: &Scene) -> Result<(), String> {
    let text = String::from_utf8_lossy(&scene.home.read(API_MANAGER)).into_owned();
    ensure(
        text.contains("<KeyValidatorClientType>WSClient<"),
        "not applied",
    )
}

#[test]
fn not_well_formed() {
    table(vec![
        api("B069 empty", &[3], &["1:1", "no root element"], |_| {
            Vec::new()
        }),
        api("B069 blanks", &[3], &["no root element"], |_| {
            b" \n\n".to_vec()
        }),
        api("B069 comment", &[3], &["no root element"], |_| {
            b"<!-- gone -->\n".to_vec()
        }),
        // The end tag stands on line 11, the start tag on line 7.
        api(
            "B070",
            &[3],
            &["api-manager.xml:11:", "AuthManager", "line 7"],
            |text| edit(&text, "</AuthManager>", "</AuthManger>"),
        ),
        api(
            "B071",
            &[3],
            &[
                "api-manager.xml:67:",
                "ends before",
                "opened at line 53",
                "backup",
            ],
            |text| {
                let end = text.find("        <!--ThriftClientPort").unwrap();
                text.as_bytes()[..end].to_vec()
            },
        ),
        api(
            "B071 in a tag",
            &[3],
            &["api-manager.xml:32:", "ends before"],
            |text| {
                let end = text.find("api-console=").unwrap() + 5;
                text.as_bytes()[..end].to_vec()
            },
        ),
        api("B071 in a comment", &[3], &["comment"], |text| {
            let end = text.find("<!--ConnectionPool").unwrap() + 30;
            text.as_bytes()[..end].to_vec()
        }),
        api("B072 two roots", &[3], &["api-manager.xml:164:"], |text| {
            assert_eq!(text.lines().count(), 163);
            format!("{text}<Second/>\n").into()
        }),
        api("B072 text", &[3], &["api-manager.xml:164:"], |text| {
            format!("{text}done\n").into()
        }),
        api("B073", &[3], &["type", "@32"], |text| {
            edit(&text, "type=\"hybrid\"", "type=\"hybrid\" type=\"hybrid\"")
        }),
        api("B074", &[3], &["nbsp", "@3"], |text| {
            edit(&text, "jdbc/WSO2AM_DB", "jdbc/&nbsp;")
        }),
        api("B089 in text", &[3], &["api-manager.xml"], |text| {
            edit(&text, "jdbc/WSO2AM_DB", "jdbc/\0")
        }),
        api("B089 behind the root", &[3], &["api-manager.xml"], |text| {
            format!("{text}\0").into()
        }),
        carbon(
            "B091",
            &[3],
            &["XML declaration is not at the start"],
            |text| format!("\n{text}").into(),
        ),
        api("B092 element", &[3], &["foo", "@3"], |text| {
            edit(
                &text,
                "<DataSourceName>jdbc/WSO2AM_DB</DataSourceName>",
                "<foo:Name/>",
            )
        }),
        api("B092 attribute", &[3], &["foo", "@3"], |text| {
            edit(&text, "<DataSourceName>", "<DataSourceName foo:bar=\"1\">")
        }),
        api("dashes in a comment", &[3], &["@2", "--"], |text| {
            edit(&text, "<!-- Where", "<!-- Here -- where")
        }),
        api("less-than in an attribute", &[3], &["@32"], |text| {
            edit(&text, "type=\"hybrid\"", "type=\"<hybrid\"")
        }),
        api("bare ampersand", &[3], &["@3"], |text| {
            edit(&text, "jdbc/WSO2AM_DB", "a & b")
        }),
    ]);
}

#[test]
fn document_types() {
    let typed = |subset: &str| format!("<!DOCTYPE APIManager {subset}>\n");
    let with = move |subset: &str| {
        let doctype = typed(subset);
        move |text: String| format!("{doctype}{text}").into_bytes()
    };
    let internal = "internal DTD subsets are not supported";
    let host = |text: String| {
        let text = edit(
            &text,
            "<ThriftServerHost>localhost<",
            "<ThriftServerHost>&host;<",
        );
        String::from_utf8(text).unwrap()
    };
    let laughs = (1..10).fold("<!ENTITY l0 'ha'>".to_owned(), |all, n| {
        format!(
            "{all}<!ENTITY l{n} '{}'>",
            format!("&l{};", n - 1).repeat(10)
        )
    });
    let blow_up = format!("<!ENTITY a '{}'>", "a".repeat(50_000));
    table(vec![
        api("B075", &[3], &["api-manager.xml:1", internal], with("[<!ENTITY host 'x'>]")),
        api("B075 empty subset", &[3], &[internal], with("[]")),
        api("B075 external", &[0], &[], with("SYSTEM 'api-manager.dtd'"))
            .and(|scene, _| {
                wanted_is_there(scene)?;
                let kept = scene.home.text(API_MANAGER).starts_with("<!DOCTYPE APIManager SYSTEM 'api-manager.dtd'>\n");
                ensure(kept, "the document type is not as it was")
            }),
        row("B076", &[3], &["api-manager.xml", "host"], move |scene| {
            let text = host(scene.home.text(API_MANAGER));
            let text = format!("<!DOCTYPE APIManager [<!ENTITY host 'km.example.com'>]>\n{text}");
            scene.home.write(API_MANAGER, text);
            scene.args(&["--set", "key_manager.thrift.server_host=km.example.com"]);
        }),
        api("B077 billion laughs", &[3], &[internal], with(&format!("[{laughs}]"))),
        api("B077 quadratic", &[3], &[internal], with(&format!("[{blow_up}]"))),
        api("B077 loop", &[3], &[internal], with("[<!ENTITY a '&b;'><!ENTITY b '&a;'>]")),
        api("B079", &[0], &[], |text| {
            edit(&text, "<DataSourceName>", "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\"/><DataSourceName>")
        })
        .and(|scene, _| wanted_is_there(scene)),
    ]);
}

/// A FIFO that nobody writes to: whoever opens it to read it waits for ever.
#[test]
fn external_entities_are_never_opened() {
    table(vec![row("B078", &[0, 3], &["api-manager.xml"], |scene| {
        let trap = scene.home.beside().join("trap.dtd");
        let made = Command::new("mkfifo").arg(&trap).status();
        if !made.is_ok_and(|status| status.success()) {
            scene.impossible = Some("no mkfifo");
        }
        let text = scene.home.text(API_MANAGER);
        let doctype = format!("<!DOCTYPE APIManager SYSTEM 'file://{}'>\n", trap.display());
        scene.home.write(API_MANAGER, doctype + &text);
    })]);
}

#[test]
fn giants() {
    let inside = |what: String| {
        move |text: String| {
            edit(
                &text,
                "<GatewayType>Synapse",
                &format!("{what}<GatewayType>Synapse"),
            )
        }
    };
    let deep = |levels: usize| format!("{}{}", "<d>".repeat(levels), "</d>".repeat(levels));
    let attributes = |count: usize| {
        let all: String = (0..count).map(|n| format!(" a{n}='x'")).collect();
        format!("<d{all}/>")
    };
    let namespaces = |count: usize| {
        let all: String = (0..count)
            .map(|n| format!(" xmlns:n{n}='urn:{n}'"))
            .collect();
        format!("<d{all}>{}</d>", "<e/>".repeat(2000))
    };
    table(vec![
        api(
            "B080 depth 1 000 000",
            &[3],
            &["larger than"],
            inside(deep(1_000_000)),
        ),
        api("B080 depth 3 000", &[0, 3], &["limit"], inside(deep(3000))),
        api("B080 depth 200", &[0], &[], inside(deep(200))),
        api(
            "B080 attributes",
            &[0, 3],
            &["limit"],
            inside(attributes(100_000)),
        ),
        api(
            "B080 namespaces",
            &[0, 3],
            &["limit"],
            inside(namespaces(20_000)),
        ),
        api(
            "B080 text",
            &[0, 3],
            &["larger than"],
            inside(format!("<d>{}</d>", "x".repeat(50 << 20))),
        ),
        api(
            "B080 comment",
            &[0, 3],
            &["larger than"],
            inside(format!("<!--{}-->", "x".repeat(20 << 20))),
        ),
        api("B081 comments", &[3], &[], inside("<!--".repeat(200_000))),
        api("B081 tags", &[3], &[], inside("<".repeat(300_000))),
        api(
            "B081 sections",
            &[3],
            &[],
            inside("<![CDATA[".repeat(100_000)),
        ),
        api("B081 references", &[3], &[], inside("&".repeat(300_000))),
        row(
            "B094",
            &[3],
            &["catalina-server.xml", "larger than"],
            |scene| {
                let file = fs::File::options()
                    .write(true)
                    .open(scene.home.file(CATALINA))
                    .unwrap();
                file.set_len(300 << 20).unwrap();
            },
        ),
    ]);
}

#[test]
fn encodings() {
    let unknown = |id, encoding: &'static str| carbon(id, &[3], &[encoding], declares(encoding));
    let utf32 = |text: String| -> Vec<u8> {
        let text = text.replace("ISO-8859-1", "UTF-32");
        std::iter::once('\u{feff}')
            .chain(text.chars())
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect()
    };
    table(vec![
        carbon("B082", &[3], &["@3", "UTF-8", "byte"], |text| {
            let mut bytes = edit(&text, "ISO-8859-1", "UTF-8");
            let at = bytes.iter().position(|b| *b == b'\n').unwrap() + 8;
            bytes[at] = 0xE9;
            bytes
        }),
        carbon("B082 no declaration", &[3], &["byte"], |text| {
            let mut bytes = text
                .lines()
                .skip(1)
                .collect::<Vec<_>>()
                .join("\n")
                .into_bytes();
            bytes[10] = 0xE9;
            bytes
        }),
        carbon("B083", &[0], &[], |text| {
            let mut bytes = text.into_bytes();
            let at = bytes.windows(8).position(|w| w == b"The base").unwrap();
            bytes[at] = 0xE9;
            bytes
        }),
        carbon("B084", &[0], &[], |text| {
            let text = text.replace("ISO-8859-1", "UTF-16");
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xFF, 0xFE].into_iter().chain(units).collect()
        })
        .and(|scene, _| {
            let bytes = scene.home.read(CARBON);
            let wanted: Vec<u8> = "<HostName>gw.example.com<"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            ensure(bytes.starts_with(&[0xFF, 0xFE]), "no longer UTF-16")?;
            ensure(
                bytes.windows(wanted.len()).any(|window| window == wanted),
                "not applied",
            )
        }),
        unknown("B085 UTF-7", "UTF-7"),
        carbon("B085 UTF-32", &[3], &["UTF-32"], utf32),
        unknown("B085 EBCDIC", "ebcdic-cp-us"),
        unknown("B085 unknown", "x-own"),
        unknown("B085 Windows", "Shift_JIS"),
        carbon("B085 path", &[3], &["encoding"], declares("../../x")),
        carbon("B087", &[3], &["UTF-16", "UTF-8"], declares("UTF-16")),
        api("B086 two BOMs", &[3], &[], |text| {
            format!("\u{feff}\u{feff}{text}").into()
        }),
        api("B086 inside", &[0], &[], |text| {
            edit(&text, "jdbc/", "jdbc\u{feff}/")
        })
        .and(|scene, _| wanted_is_there(scene)),
        carbon("B090", &[0, 3], &["1.1"], |text| {
            edit(&text, "<?xml version=\"1.0\"", "<?xml version=\"1.1\"")
        }),
    ]);
}

/// B088: every line end that is not the tool's business stays, and a new line ends like its neighbour.
#[test]
fn line_ends_of_every_kind() {
    let mixed = |text: &str| -> String {
        let line = |(number, line): (usize, &str)| match number % 3 {
            0 => line.replace('\n', "\r\n"),
            1 if line.trim_start().starts_with('<') && line.ends_with(">\n") => {
                line.replace('\n', "\r")
            }
            _ => line.to_owned(),
        };
        text.split_inclusive('\n').enumerate().map(line).collect()
    };
    let home = Home::stock();
    for name in [API_MANAGER, CARBON, CATALINA] {
        home.write(name, mixed(&home.text(name)).trim_end());
    }
    let before = home.files();
    let deployment = crate::harness::deployment("gateway-ws.toml");
    let run = home.gateway("apply", &deployment);
    run.exits(0);
    for name in [API_MANAGER, CARBON] {
        // Nothing is inserted into these two: taking the line ends away, only values differ.
        let ends = |bytes: &[u8]| -> Vec<u8> {
            bytes
                .iter()
                .copied()
                .filter(|b| matches!(b, b'\r' | b'\n'))
                .collect()
        };
        assert_eq!(
            ends(before.content(name)),
            ends(&home.read(name)),
            "{name} after {run}"
        );
    }
    let text = home.text(CATALINA);
    let tail = |number: &str| {
        let at = text.find(&format!(" port=\"{number}\"")).unwrap();
        text[at..]
            .split_inclusive(['\r', '\n'])
            .take(3)
            .collect::<String>()
    };
    assert!(
        tail("9763").contains("proxyPort=\"80\""),
        "{:?}",
        tail("9763")
    );
    assert!(
        tail("9443").contains("proxyPort=\"443\""),
        "{:?}",
        tail("9443")
    );
    home.gateway("apply", &deployment)
        .exits(0)
        .says("nothing to do");
}

/// B093: an element in a comment, in CDATA, in a processing instruction, and for real.
#[test]
fn only_the_real_element_changes() {
    let home = Home::stock();
    let decoys = "<!--<GatewayType>a</GatewayType>-->\n    <d><![CDATA[<GatewayType>b</GatewayType>]]></d>\n    <?note <GatewayType>c</GatewayType>?>\n    ";
    home.edit(
        API_MANAGER,
        "<GatewayType>",
        &format!("{decoys}<GatewayType>"),
    );
    let before = home.text(API_MANAGER);
    let file = home.aside(
        "type.toml",
        format!("[[patch]]\nfile = '{API_MANAGER}'\nselect = '//GatewayType'\nset = 'None'\n"),
    );
    // The bare file, without what a gateway needs besides.
    let tool = home.command("apply", &file).arg("--partial");
    tool.run().exits(0);
    let after = home.text(API_MANAGER);
    assert!(before.contains("<GatewayType>Synapse<"));
    assert!(
        after.contains(&format!("{decoys}<GatewayType>None<")),
        "{after}"
    );
    if let Some(read) = independent(&home.file(API_MANAGER)) {
        assert_eq!(texts(&read, "/APIManager/GatewayType"), ["None"]);
    }
}

/// Hidden piece by piece, with the text in a comment that holds nothing else: no piece can take the new
/// text. Where the text shares a piece with a tag, coming back with the new text would be as good.
#[test]
fn values_that_are_hidden_apart_from_their_tags() {
    let hidden = "<!--HostName>www.wso2.org</HostName-->";
    let pieces = |id, exits, pieces: &'static str| {
        carbon(id, exits, &["server.host_name", "@16-18"], move |text| {
            edit(&text, hidden, pieces)
        })
    };
    table(vec![
        pieces(
            "a comment of its own",
            &[3],
            "<!--<HostName>-->\n    <!--www.wso2.org-->\n    <!--</HostName>-->",
        ),
        pieces(
            "two comments of its own",
            &[3],
            "<!--<HostName>-->\n    <!--www.-->\n    <!--wso2.org-->\n    <!--</HostName>-->",
        ),
        pieces(
            "beside the start tag",
            &[0, 3],
            "<!--<HostName>www.wso2.org-->\n    <!--</HostName>-->",
        )
        .and(|scene, run| host_name_is_there(scene, run.status())),
        pieces(
            "beside the end tag",
            &[0, 3],
            "<!--<HostName>-->\n    <!--www.wso2.org</HostName>-->",
        )
        .and(|scene, run| host_name_is_there(scene, run.status())),
        pieces(
            "in merged marks",
            &[0, 3],
            "<!--HostName>www.wso2.org-->\n    <!--/HostName-->",
        )
        .and(|scene, run| host_name_is_there(scene, run.status())),
        pieces(
            "nothing between the tags",
            &[0, 3],
            "<!--<HostName>-->\n    <!--</HostName>-->",
        )
        .and(|scene, run| host_name_is_there(scene, run.status())),
    ]);
}

fn host_name_is_there(scene: &Scene, status: i32) -> Result<(), String> {
    let read = if status == 0 {
        independent(&scene.home.file(CARBON))
    } else {
        None
    };
    match read {
        Some(read) => ensure(
            texts(&read, "/Server/HostName") == ["gw.example.com"],
            "the server reads another value",
        ),
        None => Ok(()),
    }
}
