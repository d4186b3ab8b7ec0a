//! What the kernel asks, and what it is answered: JSON, one line each.

use serde::{Deserialize, Serialize};

/// States are numbers that this process gave; 0 is the state before the first cell.
pub type StateId = u64;

#[derive(Deserialize)]
pub struct Request {
    /// Processes that this compiler lives for.
    pub pids: Vec<u32>,
    /// The state the cell starts from.
    pub from: StateId,
    pub code: String,
    /// What the cell said to evcxr when it ran: a panic, an error, a variable whose type changed.
    #[serde(default)]
    pub notes: Vec<Vec<String>>,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    Compiled(Compiled),
    /// The cell does not compile, or a command in it failed.
    Failed {
        errors: Vec<Failure>,
    },
    /// This compiler never gave that state: it was started anew.
    Unknown,
}

#[derive(Serialize, Default)]
pub struct Compiled {
    /// The state after the cell.
    pub state: StateId,
    /// The shared library and its function, empty when there is nothing to run.
    pub library: String,
    pub function: String,
    /// Names and types.
    pub variables: Vec<(String, String)>,
    pub items: Vec<String>,
    /// What commands had to say.
    pub said: String,
}

#[derive(Serialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
    /// For people, with colours.
    pub report: String,
}
