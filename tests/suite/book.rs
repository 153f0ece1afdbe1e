//! Every command in the book is run, and prints what the book shows.
//!
//! A page is one shell session in a directory of its own, in which `/opt/wso2am`, `/srv/gw-1` and
//! `/srv/gw-2` are stock homes. In a `console` block, a line behind `$ ` is typed and `> ` goes on
//! with it; what follows is its output, in which `...` stands for any lines and `[..]` for any part
//! of one. A command without output is run and its output not compared. Only a command that is
//! followed by `echo $?` may fail. A block behind `<!-- file: NAME -->` is written to that file.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Home, fixture, program, workspace};

/// The places of this machine that the book speaks of, which a test must not touch.
const ELSEWHERE: &[&str] = &["/opt/", "/srv", "/etc/"];

/// What stands between the outputs of two commands.
const MARK: &str = "\u{1}next\u{1}";

/// One thing that a page has its reader do.
#[derive(Debug, PartialEq)]
enum Step {
    Write {
        file: String,
        content: String,
    },
    Type {
        command: String,
        output: Vec<String>,
        line: usize,
    },
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut file: Option<String> = None;
    while let Some((number, line)) = lines.next() {
        if let Some(name) = line.strip_prefix("<!-- file: ") {
            file = Some(name.trim_end_matches(" -->").to_owned());
            continue;
        }
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<_> = lines
            .by_ref()
            .take_while(|(_, line)| *line != "```")
            .collect();
        match (file.take(), kind) {
            (Some(file), _) => {
                let content = block.iter().map(|(_, line)| format!("{line}\n")).collect();
                steps.push(Step::Write { file, content });
            }
            (None, "console") => {
                for (line, text) in block {
                    let line = line + 1;
                    if let Some(command) = text.strip_prefix("$ ") {
                        let (command, output) = (command.to_owned(), Vec::new());
                        steps.push(Step::Type {
                            command,
                            output,
                            line,
                        });
                    } else if let Some(Step::Type {
                        command, output, ..
                    }) = steps.last_mut()
                    {
                        match text.strip_prefix("> ") {
                            Some(more) if output.is_empty() => *command += &format!("\n{more}"),
                            _ => output.push(text.to_owned()),
                        }
                    } else {
                        panic!("line {line}: output of no command");
                    }
                }
            }
            (None, "sh" | "bash" | "shell") => {
                panic!(
                    "line {}: commands are shown as `console`, so that they are run",
                    number + 1
                )
            }
            (None, _) => {}
        }
    }
    steps
}

/// Whether a line is what the book shows.
fn is_like(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        match is_last {
            true => return rest.ends_with(part),
            false => match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            },
        }
    }
    rest.is_empty()
}

/// Whether lines are what the book shows.
fn are_like(patterns: &[String], lines: &[&str]) -> bool {
    match (patterns.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((pattern, rest)), _) if pattern == "..." => {
            (0..=lines.len()).any(|skipped| are_like(rest, &lines[skipped..]))
        }
        (Some((pattern, patterns)), Some((line, lines))) => {
            is_like(pattern, line) && are_like(patterns, lines)
        }
        _ => false,
    }
}

