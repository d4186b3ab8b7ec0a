//! Around rustc: cargo starts this binary in its place, so that the warnings of a cell are known.
//! evcxr itself tells errors only.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

/// Names the file for what rustc says of a cell.
pub const NOTES: &str = "PATINA_RUST_NOTES";
/// The crate that evcxr makes of a cell.
const CELL: &str = "ctx";

pub fn run() -> Result<()> {
    let mut words = std::env::args_os().skip(1);
    let mut command = Command::new(words.next().context("rustc is not named")?);
    let words: Vec<_> = words.collect();
    command.args(&words);
    let is_cell = words
        .windows(2)
        .any(|pair| pair[0] == "--crate-name" && pair[1] == CELL);
    if !is_cell {
        return Err(command.exec().into());
    }
    let done = command.output()?;
    let notes = std::env::var_os(NOTES).context("the file of notes is not set")?;
    std::fs::write(notes, &done.stderr)?;
    std::io::stdout().write_all(&done.stdout)?;
    std::io::stderr().write_all(&done.stderr)?;
    std::process::exit(done.status.code().unwrap_or(1));
}
