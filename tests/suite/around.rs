//! `render start` and `render hosts`: commands and names of a whole deployment.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use crate::harness::{Home, PASSWORD, Run, Tool, deployment, root};

fn render(subject: &str, file: &std::path::Path) -> Tool {
    let tool = Tool::new("render").args([subject, "--file"]).arg(file);
    tool.env("APIM_ADMIN_PASSWORD", PASSWORD)
}

/// A deployment of every profile, at a release.
fn every_profile(version: &str) -> Home {
    let home = Home::empty();
    let text = r#"
[clusters.gateways]
domain = "example.gateways"
port   = 4000
[load_balancers.keys]
host_name = "keys.example.com"
address   = "192.0.2.6"
servlet   = { https = 443 }
[nodes]
worker  = { profile = "gateway-worker", host = "192.0.2.2", home = "/opt/wso2 am", port_offset = 3, cluster = "gateways" }
all     = { profile = "gateway", host = "192.0.2.1", home = "/opt/wso2am" }
manager = { profile = "gateway-manager", host = "192.0.2.3", home = "/srv/it's", cluster = "gateways" }
shop    = { profile = "store", host = "192.0.2.4" }
maker   = { profile = "publisher", host = "192.0.2.5" }
keys    = { profile = "key-manager", host = "192.0.2.7", behind = "keys" }
traffic = { profile = "traffic-manager", host = "192.0.2.8", port_offset = 0 }
"#;
    home.write("cluster.toml", format!("version = \"{version}\"\n{text}"));
    home
}

/// The commands, in their order.
fn commands(run: &Run) -> Vec<String> {
    let out = run.out();
    let lines = out.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[test]
fn every_profile_has_its_start_command() {
    for (version, worker) in [("2.6.0", ""), ("2.0.0", " -DworkerNode=true")] {
        let home = every_profile(version);
        let run = render("start", &home.file("cluster.toml")).run();
        run.exits(0);
        let home = r#"sh "$CARBON_HOME"/bin/wso2server.sh start"#;
        let clustered = "-Dhazelcast.version.check.enabled=false";
        let expected = [
            format!("{home} -Dprofile=api-key-manager -DportOffset=0"),
            format!("{home} -Dprofile=traffic-manager"),
            format!("{home} -Dprofile=api-publisher -DportOffset=0"),
            format!("{home} -Dprofile=api-store -DportOffset=0"),
            format!(
                r"sh '/srv/it'\''s/bin/wso2server.sh' start -Dprofile=gateway-manager -DportOffset=0 {clustered}"
            ),
            format!(
                "sh '/opt/wso2 am/bin/wso2server.sh' start -Dprofile=gateway-worker{worker} {clustered}"
            ),
            "sh /opt/wso2am/bin/wso2server.sh start -DportOffset=0".to_owned(),
        ];
        assert_eq!(commands(&run), expected, "{version}");
    }
}

#[test]
fn one_node_has_one_start_command() {
    let home = every_profile("2.6.0");
    let file = home.file("cluster.toml");
    let run = render("start", &file).args(["--node", "traffic"]).run();
    run.exits(0)
        .says("# traffic (traffic-manager), on 192.0.2.8");
    assert_eq!(commands(&run).len(), 1);
    assert!(!run.out().contains("portOffset"), "{run}");
    let unknown = render("start", &file).args(["--node", "trafic"]).run();
    unknown.exits(2).says("did you mean `traffic`");
    // Into a folder, and what is already so keeps its time.
    let out = home.file("out/start");
    let put = || render("start", &file).arg("--out").arg(&out).run();
    put().exits(0).says("start.txt");
    let is = || fs::metadata(out.join("start.txt")).unwrap();
    let before = is();
    put().exits(0);
    assert_eq!(
        (is().ino(), is().mtime_nsec()),
        (before.ino(), before.mtime_nsec())
    );
}

#[test]
fn a_file_without_nodes_has_no_surroundings() {
    for subject in ["start", "hosts"] {
        let run = render(subject, &deployment("gateway-ws.toml")).run();
        run.exits(2).says("[nodes]");
    }
}

const ALL: &str = "192.0.2.5\tapi.example.com console.example.com\n192.0.2.6\tkeys.example.com\n";
const BEGIN: &str = "# BEGIN apim-patch: `apim-patch render hosts` keeps these lines\n";
const END: &str = "# END apim-patch\n";

#[test]
fn what_is_rendered_is_no_object() {
    let home = every_profile("2.6.0");
    for subject in ["hosts", "nginx", "start"] {
        let run = render(subject, &home.file("cluster.toml"))
            .args(["--format", "json"])
            .run();
        run.exits(2).says("has no format `json`; it has `human`");
        assert_eq!(run.out(), "");
    }
}

#[test]
fn names_of_all_and_of_one_node() {
    let file = deployment("cluster.toml");
    let all = render("hosts", &file).run();
    all.exits(0);
    assert_eq!(all.out(), ALL);
    let maker = render("hosts", &file).args(["--node", "maker"]).run();
    maker.exits(0);
    assert!(maker.out().contains("keys.example.com"), "{maker}");
    let traffic = render("hosts", &file).args(["--node", "tm-a"]).run();
    traffic.exits(0);
    assert!(!traffic.out().contains("console.example.com"), "{traffic}");
    render("hosts", &file)
        .args(["--node", "tm-z"])
        .run()
        .exits(2);
}

/// A hosts file in a folder of its own.
struct HostsFile(Home);

impl HostsFile {
    fn new(text: &str) -> Self {
        let home = Home::empty();
        home.write("hosts", text);
        Self(home)
    }

    fn path(&self) -> PathBuf {
        self.0.file("hosts")
    }

    fn keep(&self) -> Run {
        self.keep_of(&deployment("cluster.toml"))
    }

    fn keep_of(&self, file: &std::path::Path) -> Run {
        render("hosts", file).arg("--into").arg(self.path()).run()
    }

    fn text(&self) -> String {
        self.0.text("hosts")
    }

    #[track_caller]
    fn has_nothing_beside(&self) {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["hosts"]);
    }
}

