//! Builds of crates: what rustc is at now, and how long the same crates took the last time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A build that took less is not worth telling of.
const WORTH: Duration = Duration::from_secs(2);

/// How long crates took to build, by what was asked for; kept in a file beside the folders.
pub struct Durations(PathBuf);

impl Durations {
    pub fn of(root: &Path) -> Durations {
        Durations(root.join("durations.json"))
    }

    fn read(&self) -> BTreeMap<String, u64> {
        let text = std::fs::read(&self.0).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Seconds; 0 when it is not known.
    pub fn previous(&self, crates: &[String]) -> u64 {
        self.read().get(&crates.join(" ")).copied().unwrap_or(0)
    }

    pub fn keep(&self, crates: &[String], took: Duration) {
        if took < WORTH || crates.is_empty() {
            return;
        }
        let mut known = self.read();
        known.insert(crates.join(" "), took.as_secs());
        let partly = self.0.with_extension(std::process::id().to_string());
        let text = serde_json::to_vec(&known).unwrap_or_default();
        // Lost, the next one is told no duration.
        let _ = std::fs::write(&partly, text).and_then(|()| std::fs::rename(partly, &self.0));
    }
}

/// The names of the crates that rustc compiles for this process, but for the cell's own.
pub fn compiling() -> Vec<String> {
    let this = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .filter(|entry| group(&entry.path()).as_deref() == Some(&this))
        .filter_map(|entry| crate_name(&std::fs::read(entry.path().join("cmdline")).ok()?))
        .filter(|name| name != "ctx" && name != "___")
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The process group, from /proc/PID/stat; the name before it may have spaces and brackets.
fn group(process: &Path) -> Option<String> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(2).map(str::to_owned)
}

fn crate_name(command: &[u8]) -> Option<String> {
    let mut words = command.split(|byte| *byte == 0);
    words.find(|word| *word == b"--crate-name")?;
    words
        .next()
        .map(|word| String::from_utf8_lossy(word).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_is_read_from_a_command_line() {
        let command = b"/bin/rustc\0--crate-name\0polars_core\0--edition=2024\0";
        assert_eq!(crate_name(command), Some("polars_core".to_owned()));
        assert_eq!(crate_name(b"cargo\0build\0"), None);
    }

    #[test]
    fn a_duration_is_found_again_and_a_short_one_is_not_kept() {
        let root = std::env::temp_dir().join(format!("durations-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        let durations = Durations::of(&root);
        let crates = ["serde = \"1\"".to_owned()];
        durations.keep(&crates, Duration::from_millis(300));
        assert_eq!(durations.previous(&crates), 0);
        durations.keep(&crates, Duration::from_secs(62));
        assert_eq!(durations.previous(&crates), 62);
        assert_eq!(durations.previous(&[]), 0);
        std::fs::remove_dir_all(root).unwrap();
    }
}
