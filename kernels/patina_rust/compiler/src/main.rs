//! The compiler of Patina Lab's Rust kernel: evcxr, which compiles here and runs nothing.
//!
//!     patina-rust-compiler begin FOLDER      starts the next, and ends; its stdin is passed on
//!     patina-rust-compiler serve FOLDER      answers requests at FOLDER/socket
//!     patina-rust-compiler complete FOLDER   completes names: requests on stdin, one line each
//!
//! evcxr, cargo and rustc start this binary again for four other ends: as evcxr's child process, which
//! would run the cells ([`stub`]), around rustc ([`rustc`]), and in the places of cargo ([`shortcut`]) and
//! of the C compiler ([`linker`]).

mod board;
mod builds;
mod commands;
mod completer;
mod diagnostics;
mod door;
mod early;
mod evaluator;
mod lifetime;
mod linker;
mod outline;
mod prelude;
mod protocol;
mod resolved;
mod rustc;
mod shortcut;
mod slots;
mod stub;
mod taken;
mod together;

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    if shortcut::is_called() {
        return shortcut::run();
    }
    if linker::is_called() {
        return linker::run();
    }
    if std::env::var_os("EVCXR_RUSTC_WRAPPER").is_some() {
        evcxr::runtime_hook();
    }
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        return stub::serve();
    }
    if std::env::var_os(rustc::NOTES).is_some() {
        return rustc::run();
    }
    let mut words = std::env::args().skip(1);
    let (mode, folder) = (words.next(), words.next());
    let folder = folder.context("usage: patina-rust-compiler begin|serve|complete FOLDER")?;
    match mode.as_deref() {
        Some("begin") => begin(&folder),
        Some("serve") => door::serve(Path::new(&folder)),
        Some("complete") => completer::serve(),
        _ => bail!("there is no such mode"),
    }
}

/// glibc gives threads heaps of their own, and each keeps what it has had. With one for all a compiler
/// has 23 MB less in memory, and is as quick.
const HEAPS: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

/// So that the compiler is nobody's child, and signals for the group of a kernel are not for it.
fn begin(folder: &str) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let (heaps, one) = HEAPS;
    Command::new(std::env::current_exe()?)
        .args(["serve", folder])
        .env(heaps, std::env::var_os(heaps).unwrap_or(one.into()))
        .envs(
            shortcut::environment(Path::new(folder))
                .into_iter()
                .flatten(),
        )
        .stdin(Stdio::inherit())
        .process_group(0)
        .spawn()?;
    Ok(())
}