const OTHERS: &str = "127.0.0.1\tlocalhost\n::1     localhost ip6-localhost # loopback\n\n# The building's printer.\n  10.0.0.9  printer\n";

#[test]
fn a_hosts_file_keeps_every_other_byte() {
    let file = HostsFile::new(OTHERS);
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o604)).unwrap();
    if root() {
        std::os::unix::fs::chown(file.path(), Some(65534), Some(65534)).unwrap();
    }
    let is = || fs::metadata(file.path()).unwrap();
    let before = is();
    file.keep().exits(0).says("hosts: written");
    assert_eq!(file.text(), format!("{OTHERS}{BEGIN}{ALL}{END}"));
    let after = is();
    assert_ne!(after.ino(), before.ino(), "written in place");
    assert_eq!(
        (after.mode(), after.uid(), after.gid()),
        (before.mode(), before.uid(), before.gid())
    );
    file.has_nothing_beside();
    // A second run writes nothing.
    file.keep().exits(0).says("hosts: nothing to do");
    assert_eq!(
        (is().ino(), is().mtime_nsec()),
        (after.ino(), after.mtime_nsec())
    );
}

#[test]
fn line_ends_stay_what_they_are() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let file = HostsFile::new(&windows(OTHERS));
    file.keep().exits(0);
    let expected = windows(&format!("{OTHERS}{BEGIN}{ALL}{END}"));
    assert_eq!(file.text(), expected);
    file.keep().exits(0).says("nothing to do");
    // Without a line end after the last line, one comes before the block.
    let file = HostsFile::new("127.0.0.1 localhost");
    file.keep().exits(0);
    assert_eq!(
        file.text(),
        format!("127.0.0.1 localhost\n{BEGIN}{ALL}{END}")
    );
    let file = HostsFile::new("");
    file.keep().exits(0);
    assert_eq!(file.text(), format!("{BEGIN}{ALL}{END}"));
    let file = HostsFile::new(&format!(
        "10.0.0.9 printer\n# BEGIN apim-patch 0\nx\n{}",
        END.trim_end()
    ));
    file.keep().exits(0);
    assert_eq!(file.text(), format!("10.0.0.9 printer\n{BEGIN}{ALL}{END}"));
}

