//! The process that evcxr takes for the one that runs cells. It runs nothing: it notes what would
//! be run, and says what the kernel's process has said when it ran it.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};

/// Names the folder that both processes share.
pub const FOLDER: &str = "PATINA_RUST_STUB";

fn folder() -> Result<PathBuf> {
    std::env::var_os(FOLDER)
        .map(PathBuf::from)
        .context("the stub's folder is not set")
}

/// Begin a cell: what the stub is to say at each of its runs.
pub fn script(notes: &[Vec<String>]) -> Result<()> {
    let folder = folder()?;
    fs::write(folder.join("notes.json"), serde_json::to_string(notes)?)?;
    fs::write(folder.join("runs"), "")?;
    Ok(())
}

/// The library and the function that evcxr wanted to be run last, if any.
pub fn last_run() -> Result<Option<(String, String)>> {
    let runs = fs::read_to_string(folder()?.join("runs"))?;
    let last = runs.lines().last().unwrap_or_default();
    let mut words = last.split(' ').skip(1).map(str::to_owned);
    Ok(words.next().zip(words.next()))
}

pub fn serve() -> Result<()> {
    let folder = folder()?;
    for line in std::io::stdin().lock().lines() {
        let notes: Vec<Vec<String>> =
            serde_json::from_str(&fs::read_to_string(folder.join("notes.json"))?)?;
        let runs = folder.join("runs");
        let run = fs::read_to_string(&runs)?.lines().count();
        let mut file = OpenOptions::new().append(true).open(&runs)?;
        writeln!(file, "{}", line?)?;
        let mut out = std::io::stdout().lock();
        for note in notes.get(run).into_iter().flatten() {
            writeln!(out, "{note}")?;
        }
        writeln!(out, "EVCXR_EXECUTION_COMPLETE")?;
        out.flush()?;
    }
    Ok(())
}
