//! `apply --interactive`: the changes one by one, each of which is chosen or
//! left.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use apim_patch_core::catalogue::Kind;
use apim_patch_core::changes::{Change, Step, changes, refuse_other_files, step, surroundings};
use apim_patch_core::chosen_file::{Chosen, chosen_file};
use apim_patch_core::diagnostic::{Class, Diagnostic, printable, printable_path};
use apim_patch_core::diff::{FileDiff, Secrecy};
use apim_patch_core::plan::{Item, LinkPolicy, Plan};

use super::{Interrupt, Prepared, secrecy};
use crate::answers::{Answers, Echo};
use crate::args::Apply;
use crate::out_file::{Readers, write_new};
use crate::render::{Console, Shown, change as shown_change, keys};

/// Refuses what can't be asked about. Nothing has been read yet.
pub(super) fn refuse(arguments: &Apply, console: &Console) -> Result<(), Diagnostic> {
    let usage = |code, message: String| Diagnostic::error(code, Class::Specification, message);
    if !console.is_human() {
        let message = "--interactive asks a person, and this --format (json, patch, markdown) is for programs";
        return Err(usage("interactive-format", message.to_owned()).help("leave one of them out"));
    }
    if arguments.selected.homes.homes.len() > 1 {
        let message = "--interactive is for one home, and several are named";
        let error = usage("interactive-homes", message.to_owned());
        return Err(
            error.help("choose on one of them with --save FILE, and apply that to the others")
        );
    }
    if let Some(path) = &arguments.save
        && path.symlink_metadata().is_ok()
    {
        let message = format!("--save: {} is there already", printable_path(path));
        return Err(usage("save-file", message).help("name a file that is not there yet"));
    }
    Ok(())
}

/// Asks about each change of the home, and plans what was chosen. Where a value
/// was typed, the selection asks for that afterwards.
pub(super) fn choose(
    prepared: &mut Prepared<'_>,
    arguments: &Apply,
    interrupt: &Interrupt,
    console: &mut Console,
) -> Result<Plan, Vec<Diagnostic>> {
    let links = arguments.selected.links.policy();
    let whole = Plan::new(&prepared.store, &prepared.selection, links)?;
    // What is shown now is not shown again.
    console.diagnostics(&std::mem::take(&mut prepared.warnings));
    console.diagnostics(&whole.warnings);
    let mut dialogue = Dialogue {
        changes: changes(&whole, &prepared.selection),
        whole,
        links,
        secrecy: secrecy(arguments.show_secrets),
        chosen: BTreeSet::new(),
        answers: Answers::new(interrupt),
    };
    dialogue
        .run(prepared, console)
        .map_err(|error| vec![error])?;
    let Dialogue {
        chosen,
        whole,
        changes,
        ..
    } = dialogue;
    if chosen.is_empty() && !changes.is_empty() && arguments.save.is_none() {
        let left = changes.len();
        console.say(&format!(
            "nothing was chosen; changes that are left: {left}"
        ));
    }
    let is_chosen = |item| chosen.contains(&item);
    let mut plan = Plan::of(&prepared.store, &prepared.selection, links, is_chosen)
        .map_err(needs_what_was_left)?;
    refuse_other_files(&whole, &plan).map_err(|error| vec![error])?;
    plan.warnings
        .retain(|warning| !whole.warnings.contains(warning));
    if let Some(path) = &arguments.save {
        match chosen.is_empty() {
            true => console.say(&format!(
                "nothing was chosen; {} was not written",
                printable_path(path)
            )),
            false => {
                let chosen = Chosen {
                    store: &prepared.store,
                    version: prepared.home.version(),
                    selection: &prepared.selection,
                    changes: &changes,
                    items: &chosen,
                    plan: &plan,
                    links,
                    folder: &env::current_dir().unwrap_or_default(),
                    environment: &|name| env::var_os(name),
                };
                save(&chosen, path, console)?;
            }
        }
    }
    Ok(plan)
}

