//! Compiles cells, one after the other, from a map of states. evcxr's type of states has no name
//! outside of it, so the map never leaves [`run`].

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use evcxr::EvalContext;

use crate::board::Board;
use crate::builds::Durations;
use crate::commands::{self, Command, Told};
use crate::diagnostics::{failures, warnings};
use crate::early::Early;
use crate::lifetime::{self, Standby};
use crate::protocol::{Answer, Compile, Compiled, Failure, Phase, StateId};
use crate::resolved::Resolved;
use crate::slots::Slots;
use crate::taken::{Mark, Taken};
use crate::{builds, outline, prelude, rustc, stub};

/// What the compiler is to do.
pub enum Job {
    Compile(u64, Compile, Sender<Answer>),
    /// For whoever asks the same later.
    Prepare(Compile),
    /// Its notebook is gone: nobody will ask for these states again.
    Forget,
}

const WARM_UP: &str = "let v: Vec<String> = vec![1].iter().map(|x| format!(\"{x}\")).collect(); v";

/// The kernel has the processors to itself while it runs the cell that was compiled.
const PAUSE: Duration = Duration::from_millis(30);

/// glibc knows libraries by their names: a name is never used twice.
fn keep(library: &str) -> Result<String> {
    let now = std::time::UNIX_EPOCH.elapsed()?.as_nanos();
    let folder = Path::new(library)
        .parent()
        .context("a library without a folder")?;
    let unique = folder.join(format!("cell-{now:x}-{}.so", std::process::id()));
    std::fs::rename(library, &unique)?;
    Ok(unique.to_string_lossy().into_owned())
}

/// What is to be run, if anything is.
fn kept_run() -> Result<(String, String)> {
    match stub::last_run()? {
        Some((library, function)) => Ok((keep(&library)?, function)),
        None => Ok(Default::default()),
    }
}

/// An override that a person has set for all of their notebooks.
fn set(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty() && value != "0")
}

