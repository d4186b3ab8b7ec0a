//! A rustc that is started early, and has its libraries in memory before there is a cell to compile.
//! It reads its words from its stdin (`@/dev/stdin`), and ends when that does: with this process.
//!
//! evcxr starts a process for each cell (see [`crate::shortcut`]). That process asks here, and runs rustc
//! itself when none waits that was started as it would start it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shortcut;

/// In the folder of the cells' crate.
const SOCKET: &str = "rustc.socket";
const STDIN: &str = "@/dev/stdin";

#[derive(Deserialize, Serialize)]
struct Asked {
    call: PathBuf,
    words: Vec<String>,
}

/// How rustc has ended.
#[derive(Deserialize, Serialize)]
struct Done {
    status: i32,
    said: String,
}

/// For which call a rustc was wanted last, and one that waits, with its call.
#[derive(Default)]
struct Place {
    wanted: Option<PathBuf>,
    waits: Option<(PathBuf, Child)>,
}

/// The place in a compiler process where one rustc waits.
#[derive(Clone)]
pub struct Early {
    folder: PathBuf,
    place: Arc<Mutex<Place>>,
}

impl Early {
    /// Listens to the processes that evcxr starts.
    pub fn listen(folder: &Path) -> Result<Early> {
        let (socket, place) = (folder.join(SOCKET), Arc::default());
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(socket)?;
        let this = Early {
            folder: folder.to_owned(),
            place,
        };
        let listening = this.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let one = listening.clone();
                std::thread::spawn(move || {
                    // Who gets no answer runs rustc itself.
                    let _ = one.answer(&stream);
                    // Not only closed: who watches it has it open, too.
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Ok(this)
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        locked(&self.place)
    }

    /// Has one wait for the next cell, if that is likely to be as the last one. To be called when
    /// nobody waits for this process.
    pub fn prepare(&self) {
        let mut place = self.place();
        let Some(call) = place.wanted.clone() else {
            return;
        };
        if place.waits.as_ref().is_some_and(|(of, _)| *of == call) {
            return;
        }
        end(place.waits.take().map(|(_, child)| child));
        let command = shortcut::command(&self.folder, &call);
        let child = command.and_then(|mut command| {
            let piped = command.stdin(Stdio::piped()).stdout(Stdio::null());
            piped.stderr(Stdio::piped()).arg(STDIN).spawn().ok()
        });
        place.waits = child.map(|child| (call, child));
    }

    fn answer(&self, stream: &UnixStream) -> Result<()> {
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        let asked: Asked = serde_json::from_str(&line)?;
        let child = self.taken(&asked.call).context("none waits")?;
        let done = finish(child, &asked.words, stream)?;
        let mut stream = stream;
        Ok(stream.write_all(&serde_json::to_vec(&done)?)?)
    }

    /// The one that waits for this call, which is from now on what is wanted.
    fn taken(&self, call: &Path) -> Option<Child> {
        let mut place = self.place();
        place.wanted = Some(call.to_owned());
        let (_, child) = place.waits.take_if(|(of, _)| of == call)?;
        Some(child)
    }
}

fn end(child: Option<Child>) {
    if let Some(mut child) = child {
        let _ = child.kill().and_then(|()| child.wait());
    }
}

/// Gives a rustc its words, and waits for the library; when whoever asked is gone, rustc ends.
fn finish(mut child: Child, words: &[String], stream: &UnixStream) -> Result<Done> {
    let mut stdin = child.stdin.take().context("it has no stdin")?;
    let stderr = child.stderr.take().context("it has no stderr")?;
    let mut lines = BufReader::new(stderr);
    let child = Arc::new(Mutex::new(Some(child)));
    end_with(stream.try_clone()?, Arc::clone(&child));
    stdin.write_all(words.join("\n").as_bytes())?;
    drop(stdin);
    let (said, linked) = read(&mut lines)?;
    let mut child = locked(&child).take().context("it was ended")?;
    if !linked {
        let status = child.wait()?.into_raw();
        return Ok(Done { status, said });
    }
    // It still tidies up, and gives its memory back: nobody need wait for that.
    std::thread::spawn(move || {
        let _ = lines.read_to_string(&mut String::new());
        child.wait()
    });
    Ok(Done { status: 0, said })
}

/// Ends a child, if it is still there, with a connection on which nothing more is said.
fn end_with(mut stream: UnixStream, child: Arc<Mutex<Option<Child>>>) {
    std::thread::spawn(move || {
        let _ = stream.read(&mut [0]);
        end(locked(&child).take());
    });
}

/// What rustc says up to the end, or until the library is there, and whether it is.
fn read(lines: &mut impl BufRead) -> Result<(String, bool)> {
    let (mut said, mut linked) = (String::new(), false);
    while !linked {
        let before = said.len();
        if lines.read_line(&mut said)? == 0 {
            break;
        }
        linked = is_linked(&said[before..]);
    }
    Ok((said, linked))
}

/// Whether rustc says with this that the library is there.
fn is_linked(line: &str) -> bool {
    let said: Value = serde_json::from_str(line).unwrap_or_default();
    said["$message_type"] == "artifact" && said["emit"] == "link"
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the rustc in waiting compile. To be called in the folder of the cells' crate; none: run it.
pub fn compiled(call: &Path, words: &[OsString]) -> Option<Output> {
    let lines = words
        .iter()
        .map(|word| word.to_str().filter(|word| !word.contains('\n')));
    let words: Vec<&str> = lines.collect::<Option<_>>()?;
    let mut stream = UnixStream::connect(SOCKET).ok()?;
    let asked = Asked {
        call: call.to_owned(),
        words: words.into_iter().map(str::to_owned).collect(),
    };
    let line = serde_json::to_string(&asked).ok()? + "\n";
    stream.write_all(line.as_bytes()).ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    let done: Done = serde_json::from_slice(&text).ok()?;
    let status = ExitStatus::from_raw(done.status);
    // One that was killed has said nothing of the cell.
    status.code()?;
    Some(Output {
        status,
        stdout: Vec::new(),
        stderr: done.said.into_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_told_from_other_files_and_from_what_is_said_of_the_cell() {
        let said = |emit: &str| {
            format!("{{\"$message_type\":\"artifact\",\"artifact\":\"x\",\"emit\":\"{emit}\"}}")
        };
        assert!(is_linked(&said("link")));
        assert!(!is_linked(&said("dep-info")));
        assert!(!is_linked(
            "{\"$message_type\":\"diagnostic\",\"emit\":\"link\"}"
        ));
        assert!(!is_linked("warning: emit link"));
    }
}