/// Saves what was chosen, before anything is applied: where that fails, the
/// choice is not lost.
fn save(chosen: &Chosen<'_>, path: &Path, console: &mut Console) -> Result<(), Vec<Diagnostic>> {
    let file = chosen_file(chosen, path)?;
    // It says where a deployment keeps its secrets.
    write_new(path, file.toml.as_bytes(), Readers::Owner).map_err(|error| {
        let message = format!("`{}` can't be written: {error}", printable_path(path));
        vec![Diagnostic::error("save-file", Class::Io, message)]
    })?;
    let profile = chosen.selection.profile.name;
    console.say(&format!(
        "what was chosen is saved: --profile {profile} --file {}",
        printable_path(path)
    ));
    for (variable, key) in &file.variables {
        console.say(&format!("{variable} is to hold the secret of {key}"));
    }
    Ok(())
}

fn needs_what_was_left(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let help = "what was chosen needs a change that was left; nothing was written";
    errors.into_iter().map(|error| error.help(help)).collect()
}

struct Dialogue<'i> {
    changes: Vec<Change>,
    /// The plan of all of them.
    whole: Plan,
    links: LinkPolicy,
    secrecy: Secrecy,
    chosen: BTreeSet<Item>,
    answers: Answers<'i>,
}

/// What becomes of a change and those behind it.
enum Answer {
    Apply,
    Leave,
    ApplyRestOfFile,
    LeaveRestOfFile,
    Quit,
}

