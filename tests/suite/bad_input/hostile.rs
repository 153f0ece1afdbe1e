//! B029–B045: deployment files that try to reach elsewhere, and values that could be taken for markup.

use std::os::unix::fs::symlink;

use super::{Row, ensure, row, table};
use crate::harness::{API_MANAGER, CARBON, CATALINA, Home, STATE, independent, texts};

const DATA_SOURCE: &str = "/APIManager/DataSourceName";

/// A `[[patch]]` whose file is written exactly so, TOML quotes included.
fn reaching(id: &'static str, exits: &'static [i32], names: &[&str], file: &'static str) -> Row {
    row(id, exits, names, move |scene| {
        scene.spec(format!(
            "[[patch]]\nfile = {file}\nselect = '/x'\nset = 'y'\n"
        ));
        scene.args(&["--partial"]);
    })
}

/// Text of an element, TOML quotes included; what an independent parser must read back, if it is written.
fn value(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    toml: &'static str,
    read: &'static str,
) -> Row {
    row(id, exits, names, move |scene| {
        scene.patch(
            API_MANAGER,
            &format!("select = '{DATA_SOURCE}'\nset = {toml}"),
        );
    })
    .and(move |scene, run| {
        if run.status() != 0 {
            return Ok(());
        }
        match independent(&scene.home.file(API_MANAGER)) {
            Some(elements) => {
                let found = texts(&elements, DATA_SOURCE);
                ensure(found == [read], &format!("reads {found:?}"))
            }
            None => Ok(()),
        }
    })
}

#[test]
fn paths() {
    table(vec![
        reaching(
            "B029",
            &[2],
            &["leaves the home", "spec.toml:2:"],
            "'../../etc/passwd'",
        ),
        reaching(
            "B029 no oracle",
            &[2],
            &["leaves the home"],
            "'../../no/such/file'",
        ),
        reaching(
            "B030",
            &[2],
            &["must be relative to the home", "spec.toml:2:"],
            "'/etc/passwd'",
        ),
        reaching(
            "B031",
            &[2],
            &["leaves the home"],
            "'repository/conf/../../../x'",
        ),
        reaching("B033 nul", &[2], &["spec.toml:2:"], "\"a\\u0000b\""),
        reaching("B033 empty", &[2], &["spec.toml:2:"], "''"),
        reaching("B033 dot", &[2], &["spec.toml:2:"], "'.'"),
        reaching("B033 slash", &[2, 3], &["conf/"], "'repository/conf/'"),
        reaching(
            "B034",
            &[2, 3],
            &["x.xml"],
            "\"repository/conf/\\u001b[31m\\nx.xml\"",
        ),
        reaching("B035", &[2], &["reserved"], "'.apim-patch/journal'"),
        reaching(
            "B035 detour",
            &[2],
            &["reserved"],
            "'repository/../.apim-patch/journal'",
        ),
        reaching(
            "missing",
            &[3],
            &["repository/conf/none.xml"],
            "'repository/conf/none.xml'",
        ),
        row(
            "B036",
            &[3],
            &["bin/wso2server.sh", "not an XML file"],
            |scene| {
                scene
                    .home
                    .write("bin/wso2server.sh", "#!/bin/sh\nexec java\n");
                scene.patch("bin/wso2server.sh", "select = '/x'\nset = 'y'");
            },
        ),
    ]);
}

#[test]
fn links_that_leave_the_home() {
    let build = |scene: &mut super::Scene| {
        let outside = scene.home.aside("outside.xml", scene.home.read(CATALINA));
        scene.home.remove(CATALINA);
        symlink(outside, scene.home.file(CATALINA)).unwrap();
    };
    table(vec![
        row(
            "B032",
            &[3],
            &[
                "catalina-server.xml",
                "outside.xml",
                "--follow-outside-links",
            ],
            build,
        ),
        row("B032 followed", &[0], &[], move |scene| {
            build(scene);
            scene.args(&["--follow-outside-links"]);
        })
        .and(|scene, _| {
            let link = scene.home.file(CATALINA).symlink_metadata().unwrap();
            ensure(link.is_symlink(), "the link is gone")?;
            let outside = scene.home.beside().join("outside.xml");
            let text = std::fs::read_to_string(outside).unwrap();
            ensure(
                text.contains("proxyPort=\"80\"\n"),
                "the file behind it is as it was",
            )
        }),
    ]);
}

/// A link that stays inside the home is a link to a file of the home.
#[test]
fn links_inside_the_home_are_followed_and_kept() {
    let home = Home::stock();
    home.write("repository/shared/catalina.xml", home.read(CATALINA));
    home.remove(CATALINA);
    symlink("../../shared/catalina.xml", home.file(CATALINA)).unwrap();
    let deployment = crate::harness::deployment("gateway-ws.toml");
    home.gateway("apply", &deployment).exits(0);
    assert!(home.file(CATALINA).symlink_metadata().unwrap().is_symlink());
    assert!(
        home.text("repository/shared/catalina.xml")
            .contains("proxyPort=\"80\"\n")
    );
    home.gateway("apply", &deployment)
        .exits(0)
        .says("nothing to do");
}

