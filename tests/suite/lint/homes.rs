//! Homes that are configured already.

use std::fs;

use crate::harness::{API_MANAGER, CARBON, Home, Run, Tool, deployment, fixture};

/// Homes beside each other, each a copy of a fixture.
struct Homes {
    place: Home,
}

impl Homes {
    fn new(homes: &[(&str, &str)]) -> Self {
        let place = Home::empty();
        for (name, of) in homes {
            place.overlay_at(name, &fixture("homes").join(of));
        }
        Self { place }
    }

    fn edit(&self, name: &str, file: &str, old: &str, new: &str) -> &Self {
        self.place.edit(&format!("{name}/{file}"), old, new);
        self
    }

    fn lint(&self, names: &[&str]) -> Run {
        let mut tool = Tool::new("lint").json();
        for name in names {
            tool = tool.arg("--home").arg(self.place.path().join(name));
        }
        tool.run()
    }

    /// Findings as `CODE NODES FILE | the line of the first place`.
    fn told(&self, run: &Run) -> Vec<String> {
        let object = run.object();
        let findings = object["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|finding| {
                let file = finding["file"].as_str().unwrap();
                let text = fs::read_to_string(file).unwrap();
                let line = finding["line"].as_u64().unwrap() as usize;
                let name = file.rsplit('/').next().unwrap();
                let text = text.lines().nth(line - 1).unwrap_or_default().trim();
                let nodes = finding["nodes"].as_array().unwrap();
                let nodes: Vec<_> = nodes.iter().map(|node| node.as_str().unwrap()).collect();
                let code = finding["code"].as_str().unwrap();
                format!("{code} {} {name} | {text}", nodes.join(","))
            })
            .collect()
    }
}

const URL: &str = "<ServerURL>https://localhost:${mgt.transport.https.port}${carbon.context}services/</ServerURL>\n\n        <!-- Signs in there with this name -->";

#[test]
fn homes_that_are_configured() {
    let homes = Homes::new(&[("apim-gateway", "stock-2.6"), ("apim-km", "stock-2.6")]);
    homes.place.write(
        "apim-km/bin/wso2server.sh",
        "#!/bin/sh\njava \\\n    -Dprofile=api-key-manager \\\n    -DportOffset=1 \\\n    -jar x\n",
    );
    let url = "<ServerURL>https://km:9443/services/</ServerURL>\n\n        <!-- Signs in there with this name -->";
    homes.edit("apim-gateway", API_MANAGER, URL, url);
    let run = homes.lint(&["apim-gateway", "apim-km"]);
    assert_eq!(run.status(), 1, "{run}");
    let told = homes.told(&run);
    let expect = [
        "thrift-server-on-loopback apim-km api-manager.xml | <ThriftServerHost>localhost</ThriftServerHost>",
        "thrift-target-on-loopback apim-gateway api-manager.xml | <ThriftServerHost>localhost</ThriftServerHost>",
        "thrift-ports-differ apim-gateway carbon.xml | <Offset>0</Offset>",
        "offset-in-start-script apim-km carbon.xml | <Offset>0</Offset>",
    ];
    let expect: Vec<_> = expect.iter().map(|one| (*one).to_owned()).collect();
    assert!(expect.iter().all(|one| told.contains(one)), "{told:#?}");
    let nodes = &run.object()["nodes"];
    assert_eq!(nodes[0]["profile"], "gateway", "{run}");
    assert_eq!(nodes[0]["profile_from"], "name of the folder", "{run}");
    assert_eq!(nodes[1]["profile"], "key-manager", "{run}");
    assert_eq!(nodes[1]["profile_from"], "start script", "{run}");

    // A gateway that is asked over WSClient, JWT and padding.
    homes.edit(
        "apim-gateway",
        API_MANAGER,
        "<KeyValidatorClientType>ThriftClient<",
        "<KeyValidatorClientType> WSClient<",
    );
    homes.edit(
        "apim-gateway",
        API_MANAGER,
        "<!-- EnableJWTGeneration>false</EnableJWTGeneration-->",
        "<EnableJWTGeneration>true</EnableJWTGeneration>",
    );
    let told = homes.told(&homes.lint(&["apim-gateway", "apim-km"]));
    for expect in [
        "padded-value apim-gateway api-manager.xml | <KeyValidatorClientType> WSClient</KeyValidatorClientType>",
        "jwt-on-some apim-km api-manager.xml | <!-- EnableJWTGeneration>false</EnableJWTGeneration-->",
    ] {
        assert!(told.contains(&expect.to_owned()), "{told:#?}");
    }
}

#[test]
fn a_home_is_what_its_latest_run_made_of_it() {
    let home = Home::fixture("stock-2.6");
    let run = home.gateway("apply", &deployment("gateway-ws.toml"));
    assert_eq!(run.status(), 0, "{run}");
    let run = Tool::new("lint").home(&home).arg("-v").run();
    run.says("home: taken for a gateway (history)");
    run.conceals(crate::harness::PASSWORD);
    let stock = Home::stock();
    let run = Tool::new("lint").home(&stock).run();
    assert_eq!(run.status(), 0, "{run}");
    run.says("nothing tells the profile");
}

#[test]
fn url_groups_that_a_release_does_not_read() {
    let homes = Homes::new(&[("gateway-1", "stock-2.1")]);
    homes
        .place
        .write("gateway-1/bin/version.txt", "WSO2 API Manager v2.2.0\n");
    homes.edit(
        "gateway-1",
        CARBON,
        "<Version>2.1.0</Version>",
        "<Version>2.2.0</Version>",
    );
    let told = homes.told(&homes.lint(&["gateway-1"]));
    assert!(
        told.iter().any(|one| one
            .starts_with("url-group-not-read gateway-1 api-manager.xml | <ReceiverUrlGroup>")),
        "{told:#?}"
    );
}
