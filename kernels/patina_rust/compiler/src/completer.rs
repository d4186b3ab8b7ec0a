//! Completion and help: rust-analyzer, by evcxr, in a process of its own. It is started when it is
//! first asked, answers while a cell is compiled, and ends with the compiler.
//!
//! evcxr completes in a `CommandContext`, which keeps its state to itself: so each question has with
//! it what earlier cells have made, as code.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use evcxr::CommandContext;
use serde::{Deserialize, Serialize};

use crate::protocol::{Completed, Match, Place};
use crate::stub;

#[derive(Deserialize, Serialize)]
enum Question {
    Complete(Place),
    Inspect(Place),
}

struct Process {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks that process.
pub struct Completer {
    folder: PathBuf,
    process: Option<Process>,
}

impl Completer {
    pub fn of(folder: &Path) -> Completer {
        Completer {
            folder: folder.join("completer"),
            process: None,
        }
    }

    pub fn complete(&mut self, place: &Place) -> Result<Completed> {
        let line = self.ask(&Question::Complete(place.clone()))?;
        Ok(serde_json::from_str(&line)?)
    }

    pub fn inspect(&mut self, place: &Place) -> Result<String> {
        let line = self.ask(&Question::Inspect(place.clone()))?;
        Ok(serde_json::from_str(&line)?)
    }

    fn ask(&mut self, question: &Question) -> Result<String> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.begin()?,
        };
        let mut line = String::new();
        writeln!(process.questions, "{}", serde_json::to_string(question)?)?;
        process.answers.read_line(&mut line)?;
        // On an error it is not kept, and the next question starts another.
        anyhow::ensure!(!line.is_empty(), "the process ended");
        self.process = Some(process);
        Ok(line)
    }

    fn begin(&self) -> Result<Process> {
        std::fs::create_dir_all(&self.folder)?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("complete")
            .arg(&self.folder)
            .env("EVCXR_TMPDIR", &self.folder)
            .env(stub::FOLDER, &self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = child.stdin.take().context("no stdin")?;
        let answers = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Process {
            child,
            questions,
            answers,
        })
    }
}

/// Answers the questions on stdin until it ends.
pub fn serve() -> Result<()> {
    stub::script(&[])?;
    let (mut context, outputs) = CommandContext::new()?;
    std::thread::spawn(move || while outputs.stdout.recv().is_ok() {});
    std::thread::spawn(move || while outputs.stderr.recv().is_ok() {});
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Question::Complete(place) => {
                serde_json::to_string(&complete(&mut context, &place).unwrap_or_default())?
            }
            Question::Inspect(place) => {
                serde_json::to_string(&inspect(&mut context, &place).unwrap_or_default())?
            }
        };
        println!("{answer}");
    }
    Ok(())
}

fn complete(context: &mut CommandContext, place: &Place) -> Result<Completed> {
    let before = place.context.len();
    let text = format!("{}{}", place.context, place.code);
    let found = context.completions(&text, before + place.position)?;
    let matches = found.completions.into_iter().map(|one| Match {
        code: one.code,
        kind: one.kind.to_owned(),
        label: one.label,
    });
    Ok(Completed {
        matches: matches.collect(),
        start: found.start_offset.saturating_sub(before),
        end: found.end_offset.saturating_sub(before),
    })
}

fn inspect(context: &mut CommandContext, place: &Place) -> Result<String> {
    let text = format!("{}{}", place.context, place.code);
    let (plain, _) = context.hover_at(&text, place.context.len() + place.position)?;
    Ok(plain)
}
