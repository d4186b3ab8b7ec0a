//! The crates that a notebook has from its start, together in one library, with which its cells are
//! linked. Else each cell that uses a large crate has all of it: that takes a second to link and 91 MB in
//! the case of polars, and each has threads and caches of its own.
//!
//! Cells name it in their prelude; rustc takes from it what else it would take from the crates one by
//! one. Without it they are linked as ever.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::rustc::value;
use crate::{linker, shortcut};

/// The library as a crate, and the configuration in which cells name it.
pub const NAME: &str = "patina_crates";
/// What a cell may have in it of its crates.
const MOST_BYTES: u64 = 20_000_000;
/// What is said where it is the machine that fails.
const OF_A_MOMENT: [&str; 6] = [
    "signal: ",
    "terminated with signal",
    "No space left",
    "quota exceeded",
    "annot allocate memory",
    "Too many open files",
];
/// What a crate is passed on as, by cargo.
const LIBRARY: &str = ".rlib";

/// The crates that a call has: names, and files of libraries. To be called in the folder of the cell's
/// crate.
fn crates(words: &[OsString]) -> Vec<(&str, &Path)> {
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    crates_by(words, &lock)
}

/// Without those that are folders: once they were edited, the library of all crates would be none for
/// cells any more.
fn crates_by<'a>(words: &'a [OsString], lock: &str) -> Vec<(&'a str, &'a Path)> {
    let folders: Vec<_> = shortcut::folders(lock)
        .map(|name| format!("/lib{}-", name.replace('-', "_")))
        .collect();
    let is_folder = |path: &str| folders.iter().any(|name| path.contains(name.as_str()));
    let pairs = words.windows(2).filter(|pair| pair[0] == "--extern");
    let mut found: Vec<_> = pairs
        .filter_map(|pair| pair[1].to_str()?.split_once('='))
        .filter(|(name, path)| !name.contains(':') && path.ends_with(LIBRARY))
        .filter(|(_, path)| !is_folder(path))
        .map(|(name, path)| (name, Path::new(path)))
        .collect();
    found.sort_unstable();
    found
}

/// Their files by name: in another folder the same ones are elsewhere.
fn files(words: &[OsString]) -> Vec<&OsStr> {
    let crates = crates(words);
    crates
        .iter()
        .filter_map(|(_, path)| path.file_name())
        .collect()
}

fn folder(words: &[OsString]) -> Option<PathBuf> {
    Some(PathBuf::from(value(words, "--out-dir")?))
}

/// Makes the library of the crates that a cell has been compiled with, unless that was tried before.
pub fn make(program: &OsStr, words: &[OsString]) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    files(words).hash(&mut hasher);
    let hash = format!("-{:016x}", hasher.finish());
    let folder = folder(words).context("rustc was given no folder")?;
    let (name, list) = list(&folder, &hash);
    if crates(words).is_empty() || list.exists() {
        return Ok(());
    }
    // What is not whole yet is in a folder of its own.
    let partly = folder.join(format!("{name}.new"));
    fs::create_dir_all(&partly)?;
    let done = command(program, words, &hash, &partly)?.output()?;
    let library = format!("lib{name}.so");
    if done.status.success() {
        fs::rename(partly.join(&library), folder.join(&library))?;
    }
    if done.status.success() || is_lasting(&done) {
        let lines: Vec<_> = files(words)
            .iter()
            .map(|file| file.to_string_lossy())
            .collect();
        let whole = partly.join("list");
        fs::write(&whole, lines.join("\n"))?;
        fs::rename(whole, list)?;
    }
    Ok(fs::remove_dir_all(partly)?)
}

/// Whether rustc, or the linker, would fail in the same way another time.
fn is_lasting(done: &Output) -> bool {
    let said = String::from_utf8_lossy(&done.stderr);
    let is_known = done.status.code().is_some() && said.contains("error");
    is_known && !OF_A_MOMENT.iter().any(|words| said.contains(words))
}

fn command(program: &OsStr, words: &[OsString], hash: &str, to: &Path) -> Result<Command> {
    let crates = crates(words);
    let names = crates.iter().map(|(name, _)| *name);
    let text: String = names
        .flat_map(|name| ["pub extern crate ", name, ";\n"])
        .collect();
    let source = to.join("lib.rs");
    fs::write(&source, text)?;
    let mut command = Command::new(program);
    command
        .args(["--crate-name", NAME, "--crate-type", "dylib"])
        .args(["--edition=2024", "-Cprefer-dynamic", "-Crpath"])
        .arg(format!("-Cmetadata={hash}"))
        .arg(format!("-Cextra-filename={hash}"));
    for pair in words.windows(2) {
        if ["--extern", "-L", "--target"]
            .iter()
            .any(|word| pair[0] == *word)
        {
            command.args(pair);
        }
    }
    command.args(linker::options(words).map(|option| format!("-C{option}")));
    command.arg("--out-dir").arg(to).arg(source);
    Ok(command)
}

/// The name of a library, and the file that says of which crates it is. That file without the library:
/// it cannot be, or cells could not be linked with it.
fn list(folder: &Path, hash: &str) -> (String, PathBuf) {
    let name = format!("{NAME}{hash}");
    let list = folder.join(format!("{name}.list"));
    (name, list)
}

/// The libraries of a folder, each with its list.
fn made(folder: &Path) -> impl Iterator<Item = (PathBuf, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let list = entry.path();
        let name = list.file_name()?.to_str()?.strip_suffix(".list")?;
        let library = list.with_file_name(format!("lib{name}.so"));
        (name.starts_with(NAME) && library.exists()).then_some((library, list))
    })
}