#[test]
fn values() {
    table(vec![
        value(
            "B037",
            &[0],
            &[],
            "'</HostName><Evil/>'",
            "</HostName><Evil/>",
        ),
        value("B040 nul", &[2], &["U+0000"], "\"a\\u0000b\"", ""),
        value("B040 control", &[2], &["U+0001"], "\"a\\u0001b\"", ""),
        value("B040 no character", &[2], &["U+FFFE"], "\"a\\uFFFEb\"", ""),
        value(
            "B040 surrogate",
            &[2],
            &["spec.toml:4:"],
            "\"a\\uD800b\"",
            "",
        ),
        value(
            "B042 text",
            &[0],
            &["warning", "white space"],
            "' padded '",
            " padded ",
        ),
        value("B044 option", &[0], &[], "'--force'", "--force"),
        value(
            "B044 shell",
            &[0],
            &[],
            "'$(id) `id` ; rm x'",
            "$(id) `id` ; rm x",
        ),
        value(
            "B044 url",
            &[0],
            &[],
            "'http://a/?b=c&d=e#f'",
            "http://a/?b=c&d=e#f",
        ),
        value(
            "B044 template",
            &[0],
            &[],
            "'${carbon.home}'",
            "${carbon.home}",
        ),
        value("carriage return", &[0], &[], "\"a\\r\\nb\"", "a\r\nb"),
        row(
            "B038 in the home",
            &[3],
            &["api-manager.xml", "@3", "--"],
            |scene| {
                scene
                    .home
                    .edit(API_MANAGER, "jdbc/WSO2AM_DB", "jdbc--WSO2AM_DB");
                scene.patch(
                    API_MANAGER,
                    &format!("select = '{DATA_SOURCE}'\ncomment_out = true"),
                );
            },
        ),
        row("B039", &[0, 2], &["]]>"], |scene| {
            scene
                .home
                .edit(API_MANAGER, "jdbc/WSO2AM_DB", "<![CDATA[old]]>");
            scene.patch(
                API_MANAGER,
                &format!("select = '{DATA_SOURCE}'\nset = 'a]]>b'"),
            );
        })
        .and(
            |scene, run| match independent(&scene.home.file(API_MANAGER)) {
                Some(read) if run.status() == 0 => ensure(
                    texts(&read, DATA_SOURCE) == ["a]]>b"],
                    "reads another value",
                ),
                _ => Ok(()),
            },
        ),
        row("B041", &[0], &[], |scene| {
            let environment = "/APIManager/APIGateway/Environments/Environment/@type";
            scene.patch(
                API_MANAGER,
                &format!("select = '{environment}'\nset = \"a\\nb\\tc\\rd\""),
            );
        })
        .and(|scene, _| {
            let text = scene.home.text(API_MANAGER);
            let written = [
                "type=\"a&#10;b&#9;c&#13;d\"",
                "type=\"a&#xA;b&#x9;c&#xD;d\"",
            ];
            ensure(
                written.iter().any(|w| text.contains(w)),
                "white space would be normalised",
            )
        }),
        row("B041 quotes", &[0], &[], |scene| {
            let environment = "/APIManager/APIGateway/Environments/Environment/@type";
            scene.patch(
                API_MANAGER,
                &format!("select = '{environment}'\nset = '''a\"b'c<d&e'''"),
            );
        })
        .and(
            |scene, _| match independent(&scene.home.file(API_MANAGER)) {
                Some(read) => {
                    let found = read
                        .iter()
                        .find(|e| e.path.ends_with("/Environment"))
                        .unwrap();
                    ensure(
                        found.attributes["type"] == "a\"b'c<d&e",
                        "reads another value",
                    )
                }
                None => Ok(()),
            },
        ),
        row("B045", &[0, 3], &["ISO-8859-1"], |scene| {
            scene.patch(CARBON, "select = '/Server/Name'\nset = '5 \u{20ac}'");
        })
        .and(|scene, run| {
            let text = String::from_utf8_lossy(&scene.home.read(CARBON)).into_owned();
            let written =
                text.contains("<Name>5 &#8364;</Name>") || text.contains("<Name>5 &#x20AC;</Name>");
            ensure(
                run.status() != 0 || written,
                "neither a reference nor a refusal",
            )
        }),
    ]);
}

#[test]
fn values_of_typed_rows() {
    let set = |id, exits, names: &[&str], assignment: &'static str| -> Row {
        row(id, exits, names, move |scene| {
            scene.args(&["--set", assignment])
        })
    };
    table(vec![
        set(
            "B042 port",
            &[2],
            &["proxy.http_port"],
            "proxy.http_port= 80 ",
        ),
        set("B042 switch", &[2], &["jwt.enable"], "jwt.enable=true "),
        set(
            "B042 choice",
            &[2],
            &["key_manager.client"],
            "key_manager.client= WSClient",
        ),
        set("port 0", &[2], &["proxy.http_port"], "proxy.http_port=0"),
        set(
            "port letters",
            &[2],
            &["proxy.http_port", "eighty"],
            "proxy.http_port=eighty",
        ),
        set(
            "switch",
            &[2],
            &["jwt.enable", "yes", "true", "false"],
            "jwt.enable=yes",
        ),
        set(
            "offset",
            &[2],
            &["server.port_offset"],
            "server.port_offset=-1",
        ),
        set("B044 in argv", &[0], &[], "key_manager.username=--force"),
        set("no value", &[2], &["--set"], "proxy.http_port"),
        set("no key", &[2], &["--set"], "=80"),
        set(
            "member",
            &[2],
            &["clustering.members"],
            "clustering.members=10.0.0.4:port",
        ),
    ]);
}

#[test]
fn values_without_end() {
    table(vec![
        row("B043", &[2], &["larger than", "giant.secret"], |scene| {
            let path = scene.home.aside("giant.secret", "");
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_len(100 << 20).unwrap();
            let given = format!("key_manager.username={}", path.display());
            scene.args(&["--set-file", &given]);
        })
        .and(|scene, _| ensure(!scene.home.file(STATE).exists(), "left something")),
    ]);
}
