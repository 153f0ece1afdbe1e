//! Node, profile, and which of several values wins.

use std::collections::BTreeMap;
use std::path::Path;

use super::deployment_file::{Content, Level};
use super::node_choice::pick;
use super::patch_reader::same_target;
use super::{
    AskedVersion, DeploymentFile, Machine, Origin, Patch, Requested, SetOption, Setting, Value,
};
use crate::catalogue::{self, Literal, Place};
use crate::deployment::{self, Deployment, Follows, Node, Role};
use crate::diagnostic::{Class, Diagnostic, printable_name, unless_errors};
use crate::profile::{self, Profile};

/// What was chosen on the command line, and where it runs.
#[derive(Debug)]
pub struct Choice<'c> {
    /// `--profile`.
    pub profile: Option<&'c str>,
    /// `--node`.
    pub node: Option<&'c str>,
    /// `--set`, `--set-env` and `--set-file`, in their order.
    pub options: &'c [SetOption],
    /// `--partial`: what the profile requires may be missing.
    pub partial: bool,
    /// The home at hand.
    pub home: &'c Path,
    /// The machine it is on.
    pub machine: &'c Machine,
}

/// All that is asked for of one node.
#[derive(Debug)]
pub struct Selection<V = Value> {
    /// The node's profile.
    pub profile: &'static Profile,
    /// The node's name, in a file with `[nodes]`.
    pub node: Option<String>,
    /// The release that the file was written for, if it says so.
    pub version: Option<AskedVersion>,
    /// Whether what the profile requires may be missing.
    pub partial: bool,
    /// The settings, one per row and entry, in the order of the catalogue.
    pub settings: Vec<Setting<V>>,
    /// The patches, the file's before the node's.
    pub patches: Vec<Patch<V>>,
    /// What is odd about it.
    pub warnings: Vec<Diagnostic>,
}

/// Picks node and profile and lays the sources of values over each other:
/// options win over the node, the node over its profile's table, that over what
/// follows from the other tables of a deployment, and that over what the
/// profile fixes. A file for one node counts as its node.
///
/// # Errors
///
/// No node or profile can be told, an option is not acceptable, or nothing is
/// asked for; all of class [`Specification`](Class::Specification).
pub fn select(
    file: Option<&DeploymentFile>,
    choice: &Choice<'_>,
) -> Result<Selection, Vec<Diagnostic>> {
    let chosen = Chosen::new(file, choice).map_err(|error| vec![error])?;
    let profile = chosen.profile(choice).map_err(|error| vec![error])?;
    let mut diagnostics = file.map_or(Vec::new(), |file| file.warnings.clone());

    let options = read_options(choice.options, &mut diagnostics);
    let mut settings: Settings = BTreeMap::new();
    let follows = chosen.follows(profile, &options);
    diagnostics.extend(follows.diagnostics);
    let mut asked = 0;
    let layers = chosen.layers(profile);
    for setting in layers.into_iter().flatten().chain(&options) {
        settings.insert(setting.identity(), setting.clone());
        asked += 1;
    }
    for setting in follows.settings {
        settings.entry(setting.identity()).or_insert(setting);
    }
    let patches = chosen.patches();
    if let Some(file) = file
        && asked + patches.len() == 0
        && chosen.node().is_none()
        && !diagnostics.iter().any(Diagnostic::is_error)
    {
        let message = format!(
            "nothing is asked for: {} holds no setting and no patch",
            file.path
        );
        diagnostics.push(
            Diagnostic::error("nothing-asked", Class::Specification, message)
                .help("`apim-patch init` prints a file to start from"),
        );
    }
    for fix in profile.fixes {
        let Some(row) = catalogue::row(fix.key) else {
            continue;
        };
        if follows.decided.contains(&fix.key) || !fix.follows(settings.values()) {
            continue;
        }
        settings
            .entry((row.index(), None))
            .or_insert_with(|| Setting {
                row,
                name: None,
                requested: Requested::Value(Value::Literal(fix.value.clone())),
                origin: Origin::FixedByProfile {
                    profile: profile.name,
                    reason: fix.reason,
                },
            });
    }
    default_ports(&mut settings, &mut diagnostics);
    let ((), warnings) = unless_errors((), diagnostics)?;
    Ok(Selection {
        profile,
        node: chosen.node().map(|node| node.name.clone()),
        version: file.and_then(|file| file.version.clone()),
        partial: choice.partial,
        settings: settings.into_values().collect(),
        patches,
        warnings,
    })
}

/// Settings by what tells them apart.
type Settings = BTreeMap<(usize, Option<String>), Setting>;

/// The part of a file that speaks of one node.
#[derive(Clone, Copy)]
enum Chosen<'f> {
    /// A file for one node, or none.
    Alone(&'f Level),
    /// A node of a deployment.
    Node(&'f Deployment, &'f Node),
}

/// What is asked for where there is no file.
static NOTHING: Level = Level {
    settings: Vec::new(),
    patches: Vec::new(),
};

impl<'f> Chosen<'f> {
    fn new(file: Option<&'f DeploymentFile>, choice: &Choice<'_>) -> Result<Self, Diagnostic> {
        let level = match file.map(|file| (&file.content, file)) {
            None => &NOTHING,
            Some((Content::OneNode(level), _)) => level,
            Some((Content::Nodes(deployment), file)) => {
                let node = pick(&deployment.nodes, &file.path, choice)?;
                return Ok(Self::Node(deployment, node));
            }
        };
        match choice.node {
            None => Ok(Self::Alone(level)),
            Some(name) => {
                let name = printable_name(name);
                let message = format!("--node {name} needs a deployment file with `[nodes]`");
                Err(specification("no-nodes", message))
            }
        }
    }

