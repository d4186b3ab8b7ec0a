//! In cargo's place, for a cell that needs nothing of it: rustc is called as cargo has called it for
//! the cell before. That saves the time in which cargo finds out that nothing else has changed.
//!
//! evcxr runs `mold -run cargo …` where there is a program `mold`. In a compiler's PATH there is one,
//! which is this binary; what else may want that program finds the machine's own, if it has it.
//!
//! Cargo is asked wherever its answer may be another one: another environment, manifest, lock or
//! configuration, crates that are folders (their files may change), and libraries that rustc does not
//! find.

use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{early, linker, rustc, together};

/// What evcxr calls.
pub const NAME: &str = "mold";
/// Set to anything but 0, every cell goes through cargo.
const SWITCH: &str = "PATINA_CARGO_EACH_CELL";
/// The PATH without ours.
const PATH: &str = "PATINA_RUST_PATH";
/// A number for what cargo was asked.
const ASKED: &str = "PATINA_RUST_ASKED";
/// Where evcxr wants to be told of the library (see its `module.rs`).
const LIBRARY: &str = "EVCXR_EXECUTION_SO_PATH";
const LIBRARY_NAME: &str = "libctx.so";
/// What is known of calls, in the folder of the cells' crate.
pub const FOLDER: &str = "shortcuts";
/// Names the pipe by which cargo shares processors with what it starts: it is gone with cargo.
const JOBS: &str = "CARGO_MAKEFLAGS";
/// What rustc says when a crate is missing, or was compiled by another rustc.
const LOST: [&str; 5] = [
    "\"code\":\"E0460\"",
    "\"code\":\"E0461\"",
    "\"code\":\"E0463\"",
    "\"code\":\"E0514\"",
    "\"message\":\"extern location for ",
];

/// How rustc was called.
#[derive(Deserialize, Serialize)]
struct Call {
    program: String,
    words: Vec<String>,
    environment: Vec<(String, String)>,
}

