//! `completions`: what a shell runs to complete command lines.

use std::env;
use std::io;
use std::path::Path;

use apim_patch_core::diagnostic::{Class, Diagnostic};
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::completion::VARIABLE;
use crate::exit::Exit;
use crate::render::Console;

const NAME: &str = "apim-patch";

/// Bash parts words at `=` and `:` as well, and completes the last part alone.
/// What belongs together is put together for the tool, and taken off again.
const BASH: &str = r#"_apim_patch() {
    local IFS=$'\013' line="${COMP_LINE:0:COMP_POINT}" word rest breaks before=
    local -a words=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        rest="${line#"${line%%[![:space:]]*}"}"
        ((${#word} > ${#rest})) && word="$rest"
        if ((${#words[@]} > 0)) && [[ "$rest" == "$line" ]]; then
            words[${#words[@]}-1]+="$word"
        else
            words+=("$word")
        fi
        line="${rest#"$word"}"
    done
    word="${words[${#words[@]}-1]}"
    breaks="${COMP_WORDBREAKS//[^=:]/}"
    [[ -n "$breaks" ]] && before="${word%"${word##*[$breaks]}"}"
    COMPREPLY=($(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) \
        VARIABLE=bash PROGRAM -- "${words[@]}" 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
    [[ "${COMPREPLY[0]-}" =~ [=/.]$ ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o nosort -F _apim_patch NAME 2>/dev/null || complete -F _apim_patch NAME
"#;

/// What a value or a name is to follow directly gets no blank behind it.
const ZSH: &str = r#"#compdef NAME
_apim_patch() {
    local found
    local -a open=() whole=()
    for found in "${(@f)$(_CLAP_IFS=$'\n' _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) \
        VARIABLE=zsh PROGRAM -- "${(@)words[1,CURRENT]}" 2>/dev/null)}"; do
        case "${found%%:*}" in
            '') ;;
            *[=/.]) open+=("$found") ;;
            *) whole+=("$found") ;;
        esac
    done
    (($#open)) && _describe -V values open -S ''
    (($#whole)) && _describe -V values whole
}
if [[ "$funcstack[1]" == _apim_patch ]]; then
    _apim_patch "$@"
else
    compdef _apim_patch NAME
fi
"#;

pub(crate) fn run(shell: Shell, console: &mut Console) -> Exit {
    match script(shell) {
        Ok(script) => {
            console.raw(&script);
            Exit::Success
        }
        Err(error) => {
            let message = format!("no completion script for {shell}: {error}");
            let error = Diagnostic::error("no-script", Class::Io, message);
            console.diagnostics(std::slice::from_ref(&error));
            Exit::of(&[error])
        }
    }
}

fn script(shell: Shell) -> io::Result<Vec<u8>> {
    let program = program();
    let filled = |script: &str| {
        // For both shells: in single quotes everything is itself.
        let quoted = format!("'{}'", program.replace('\'', r"'\''"));
        let script = script.replace("NAME", NAME).replace("VARIABLE", VARIABLE);
        script.replace("PROGRAM", &quoted).into_bytes()
    };
    match shell {
        Shell::Bash => Ok(filled(BASH)),
        Shell::Zsh => Ok(filled(ZSH)),
        _ => {
            let name = shell.to_string();
            let shells = Shells::builtins();
            let completer = shells.completer(&name);
            let completer = completer.ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))?;
            let mut script = Vec::new();
            completer.write_registration(VARIABLE, NAME, NAME, &program, &mut script)?;
            Ok(script)
        }
    }
}

/// What the script runs: this program by the name by which it was found, or in
/// the place in which it was.
fn program() -> String {
    let called = env::args_os().next().unwrap_or_default();
    let called = Path::new(&called);
    let place = match called.components().count() {
        0 | 1 => None,
        _ => env::current_dir().ok().map(|here| here.join(called)),
    };
    place.map_or(NAME.to_owned(), |place| {
        place.to_string_lossy().into_owned()
    })
}