/// The words for a cell, with the library of its crates where there is one: the largest.
pub fn with_library(words: &[OsString]) -> Vec<OsString> {
    let mut words = words.to_vec();
    let found = folder(&words).and_then(|folder| best(&folder, &files(&words)));
    if let Some((library, list)) = found
        && let Some(folder) = library.parent()
    {
        // What is not used for long is deleted, by this time: see `joint.py`.
        let _ = fs::File::open(list).and_then(|list| list.set_modified(SystemTime::now()));
        words.extend(["--cfg".into(), NAME.into(), "--extern".into()]);
        words.push(format!("{NAME}={}", library.display()).into());
        // Cells are loaded from elsewhere, too: those of a saved state.
        words.push(format!("-Clink-arg=-Wl,-rpath,{}", folder.display()).into());
    }
    words
}

/// The largest library of crates that are all among these, with its list.
fn best(folder: &Path, files: &[&OsStr]) -> Option<(PathBuf, PathBuf)> {
    if files.is_empty() {
        return None;
    }
    let fitting = made(folder).filter_map(|(library, list)| {
        let text = fs::read_to_string(&list).ok()?;
        let fits = text.lines().all(|file| files.contains(&OsStr::new(file)));
        fits.then_some((text.lines().count(), library, list))
    });
    fitting.max().map(|(_, library, list)| (library, list))
}

/// Whether a cell has so much of its crates in it that it is better linked with all of them.
pub fn is_large(words: &[OsString]) -> bool {
    let library = folder(words).map(|folder| folder.join("libctx.so"));
    let size = library.and_then(|library| fs::metadata(library).ok());
    size.is_some_and(|file| file.len() > MOST_BYTES)
}

/// Whether the library may be why a cell could not be compiled.
pub fn is_at_fault(words: &[OsString], said: &[u8]) -> bool {
    let said = String::from_utf8_lossy(said);
    let is_used = words.iter().any(|word| word == NAME);
    is_used && (said.contains(NAME) || said.contains("linking with "))
}

/// Has the cells of this call linked without it from now on.
pub fn forget(words: &[OsString]) {
    let marks = words
        .iter()
        .filter_map(|word| word.to_str()?.split_once('='));
    for (_, library) in marks.filter(|(name, _)| *name == NAME) {
        let _ = fs::remove_file(library);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn words(folder: &Path, crates: &[&str]) -> Vec<OsString> {
        let mut words = vec!["--out-dir".into(), folder.as_os_str().to_owned()];
        for name in crates {
            words.push("--extern".into());
            words.push(format!("{name}={}/lib{name}-1.rlib", folder.display()).into());
        }
        words
    }

    fn put(folder: &Path, hash: &str, files: &str) {
        fs::write(list(folder, hash).1, files).unwrap();
        fs::write(folder.join(format!("lib{NAME}{hash}.so")), "").unwrap();
    }

    #[test]
    fn a_cell_gets_the_largest_library_of_crates_that_it_has() {
        let folder = std::env::temp_dir().join(format!("together-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        put(&folder, "-1", "liba-1.rlib");
        put(&folder, "-2", "liba-1.rlib\nlibb-1.rlib");
        put(&folder, "-3", "liba-1.rlib\nlibb-1.rlib\nlibc-2.rlib");
        let used = |crates: &[&str]| {
            let with = with_library(&words(&folder, crates));
            let found = |hash: &&str| {
                with.iter()
                    .any(|word| word.to_string_lossy().contains(hash))
            };
            ["-1.so", "-2.so", "-3.so"].into_iter().find(found)
        };
        let file = fs::File::open(list(&folder, "-1").1).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(used(&["a"]), Some("-1.so"));
        let when = file.metadata().unwrap().modified().unwrap();
        assert!(when > SystemTime::UNIX_EPOCH);
        assert_eq!(used(&["a", "b", "c"]), Some("-2.so"));
        assert_eq!(used(&["b"]), None);
        assert_eq!(used(&[]), None);
        // One with which a cell could not be linked is not used again, and not made again.
        let with = with_library(&words(&folder, &["a"]));
        assert!(is_at_fault(&with, b"error: linking with `cc` failed"));
        assert!(!is_at_fault(&with, b"error[E0308]: mismatched types"));
        forget(&with);
        assert_eq!(used(&["a"]), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_failure_of_the_machine_is_tried_again_and_one_of_the_crates_is_not() {
        let done = |status: i32, said: &str| Output {
            status: ExitStatus::from_raw(status),
            stdout: vec![],
            stderr: said.into(),
        };
        let failed = 1 << 8;
        assert!(is_lasting(&done(failed, "error: cannot satisfy `a`")));
        assert!(!is_lasting(&done(9, "")));
        assert!(!is_lasting(&done(
            failed,
            "error: linking with `cc` failed: signal: 9 (SIGKILL)"
        )));
        assert!(!is_lasting(&done(
            failed,
            "error: failed to write l.so: No space left on device (os error 28)"
        )));
    }

    #[test]
    fn macros_and_what_comes_with_rustc_are_none_of_its_crates() {
        let mut words = words(Path::new("/d"), &["a"]);
        for one in [
            "--extern",
            "m=/d/libm-1.so",
            "--extern",
            "noprelude:core=/d/c.rlib",
        ] {
            words.push(one.into());
        }
        assert_eq!(crates(&words), [("a", Path::new("/d/liba-1.rlib"))]);
    }

    #[test]
    fn crates_that_are_folders_are_left_out() {
        let words = words(Path::new("/d"), &["a", "b_c"]);
        let lock = "[[package]]\nname = \"a\"\nsource = \"x\"\n\n[[package]]\nname = \"b-c\"\n";
        assert_eq!(crates_by(&words, lock), crates(&words)[..1]);
    }
}
