//! Work grows with the document and no faster: one twice as long takes about twice as many
//! instructions. They are counted by valgrind, and nothing here looks at a clock; without valgrind
//! nothing is counted, and that is said.

#![allow(missing_docs)]
#![allow(
    clippy::unwrap_used,
    reason = "what can not be set up is a test that has failed"
)]
#![allow(
    clippy::print_stdout,
    reason = "what was counted is for the person who runs this"
)]

use std::env;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use xml_inplace::{Action, Operation, Selector, Several, edit};

/// Tells the child what to do: a storm and its size.
const VARIABLE: &str = "XML_INPLACE_STORM";

/// Pieces of a storm of the smaller size. Quadratic work would be most of all work from a few
/// hundred on.
const SIZE: usize = 500;

/// How much one start of the process differs from another, in instructions.
const SLACK: u64 = 100_000;

/// Something that comes in great numbers, and what is asked of it.
struct Storm {
    name: &'static str,
    document: fn(usize) -> String,
    operation: fn(usize) -> Operation,
}

fn around(before: &str, piece: &str, n: usize, after: &str) -> String {
    format!("{before}{}{after}", piece.repeat(n))
}

fn operation(target: &str, action: Action) -> Operation {
    Operation::new(Selector::parse(target).unwrap(), action)
}

fn set(value: impl Into<String>) -> Operation {
    let value = value.into();
    operation(
        "/a/b",
        Action::SetText {
            value,
            insert: None,
        },
    )
}

fn all(mut operation: Operation) -> Operation {
    operation.several = Several::All;
    operation
}

fn list(n: usize) -> Operation {
    let entries = (0..n).map(|index| vec![format!("h{index}"), "1".to_owned()]);
    let action = Action::SetList {
        item: "m".to_owned(),
        fields: vec!["h".to_owned(), "p".to_owned()],
        entries: entries.collect(),
    };
    operation("/a/b", action)
}