/// The pages of the book.
fn pages() -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(workspace().join("docs")).sort_by_file_name();
    let paths = entries.into_iter().map(|entry| entry.unwrap().into_path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

fn elsewhere(text: &str, root: &str) -> String {
    ELSEWHERE.iter().fold(text.to_owned(), |text, place| {
        text.replace(place, &format!("{root}{place}"))
    })
}

/// Runs a page. Gives what differs from it.
fn run(page: &Path, steps: &[Step]) -> Vec<String> {
    let place = Home::empty();
    for home in ["opt/wso2am", "srv/gw-1", "srv/gw-2"] {
        place.overlay_at(home, &fixture("homes/stock-2.6"));
    }
    fs::create_dir_all(place.file("etc")).unwrap();
    let root = place.path().to_str().unwrap();
    let mut script = String::from("umask 022\n");
    for step in steps {
        match step {
            Step::Write { file, content } => {
                // Quoted, a here-document takes every character as it is.
                let (file, content) = (elsewhere(file, root), elsewhere(content, root));
                script += &format!("cat > {file} <<'END OF FILE'\n{content}END OF FILE\n");
            }
            Step::Type { command, .. } => {
                let command = elsewhere(command, root);
                script += &format!(
                    "(exit $status)\n{command}\nstatus=$?\nprintf '{MARK}%s\\n' $status\n"
                );
            }
        }
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_apim-patch"));
    let path = format!(
        "{}:/usr/sbin:/usr/bin:/sbin:/bin",
        binary.parent().unwrap().display()
    );
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &format!("exec 2>&1\nstatus=0\n{script}")])
        .current_dir(root)
        .env_clear()
        .envs([
            ("PATH", path.as_str()),
            ("HOME", root),
            ("TZ", "UTC"),
            ("LANG", "C.UTF-8"),
        ])
        .stdin(Stdio::null())
        .process_group(0);
    let printed = shell.output().unwrap();
    let printed = String::from_utf8_lossy(&printed.stdout).replace(root, "");

    let name = page.strip_prefix(workspace()).unwrap().display();
    let mut wrong = Vec::new();
    let mut rest = printed.as_str();
    let typed: Vec<_> = steps
        .iter()
        .filter(|step| matches!(step, Step::Type { .. }))
        .collect();
    for (index, step) in typed.iter().enumerate() {
        let Step::Type {
            command,
            output,
            line,
        } = step
        else {
            continue;
        };
        let Some((out, after)) = rest.split_once(MARK) else {
            wrong.push(format!(
                "{name}:{line}: `{command}` ended the session:\n{rest}"
            ));
            break;
        };
        let (status, after) = after.split_once('\n').unwrap();
        rest = after;
        let told = matches!(typed.get(index + 1), Some(Step::Type { command, .. }) if command == "echo $?");
        if status != "0" && !told {
            wrong.push(format!(
                "{name}:{line}: `{command}` fails with {status}:\n{out}"
            ));
        }
        let lines: Vec<_> = out.lines().collect();
        if !output.is_empty() && !are_like(output, &lines) {
            wrong.push(format!("{name}:{line}: `{command}` prints\n{out}"));
        }
    }
    wrong
}

#[test]
fn every_command_of_the_book_does_what_it_shows() {
    if !program("bash") {
        return;
    }
    let mut commands = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        let steps = steps(&fs::read_to_string(&page).unwrap());
        commands += steps
            .iter()
            .filter(|step| matches!(step, Step::Type { .. }))
            .count();
        if !steps.is_empty() {
            wrong.extend(run(&page, &steps));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(commands > 0, "the book has no commands");
    eprintln!("{commands} commands");
}

#[test]
fn pages_are_read_as_they_are_typed() {
    let page = "<!-- file: a.toml -->\n```toml\nx = 1\n```\n\n```console\n$ cat a.toml\nx = 1\n$ echo a \\\n> b\n```\n";
    let typed = |command: &str, output: &[&str], line| Step::Type {
        command: command.into(),
        output: output.iter().map(ToString::to_string).collect(),
        line,
    };
    assert_eq!(
        steps(page),
        [
            Step::Write {
                file: "a.toml".into(),
                content: "x = 1\n".into()
            },
            typed("cat a.toml", &["x = 1"], 7),
            typed("echo a \\\nb", &[], 9),
        ]
    );
    for (pattern, line, like) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a[..]c", "abc", true),
        ("a[..]c", "abd", false),
        ("[..]b[..]", "abc", true),
        ("[..]", "", true),
    ] {
        assert_eq!(is_like(pattern, line), like, "{pattern} {line}");
    }
    let patterns = ["a".to_owned(), "...".to_owned(), "z".to_owned()];
    assert!(are_like(&patterns, &["a", "z"]));
    assert!(are_like(&patterns, &["a", "b", "c", "z"]));
    assert!(!are_like(&patterns, &["a", "b"]));
}

/// What is linked to on a page: the text between `](` and `)`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let parts = page.split("](").skip(1);
    parts.filter_map(|part| Some(part.split_once(')')?.0))
}

/// How a heading is called in a link.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_in_the_contents() {
    let docs = workspace().join("docs");
    let contents = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.strip_prefix(&docs).unwrap().to_str().unwrap();
        if name != "SUMMARY.md" && !links(&contents).any(|link| link == name) {
            wrong.push(format!("{name} is not in SUMMARY.md"));
        }
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            if !target.exists() {
                wrong.push(format!("{name}: {link} leads nowhere"));
            } else if !place.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                if !headings.any(|heading| anchor(heading.trim_start_matches('#').trim()) == place)
                {
                    wrong.push(format!("{name}: {link} names no heading"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
