//! What is refused, what is left out, and that no name breaks a file. What the
//! files do is tested with a real NGINX.

use std::path::Path;

use super::super::Surroundings;
use super::nginx;
use crate::diagnostic::Diagnostic;
use crate::spec::DeploymentFile;

fn read(text: &str) -> Surroundings {
    let file = DeploymentFile::parse(Path::new("f.toml"), text.as_bytes());
    let file = file.unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
    let read = Surroundings::of(&file, &|_| None);
    read.unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
}

/// Codes with the lines that they point at.
fn codes(diagnostics: &[Diagnostic]) -> Vec<(&str, Vec<usize>)> {
    let lines = |one: &Diagnostic| one.labels.iter().map(|label| label.spot.line).collect();
    diagnostics
        .iter()
        .map(|one| (one.code, lines(one)))
        .collect()
}

/// A deployment whose gateways are behind `gw`.
fn gateways(balancer: &str, others: &str) -> String {
    format!(
        "[load_balancers.gw]\nhost_name = 'gw.example.com'\n{balancer}\n{others}\n\
         [profiles.gateway]\nbehind = 'gw'\n\
         [nodes]\ngw-1 = {{ profile = 'gateway', host = '192.0.2.1' }}\n"
    )
}

#[test]
fn what_one_name_and_port_cannot_tell_apart() {
    let km = "[load_balancers.km]\nservlet.https = 443";
    for (balancer, others, expect) in [
        (
            "traffic.https = 443\nservlet.https = 443",
            String::new(),
            "one-name-for-traffic-and-servlet",
        ),
        (
            "traffic.http = 80\nwebsocket.ws = 80",
            String::new(),
            "one-name-for-web-sockets-and-others",
        ),
        (
            "traffic.http = 443\nservlet.https = 443",
            String::new(),
            "one-port-with-and-without-tls",
        ),
        (
            "traffic.http = 443",
            format!("{km}\nhost_name = 'km'"),
            "one-port-with-and-without-tls",
        ),
        (
            "traffic.https = 443",
            format!("{km}\nhost_name = 'GW.example.com.'"),
            "load-balancers-share-a-port",
        ),
    ] {
        let text = gateways(balancer, &others)
            + "km-1 = { profile = 'key-manager', host = 'km1' }\n[profiles.key-manager]\nbehind = 'KM'";
        let text = text.replace("'KM'", if others.is_empty() { "false" } else { "'km'" });
        let errors = nginx(&read(&text), "/c").unwrap_err();
        let codes = codes(&errors);
        assert!(
            matches!(&codes[..], [(code, places)] if *code == expect && places.len() == 2),
            "{text}\n{codes:?}"
        );
    }
    // On two machines one port may be both, and a console may have a name of its own.
    for (balancer, others) in [
        (
            "address = '192.0.2.8'\ntraffic.http = 443",
            format!("{km}\nhost_name = 'km'\naddress = '192.0.2.9'"),
        ),
        (
            "mgt_host_name = 'mgt'\ntraffic.https = 443\nservlet.https = 443",
            format!("{km}\nhost_name = 'km'"),
        ),
    ] {
        let text = gateways(balancer, &others)
            + "km-1 = { profile = 'key-manager', host = 'km1' }\n[profiles.key-manager]\nbehind = 'km'";
        let nginx = nginx(&read(&text), "/c").unwrap();
        assert_eq!(nginx.files.len(), 2, "{text}");
        assert_eq!(codes(&nginx.warnings), []);
    }
}

#[test]
fn services_are_called_by_the_host_name_where_that_is_free() {
    let rendered = |balancer| {
        let nginx = nginx(&read(&gateways(balancer, "")), "/c").unwrap();
        nginx.files[0].text.clone()
    };
    let text = rendered("mgt_host_name = 'mgt'\ntraffic.https = 443\nservlet.https = 9443");
    assert!(text.contains("server_name gw.example.com mgt;"), "{text}");
    let text = rendered("mgt_host_name = 'mgt'\ntraffic.https = 443\nservlet.https = 443");
    assert!(text.contains("server_name mgt;"), "{text}");
}

#[test]
fn nodes_of_several_profiles_at_one_port() {
    let text = gateways("servlet.https = 443", "")
        + "p = { profile = 'publisher', host = 'p', behind = 'gw' }";
    let errors = nginx(&read(&text), "/c").unwrap_err();
    assert_eq!(
        codes(&errors),
        [("one-port-for-several-profiles", vec![3, 8, 9])]
    );
}

#[test]
fn nodes_that_cannot_be_reached() {
    let text = "[load_balancers.gw]\nhost_name = 'gw'\ntraffic.http = 80\n[profiles.gateway]\nbehind = 'gw'\n\
                [nodes.a]\nprofile = 'gateway'\n[nodes.b]\nprofile = 'gateway'\nhost = 'b'\n[nodes.c]\nprofile = 'gateway'\n";
    let settings = "server.host_name = 'x'\nserver.mgt_host_name = 'x'\n";
    let errors = nginx(
        &read(&text.replace(
            "profile = 'gateway'\n",
            &format!("profile = 'gateway'\n{settings}"),
        )),
        "/c",
    )
    .unwrap_err();
    let [error] = &errors[..] else {
        panic!("{errors:?}")
    };
    assert!(error.message.contains("`a` and `c`"), "{error:?}");
    assert_eq!(error.labels.len(), 2);
}