const STORMS: &[Storm] = &[
    Storm {
        name: "comments",
        document: |n| around("<a>", "<!-- x -->\n", n, "<b>1</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "comments that hold the target",
        document: |n| around("<a>", "<!--<b>1</b>-->\n", n, "</a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "comments that hold the target, all to be uncommented",
        document: |n| around("<a>", "<!--<b>1</b>-->\n", n, "</a>"),
        operation: |_| all(operation("/a/b", Action::Uncomment)),
    },
    Storm {
        name: "comments that hold the target and more, to be uncommented",
        document: |n| around("<a>", "<!-- or <b>1</b> -->\n", n, "<!--<b>1</b>--></a>"),
        operation: |_| operation("/a/b", Action::Uncomment),
    },
    Storm {
        name: "unclosed comments",
        document: |n| around("<a>", "<!--", n, ""),
        operation: |_| set("2"),
    },
    Storm {
        name: "starts of elements in comments",
        document: |n| around("<a>", "<!--<b>-->", n, "<b>1</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "`<` in one comment",
        document: |n| around("<a><!--<b>", "<", n, "</b>--></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "CDATA sections",
        document: |n| around("<a><b>", "<![CDATA[x]]>", n, "</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "unclosed CDATA sections",
        document: |n| around("<a>", "<![CDATA[", n, ""),
        operation: |_| set("2"),
    },
    Storm {
        name: "`<`",
        document: |n| around("<a>", "<", n, "</a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "`&`",
        document: |n| around("<a>", "&", n, "</a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "references",
        document: |n| around("<a><b>", "&amp;", n, "</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "undeclared entities",
        document: |n| around("<a><b>", "&e;", n, "</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "processing instructions",
        document: |n| around("<a>", "<?p x?>", n, "<b>1</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "`]]>` and `-->` as values",
        document: |_| "<a><b>1</b></a>".to_owned(),
        operation: |n| set("]]>-->".repeat(n)),
    },
    Storm {
        name: "lines",
        document: |n| around("<a>", "\r\n x", n, "<b>1</b></a>"),
        operation: |_| set("2"),
    },
    Storm {
        name: "siblings, all set",
        document: |n| around("<a>", "<b>1</b>\n", n, "</a>"),
        operation: |_| all(set("2")),
    },
    Storm {
        name: "siblings, all hidden",
        document: |n| around("<a>", "<b>1</b>\n", n, "</a>"),
        operation: |_| all(operation("/a/b", Action::CommentOut)),
    },
    Storm {
        name: "siblings, all removed",
        document: |n| around("<a>", "<b>1</b>\n", n, "</a>"),
        operation: |_| all(operation("/a/b", Action::Remove)),
    },
    Storm {
        name: "comments in what is hidden",
        document: |n| around("<a><b>", "<!--x-->", n, "</b></a>"),
        operation: |_| operation("/a/b", Action::CommentOut),
    },
    Storm {
        name: "a chain of comments that touch, uncommented",
        document: |n| around("<a><!--<b>-->", "<!--x--><!---->", n, "<!--</b>--></a>"),
        operation: |_| operation("/a/b", Action::Uncomment),
    },
    Storm {
        name: "a chain of comments that never closes the element",
        document: |n| around("<a><!--<b>-->", "<!--x--><!---->", n, "</a>"),
        operation: |_| operation("/a/b", Action::Uncomment),
    },
    Storm {
        name: "items of a list",
        document: |n| around("<a><b>\n", " <m><h>x</h><p>1</p></m>\n", n, "</b></a>"),
        operation: |_| list(2),
    },
    Storm {
        name: "items for a list",
        document: |_| "<a><b>\n <m><h>x</h><p>1</p></m>\n</b></a>".to_owned(),
        operation: list,
    },
    Storm {
        name: "a selector that looks everywhere at each step",
        document: |n| around("<a>", "<a><a><a/></a></a>", n / 3, "<b>1</b></a>"),
        operation: |_| operation(&"//a".repeat(30), Action::Uncomment),
    },
];

/// The run that is counted.
#[test]
fn child() {
    let told = env::var(VARIABLE).unwrap_or_default();
    let Some((size, name)) = told.split_once(' ') else {
        return;
    };
    let size = size.parse().unwrap();
    let storm = STORMS.iter().find(|storm| storm.name == name).unwrap();
    let document = (storm.document)(size);
    // Whether it succeeds or refuses is for other tests; either may take no longer.
    let _ = edit(document.as_bytes(), &[(storm.operation)(size)]);
}

/// Instructions of the child on this storm; of a child without a storm where there is none.
fn instructions(storm: Option<(&Storm, usize)>) -> u64 {
    let (name, told) = match storm {
        Some((storm, size)) => (storm.name, format!("{size} {}", storm.name)),
        None => ("no storm", String::new()),
    };
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(env::current_exe().unwrap())
        .args(["--exact", "child", "--test-threads=1"])
        .env(VARIABLE, told)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    let line = said.lines().find(|line| line.contains("refs:"));
    let digits = |line: &str| line.rsplit(':').next().unwrap().replace(',', "");
    line.map(|line| digits(line).trim().parse().unwrap())
        .unwrap_or_else(|| panic!("no count in {said}"))
}

#[test]
fn twice_as_much_takes_about_twice_as_long() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("SKIPPED: needs valgrind, which is not here");
        return;
    }
    let waiting = Mutex::new(STORMS.iter());
    let wrong = Mutex::new(Vec::new());
    let start = instructions(None);
    let work = || {
        loop {
            let Some(storm) = waiting.lock().unwrap().next() else {
                break;
            };
            let [one, two] = [SIZE, 2 * SIZE]
                .map(|size| instructions(Some((storm, size))).saturating_sub(start));
            let ratio = two as f64 / one as f64;
            let row = format!("{ratio:.2}  {one:>12}  {two:>12}  {}", storm.name);
            println!("{row}");
            // Sorting makes it a little more than twice; quadratic work makes it four times. What is
            // refused at its first mistake takes so little that the start of the process shows.
            if two > one * 12 / 5 + SLACK {
                wrong.lock().unwrap().push(row);
            }
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "more than twice the work:\n{}",
        wrong.join("\n")
    );
}
