//! Crates that a notebook has from its start. What they came to is kept for the next notebook that
//! has the same, and a compiler in waiting takes them before anybody asks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::protocol::{Compile, Compiled, StateId};
use crate::resolved::is_within;
use crate::shortcut;

/// The file, in a compiler's folder, with what it is to take while it waits: a request.
const WISH: &str = "wish.json";
/// While this file is there, rustc compiles no crates in the folder.
const ONLY_BUILT: &str = "only-built";

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

/// Until this is dropped, crates are not compiled, but taken where they are built: nobody is to find
/// the processors busy with what may never be asked for.
pub struct OnlyBuilt(PathBuf);

impl OnlyBuilt {
    pub fn within(folder: &Path) -> std::io::Result<OnlyBuilt> {
        let mark = folder.join(ONLY_BUILT);
        fs::write(&mark, "")?;
        Ok(OnlyBuilt(mark))
    }

    /// Whether that is so in the folder of this file.
    pub fn is_so_beside(file: &Path) -> bool {
        file.with_file_name(ONLY_BUILT).exists()
    }
}

impl Drop for OnlyBuilt {
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
    fn that_only_what_is_built_is_taken_ends_with_the_value_that_says_so() {
        let folder = std::env::temp_dir().join(format!("built-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let notes = folder.join("rustc.json");
        let only = OnlyBuilt::within(&folder).unwrap();
        assert!(OnlyBuilt::is_so_beside(&notes));
        drop(only);
        assert!(!OnlyBuilt::is_so_beside(&notes));
        fs::remove_dir_all(folder).unwrap();
    }
}
