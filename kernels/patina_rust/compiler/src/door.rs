//! The socket of a compiler: a thread for each request, which says what is being done until the
//! answer is there.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::board::Board;
use crate::completer::Completer;
use crate::evaluator::{self, Job};
use crate::lifetime::{self, Standby};
use crate::protocol::{Answer, Compile, Phase, Request};
use crate::slots::Slots;
use crate::taken;

const TELL: Duration = Duration::from_millis(300);

/// Serves until no kernel needs it. Its stdin is the lock of the folder, which it holds for as long
/// as it lives: closed in all that it starts, so that nothing else holds it.
pub fn serve(folder: &Path) -> Result<()> {
    let lock = std::io::stdin().as_fd().try_clone_to_owned()?;
    let (jobs, queue) = channel();
    let (sender, place) = (jobs.clone(), folder.to_owned());
    let standby = Arc::new(Standby::default());
    let watched = Arc::clone(&standby);
    std::thread::spawn(move || {
        lifetime::watch(&place, &sender, &watched);
        std::process::exit(0);
    });
    let board = Arc::new(Board::default());
    let listening = Arc::clone(&board);
    let wish = taken::wish(folder);
    if wish.is_some() {
        let root = folder.parent().context("a folder without a parent")?;
        lifetime::wait_for_others(folder, &Slots::of(root)?);
    }
    evaluator::run(folder, &queue, &board, &standby, || {
        if let Some(wish) = wish {
            jobs.send(Job::Prepare(wish))?;
        }
        listen(folder, jobs, listening)
    })?;
    drop(lock);
    Ok(())
}

fn listen(folder: &Path, jobs: Sender<Job>, board: Arc<Board>) -> Result<()> {
    let (socket, partly) = (folder.join("socket"), folder.join("socket.new"));
    let _ = std::fs::remove_file(&partly);
    let listener = UnixListener::bind(&partly)?;
    std::fs::rename(&partly, &socket)?;
    let completer = Arc::new(Mutex::new(Completer::of(folder)));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let one = Conversation {
                stream,
                jobs: jobs.clone(),
                board: Arc::clone(&board),
                completer: Arc::clone(&completer),
            };
            std::thread::spawn(move || one.hold());
        }
    });
    Ok(())
}

struct Conversation {
    stream: UnixStream,
    jobs: Sender<Job>,
    board: Arc<Board>,
    completer: Arc<Mutex<Completer>>,
}

impl Conversation {
    /// Whoever asks may go at any time: there is nobody to tell of an error.
    fn hold(self) {
        let mut line = String::new();
        if BufReader::new(&self.stream).read_line(&mut line).is_err() {
            return;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(Request::Compile(asked)) => self.compile(asked),
            Ok(Request::Complete(place)) => {
                let mut completer = self
                    .completer
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                Some(Answer::Completed(
                    completer.complete(&place).unwrap_or_default(),
                ))
            }
            Ok(Request::Inspect(place)) => {
                let mut completer = self
                    .completer
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let text = completer.inspect(&place).unwrap_or_default();
                Some(Answer::Inspected { text })
            }
            Err(_) => None,
        };
        if let Some(answer) = answer {
            let _ = self.tell(&answer);
        }
    }

    fn tell(&self, answer: &Answer) -> Result<()> {
        let line = serde_json::to_string(answer)? + "\n";
        Ok((&self.stream).write_all(line.as_bytes())?)
    }

    fn compile(&self, asked: Compile) -> Option<Answer> {
        let (reply, answers) = channel();
        let ticket = self.board.ticket();
        self.jobs.send(Job::Compile(ticket, asked, reply)).ok()?;
        let mut since = Instant::now();
        loop {
            match answers.recv_timeout(TELL) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(phase) = self.board.read(ticket) {
                if !matches!(phase, Phase::Compiling { .. }) {
                    since = Instant::now();
                }
                self.tell(&Answer::Busy(evaluator::detailed(phase, since)))
                    .ok()?;
            }
        }
    }
}
