//! evcxr's commands, lines that begin with a colon. Its own reader of them holds one state only;
//! here many are held, so they are read here, and done with evcxr's public setters.

const HELP: &str = "\
:dep NAME = VERSION   use a crate: also NAME, a path, or a table as in Cargo.toml
:show_deps            the crates that are used
:vars                 the variables and their types
:type NAME            the type of a variable (also :t)
:doc NAME             what is known of a name
:opt LEVEL            how much to optimise: 0, 1, 2, 3, s or z; without a level: 0 or 2
:fmt FORMAT           how results are shown: {:?} or {:#?}
:efmt FORMAT          how errors of ? are shown: {}, {:?} or {:#?}
:offline 1            do not ask the network for crates
:sccache 1            compile crates through sccache
:toolchain NAME       compile with another toolchain
:env NAME=VALUE       a variable of the environment of builds (also :build_env)
:clear                forget all variables, items and crates
:version              of the compiler
";

#[derive(Debug, PartialEq)]
pub enum Command {
    Dependency(String, String),
    LocalDependency(String),
    Crates,
    /// Empty: the other of 0 and 2.
    Optimise(String),
    Sccache(bool),
    Toolchain(String),
    Offline(bool),
    Format(String),
    ErrorFormat(String),
    Environment(String, String),
    Clear,
    Variables,
    Type(String),
    Documentation(String),
    Say(String),
    Unknown(String),
}

/// What commands have done besides changing the state.
#[derive(Default)]
pub struct Told {
    pub said: String,
    /// The same as HTML, where that shows more.
    pub html: String,
    pub cleared: bool,
}

/// The code without its commands, which leave empty lines so that errors keep their lines.
pub fn split(code: &str) -> (String, Vec<Command>) {
    let mut commands = Vec::new();
    let mut rest = String::new();
    for line in code.lines() {
        match read(line) {
            Some(command) => commands.push(command),
            None => rest.push_str(line),
        }
        rest.push('\n');
    }
    (rest, commands)
}

fn read(line: &str) -> Option<Command> {
    let line = line.trim().strip_prefix(':')?;
    if line.starts_with(':') {
        return None; // a path from the root: ::std
    }
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let text = rest.to_owned();
    Some(match name {
        "dep" => dependency(rest),
        "show_deps" => Command::Crates,
        "opt" => Command::Optimise(text),
        "sccache" => Command::Sccache(rest != "0"),
        "toolchain" => Command::Toolchain(text),
        "offline" => Command::Offline(rest != "0"),
        "fmt" if rest.is_empty() => Command::Format("{:?}".to_owned()),
        "fmt" => Command::Format(text),
        "efmt" => Command::ErrorFormat(text),
        "env" | "build_env" => {
            let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
            Command::Environment(name.to_owned(), value.to_owned())
        }
        "clear" => Command::Clear,
        "vars" => Command::Variables,
        "type" | "t" => Command::Type(text),
        "doc" => Command::Documentation(text),
        "help" => Command::Say(HELP.to_owned()),
        "version" => Command::Say("0.22.0\n".to_owned()),
        _ => Command::Unknown(name.to_owned()),
    })
}

fn dependency(given: &str) -> Command {
    match given.split_once('=') {
        Some((name, config)) => {
            Command::Dependency(name.trim().to_owned(), config.trim().to_owned())
        }
        None if given.contains('/') => Command::LocalDependency(given.to_owned()),
        None => Command::Dependency(given.to_owned(), "\"*\"".to_owned()),
    }
}

pub fn listing<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    variables
        .flat_map(|(name, type_)| [name, ": ", type_, "\n"])
        .collect()
}

/// The variables as a table.
pub fn table<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows: String = variables
        .map(|(name, kind)| ["<tr><td>", name, "</td><td>", &escaped(kind), "</td></tr>"].concat())
        .collect();
    format!("<table><tr><th>Variable</th><th>Type</th></tr>{rows}</table>")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Obeys a command: changes `$state`, and says in `$told` what there is to say. `$first` is the
/// state of a new notebook. A macro, because evcxr's type of states has no name outside of it.
macro_rules! obey {
    ($command:expr, $evcxr:ident, $state:ident, $first:expr, $told:ident) => {
        match $command {
            Command::Dependency(name, config) => $state.add_dep(&name, &config),
            Command::LocalDependency(path) => $state.add_local_dep(&path),
            Command::Crates => {
                let crates = $crate::outline::crates(&$state);
                $told
                    .said
                    .extend(crates.iter().map(|one| format!("{one}\n")));
                Ok(())
            }
            Command::Optimise(level) => {
                let other = if $state.opt_level() == "2" { "0" } else { "2" };
                let level = if level.is_empty() {
                    other.to_owned()
                } else {
                    level
                };
                $told.said += &["Optimization: ", &level, "\n"].concat();
                $state.set_opt_level(&level)
            }
            Command::Sccache(on) => $crate::rustc::sccache(on)
                .map(|path| $state.set_build_env($crate::rustc::SCCACHE, &path))
                .map_err(|error| error.to_string().into()),
            Command::Toolchain(name) => $state.set_toolchain(&name).map_err(Into::into),
            Command::Offline(on) => Ok($state.set_offline_mode(on)),
            Command::Format(format) => {
                $state.set_output_format(format.clone());
                let shown = $crate::prelude::display(&format);
                $evcxr
                    .eval_with_state(&shown, $state.clone())
                    .map(|_| $state = $evcxr.state())
            }
            Command::ErrorFormat(format) => $state.set_error_format(&format),
            Command::Environment(name, value) => Ok($state.set_build_env(&name, &value)),
            Command::Clear => {
                $state = $first;
                $told.cleared = true;
                Ok(())
            }
            // A state's own list is not public: commit it, unchanged, and look.
            Command::Variables => $evcxr.eval_with_state("", $state.clone()).map(|_| {
                $told.said += &$crate::commands::listing($evcxr.variables_and_types());
                $told.html += &$crate::commands::table($evcxr.variables_and_types());
            }),
            Command::Type(name) => $evcxr.eval_with_state("", $state.clone()).and_then(|_| {
                let mut all = $evcxr.variables_and_types();
                let (_, kind) = all
                    .find(|(one, _)| *one == name)
                    .ok_or_else(|| format!("Variable does not exist: {name}"))?;
                $told.said += &[&name, ": ", kind, "\n"].concat();
                Ok(())
            }),
            Command::Documentation(name) => $evcxr
                .hover(&name, &mut $state.clone())
                .map(|(text, _)| $told.said.push_str(&(text + "\n")))
                .map_err(Into::into),
            Command::Say(text) => Ok($told.said.push_str(&text)),
            Command::Unknown(name) => Err(format!("there is no command :{name}; see :help").into()),
        }
    };
}
pub(crate) use obey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_leaves_an_empty_line() {
        let (code, commands) = split(":opt 1\nlet x = 1;");
        assert_eq!(code, "\nlet x = 1;\n");
        assert_eq!(commands, [Command::Optimise("1".to_owned())]);
    }

    #[test]
    fn a_dependency_has_a_version_a_table_a_path_or_none_of_them() {
        let dependency = |text: &str| split(text).1.remove(0);
        let named = |name: &str, config: &str| Command::Dependency(name.into(), config.into());
        assert_eq!(dependency(":dep serde = \"1\""), named("serde", "\"1\""));
        assert_eq!(dependency(":dep serde"), named("serde", "\"*\""));
        let table = "{ version = \"1\", features = [\"derive\"] }";
        assert_eq!(
            dependency(&format!(":dep serde = {table}")),
            named("serde", table)
        );
        assert_eq!(
            dependency(":dep ./mine"),
            Command::LocalDependency("./mine".into())
        );
    }

    #[test]
    fn types_in_a_table_are_text() {
        let shown = table([("m", "Vec<i32>")].into_iter());
        assert!(
            shown.contains("<td>m</td><td>Vec&lt;i32&gt;</td>"),
            "{shown}"
        );
    }

    #[test]
    fn a_path_from_the_root_is_no_command() {
        assert_eq!(split("::std::process::id()").1, []);
    }
}
