//! The Cargo.lock of a compiler's folder: which versions the crates of the last cell have.
//!
//! The kernel gives the versions of all cells of a notebook with each. Cargo drops what the cell does not
//! need, and has an order of its own; were its lock written anew each time, cargo would have to be asked
//! each time whether anything has changed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub struct Resolved {
    path: PathBuf,
    /// The crates of the last cell, as asked for, and their lock, as cargo left it.
    crates: Vec<String>,
    lock: String,
    /// What a notebook without versions last began with, compiled or not.
    begun: Option<Vec<String>>,
}

impl Resolved {
    pub fn of(folder: &Path) -> Resolved {
        Resolved {
            path: folder.join("Cargo.lock"),
            crates: vec![],
            lock: String::new(),
            begun: None,
        }
    }

    /// Has cargo take the versions of a lock; with an empty one the newest, and none of another
    /// notebook. `begins`: nothing of this notebook is compiled yet.
    pub fn prepare(&mut self, crates: &[String], lock: &str, begins: bool) -> io::Result<()> {
        if crates.is_empty() {
            return Ok(());
        }
        if lock.is_empty() {
            // One that was refused, and is there again, has the versions of before.
            if begins && self.begun.as_deref() != Some(crates) {
                self.begun = Some(crates.to_vec());
                fs::remove_file(&self.path).or_else(is_gone)?;
            }
        } else if !self.is(crates, lock) {
            fs::write(&self.path, lock)?;
        }
        Ok(())
    }

    /// Whether these crates have the versions that a lock says, as things are.
    fn is(&self, crates: &[String], lock: &str) -> bool {
        self.crates == crates && self.lock == self.read() && is_within(&self.lock, lock)
    }

    /// Keeps what cargo has made of these crates, and returns it; empty when there is none.
    pub fn keep(&mut self, crates: Vec<String>) -> String {
        self.crates = crates;
        self.lock = self.read();
        self.lock.clone()
    }

    fn read(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }
}

fn is_gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        return Ok(());
    }
    Err(error)
}

/// Whether a lock has nothing that the other has not, but for the crate of the cells.
pub fn is_within(lock: &str, other: &str) -> bool {
    packages(lock).is_subset(&packages(other))
}

fn packages(lock: &str) -> BTreeSet<&str> {
    let parts = lock.split("[[package]]").skip(1).map(str::trim);
    parts
        .filter(|part| !part.starts_with("name = \"ctx\"\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notebook_without_versions_has_none_of_the_notebook_before() {
        let folder = std::env::temp_dir().join(format!("begun-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut resolved = Resolved::of(&folder);
        let crates = ["itoa = \"1\"".to_owned()];
        let is_left = |resolved: &mut Resolved, lock: &str, begins| {
            fs::write(&resolved.path, "of before").unwrap();
            resolved.prepare(&crates, lock, begins).unwrap();
            fs::read_to_string(&resolved.path).unwrap_or_default()
        };
        assert_eq!(is_left(&mut resolved, "", true), "");
        // It was refused, and is there again; or crates come with a later cell.
        assert_eq!(is_left(&mut resolved, "", true), "of before");
        assert_eq!(is_left(&mut resolved, "", false), "of before");
        assert_eq!(is_left(&mut resolved, "its own", true), "its own");
        resolved = Resolved::of(&folder);
        assert_eq!(is_left(&mut resolved, "", true), "");
        assert!(resolved.prepare(&crates, "", true).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_lock_stays_while_crates_are_the_same_and_is_another_after_another_cell() {
        let folder = std::env::temp_dir().join(format!("resolved-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut resolved = Resolved::of(&folder);
        let lock = |names: &[&str]| {
            format!(
                "[[package]]\nname = \"{}\"\n\n",
                names.join("\"\n\n[[package]]\nname = \"")
            )
        };
        let crates = ["itoa = \"1\"".to_owned()];
        assert!(!resolved.is(&crates, &lock(&["itoa"])));
        fs::write(&resolved.path, lock(&["ctx", "itoa"])).unwrap();
        assert_eq!(resolved.keep(crates.to_vec()), lock(&["ctx", "itoa"]));
        assert!(resolved.is(&crates, &lock(&["itoa", "ryu", "ctx"])));
        assert!(!resolved.is(&[], &lock(&["itoa"])));
        assert!(!resolved.is(&crates, &lock(&["ryu"])));
        // A cell without crates was compiled, or one was refused.
        fs::write(&resolved.path, lock(&["ctx"])).unwrap();
        assert!(!resolved.is(&crates, &lock(&["itoa"])));
        fs::remove_dir_all(folder).unwrap();
    }
}