#[test]
fn load_balancers_that_lead_nowhere() {
    let text = gateways(
        "traffic.https = 443",
        "[load_balancers.none]\nhost_name = 'n'\nservlet.https = 443\n[load_balancers.km]\nhost_name = 'km'\ntraffic.http = 80",
    ) + "st = { profile = 'store', host = 'st', behind = 'km' }";
    let nginx = nginx(&read(&text), "/c").unwrap();
    assert_eq!(
        codes(&nginx.warnings),
        [
            ("nothing-behind", vec![4]),
            ("no-gateway-behind", vec![9]),
            ("no-ports", vec![7])
        ]
    );
    assert_eq!(
        nginx
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>(),
        ["apim-gw.conf"]
    );
}

#[test]
fn halves_of_split_gateways() {
    let servers = |nodes: &str| {
        let text = format!(
            "[load_balancers.gw]\nhost_name = 'gw'\ntraffic.http = 80\nservlet.http = 81\n\
             [profiles.gateway-manager]\nbehind = 'gw'\n[profiles.gateway-worker]\nbehind = 'gw'\n[nodes]\n{nodes}"
        );
        let text = nginx(&read(&text), "/c").unwrap().files[0].text.clone();
        let servers = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("server "));
        let servers = servers.filter_map(|line| line.split(' ').next().map(str::to_owned));
        servers.filter(|word| word != "{").collect::<Vec<_>>()
    };
    let manager = "m = { profile = 'gateway-manager', host = 'm' }\n";
    let worker = "w = { profile = 'gateway-worker', host = 'w', port_offset = 2 }\n";
    assert_eq!(servers(&format!("{manager}{worker}")), ["w:8282", "m:9763"]);
    assert_eq!(servers(manager), ["m:8280", "m:9763"]);
    assert_eq!(servers(worker), ["w:8282", "w:9765"]);
}

#[test]
fn addresses_with_colons() {
    let text = gateways("address = '2001:db8::5'\ntraffic.http = 80", "")
        .replace("192.0.2.1", "2001:db8::1");
    let text = nginx(&read(&text), "/c").unwrap().files[0].text.clone();
    assert!(text.contains("server [2001:db8::1]:8280 "), "{text}");
    assert!(text.contains("listen [::]:80;"), "{text}");
}

/// Outside of comments there is nothing but what this module writes.
#[test]
fn no_name_gets_out_of_its_place() {
    for name in [
        "a b", "a;b", "a}", "a\"", "a'", "a$b", "a/b", "..", "ca", "ü", "a#b", "a\\b",
    ] {
        let quoted = if name.contains('\'') {
            format!("\"{name}\"")
        } else {
            format!("'{name}'")
        };
        let text = gateways("traffic.http = 80", "")
            .replace("load_balancers.gw", &format!("load_balancers.{quoted}"))
            .replace("behind = 'gw'", &format!("behind = {quoted}"));
        let errors = nginx(&read(&text), "/c").unwrap_err();
        assert_eq!(codes(&errors), [("file-name", vec![1])], "{name}");
    }
    for (from, to) in [
        ("'gw.example.com'", "'${x; return 200;}'"),
        ("'192.0.2.1'", "'${a;}b'"),
        ("'192.0.2.1'", "'unix'"),
    ] {
        let text = gateways("traffic.http = 80", "").replace(from, to);
        let errors = nginx(&read(&text), "/c").unwrap_err();
        assert_eq!(codes(&errors)[0].0, "wrong-value", "{to}");
    }
    for folder in ["", "/a\";", "/a\n", "/$a", "/a\\"] {
        assert!(
            nginx(&read(&gateways("traffic.http = 80", "")), folder).is_err(),
            "{folder:?}"
        );
    }
    // Names of nodes are for people, and so may be anything.
    let evil = "x; } server { listen 1; } # \u{2028} $evil";
    let text = gateways("servlet.http = 80", "")
        + &format!("\"{evil}\" = {{ profile = 'gateway', host = '192.0.2.2' }}");
    let text = nginx(&read(&text), "/c").unwrap().files[0].text.clone();
    for line in text.lines() {
        let code = line.split('#').next().unwrap_or_default();
        assert!(
            !code.contains("listen 1;") && !code.contains("$evil"),
            "{line}"
        );
    }
    assert!(
        text.contains("apim-gw-servlet-http-x____server___listen"),
        "{text}"
    );
}

#[test]
fn words_differ() {
    let mut words = super::Words::default();
    let all = [
        "gw-1",
        "gw_1",
        "GW.1",
        "default",
        "a-name-that-is-longer-than-twenty",
        "a-name-that-is-longer-than-others",
    ];
    let all = all.map(|name| words.add(name));
    assert_eq!(
        all,
        [
            "gw_1",
            "gw_1_2",
            "gw_1_3",
            "default_2",
            "a_name_that_is_longe",
            "a_name_that_is_longe_2"
        ]
    );
}

/// The sizes are those by which NGINX 1.22 takes the names.
#[test]
fn long_names_say_what_they_need() {
    for (length, bucket) in [
        (46, None),
        (47, Some(128)),
        (110, Some(128)),
        (111, Some(256)),
    ] {
        let name = "abcdefghi.".repeat(12);
        let name = format!("{}z", &name[..length - 1]).replace(".z", "zz");
        let text = gateways("traffic.https = 443", "").replace("gw.example.com", &name);
        let rendered = nginx(&read(&text), "/etc/nginx/apim").unwrap();
        let said = bucket.map(|bucket| format!("server_names_hash_bucket_size {bucket};"));
        let text = &rendered.files[0].text;
        assert_eq!(
            text.contains("server_names_hash_bucket_size"),
            said.is_some()
        );
        assert!(said.is_none_or(|said| text.contains(&said)), "{length}");
    }
}
