//! A home on a machine that is nothing but files.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use file_transaction::LinkPolicy;
use walkdir::WalkDir;

use crate::apply::{self, Store};
use crate::doctor::key_store::tests::store_of;
use crate::doctor::{Authority, Examination, Subject, Surroundings, examine, hosts_file};
use crate::home::Home;
use crate::plan::Plan;
use crate::spec::{
    Choice, DeploymentFile, Machine as ThisMachine, Resolved, Selection, resolve, select,
};

/// Two gateways behind a load balancer that call key managers behind another.
pub(super) const CLUSTER: &str = r#"
[load_balancers.front]
host_name = "gw.test"
address   = "192.0.2.5"
traffic   = { http = 80, https = 443 }
servlet   = { http = 80, https = 443 }

[load_balancers.keys]
host_name = "km.test"
address   = "192.0.2.6"
servlet   = { https = 443 }

[profiles.gateway]
behind = "front"

[profiles.gateway.key_manager]
username = "operator"
password = "c4nary"

[profiles.key-manager]
behind = "keys"

[nodes]
gw-1 = { profile = "gateway", host = "192.0.2.11" }
gw-2 = { profile = "gateway", host = "192.0.2.12" }
km-1 = { profile = "key-manager", host = "192.0.2.21" }
"#;

/// The certificate of the authority, which is none: it is only compared.
const CA: &[u8] = b"authority";
const CA_PEM: &str = "-----BEGIN CERTIFICATE-----\nYXV0aG9yaXR5\n-----END CERTIFICATE-----\n";

pub(super) const TRUST_STORE: &str = "home/repository/resources/security/client-truststore.jks";
pub(super) const API_MANAGER: &str = "home/repository/conf/api-manager.xml";

pub(super) struct Machine(tempfile::TempDir);

pub(super) fn codes(found: &Examination) -> Vec<&'static str> {
    found.findings.iter().map(|one| one.ailment.code).collect()
}

impl Machine {
    /// A stock home on a machine where nothing is amiss.
    pub(super) fn stock() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/homes/stock-2.6");
        for entry in WalkDir::new(&stock) {
            let entry = entry.unwrap();
            let inside = entry.path().strip_prefix(&stock).unwrap();
            if entry.file_type().is_file() {
                let name = format!("home/{}", inside.to_str().unwrap());
                machine.write(&name, fs::read(entry.path()).unwrap());
            }
        }
        let folder = machine.real("home").join("repository/deployment/server");
        machine.write(
            "proc/self/mountinfo",
            format!(
                "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:9 / {} rw - nfs4 nas:/x rw\n",
                folder.display()
            ),
        );
        machine.write("proc/net/tcp", "  sl  local_address ...\n");
        machine.write("proc/stat", "cpu 1 2 3\nbtime 1000000000\n");
        machine.write(
            "hosts",
            "127.0.0.1 localhost\n192.0.2.5 gw.test # front\n192.0.2.6 km.test\n",
        );
        machine.write("ca.pem", CA_PEM);
        machine.write(TRUST_STORE, store_of(&[b"other", CA]));
        machine
    }

    /// The same, made a gateway of the cluster.
    pub(super) fn healthy() -> Self {
        let machine = Self::stock();
        machine.apply(CLUSTER);
        machine
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn real(&self, name: &str) -> PathBuf {
        self.path(name).canonicalize().unwrap()
    }

    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(super) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(old), "{old} in {name}");
        self.write(name, text.replacen(old, new, 1));
    }

    fn open(&self) -> (Home, Store) {
        let path = self.path("home");
        let (home, _) = Home::open(&path).unwrap();
        let store = apply::open(&path, None).unwrap();
        (home, store)
    }

    fn selection(&self, text: &str) -> (DeploymentFile, Selection<Resolved>) {
        let file = DeploymentFile::parse(Path::new("cluster.toml"), text.as_bytes()).unwrap();
        let node = file.deployment().map(|_| "gw-1");
        let choice = Choice {
            profile: node.is_none().then_some("gateway"),
            node,
            options: &[],
            partial: false,
            home: &self.path("home"),
            machine: &ThisMachine::default(),
        };
        let selection = resolve(select(Some(&file), &choice).unwrap(), &|_| None).unwrap();
        (file, selection)
    }

    pub(super) fn apply(&self, text: &str) {
        let (_, selection) = self.selection(text);
        let (_, store) = self.open();
        let plan = Plan::new(&store, &selection, LinkPolicy::InsideOnly).unwrap();
        let lock = apply::lock(&store, None).unwrap();
        let occasion = apply::occasion("test", "tester".to_owned());
        let done = apply::apply(&plan, &lock, occasion, true, LinkPolicy::InsideOnly);
        done.unwrap().unwrap();
    }

    /// Looks at the home as the gateway of a file, with the authority at hand.
    pub(super) fn look(&self, text: Option<&str>) -> Examination {
        self.look_with(text, &["ca.pem"])
    }

    pub(super) fn look_with(&self, text: Option<&str>, authority: &[&str]) -> Examination {
        let (home, store) = self.open();
        let asked = text.map(|text| self.selection(text));
        // Nobody has a certificate who does not know the deployment.
        let authority = authority.first().filter(|_| asked.is_some());
        let authority = authority.map(|name| Authority::read(&self.path(name)).unwrap());
        let subject = Subject {
            home: &home,
            store: &store,
            links: LinkPolicy::InsideOnly,
            profile: None,
            selection: asked.as_ref().map(|(_, selection)| selection),
            file: asked.as_ref().map(|_| Path::new("cluster.toml")),
            deployment: asked.as_ref().and_then(|(file, _)| file.deployment()),
            authority: authority.as_ref(),
        };
        let hosts = self.path("hosts");
        let map = fs::read_to_string(&hosts).unwrap();
        let resolve = |host: &str| -> io::Result<Vec<IpAddr>> {
            let line = hosts_file::line_of(&map, host);
            let line = line.ok_or_else(|| io::Error::other("name not known"))?;
            Ok(vec![line.address])
        };
        let surroundings = Surroundings {
            proc: &self.path("proc"),
            hosts: &hosts,
            resolve: &resolve,
        };
        let found = examine(&subject, &surroundings);
        for finding in &found.findings {
            let all = format!("{finding:?} {:?}", finding.diagnostic());
            assert!(!all.contains("c4nary"), "{all}");
            assert!(!finding.help.is_empty(), "{all}");
        }
        found
    }
}
