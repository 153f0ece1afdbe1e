//! No file stops the program.

use std::path::Path;

use proptest::prelude::*;

use super::super::*;
use crate::node_explanation::{DeploymentExplanation, NodeExplanation};

/// Pieces of deployment files, right and wrong, to be thrown together.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[nodes]\n",
        "[nodes.a]\n",
        "[[nodes.a.patch]]\n",
        "[[patch]]\n",
        "[profiles.gateway]\n",
        "[key_manager]\n",
        "[load_balancers.a]\n",
        "[environments.a]\n",
        "[clusters.a]\n",
        "[databases.a]\n",
        "[databases.WSO2AM_DB]\n",
        "[profiles.key-manager]\n",
        "[nodes.b]\n",
        "profile = 'gateway'\n",
        "profile = 'key-manager'\n",
        "profile = 'traffic-manager'\n",
        "profile = 'publisher'\n",
        "host = '::1'\n",
        "host = 'h'\n",
        "host_name = 'h'\n",
        "host_name = { env = 'E' }\n",
        "behind = 'a'\n",
        "behind = false\n",
        "cluster = 'a'\n",
        "gateways = 'a'\n",
        "gateways = 'b'\n",
        "policy_deployer = 'a'\n",
        "admin = { username = 'u', password = 'p' }\n",
        "admin.password = ",
        "url = 'jdbc:mysql:x'\n",
        "profiles = ['gateway', 'store']\n",
        "servlet = { http = 1, https = 2 }\n",
        "traffic.https = 65535\n",
        "websocket = { ws = 1 }\n",
        "port_offset = 54424\n",
        "port = 65535\n",
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
    for node in file.nodes() {
        if let Ok(selection) = file.select_node(&node.name) {
            let _ = NodeExplanation::new(&selection);
            let _ = resolve(selection, &|_| Some("x".into()));
        }
    }
    if let Some(deployment) = file.deployment() {
        let steps = DeploymentExplanation::new(deployment).restart;
        let restarted: usize = steps.iter().map(|step| step.nodes.len()).sum();
        let nodes = file.nodes().iter();
        assert_eq!(
            restarted,
            nodes.filter(|node| node.role().is_some()).count()
        );
    }
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
