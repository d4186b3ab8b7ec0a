//! Serves compilations, one after the other, from a map of states.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use evcxr::EvalContext;

use crate::commands::{self, Command};
use crate::diagnostics::failures;
use crate::protocol::{Answer, Compiled, Request, StateId};
use crate::stub;

/// Without this trait evcxr compiles every last expression twice: it first tries
/// `evcxr_display`, and then Debug. `patina_flush` is in each cell's library, for partial lines.
const PRELUDE: &str = r#"
pub trait PatinaDisplay { fn evcxr_display(&self); }
impl<T: std::fmt::Debug + ?Sized> PatinaDisplay for T {
    fn evcxr_display(&self) {
        if std::any::type_name::<T>() != "()" {
            println!("EVCXR_BEGIN_CONTENT text/plain\n{:?}\nEVCXR_END_CONTENT", self)
        }
    }
}
pub fn patina_content(mime: &str, text: &str) {
    println!("EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT")
}
pub fn patina_html(html: &str) { patina_content("text/html", html) }
pub fn patina_svg(svg: &str) { patina_content("image/svg+xml", svg) }
#[unsafe(no_mangle)]
pub extern "C" fn patina_flush() {
    let _ = std::io::Write::flush(&mut std::io::stdout());
}
"#;
const LOOK: Duration = Duration::from_millis(20);
/// So many looks apart it is seen whether somebody still lives.
const ROUNDS: u32 = 250;

/// Whether a process is there; one that is not ours counts.
fn lives(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

fn wait(listener: &UnixListener, pids: &BTreeSet<u32>) -> Result<Option<UnixStream>> {
    let mut rounds = 0;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(Some(stream));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(LOOK),
            Err(error) => return Err(error.into()),
        }
        rounds += 1;
        if rounds % ROUNDS == 0 && !pids.iter().copied().any(lives) {
            return Ok(None);
        }
    }
}

fn read(stream: &UnixStream) -> Result<Request> {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

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

pub fn serve(socket: &Path) -> Result<()> {
    let this = std::process::Command::new(std::env::current_exe()?);
    stub::script(&[])?;
    let (mut evcxr, outputs) = EvalContext::with_subprocess_command(this)?;
    // Nothing comes here; evcxr waits until these are empty.
    std::thread::spawn(move || while outputs.stdout.recv().is_ok() {});
    std::thread::spawn(move || while outputs.stderr.recv().is_ok() {});
    let mut first = evcxr.state();
    first.set_preserve_vars_on_panic(true);
    evcxr.eval_with_state(PRELUDE, first)?;
    // evcxr's type of states has no name outside of it: they never leave this function.
    let mut states = HashMap::from([(0, evcxr.state())]);
    let mut newest: StateId = 0;
    let partly = socket.with_extension("new");
    let listener = UnixListener::bind(&partly)?;
    listener.set_nonblocking(true)?;
    std::fs::rename(&partly, socket)?;
    let mut pids = BTreeSet::from([std::os::unix::process::parent_id()]);
    while let Some(mut stream) = wait(&listener, &pids)? {
        let Ok(request) = read(&stream) else { continue };
        pids.retain(|pid| lives(*pid));
        pids.extend(&request.pids);
        let answer = if let Some(state) = states.get(&request.from) {
            let mut state = state.clone();
            let (code, commands) = commands::split(&request.code);
            let (mut done, mut said) = (Ok(()), String::new());
            for one in commands {
                done = done.and_then(|()| match one {
                    Command::Dependency(name, config) => state.add_dep(&name, &config),
                    Command::LocalDependency(path) => state.add_local_dep(&path),
                    Command::Optimise(level) => state.set_opt_level(&level),
                    Command::Sccache(on) => state.set_sccache(on),
                    Command::Toolchain(name) => state.set_toolchain(&name).map_err(Into::into),
                    Command::Offline(on) => {
                        state.set_offline_mode(on);
                        Ok(())
                    }
                    Command::Format(format) => {
                        state.set_output_format(format);
                        Ok(())
                    }
                    Command::Environment(name, value) => {
                        state.set_build_env(&name, &value);
                        Ok(())
                    }
                    Command::Clear => {
                        state = states[&0].clone();
                        Ok(())
                    }
                    // A state's own list is not public: commit it, unchanged, and look.
                    Command::Variables(only) => {
                        evcxr.eval_with_state("", state.clone()).map(|_| {
                            said.push_str(&commands::listing(evcxr.variables_and_types(), &only));
                        })
                    }
                    Command::Say(text) => {
                        said.push_str(&text);
                        Ok(())
                    }
                    Command::Unknown(name) => {
                        Err(format!("there is no command :{name}; see :help").into())
                    }
                });
            }
            stub::script(&request.notes)?;
            if let Err(error) = done.and_then(|()| evcxr.eval_with_state(&code, state)) {
                Answer::Failed {
                    errors: failures(&error, &code),
                }
            } else {
                newest += 1;
                states.insert(newest, evcxr.state());
                let (library, function) = kept_run()?;
                let named = |(name, type_): (&str, &str)| (name.to_owned(), type_.to_owned());
                Answer::Compiled(Compiled {
                    state: newest,
                    library,
                    function,
                    variables: evcxr.variables_and_types().map(named).collect(),
                    items: evcxr.defined_item_names().map(str::to_owned).collect(),
                    said,
                })
            }
        } else {
            Answer::Unknown
        };
        // Whoever asked may have gone, after an interrupt.
        let _ = writeln!(stream, "{}", serde_json::to_string(&answer)?);
    }
    let _ = std::fs::remove_file(socket);
    Ok(())
}
