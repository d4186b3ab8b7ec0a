//! evcxr's commands, lines that begin with a colon. Its own reader of them holds one state only;
//! here many are held, so they are read here, and done with evcxr's public setters.

const HELP: &str = "\
:dep NAME = VERSION   use a crate: also NAME, a path, or a table as in Cargo.toml
:vars                 the variables and their types
:type NAME            the type of a variable (also :t)
:opt LEVEL            how much to optimise: 0, 1, 2, 3, s or z
:offline 1            do not ask the network for crates
:sccache 1            compile crates through sccache
:toolchain NAME       compile with another toolchain
:fmt FORMAT           how results are shown: {:?} or {:#?}
:env NAME=VALUE       a variable of the environment of builds
:clear                forget all variables, items and crates
:version              of the compiler
";

#[derive(Debug, PartialEq)]
pub enum Command {
    Dependency(String, String),
    LocalDependency(String),
    Optimise(String),
    Sccache(bool),
    Toolchain(String),
    Offline(bool),
    Format(String),
    Environment(String, String),
    Clear,
    /// All, or the one of that name.
    Variables(String),
    Say(String),
    Unknown(String),
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
        "opt" if rest.is_empty() => Command::Optimise("2".to_owned()),
        "opt" => Command::Optimise(text),
        "sccache" => Command::Sccache(rest != "0"),
        "toolchain" => Command::Toolchain(text),
        "offline" => Command::Offline(rest != "0"),
        "fmt" => Command::Format(text),
        "env" => {
            let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
            Command::Environment(name.to_owned(), value.to_owned())
        }
        "clear" => Command::Clear,
        "vars" => Command::Variables(String::new()),
        "type" | "t" => Command::Variables(text),
        "help" => Command::Say(HELP.to_owned()),
        "version" => Command::Say("evcxr 0.22.0\n".to_owned()),
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

pub fn listing<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>, only: &str) -> String {
    variables
        .filter(|(name, _)| only.is_empty() || *name == only)
        .flat_map(|(name, type_)| [name, ": ", type_, "\n"])
        .collect()
}

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
    fn a_path_from_the_root_is_no_command() {
        assert_eq!(split("::std::process::id()").1, []);
    }
}
