//! How long a compiler lives: as long as a kernel may need it.
//!
//! Kernels hold locks (flock) on folders, and their copies hold them with them: a lock is free once
//! the last of a family has ended, however it ended. `family` in the compiler's folder is held by the
//! kernels that use this compiler, `users` beside the folders by all kernels and templates of Rust.
//! A compiler without a family is the standby: there is one, for whoever starts next.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use crate::evaluator::Job;

const LOOK: Duration = Duration::from_millis(100);
/// What a compiler may have in memory, in pages of 4 KiB, to be of use as a standby.
const MOST_PAGES: usize = 175_000;

/// Whether nobody holds the lock of a file or a folder. Of one that was deleted, nobody can any more.
pub fn is_free(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn resident_pages() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|word| word.parse().ok());
    pages.unwrap_or(0)
}

/// The folders of all compilers, beside this one's.
fn others(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let root = folder.parent().unwrap_or(folder);
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let this = folder.to_owned();
    entries
        .map(|entry| entry.path())
        .filter(move |path| *path != this && path.join("family").is_dir())
}

fn is_standby(folder: &Path) -> bool {
    !is_free(&folder.join("lock")) && is_free(&folder.join("family"))
}

/// Runs for as long as this process should.
pub fn watch(folder: &Path, jobs: &Sender<Job>) {
    let root = folder.parent().unwrap_or(folder);
    let mut had_family = false;
    while !is_free(&root.join("users")) {
        std::thread::sleep(LOOK);
        if !is_free(&folder.join("family")) {
            had_family = true;
            continue;
        }
        if !is_wanted_as_standby(folder, root, had_family) {
            return;
        }
        if had_family && jobs.send(Job::Forget).is_err() {
            return;
        }
        had_family = false;
    }
}

/// Nobody chooses a compiler meanwhile. Where this one is not wanted, that lasts until its process has
/// ended: of two that become free at once, one is to stay.
fn is_wanted_as_standby(folder: &Path, root: &Path, was_used: bool) -> bool {
    let Ok(choosing) = File::open(root.join("choosing")) else {
        return false;
    };
    if choosing.lock().is_err() {
        return false;
    }
    let large = was_used && resident_pages() > MOST_PAGES;
    let wanted = !is_free(&folder.join("family"))
        || !(large || others(folder).any(|path| is_standby(&path)));
    if !wanted {
        std::mem::forget(choosing);
    }
    wanted
}
