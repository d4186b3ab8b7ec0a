//! How long a compiler lives: as long as a kernel may need it.
//!
//! Kernels hold locks (flock) on folders, and their copies hold them with them: a lock is free once
//! the last of a family has ended, however it ended. `family` in the compiler's folder is held by the
//! kernels that use this compiler, `users` beside the folders by all kernels and templates of Rust.
//! A compiler without a family is the standby: there is one, for whoever starts next, and one more
//! that has crates, for a notebook that needs the same from its start.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use crate::evaluator::Job;
use crate::slots::Slots;
use crate::taken::Mark;

const LOOK: Duration = Duration::from_millis(100);
/// What a compiler may have in memory, in pages of 4 KiB, to be of use as a standby.
const MOST_PAGES: usize = 175_000;
/// What a notebook may have added to a compiler that has taken crates, in pages.
const MORE_PAGES: usize = 130_000;
/// What must be available of the machine's memory, in KiB, for a compiler to wait.
const LEAST_KIB: u64 = 1_000_000;
/// The end of a key (see `launching.py`): no notebook has such crates.
const NOBODYS: &str = " 0";

/// What a compiler is worth while it waits.
#[derive(Default)]
pub struct Standby {
    /// What it had in memory when it had taken crates, in pages.
    pages: AtomicUsize,
    failed: AtomicBool,
}

impl Standby {
    pub fn has_crates(&self) {
        self.pages.store(resident_pages(), Ordering::Relaxed);
    }

    /// It could not take the crates for which it was to wait.
    pub fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    fn is_large(&self) -> bool {
        let crates = self.pages.load(Ordering::Relaxed);
        resident_pages() > MOST_PAGES.max(crates + MORE_PAGES)
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

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

/// What the compiler of a folder is like, by its key, and since when. See `Kind` in `launching.py`.
fn kind(folder: &Path) -> (bool, Option<SystemTime>) {
    let path = folder.join("key");
    let key = std::fs::read_to_string(&path).unwrap_or_default();
    let since = path.metadata().and_then(|file| file.modified());
    (key.contains(' '), since.ok())
}

/// Whether it answers, and has what it is to have.
fn is_ready(folder: &Path) -> bool {
    let socket = folder.join("socket");
    socket.exists() && !Mark::is_beside(&socket, Mark::ONLY_BUILT)
}

/// Whether of two standbys the first is not needed: crates are those that were asked for last.
fn gives_way(folder: &Path, other: &Path) -> bool {
    let ((crates, since), (others, later)) = (kind(folder), kind(other));
    crates == others && is_ready(other) && is_standby(other) && (!crates || since < later)
}

/// Whether the kernel that had this compiler wants none with crates to wait: it has said so in the key.
/// The environment of the compiler is that of the kernel which started it, and may be another's.
fn is_nobodys(folder: &Path) -> bool {
    let key = std::fs::read_to_string(folder.join("key"));
    key.is_ok_and(|key| key.ends_with(NOBODYS))
}

/// Where nobody says how much there is, there is enough.
fn is_memory_scarce() -> bool {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number.is_some_and(|number| number.parse().is_ok_and(|kib: u64| kib < LEAST_KIB))
}

/// Waits until no other compiler starts or compiles, or a kernel has claimed this one. What it is to
/// take is for later, and whoever works now is not to be slower for it.
pub fn wait_for_others(folder: &Path, slots: &Slots) {
    let starts = |path: &Path| !is_free(&path.join("lock")) && !path.join("socket").exists();
    let is_busy = || slots.are_used() || others(folder).any(|path| starts(&path));
    while is_free(&folder.join("family")) && is_busy() {
        std::thread::sleep(LOOK);
    }
}

/// Runs for as long as this process should.
pub fn watch(folder: &Path, jobs: &Sender<Job>, standby: &Standby) {
    let root = folder.parent().unwrap_or(folder);
    let mut had_family = false;
    while !is_free(&root.join("users")) {
        std::thread::sleep(LOOK);
        if !is_free(&folder.join("family")) {
            had_family = true;
            continue;
        }
        if !is_wanted_as_standby(folder, standby, had_family) {
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
fn is_wanted_as_standby(folder: &Path, standby: &Standby, was_used: bool) -> bool {
    let Ok(choosing) = File::open(folder.with_file_name("choosing")) else {
        return false;
    };
    if choosing.lock().is_err() {
        return false;
    }
    let useless = (was_used && standby.is_large())
        || standby.has_failed()
        || is_memory_scarce()
        || is_nobodys(folder);
    let wanted = !is_free(&folder.join("family"))
        || !(useless || others(folder).any(|path| gives_way(folder, &path)));
    if !wanted {
        std::mem::forget(choosing);
    }
    wanted
}