/// Returns the environment in which a compiler takes shortcuts; none when it cannot, or should not.
pub fn environment(folder: &Path) -> Option<[(&'static str, OsString); 2]> {
    // What was so for another compiler need not be so any more.
    linker::clear(folder);
    let _ = fs::remove_dir_all(folder.join(FOLDER));
    if env::var(SWITCH).is_ok_and(|value| !value.is_empty() && value != "0") {
        return None;
    }
    let ours = folder.join("tools");
    fs::create_dir_all(&ours).ok()?;
    let _ = fs::remove_file(ours.join(NAME));
    std::os::unix::fs::symlink(env::current_exe().ok()?, ours.join(NAME)).ok()?;
    // Without it cells are linked as ever.
    let _ = linker::prepare(folder);
    let path = env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(ours).chain(env::split_paths(&path));
    Some([("PATH", env::join_paths(first).ok()?), (PATH, path)])
}

/// Whether this process was called as evcxr calls `mold`.
pub fn is_called() -> bool {
    let name = env::args_os().next().map(PathBuf::from);
    name.is_some_and(|path| path.file_name() == Some(OsStr::new(NAME)))
}

/// Calls rustc, or cargo, with the words after `-run`.
pub fn run() -> Result<()> {
    let words: Vec<OsString> = env::args_os().skip(2).collect();
    let (cargo, words) = words.split_first().context("usage: mold -run cargo …")?;
    let asked = asked(words);
    if words.first().is_some_and(|word| word == "build")
        && let Some((place, call)) = kept(asked)
    {
        call.repeat(&place)?;
    }
    let path = env::var_os(PATH).unwrap_or_default();
    let mut command = around(cargo, &path);
    command.args(words).env("PATH", path).env_remove(PATH);
    Err(command.env(ASKED, asked.to_string()).exec().into())
}

/// As evcxr would have it: through mold, where this machine has that linker.
fn around(program: &OsStr, path: &OsStr) -> Command {
    match mold(path) {
        Some(mold) => {
            let mut command = Command::new(mold);
            command.arg("-run").arg(program);
            command
        }
        None => Command::new(program),
    }
}

fn mold(path: &OsStr) -> Option<PathBuf> {
    program(NAME, path)
}

/// Whether cells are linked with mold: this machine has it.
pub fn has_mold() -> bool {
    let path = env::var_os(PATH).or_else(|| env::var_os("PATH"));
    mold(&path.unwrap_or_default()).is_some()
}

pub fn program(name: &str, path: &OsStr) -> Option<PathBuf> {
    let mut places = env::split_paths(path).map(|folder| folder.join(name));
    places.find(|path| path.is_file())
}

fn asked(words: &[OsString]) -> u64 {
    let mut environment: Vec<_> = env::vars_os().collect();
    environment.sort();
    let mut hasher = DefaultHasher::new();
    (words, environment).hash(&mut hasher);
    hasher.finish()
}

/// The file for a call: none when cargo has to see for itself. To be called in the folder of the cell's
/// crate.
fn place(asked: u64) -> Option<PathBuf> {
    let lock = fs::read_to_string("Cargo.lock").ok()?;
    if has_folders(&lock) {
        return None;
    }
    let read = |path: &str| fs::read(path).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    (asked, lock, read("Cargo.toml"), read(".cargo/config.toml")).hash(&mut hasher);
    Some(Path::new(FOLDER).join(format!("{:x}.json", hasher.finish())))
}

/// Whether there are crates besides the cell's own that are folders: they have no source in a lock.
pub fn has_folders(lock: &str) -> bool {
    let count = |start: &str| lock.lines().filter(|line| line.starts_with(start)).count();
    count("[[package]]") > count("source = ") + 1
}

/// The names of the packages that are folders.
pub fn folders(lock: &str) -> impl Iterator<Item = &str> {
    let packages = lock.split("[[package]]\n").skip(1);
    packages
        .filter(|package| !package.contains("\nsource = "))
        .filter_map(|package| package.strip_prefix("name = \"")?.split('"').next())
}

fn kept(asked: u64) -> Option<(PathBuf, Call)> {
    let place = place(asked)?;
    let call = Call::read(&place)?;
    Some((place, call))
}

/// How rustc is started for a call, its words left out; none where it would not be started alone.
pub fn command(folder: &Path, call: &Path) -> Option<Command> {
    let path = env::var_os(PATH).unwrap_or_default();
    let call = Call::read(&folder.join(call))?;
    let mut command = Command::new(&call.program);
    command
        .current_dir(folder)
        .env_clear()
        .envs(call.environment);
    mold(&path).is_none().then_some(command)
}

/// Keeps how cargo has called rustc, for cells to come. Where that fails, they go through cargo.
pub fn keep(program: &OsStr, words: &[OsString]) {
    let asked = env::var(ASKED).ok().and_then(|text| text.parse().ok());
    let Some(path) = asked.and_then(place) else {
        return;
    };
    let _ = write(&path, program, words);
}

fn write(path: &Path, program: &OsStr, words: &[OsString]) -> Result<()> {
    let text = |word: &OsStr| word.to_str().map(str::to_owned).context("it is no UTF-8");
    let call = Call {
        program: text(program)?,
        words: words.iter().map(|word| text(word)).collect::<Result<_>>()?,
        environment: env::vars_os()
            .filter(|(name, _)| name != JOBS)
            .map(|(name, value)| Ok((text(&name)?, text(&value)?)))
            .collect::<Result<_>>()?,
    };
    fs::create_dir_all(FOLDER)?;
    let partly = path.with_extension("new");
    fs::write(&partly, serde_json::to_vec(&call)?)?;
    Ok(fs::rename(partly, path)?)
}

impl Call {
    fn read(place: &Path) -> Option<Call> {
        serde_json::from_slice(&fs::read(place).ok()?).ok()
    }

    /// Calls rustc again, and ends as it does. Returns when cargo should be asked.
    fn repeat(&self, place: &Path) -> Result<()> {
        let path = env::var_os(PATH).unwrap_or_default();
        let mut command = around(OsStr::new(&self.program), &path);
        let own: Vec<OsString> = self.words.iter().map(OsString::from).collect();
        let words = rustc::with_linker(together::with_library(&own));
        command.args(&words).env_clear();
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let done = rustc::compiled(&mut command, early::compiled(place, &words))?;
        let fails = !done.status.success();
        if fails && (is_lost(&done.stderr) || together::is_at_fault(&words, &done.stderr)) {
            return Ok(());
        }
        if done.status.success() {
            rustc::link_together(OsStr::new(&self.program), &own);
            self.tell_library()?;
        }
        rustc::end(&done)
    }

    fn tell_library(&self) -> Result<()> {
        let words: Vec<OsString> = self.words.iter().map(OsString::from).collect();
        let folder = rustc::value(&words, "--out-dir").context("rustc was given no folder")?;
        let file = env::var_os(LIBRARY).context("evcxr named no file")?;
        let library = env::current_dir()?.join(folder).join(LIBRARY_NAME);
        Ok(fs::write(file, library.to_string_lossy().as_bytes())?)
    }
}

fn is_lost(said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    LOST.iter().any(|mark| said.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: &str = "[[package]]\nname = \"ctx\"\nversion = \"1.0.0\"\n";

    #[test]
    fn a_crate_that_is_a_folder_is_told_from_one_of_a_registry() {
        assert!(!has_folders(CELL));
        let itoa = "[[package]]\nname = \"itoa\"\nsource = \"registry+x\"\n";
        assert!(!has_folders(&[CELL, itoa].concat()));
        let mine = "[[package]]\nname = \"mine\"\nversion = \"0.1.0\"\n";
        let all = [CELL, itoa, mine].concat();
        assert!(has_folders(&all));
        assert_eq!(folders(&all).collect::<Vec<_>>(), ["ctx", "mine"]);
    }

    #[test]
    fn a_library_that_is_gone_is_no_error_of_the_cell() {
        let said =
            |code: &str| format!("{{\"code\":{{\"code\":\"{code}\",\"explanation\":null}}}}");
        assert!(is_lost(said("E0463").as_bytes()));
        assert!(is_lost(
            br#"{"message":"extern location for mini does not exist: x"}"#
        ));
        assert!(!is_lost(said("E0308").as_bytes()));
    }
}
