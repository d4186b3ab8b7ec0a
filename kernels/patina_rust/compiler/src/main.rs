//! The compiler of Patina Lab's Rust kernel: evcxr, which compiles here and runs nothing.
//!
//!     patina-rust-compiler begin FOLDER      starts the next, and ends; its stdin is passed on
//!     patina-rust-compiler serve FOLDER      answers requests at FOLDER/socket
//!     patina-rust-compiler complete FOLDER   completes names: requests on stdin, one line each
//!
//! evcxr and cargo start this binary again for three other ends: as evcxr's child process, which would
//! run the cells ([`stub`]), around rustc ([`rustc`]), and in cargo's place ([`shortcut`]).

mod board;
mod builds;
mod commands;
mod completer;
mod diagnostics;
mod door;
mod evaluator;
mod lifetime;
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

/// So that the compiler is nobody's child, and signals for the group of a kernel are not for it.
fn begin(folder: &str) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Command::new(std::env::current_exe()?)
        .args(["serve", folder])
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