#[test]
fn a_block_in_the_middle_is_updated_where_it_is() {
    let file = HostsFile::new(&format!(
        "a\n{BEGIN}192.0.2.99\told.example.com\n{END}{OTHERS}"
    ));
    file.keep().exits(0).says("written");
    assert_eq!(file.text(), format!("a\n{BEGIN}{ALL}{END}{OTHERS}"));
    // Without load balancers to map there is no block.
    let home = Home::empty();
    let text = fs::read_to_string(deployment("cluster.toml")).unwrap();
    let text = text.replace("address   = \"192.0.2.6\"\n", "");
    let text = text.replace("address       = \"192.0.2.5\"\n", "");
    home.write("cluster.toml", text);
    let run = file.keep_of(&home.file("cluster.toml"));
    run.exits(0).says("nothing tells their address");
    assert_eq!(file.text(), format!("a\n{OTHERS}"));
    file.keep_of(&home.file("cluster.toml"))
        .exits(0)
        .says("nothing to do");
}

#[test]
fn a_link_to_a_hosts_file_stays_one() {
    let file = HostsFile::new(OTHERS);
    let real = file.0.beside().join("real");
    fs::rename(file.path(), &real).unwrap();
    symlink(&real, file.path()).unwrap();
    file.keep().exits(0);
    assert_eq!(fs::read_link(file.path()).unwrap(), real);
    assert_eq!(
        fs::read_to_string(real).unwrap(),
        format!("{OTHERS}{BEGIN}{ALL}{END}")
    );
    file.has_nothing_beside();
    assert_eq!(fs::read_dir(file.0.beside()).unwrap().count(), 2);
}

#[test]
fn marks_that_enclose_no_block_are_refused() {
    for broken in [
        BEGIN.to_owned(),
        END.to_owned(),
        format!("{END}{BEGIN}"),
        format!("{BEGIN}{BEGIN}{END}"),
        format!("{BEGIN}{END}{END}"),
        format!("{BEGIN}{END}{BEGIN}{END}"),
    ] {
        let file = HostsFile::new(&format!("127.0.0.1 localhost\n{broken}10.0.0.9 printer\n"));
        let before = file.0.tree();
        let run = file.keep();
        run.exits(2).says("do not enclose one block").says("hosts:");
        before.untouched(&file.0.tree(), &run);
        file.has_nothing_beside();
    }
}

#[test]
fn lines_of_others_that_contradict_are_warned_of() {
    let file = HostsFile::new(
        "10.1.1.1 other API.example.com # old\n192.0.2.6 keys.example.com\n# 10.1.1.2 keys.example.com\n",
    );
    let run = file.keep();
    run.exits(0)
        .says("`API.example.com` is mapped to 10.1.1.1, not to 192.0.2.5");
    run.says("hosts:1:1").conceals("10.1.1.2");
    assert!(file.text().ends_with(END));
    assert!(file.text().starts_with("10.1.1.1 other API"));
    assert_eq!(run.all().matches("is mapped to").count(), 1, "{run}");
}

#[test]
fn what_is_no_hosts_file_is_refused() {
    let home = Home::empty();
    for name in ["", "missing"] {
        let run = render("hosts", &deployment("cluster.toml"));
        let run = run.arg("--into").arg(home.file(name)).run();
        assert_ne!(run.status(), 0, "{run}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "{run}");
    }
    let both = render("hosts", &deployment("cluster.toml"));
    both.args(["--into", "a", "--out", "b"]).run().exits(2);
}
