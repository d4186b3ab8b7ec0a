//! So many compilations at once on this machine, whichever notebooks they are of.

use std::fs::{File, create_dir_all};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOOK: Duration = Duration::from_millis(50);

/// The places: files that are locked for the length of a compilation.
pub struct Slots(Vec<PathBuf>);

impl Slots {
    /// Those of the machine: one for each two processors, for cargo itself uses several.
    pub fn of(root: &Path) -> io::Result<Slots> {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let folder = root.join("slots");
        create_dir_all(&folder)?;
        let names = 0..(processors.div_ceil(2)).max(2);
        Ok(Slots(
            names.map(|name| folder.join(name.to_string())).collect(),
        ))
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether any is taken.
    pub fn are_used(&self) -> bool {
        self.0
            .iter()
            .any(|path| File::open(path).is_ok_and(|file| file.try_lock().is_err()))
    }

    /// Takes a place, which is given back when the result is dropped. `waits` is called while there
    /// is none.
    pub fn take(&self, mut waits: impl FnMut(usize)) -> io::Result<File> {
        loop {
            for path in &self.0 {
                let file = File::options().create(true).append(true).open(path)?;
                if file.try_lock().is_ok() {
                    return Ok(file);
                }
            }
            waits(self.len());
            std::thread::sleep(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_once_and_given_back() {
        let folder = std::env::temp_dir().join(format!("slots-{}", std::process::id()));
        let slots = Slots::of(&folder).unwrap();
        let taken: Vec<File> = (0..slots.len())
            .map(|_| slots.take(|_| panic!("there is one")).unwrap())
            .collect();
        assert!(slots.are_used());
        let mut held = Some(taken);
        let mut waited = 0;
        let last = slots.take(|_| {
            waited += 1;
            held = None;
        });
        assert_eq!(waited, 1);
        drop(last);
        assert!(!slots.are_used());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