/// Serves jobs until nobody can send any. `ready` is called once it can.
pub fn run(
    folder: &Path,
    jobs: &Receiver<Job>,
    board: &Board,
    standby: &Standby,
    ready: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let root = folder.parent().context("a folder without a parent")?;
    let (slots, durations) = (Slots::of(root)?, Durations::of(root));
    // Without it rustc is started for each cell.
    let early = Early::listen(folder).ok();
    let (notes, mut resolved) = (folder.join("rustc.json"), Resolved::of(folder));
    let this = std::env::current_exe()?;
    stub::script(&[])?;
    Mark::clear(folder);
    let (mut evcxr, outputs) =
        EvalContext::with_subprocess_command(std::process::Command::new(&this))?;
    // Nothing comes here; evcxr waits until these are empty.
    std::thread::spawn(move || while outputs.stdout.recv().is_ok() {});
    std::thread::spawn(move || while outputs.stderr.recv().is_ok() {});
    let mut first = evcxr.state();
    first.set_preserve_vars_on_panic(true);
    first.set_build_env("RUSTC_WRAPPER", &this.to_string_lossy());
    first.set_build_env(rustc::NOTES, &notes.to_string_lossy());
    if let Some(name) = set("PATINA_TOOLCHAIN") {
        first.set_toolchain(&name)?;
    }
    let sccache = rustc::sccache(set("PATINA_SCCACHE").is_some())?;
    first.set_build_env(rustc::SCCACHE, &sccache);
    evcxr.eval_with_state(&(prelude::display("{:?}") + prelude::TOOLS), first)?;
    let known = outline::items(&evcxr.state());
    let mut states = HashMap::from([(0, evcxr.state())]);
    let mut taken = Taken::default();
    // A compiler that is started anew gives no number that this one gave.
    let life = u64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_nanos())?;
    if lifetime::is_free(&folder.join("family")) {
        // rust-analyzer learns most of std with the first cell: while nobody waits.
        evcxr.eval_with_state(WARM_UP, evcxr.state())?;
    }
    ready()?;
    while let Some(job) = next(jobs, early.as_ref()) {
        let (ticket, asked, reply) = match job {
            Job::Compile(ticket, asked, reply) => {
                board.serve(ticket);
                (ticket, asked, Some(reply))
            }
            Job::Prepare(asked) => {
                board.serve_nobody();
                (0, asked, None)
            }
            Job::Forget => {
                states.retain(|id, _| *id == 0 || taken.has(*id));
                resolved = Resolved::of(folder);
                continue;
            }
        };
        let _marks = Mark::of(folder, &asked, reply.is_none());
        if let (Some(answer), Some(reply)) = (taken.answer(&asked), &reply) {
            let _ = reply.send(Answer::Compiled(Box::new(answer)));
            continue;
        }
        let Some(mut state) = states.get(&asked.from).cloned() else {
            let _ = reply.map(|reply| reply.send(Answer::Unknown));
            continue;
        };
        let evaluate = || -> Result<Answer> {
            let take = || slots.take(|places| board.tell(Some(Phase::Waiting { places })));
            // What nobody waits for is in nobody's way.
            let _place = reply.is_some().then(take).transpose()?;
            let began = Instant::now();
            // Paths of crates are given as the notebook sees them.
            std::env::set_current_dir(&asked.cwd)?;
            let (code, commands) = commands::split(&asked.code);
            let mut told = Told::default();
            let done = commands
                .into_iter()
                .try_for_each(|one| commands::obey!(one, evcxr, state, states[&0].clone(), told));
            let crates = outline::crates(&state);
            board.tell(Some(compiling(&crates, durations.previous(&crates))));
            resolved.prepare(&crates, &asked.lock, asked.from == 0)?;
            stub::script(&asked.notes)?;
            let _ = std::fs::remove_file(&notes);
            if let Err(error) = done.and_then(|()| evcxr.eval_with_state(&code, state)) {
                let errors = failures(&error, &code);
                return Ok(Answer::Failed { errors });
            }
            durations.keep(&crates, began.elapsed());
            let (after, answer) = (evcxr.state(), compiled(&evcxr, life + ticket, told)?);
            let answer = Compiled {
                outline: outline::of(&after, &answer.variables, &known),
                warnings: warnings(&read(&notes), &code),
                lock: resolved.keep(crates),
                ..answer
            };
            if taken.keep(&asked, &answer) {
                if reply.is_none() {
                    evcxr.eval_with_state(WARM_UP, after.clone())?;
                }
                standby.has_crates();
            }
            states.insert(answer.state, after);
            Ok(Answer::Compiled(Box::new(answer)))
        };
        let answer = evaluate().unwrap_or_else(|error| Answer::Failed {
            errors: vec![Failure::plain(format!("{error:#}"))],
        });
        match reply {
            // Whoever asked may have gone, after an interrupt.
            Some(reply) => drop(reply.send(answer)),
            None if matches!(answer, Answer::Failed { .. }) => standby.fail(),
            None => {}
        }
    }
    Ok(())
}

/// The next job; in a pause before it, what makes it quick is prepared.
fn next(jobs: &Receiver<Job>, early: Option<&Early>) -> Option<Job> {
    match jobs.recv_timeout(PAUSE) {
        Err(RecvTimeoutError::Timeout) => {
            early.inspect(|early| early.prepare());
            jobs.recv().ok()
        }
        job => job.ok(),
    }
}

fn compiling(crates: &[String], previous: u64) -> Phase {
    Phase::Compiling {
        crates: crates.to_vec(),
        now: vec![],
        seconds: 0,
        previous,
    }
}

/// The text of a file; none when it is not there.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What a cell has come to, as evcxr tells it.
fn compiled(evcxr: &EvalContext, state: StateId, told: Told) -> Result<Compiled> {
    let (library, function) = kept_run()?;
    let named = |(name, kind): (&str, &str)| (name.to_owned(), kind.to_owned());
    Ok(Compiled {
        state,
        library,
        function,
        variables: evcxr.variables_and_types().map(named).collect(),
        items: evcxr.defined_item_names().map(str::to_owned).collect(),
        said: told.said,
        html: told.html,
        cleared: told.cleared,
        ..Compiled::default()
    })
}

/// What those who wait are told of a compilation: with the crates that rustc is at.
pub fn detailed(phase: Phase, since: Instant) -> Phase {
    match phase {
        Phase::Compiling {
            crates, previous, ..
        } => Phase::Compiling {
            crates,
            previous,
            now: builds::compiling(),
            seconds: since.elapsed().as_secs(),
        },
        other => other,
    }
}
