//! No `{:?}` of anything here shows a secret, nor does a panic that formats one.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::apply::{Reverted, apply, lock, occasion, open, revert};
use crate::catalogue::{self, Given};
use crate::diagnostic::SourceText;
use crate::diff::{FileDiff, Secrecy};
use crate::history;
use crate::home::Home;
use crate::inspect::{MissingFiles, inspect};
use crate::operation::operations;
use crate::plan::{LinkPolicy, Plan};
use crate::report::{Report, Status};
use crate::spec::{Choice, DeploymentFile, Machine, SetOption, resolve, select};

const API_MANAGER: &str = "repository/conf/api-manager.xml";

/// Settings, patches that say that they are secret, and patches on what is secret without saying so;
/// each as text and by reference.
const DEPLOYMENT: &str = r#"
    [key_manager]
    server_url = "https://km:9443/services/"
    client = "WSClient"
    username = "admin"
    password = "n3wCanary-1"

    [server]
    host_name = "gw"
    mgt_host_name = "gw"

    [[patch]]
    file = "repository/conf/user-mgt.xml"
    select = "/UserManager/Key"
    set = "n3wCanary-2"
    expect = "0ldCanary-2"
    secret = true

    [[patch]]
    file = "repository/conf/user-mgt.xml"
    select = "/UserManager/Password"
    set = "n3wCanary-3"
    expect = "0ldCanary-3"

    [[patch]]
    file = "repository/conf/user-mgt.xml"
    select = "/UserManager/Key"
    insert = "<Store>n3wCanary-4</Store>"
    after = true
    secret = true

    [[patch]]
    file = "repository/conf/user-mgt.xml"
    select = "/UserManager/Realm/@key"
    set = { env = "SECRET" }
    secret = true
"#;

/// What was formatted, so that all of it can be searched.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn add<T: Debug>(&mut self, value: &T) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    #[track_caller]
    fn holds_no_secret(&self) {
        let numbers = |text: &str| format!("{:?}", text.as_bytes());
        for canary in ["n3wCanary", "0ldCanary"] {
            let found = self.0.find(canary);
            let line = found.map(|at| &self.0[at.saturating_sub(300)..at + 40]);
            assert_eq!(line, None);
            let bytes = numbers(canary);
            assert!(!self.0.contains(bytes.trim_matches(['[', ']'])));
        }
    }
}

fn home() -> tempfile::TempDir {
    let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/homes/stock-2.1");
    let home = tempfile::tempdir().unwrap();
    for entry in WalkDir::new(&stock).min_depth(1) {
        let entry = entry.unwrap();
        let target = home.path().join(entry.path().strip_prefix(&stock).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    let path = home.path().join(API_MANAGER);
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replace("<Password>${admin.password}<", "<Password>0ldCanary-1<");
    assert!(text.contains("0ldCanary-1"));
    fs::write(path, text).unwrap();
    fs::write(
        home.path().join("repository/conf/user-mgt.xml"),
        "<UserManager>\n <Key>0ldCanary-2</Key>\n <Password>0ldCanary-3</Password>\n \
         <Realm key=\"0ldCanary-5\"/>\n</UserManager>\n",
    )
    .unwrap();
    home
}

#[test]
fn no_debug_output_shows_a_secret() {
    let home = home();
    let mut shown = Shown::default();
    let options = [
        SetOption::Literal("key_manager.password=n3wCanary-6".to_owned()),
        SetOption::Literal("n3wCanary-7".to_owned()),
    ];
    shown.add(&options);
    shown.add(&Given::Text("n3wCanary"));
    shown.add(&SourceText::new("f", "n3wCanary", Vec::new()));

    let file = DeploymentFile::parse(Path::new("f.toml"), DEPLOYMENT.as_bytes()).unwrap();
    shown.add(&file);
    let machine = Machine::default();
    let choice = Choice {
        profile: Some("gateway"),
        node: None,
        options: &options[..1],
        partial: false,
        home: home.path(),
        machine: &machine,
    };
    shown.add(&choice);
    let selection = select(Some(&file), &choice).unwrap();
    shown.add(&selection);
    let selection = resolve(selection, &|_| Some("n3wCanary-5".into())).unwrap();
    shown.add(&selection);
    let settings: Vec<_> = selection.settings.iter().collect();
    let patches: Vec<_> = (1..).zip(&selection.patches).collect();
    shown.add(&operations(&settings, &patches, None).unwrap().list);

    let (opened, warnings) = Home::open(home.path()).unwrap();
    shown.add(&(&opened, warnings));
    let store = open(home.path(), None).unwrap();
    let plan = Plan::new(&store, &selection, LinkPolicy::InsideOnly).unwrap();
    shown.add(&plan);
    let mut report = Report::new("home", Status::Applied);
    let diffs = plan.files.iter();
    let diffs: Vec<_> = diffs
        .filter_map(|file| FileDiff::of(file, Secrecy::Masked))
        .collect();
    report.describe(&plan, &diffs);
    shown.add(&report);

    let lock = lock(&store, None).unwrap();
    let receipt = apply(
        &plan,
        &lock,
        occasion("test", "me".to_owned()),
        true,
        LinkPolicy::InsideOnly,
    )
    .unwrap();
    assert!(receipt.is_some());
    shown.add(&receipt);
    let text = fs::read_to_string(home.path().join("repository/conf/user-mgt.xml")).unwrap();
    assert_eq!(text.matches("n3wCanary").count(), 4, "{text}");
    let rows: Vec<_> = catalogue::rows().collect();
    let inspected = inspect(
        &store,
        &rows,
        LinkPolicy::InsideOnly,
        Secrecy::Masked,
        MissingFiles::LeaveOut,
    );
    shown.add(&inspected.unwrap());
    let (entries, damaged) = history::list(&store).unwrap();
    shown.add(&(&entries, damaged));
    let reverted = revert(
        &lock,
        None,
        occasion("test", "me".to_owned()),
        LinkPolicy::InsideOnly,
    );
    assert!(matches!(reverted, Ok(Reverted::Done(..))), "{reverted:?}");
    shown.add(&reverted);
    shown.holds_no_secret();
}

/// What is wrong is told with its place, and the place may be the secret's.
#[test]
fn no_debug_output_of_an_error_shows_a_secret() {
    let mut shown = Shown::default();
    for text in [
        "key_manager.password = ['n3wCanary']",
        "key_manager.password = 'n3wCanary",
        "key_manager.pasword = 'n3wCanary'",
        "patch = [{ file = 'a', select = '//Password', set = \"n3wCanary\\u0001\" }]",
        "patch = [{ file = 'a', select = '//Password', set = \"n3wCanary\\u0001\", al = true }]",
        "patch = [{ file = 'a', select = '//Password[', set = 'n3wCanary' }]",
        "patch = [{ file = 'a', select = '//Key', secret = true, set = 'n3wCanary', remove = true }]",
    ] {
        let errors = DeploymentFile::parse(Path::new("f.toml"), text.as_bytes()).unwrap_err();
        shown.add(&errors);
    }
    for argument in [
        "key_manager.password=n3wCanary\u{1}",
        "pasword=n3wCanary",
        "n3wCanary",
    ] {
        let option = SetOption::Literal(argument.to_owned());
        let choice = Choice {
            profile: Some("gateway"),
            node: None,
            options: std::slice::from_ref(&option),
            partial: true,
            home: Path::new("/"),
            machine: &Machine::default(),
        };
        shown.add(&select(None, &choice).unwrap_err());
    }
    shown.holds_no_secret();
}