impl Dialogue<'_> {
    fn run(
        &mut self,
        prepared: &mut Prepared<'_>,
        console: &mut Console,
    ) -> Result<(), Diagnostic> {
        let mut index = 0;
        while let Some(change) = self.changes.get(index).cloned() {
            let step = self.show(&change, prepared, console);
            let answer = self.ask(index, &change, &step, prepared, console)?;
            let rest = &self.changes[index..];
            let same_file = rest.iter().take_while(|other| other.file == change.file);
            index += match answer {
                Answer::Apply | Answer::Leave => 1,
                Answer::ApplyRestOfFile | Answer::LeaveRestOfFile => same_file.clone().count(),
                Answer::Quit => rest.len(),
            };
            match answer {
                Answer::Apply => self.chosen.extend([change.item]),
                Answer::ApplyRestOfFile => {
                    let items: Vec<Item> = same_file.map(|other| other.item).collect();
                    self.chosen.extend(items);
                }
                Answer::Leave | Answer::LeaveRestOfFile | Answer::Quit => {}
            }
        }
        Ok(())
    }

    /// Shows what a change does, where, and why.
    fn show(&self, change: &Change, prepared: &Prepared<'_>, console: &mut Console) -> Step {
        let selection = &prepared.selection;
        let step = self.step(change, prepared);
        let around: Option<FileDiff> = match &step {
            Step::Impossible(_) => {
                let mut files = self.whole.files.iter();
                files
                    .find(|file| file.path() == change.file)
                    .and_then(|file| surroundings(file, &change.planned, self.secrecy))
            }
            _ => None,
        };
        let diff = match &step {
            Step::Diff(diff) => Some(diff),
            _ => around.as_ref(),
        };
        let mut why = selection
            .origin_of(change.item)
            .map_or(String::new(), |origin| origin.sentence());
        let setting = selection.setting(change.item);
        if let Some(requirement) =
            setting.and_then(|setting| selection.profile.requirement(setting.row.key))
        {
            why = format!("{requirement}; {why}");
        }
        let shown = match (setting, selection.patch(change.item)) {
            (Some(setting), _) => Some(Shown::Row(setting.row)),
            (None, patch) => patch.map(Shown::Patch),
        };
        if let Some(shown) = shown {
            console.data(&shown_change(change, &shown, &why, diff));
        }
        match &step {
            Step::Impossible(errors) => console.ask(&format!(
                "note: not without another change: {}\n",
                sentence(errors)
            )),
            Step::Nothing => console.ask("note: with what was chosen it is so already\n"),
            Step::Diff(_) => {}
        }
        step
    }

    fn step(&self, change: &Change, prepared: &Prepared<'_>) -> Step {
        let Prepared {
            store, selection, ..
        } = prepared;
        step(
            store,
            selection,
            self.links,
            &self.chosen,
            change,
            self.secrecy,
        )
    }

    /// Asks until there is an answer.
    fn ask(
        &mut self,
        index: usize,
        change: &Change,
        step: &Step,
        prepared: &mut Prepared<'_>,
        console: &mut Console,
    ) -> Result<Answer, Diagnostic> {
        let takes_value = prepared.selection.takes_value(change.item);
        let style = AnsiColor::Blue.on_default().bold();
        let count = self.changes.len();
        let letters = if takes_value {
            "y,n,q,a,d,e,?"
        } else {
            "y,n,q,a,d,?"
        };
        let question = format!(
            "{style}({}/{count}) Apply this change [{letters}]?{style:#} ",
            index + 1
        );
        loop {
            let Some(answer) = self.line(&question, Echo::On, console)? else {
                return Ok(Answer::Quit);
            };
            return Ok(match answer.trim().to_lowercase().as_str() {
                "y" => Answer::Apply,
                "n" => Answer::Leave,
                "a" => Answer::ApplyRestOfFile,
                "d" => Answer::LeaveRestOfFile,
                "q" => Answer::Quit,
                "e" if takes_value => match self.type_value(change, step, prepared, console)? {
                    Some(answer) => answer,
                    None => continue,
                },
                _ => {
                    console.ask(&keys(takes_value));
                    continue;
                }
            });
        }
    }

    /// Asks for another value until one is accepted; `None` where none is
    /// wanted after all.
    fn type_value(
        &mut self,
        change: &Change,
        step: &Step,
        prepared: &mut Prepared<'_>,
        console: &mut Console,
    ) -> Result<Option<Answer>, Diagnostic> {
        let was_possible = !matches!(step, Step::Impossible(_));
        let key = &change.planned.key;
        let echo = match prepared.selection.is_secret(change.item) {
            true => Echo::Off,
            false => Echo::On,
        };
        let question = format!(
            "New value of {key}: {}; nothing goes back\n> ",
            match echo {
                Echo::On => expected(change, prepared),
                Echo::Off => format!("{}, not shown", expected(change, prepared)),
            }
        );
        loop {
            let Some(text) = self.line(&question, echo, console)? else {
                return Ok(Some(Answer::Quit));
            };
            if text.is_empty() {
                return Ok(None);
            }
            let before = prepared.selection.type_value(change.item, &text);
            let typed = match before {
                Err(reason) => Err(reason),
                Ok((before, oddity)) => match self.step(change, prepared) {
                    Step::Impossible(errors) if was_possible => {
                        prepared.selection.put_back(before);
                        Err(sentence(&errors))
                    }
                    _ => Ok(oddity),
                },
            };
            match typed {
                Err(reason) => console.ask(&format!("{}\n", printable(&reason))),
                Ok(oddity) => {
                    if let Some(oddity) = oddity {
                        console.ask(&format!("warning: {}\n", printable(&oddity)));
                    }
                    let value = prepared.selection.shown_value(change.item);
                    let value = printable(&value.unwrap_or_default());
                    let bold = Style::new().bold();
                    console.data(&format!("{bold}{key}{bold:#}  {value}\n"));
                    return Ok(Some(Answer::Apply));
                }
            }
        }
    }

    /// The next line that is typed.
    fn line(
        &mut self,
        question: &str,
        echo: Echo,
        console: &mut Console,
    ) -> Result<Option<zeroize::Zeroizing<String>>, Diagnostic> {
        console.ask(question);
        let line = self.answers.line(echo)?;
        // Where no terminal shows the answer, the transcript still has it.
        match &line {
            None => console.ask("\n"),
            Some(_) if self.answers.is_terminal() => {}
            Some(line) => console.ask(&match echo {
                Echo::On => format!("{}\n", printable(line)),
                Echo::Off => "\n".to_owned(),
            }),
        }
        Ok(line)
    }
}

/// What is to be typed for a change, in words.
fn expected(change: &Change, prepared: &Prepared<'_>) -> String {
    match prepared.selection.setting(change.item) {
        Some(setting) if setting.row.kind == Kind::Members => {
            "members, parted by commas".to_owned()
        }
        Some(setting) => setting.row.kind.expected(),
        None => Kind::Text.expected(),
    }
}

/// What stands in the way, in one line.
fn sentence(errors: &[Diagnostic]) -> String {
    let messages: Vec<_> = errors
        .iter()
        .map(|error| printable(&error.message))
        .collect();
    messages.join("; ")
}
