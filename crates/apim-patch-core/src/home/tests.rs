use std::fs;

use super::*;

const CARBON: &str = "<Server xmlns=\"u\">\n <!-- <Version>9</Version> -->\n <Name>n</Name>\n \
                      <ServerKey>AM</ServerKey>\n <Version>2.1.0</Version>\n</Server>\n";

/// Paths with their contents.
type Files<'f> = &'f [(&'f str, &'f [u8])];

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: Files<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self(folder)
    }

    fn home() -> Self {
        Self::new(&[
            ("bin/version.txt", b"WSO2 API Manager v2.1.0\n"),
            ("repository/conf/carbon.xml", CARBON.as_bytes()),
            ("repository/conf/api-manager.xml", b"<APIManager/>"),
        ])
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn open(&self) -> Result<(Home, Vec<Diagnostic>), Diagnostic> {
        Home::open(self.0.path())
    }

    fn codes(&self) -> Vec<&'static str> {
        self.open()
            .unwrap()
            .1
            .iter()
            .map(|warning| warning.code)
            .collect()
    }
}

#[test]
fn homes() {
    let (home, warnings) = Folder::home().open().unwrap();
    assert_eq!(home.version(), Some("2.1.0"));
    assert_eq!(warnings, []);

    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(CARBON.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: [(Files<'_>, &[&str]); 6] = [
        (&[("repository/conf/carbon.xml", &utf16)], &[]),
        (
            &[("repository/conf/api-manager.xml", b"")],
            &["version-unknown"],
        ),
        (
            &[("repository/conf/carbon.xml", b"<Server><Version>2.1.0<")],
            &[],
        ),
        (
            &[("repository/conf/carbon.xml", b"\xff\xfe\0")],
            &["version-unknown"],
        ),
        (
            &[
                ("repository/conf/carbon.xml", CARBON.as_bytes()),
                ("bin/version.txt", b"WSO2 API Manager v2.6.0\n"),
            ],
            &["versions-disagree"],
        ),
        (
            &[
                ("repository/conf/api-manager.xml", b""),
                ("bin/version.txt", b"WSO2 API Manager v1.8.0\n"),
            ],
            &["version-untested"],
        ),
    ];
    for (files, codes) in cases {
        assert_eq!(Folder::new(files).codes(), codes);
    }
}

#[test]
fn what_is_no_home() {
    let cases: [(Files<'_>, &str, &str); 6] = [
        (
            &[],
            "no-home",
            "no WSO2 home here: repository/conf/carbon.xml not found",
        ),
        (
            &[("repository/conf/deployment.toml", b"")],
            "version-3",
            "3.0 or later",
        ),
        (
            &[(
                "repository/conf/carbon.xml",
                b"<Server><ServerKey>IS</ServerKey><Version>5.3.0</Version>",
            )],
            "other-product",
            "WSO2 Identity Server 5.3.0",
        ),
        (
            &[
                ("repository/conf/api-manager.xml", b""),
                ("bin/version.txt", b"WSO2 Enterprise Integrator v6.1.0"),
            ],
            "other-product",
            "WSO2 Enterprise Integrator 6.1.0",
        ),
        (
            &[
                ("repository/conf/api-manager.xml", b""),
                ("bin/version.txt", b"WSO2 API Manager v3.2.0"),
            ],
            "version-3",
            "3.2.0",
        ),
        (
            &[("a/repository/conf/carbon.xml", b"")],
            "no-home",
            "no WSO2 home here",
        ),
    ];
    for (files, code, text) in cases {
        let error = Folder::new(files).open().unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(error.class, Class::Home);
        assert!(error.message.contains(text), "{}", error.message);
    }

    let home = Folder::home();
    let error = Home::open(&home.path("repository/conf")).unwrap_err();
    assert!(error.help[0].contains("did you mean ../.."), "{error:?}");
    let error = Home::open(&home.path("bin/version.txt")).unwrap_err();
    assert_eq!(error.code, "not-a-folder");
    let error = Home::open(&home.path("nowhere")).unwrap_err();
    assert!(error.message.contains("no such file"), "{error:?}");
    let parent = Folder::new(&[
        ("b/repository/conf/carbon.xml", b""),
        ("a/repository/conf/api-manager.xml", b""),
        ("c/x", b""),
    ]);
    let error = parent.open().unwrap_err();
    let [a, b] = ["a", "b"].map(|name| parent.path(name).display().to_string());
    assert_eq!(error.help, [format!("homes below it: {a}, {b}")]);
}

#[test]
fn versions_of_the_deployment_file() {
    let asked = |version| AskedVersion {
        version,
        spot: crate::diagnostic::Spot::without_text("f.toml", 1, 1),
    };
    let (home, _) = Folder::home().open().unwrap();
    assert_eq!(home.check_version(&asked("2.1.0")), Ok(()));
    let error = home.check_version(&asked("2.6.0")).unwrap_err();
    assert_eq!(error.class, Class::Home);
    assert!(error.message.contains("2.6.0") && error.message.contains("2.1.0"));
    for (version, known, expect) in [
        ("2.1.0", "2.1.0", true),
        ("2.1.0-wum4", "2.1.0", true),
        ("2.1.01", "2.1.0", false),
        ("2.1", "2.1.0", false),
    ] {
        assert_eq!(is_release(version, known), expect, "{version}");
    }
}

#[test]
fn running_servers() {
    let folder = Folder::home();
    let (home, _) = folder.open().unwrap();
    let alive = std::process::id().to_string();
    for (content, expect) in [
        (None, false),
        (Some(alive.as_str()), true),
        (Some("4294967295\n"), false),
        (Some("no number"), false),
    ] {
        if let Some(content) = content {
            fs::write(folder.path("wso2carbon.pid"), content).unwrap();
        }
        assert_eq!(home.running_server().is_some(), expect, "{content:?}");
    }
}
