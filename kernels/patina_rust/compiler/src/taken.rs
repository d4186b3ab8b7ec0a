//! Crates that a notebook has from its start. What they came to is kept for the next notebook that
//! has the same, and a compiler in waiting takes them before anybody asks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::protocol::{Compile, Compiled, StateId};
use crate::resolved::is_within;
use crate::shortcut;

/// The file, in a compiler's folder, with what it is to take while it waits: a request.
const WISH: &str = "wish.json";

/// The crates that were taken last, and what was answered.
#[derive(Default)]
pub struct Taken(Option<(String, Compiled)>);

impl Taken {
    /// The answer to the same question, when the same versions are wanted, or any.
    pub fn answer(&self, asked: &Compile) -> Option<Compiled> {
        let (code, answer) = self.0.as_ref()?;
        let same = asked.needed && asked.from == 0 && asked.code == *code;
        let fits = asked.lock.is_empty() || is_within(&answer.lock, &asked.lock);
        (same && fits).then(|| answer.clone())
    }

    /// Keeps an answer. One with crates that are folders is none for the next: their files change,
    /// and their paths are those of this notebook.
    pub fn keep(&mut self, asked: &Compile, answer: &Compiled) -> bool {
        let kept = asked.needed && asked.from == 0 && !shortcut::has_folders(&answer.lock);
        if kept {
            self.0 = Some((asked.code.clone(), answer.clone()));
        }
        kept
    }

    pub fn has(&self, state: StateId) -> bool {
        let known = self.0.as_ref();
        known.is_some_and(|(_, answer)| answer.state == state)
    }
}

/// What a compiler in waiting is to take, if anything.
pub fn wish(folder: &Path) -> Option<Compile> {
    serde_json::from_slice(&fs::read(folder.join(WISH)).ok()?).ok()
}

/// A file in a compiler's folder, for as long as this value is there: rustc's wrapper looks for it.
pub struct Mark(PathBuf);

impl Mark {
    /// Crates are not compiled, but taken where they are built: nobody is to find the processors busy
    /// with what may never be asked for.
    pub const ONLY_BUILT: &str = "only-built";
    /// The crates of this cell are those that the notebook has from its start.
    pub const NEEDED: &str = "needed";

    /// Those of a request; of one that nobody has made there is one more.
    pub fn of(folder: &Path, asked: &Compile, unasked: bool) -> Vec<std::io::Result<Mark>> {
        let wanted = [(asked.needed, Mark::NEEDED), (unasked, Mark::ONLY_BUILT)];
        let names = wanted.into_iter().filter(|(is_so, _)| *is_so);
        names.map(|(_, name)| Mark::set(folder, name)).collect()
    }

    fn set(folder: &Path, name: &str) -> std::io::Result<Mark> {
        let mark = folder.join(name);
        fs::write(&mark, "")?;
        Ok(Mark(mark))
    }

    /// Whether there is one in the folder of this file.
    pub fn is_beside(file: &Path, name: &str) -> bool {
        file.with_file_name(name).exists()
    }

    /// Removes what a compiler has left that was killed.
    pub fn clear(folder: &Path) {
        for name in [Mark::ONLY_BUILT, Mark::NEEDED] {
            let _ = fs::remove_file(folder.join(name));
        }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITOA: &str = "[[package]]\nname = \"itoa\"\nversion = \"1.0.0\"\nsource = \"x\"\n";
    const RYU: &str = "[[package]]\nname = \"ryu\"\nversion = \"1.0.0\"\nsource = \"x\"\n";

    fn lock(packages: &[&str], crates: &str) -> String {
        let cells = format!("[[package]]\nname = \"ctx\"\ndependencies = [{crates}]\n");
        format!("version = 4\n\n{cells}\n{}", packages.join("\n"))
    }

    fn asked(code: &str, lock: &str) -> Compile {
        let asked = serde_json::json!({"from": 0, "code": code, "cwd": "/", "lock": lock});
        let asked: Compile = serde_json::from_value(asked).unwrap();
        Compile {
            needed: true,
            ..asked
        }
    }

    fn answered(lock: String) -> Compiled {
        Compiled {
            state: 7,
            lock,
            ..Compiled::default()
        }
    }

    #[test]
    fn what_was_taken_is_there_for_the_next_who_wants_the_same_versions() {
        let mut taken = Taken::default();
        let first = asked(":dep itoa\n", "");
        assert!(taken.answer(&first).is_none());
        assert!(taken.keep(&first, &answered(lock(&[ITOA], "itoa"))));
        assert!(taken.has(7) && !taken.has(8));
        assert_eq!(taken.answer(&first).unwrap().state, 7);
        // A notebook keeps the versions of all its cells, in an order of its own.
        let more = lock(&[RYU, ITOA], "itoa, ryu");
        assert!(taken.answer(&asked(":dep itoa\n", &more)).is_some());
        let older = lock(&[ITOA], "itoa").replace("1.0.0", "0.4.8");
        assert!(taken.answer(&asked(":dep itoa\n", &older)).is_none());
        assert!(taken.answer(&asked(":dep ryu\n", "")).is_none());
    }

    #[test]
    fn a_cell_that_takes_the_same_crates_is_compiled() {
        let mut taken = Taken::default();
        let mut first = asked(":dep itoa\n", "");
        taken.keep(&first, &answered(lock(&[ITOA], "itoa")));
        first.needed = false;
        assert!(taken.answer(&first).is_none());
        assert!(!taken.keep(&first, &answered(String::new())));
    }

    #[test]
    fn a_crate_that_is_a_folder_is_not_kept() {
        let mine = "[[package]]\nname = \"mine\"\nversion = \"1.0.0\"\n";
        let first = asked(":dep mine = { path = \"mine\" }\n", "");
        assert!(!Taken::default().keep(&first, &answered(lock(&[mine], "mine"))));
    }

    #[test]
    fn a_mark_is_there_as_long_as_its_value_and_not_in_the_next_compiler() {
        let folder = std::env::temp_dir().join(format!("marks-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let notes = folder.join("rustc.json");
        let mark = Mark::set(&folder, Mark::NEEDED).unwrap();
        assert!(Mark::is_beside(&notes, Mark::NEEDED));
        assert!(!Mark::is_beside(&notes, Mark::ONLY_BUILT));
        drop(mark);
        assert!(!Mark::is_beside(&notes, Mark::NEEDED));
        std::mem::forget(Mark::set(&folder, Mark::ONLY_BUILT).unwrap());
        Mark::clear(&folder);
        assert!(!Mark::is_beside(&notes, Mark::ONLY_BUILT));
        fs::remove_dir_all(folder).unwrap();
    }
}
