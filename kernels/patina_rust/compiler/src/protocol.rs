//! What the kernel asks, and what it is answered: JSON, one line each.

use serde::{Deserialize, Serialize};

/// States are numbers that this process gave; 0 is the state before the first cell.
pub type StateId = u64;

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    Compile(Compile),
    /// Names that may stand at `position` of `code`, a byte.
    Complete(Place),
    /// What is known of the name at `position`.
    Inspect(Place),
}

#[derive(Deserialize)]
pub struct Compile {
    /// The state the cell starts from.
    pub from: StateId,
    pub code: String,
    /// Where the notebook is.
    pub cwd: String,
    /// What the cell said to evcxr when it ran: a panic, an error, a variable whose type changed.
    #[serde(default)]
    pub notes: Vec<Vec<String>>,
    /// A Cargo.lock that crates are to be taken from.
    #[serde(default)]
    pub lock: String,
    /// Whether these are crates that the notebook has from its start: see [`crate::taken`].
    #[serde(default)]
    pub needed: bool,
}

/// `context` is an outline (see [`Compiled`]): what earlier cells have made.
#[derive(Clone, Deserialize, Serialize)]
pub struct Place {
    pub context: String,
    pub code: String,
    pub position: usize,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    /// Not yet: what is being done. Another line follows.
    Busy(Phase),
    Compiled(Box<Compiled>),
    /// The cell does not compile, or a command in it failed.
    Failed {
        errors: Vec<Failure>,
    },
    /// This compiler never gave that state: it was started anew.
    Unknown,
    Completed(Completed),
    Inspected {
        text: String,
    },
}

#[derive(Clone, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
    /// So many requests of this notebook come first.
    Queued { before: u64 },
    /// Other notebooks use all the places there are for compilations.
    Waiting { places: usize },
    /// `crates` are those that the notebook asked for, `now` what rustc is at, and `previous` the
    /// seconds that the same crates took the last time (0: not known).
    Compiling {
        crates: Vec<String>,
        now: Vec<String>,
        seconds: u64,
        previous: u64,
    },
}

#[derive(Clone, Serialize, Default)]
pub struct Compiled {
    /// The state after the cell.
    pub state: StateId,
    /// The shared library and its function, empty when there is nothing to run.
    pub library: String,
    pub function: String,
    /// Names and types.
    pub variables: Vec<(String, String)>,
    pub items: Vec<String>,
    /// One cell that makes the state anew when it is compiled, and is not to be run.
    pub outline: String,
    /// What commands had to say.
    pub said: String,
    /// The same as HTML; may be empty.
    pub html: String,
    /// Whether all values are to be forgotten before the cell runs.
    pub cleared: bool,
    pub warnings: Vec<String>,
    /// The Cargo.lock of its crates; empty when it has none.
    pub lock: String,
}

#[derive(Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// For people, with colours.
    pub report: String,
}

impl Failure {
    /// One that is of no place in a cell.
    pub fn plain(message: String) -> Failure {
        Failure {
            code: String::new(),
            report: message.clone(),
            message,
        }
    }
}

/// What replaces the bytes from `start` to `end`.
#[derive(Deserialize, Serialize, Default)]
pub struct Completed {
    pub matches: Vec<Match>,
    pub start: usize,
    pub end: usize,
}

#[derive(Deserialize, Serialize)]
pub struct Match {
    pub code: String,
    pub kind: String,
    pub label: String,
}