    fn node(self) -> Option<&'f Node> {
        match self {
            Self::Alone(_) => None,
            Self::Node(_, node) => Some(node),
        }
    }

    fn profile(self, choice: &Choice<'_>) -> Result<&'static Profile, Diagnostic> {
        let of_node = self
            .node()
            .and_then(|node| Some((node, node.profile.as_ref()?)));
        let asked = choice.profile.map(profile::find).transpose()?;
        match (asked, of_node) {
            (Some(asked), Some((node, profile))) if asked.name != profile.value.profile() => {
                let message = format!(
                    "--profile {}, but node `{}` is a `{}`",
                    asked.name,
                    printable_name(&node.name),
                    profile.value
                );
                Err(specification("profiles-differ", message)
                    .at(profile.spot.clone(), "")
                    .help("leave --profile out, or choose another node with --node"))
            }
            (_, Some((_, profile))) => profile::find(profile.value.profile())
                .map_err(|error| error.at(profile.spot.clone(), "")),
            (Some(asked), None) => Ok(asked),
            (None, None) => Err(match self.node() {
                Some(node) => {
                    let message = format!(
                        "no profile: nobody says what node `{}` is",
                        printable_name(&node.name)
                    );
                    specification("no-profile", message)
                        .at(node.spot.clone(), "")
                        .help(format!("add `profile` to it; {}", profile::supported()))
                }
                None => {
                    let message = "no profile: nobody says what this node is";
                    specification("no-profile", message.into())
                        .help(format!("add --profile; {}", profile::supported()))
                }
            }),
        }
    }

    /// The tables that speak of the node, the one that gives way first.
    fn layers(self, profile: &Profile) -> [&'f [Setting]; 2] {
        match self {
            Self::Alone(level) => [&[], &level.settings],
            Self::Node(deployment, node) => {
                let table = deployment.profile_table(Role::of(profile.name));
                let of_profile = table.map_or(&[][..], |table| &table.settings);
                [of_profile, &node.settings]
            }
        }
    }

    /// What follows for the node from the rest of its deployment.
    fn follows(self, profile: &Profile, options: &[Setting]) -> Follows {
        match self {
            Self::Alone(_) => Follows::default(),
            Self::Node(deployment, node) => {
                deployment::derive(deployment, node, Role::of(profile.name), options)
            }
        }
    }

    fn patches(self) -> Vec<Patch> {
        match self {
            Self::Alone(level) => level.patches.clone(),
            Self::Node(deployment, node) => patches(&deployment.patches, &node.patches),
        }
    }
}

/// Checks the options; a key that is given twice must have one value.
fn read_options(options: &[SetOption], diagnostics: &mut Vec<Diagnostic>) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    for option in options {
        let Some(setting) = option.read(diagnostics) else {
            continue;
        };
        let key = setting.key();
        match settings.iter().find(|earlier| earlier.key() == key) {
            None => settings.push(setting),
            Some(earlier) if earlier.requested == setting.requested => {
                let message = format!(
                    "{}: `{key}` is given twice, with the same value",
                    setting.origin
                );
                diagnostics.push(Diagnostic::warning(
                    "set-twice",
                    Class::Specification,
                    message,
                ));
            }
            Some(earlier) => {
                let message = format!(
                    "`{key}` is given twice, by {} and by {}, with different values",
                    shown(earlier),
                    shown(&setting)
                );
                diagnostics.push(specification("set-twice", message).help("keep one of them"));
            }
        }
    }
    settings
}

/// An option with its value, as it may be shown.
fn shown(setting: &Setting) -> String {
    match &setting.requested {
        Requested::Value(Value::Literal(literal)) => {
            format!(
                "{} ({})",
                setting.origin,
                printable_name(&literal.to_string())
            )
        }
        Requested::Value(Value::Reference(reference)) => {
            format!("{} ({reference})", setting.origin)
        }
        Requested::Value(Value::Template(_)) | Requested::Absent => setting.origin.to_string(),
    }
}

/// The file's patches, then the node's. Where both set the same place, the
/// node's alone remains: applied one after the other, each run would set both.
fn patches(file: &[Patch], node: &[Patch]) -> Vec<Patch> {
    file.iter()
        .filter(|patch| !node.iter().any(|other| same_target(patch, other)))
        .chain(node)
        .cloned()
        .collect()
}

/// Gives members without a port the port of the row that their row names.
fn default_ports(settings: &mut Settings, diagnostics: &mut Vec<Diagnostic>) {
    let ports: BTreeMap<&str, u16> = settings
        .values()
        .filter_map(|setting| match &setting.requested {
            Requested::Value(Value::Literal(Literal::Number(number))) => {
                Some((setting.row.key, u16::try_from(*number).ok()?))
            }
            _ => None,
        })
        .collect();
    for setting in settings.values_mut() {
        let key = setting.row.key;
        let mut places = setting.row.shapes.iter().map(|shape| shape.place);
        let Some(default_port) = places.find_map(|place| match place {
            Place::Members { default_port, .. } => Some(default_port),
            _ => None,
        }) else {
            continue;
        };
        let Requested::Value(Value::Literal(Literal::Members(members))) = &mut setting.requested
        else {
            continue;
        };
        let default = ports.get(default_port).copied();
        for member in members.iter_mut() {
            member.port = member.port.or(default);
        }
        if let Some(member) = members.iter().find(|member| member.port.is_none()) {
            let message = format!("`{key}` lists {member} without a port");
            let error = specification("member-without-port", message)
                .help(format!("write {member}:4000, or set `{default_port}`"));
            diagnostics.push(setting.origin.attach(error, ""));
        }
        let mut seen = std::collections::HashSet::new();
        members.retain(|member| seen.insert(member.clone()));
    }
}

fn specification(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, Class::Specification, message)
}
