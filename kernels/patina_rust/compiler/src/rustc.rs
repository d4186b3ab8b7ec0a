//! Around rustc: cargo starts this binary in its place, so that the warnings of a cell are known.
//! evcxr itself tells errors only.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::taken::Mark;
use crate::{linker, prelude, shortcut, together};

/// Names the file for what rustc says of a cell.
pub const NOTES: &str = "PATINA_RUST_NOTES";
/// Names the program through which crates are compiled; empty: none.
pub const SCCACHE: &str = "PATINA_RUST_SCCACHE";
/// The crate that evcxr makes of a cell.
const CELL: &str = "ctx";

pub fn run() -> Result<()> {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().context("rustc is not named")?;
    let words: Vec<OsString> = words.collect();
    let is_cell = value(&words, "--crate-name").is_some_and(|name| name == CELL);
    if !is_cell {
        ensure!(
            !is_unwanted(&words),
            "crates are not built before somebody asks for them"
        );
        let mut command = called(&program, &words);
        command.args(&words);
        if runs_in_the_build(&words) {
            command.arg("-Copt-level=0");
        }
        return Err(command.exec().into());
    }
    let with = with_linker(together::with_library(&words));
    let mut done = compiled(Command::new(&program).args(&with), None)?;
    if !done.status.success() && together::is_at_fault(&with, &done.stderr) {
        done = compiled(
            Command::new(&program).args(with_linker(words.clone())),
            None,
        )?;
        // An error of the cell itself comes without it, too.
        if done.status.success() {
            together::forget(&with);
        }
    }
    if done.status.success() {
        link_together(&program, &words);
        shortcut::keep(&program, &words);
    }
    end(&done)
}

/// A call of rustc for a crate: through sccache, where that is wanted. evcxr would call sccache in the
/// place of this process, which would then know nothing of cells.
fn called(program: &OsStr, words: &[OsString]) -> Command {
    let sccache = std::env::var_os(SCCACHE).unwrap_or_default();
    if sccache.is_empty() || !is_crate(words) {
        return Command::new(program);
    }
    let mut command = Command::new(sccache);
    command.arg(program);
    command
}

/// What that variable is to be. Where sccache is wanted, and is not there, this is an error.
pub fn sccache(on: bool) -> Result<String> {
    if !on {
        return Ok(String::new());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = shortcut::program("sccache", &path)
        .context("sccache was not found: try cargo install sccache, then restart the kernel")?;
    Ok(found.to_string_lossy().into_owned())
}

/// Has the cells to come linked with all of their crates, where that is worth it.
pub fn link_together(program: &OsStr, words: &[OsString]) {
    if is_noted(Mark::NEEDED) || together::is_large(words) {
        // Without it, they are as this one.
        let _ = together::make(program, words);
    }
}

/// Whether there is such a mark in the folder of the compiler.
fn is_noted(mark: &str) -> bool {
    let notes = std::env::var_os(NOTES).unwrap_or_default();
    Mark::is_beside(notes.as_ref(), mark)
}

/// Whether this is for build scripts and procedural macros, which run for a moment. That crates are
/// optimised (see `places.py`) cargo takes for these, too, and nothing in a profile says otherwise. What
/// is for cells has a target, by evcxr.
fn runs_in_the_build(words: &[OsString]) -> bool {
    let has = |name: &str| words.iter().any(|word| word == name);
    has("--crate-name") && !has("--target")
}

/// Whether this is a crate, while those are taken only that are built.
fn is_unwanted(words: &[OsString]) -> bool {
    is_crate(words) && is_noted(Mark::ONLY_BUILT)
}

/// Whether a crate is compiled. Cargo asks rustc what it is, too.
fn is_crate(words: &[OsString]) -> bool {
    let probes = words
        .iter()
        .any(|word| word.to_string_lossy().starts_with("--print"));
    !probes && value(words, "--crate-name").is_some()
}

/// What follows a word.
pub fn value<'a>(words: &'a [OsString], name: &str) -> Option<&'a OsStr> {
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1).map(OsString::as_os_str)
}

/// The words for rustc, with the linker that it is to call.
pub fn with_linker(mut words: Vec<OsString>) -> Vec<OsString> {
    words.extend(linker::chosen(&words).map(OsString::from));
    words
}

/// Runs rustc for a cell, unless another has `done` so, and notes what it says. Where a crate shows
/// the value of the cell, too, our own way to do so is left out.
pub fn compiled(command: &mut Command, done: Option<Output>) -> Result<Output> {
    let mut done = match done {
        Some(done) => done,
        None => command.output()?,
    };
    if !done.status.success() && is_ambiguous(&done.stderr) {
        done = command.args(["--cfg", prelude::OWN]).output()?;
    }
    let notes = std::env::var_os(NOTES).context("the file of notes is not set")?;
    std::fs::write(notes, &done.stderr)?;
    Ok(done)
}

fn is_ambiguous(said: &[u8]) -> bool {
    String::from_utf8_lossy(said).contains("multiple `evcxr_display` found")
}

/// Says what rustc has said, and ends as it has ended.
pub fn end(done: &Output) -> ! {
    // Where nobody listens any more, nothing is to be said.
    let _ = std::io::stdout().write_all(&done.stdout);
    let _ = std::io::stderr().write_all(&done.stderr);
    std::process::exit(done.status.code().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn what_has_no_target_runs_in_the_build() {
        assert!(runs_in_the_build(&words(
            "--crate-name syn -C opt-level=2 lib.rs"
        )));
        let cells = "--crate-name serde lib.rs --target x86_64-unknown-linux-gnu";
        assert!(!runs_in_the_build(&words(cells)));
        // Cargo asks rustc what it is.
        assert!(!runs_in_the_build(&words("-vV")));
    }
}
