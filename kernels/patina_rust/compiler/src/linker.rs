//! In the C compiler's place, to link a cell: lld is called as the C compiler would call it. That saves
//! three programs (cc, collect2, the wrapper of lld); and rustc starts what has a path at once, where for
//! a name it copies itself first, to look for the name in the copy.
//!
//! How lld is to be called the C compiler says (`cc -###`): asked once for all cells that differ in their
//! object files only. Whatever is not as expected, and what lld does not link, is the C compiler's.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::{rustc, shortcut};

/// rustc takes it for a C compiler, by its name.
const NAME: &str = "cc";
/// Options of rustc for code are one word or two, by a short name or a long one.
const OPTIONS: [&str; 2] = ["-C", "--codegen"];
/// In a folder of its own: who looks for a C compiler must not find this one.
const FOLDER: &str = "linker";
/// What of the environment makes a C compiler look elsewhere.
const MATTERS: [&str; 4] = ["PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX"];
/// Stand in a form for the folder of what rustc has made for this call, and for the object files.
const MADE: &str = "{made}";
const OBJECTS: &str = "{objects}";
/// The lld that comes with rustc, seen from its wrapper.
const LLD: &str = "../rust-lld";
/// Of the plug-in for programs that are optimised while they are linked, which is not lld's.
const PLUGIN: &str = "-plugin";
const CHOICE: &str = "-fuse-ld=";

/// Makes it ready in a compiler's folder.
pub fn prepare(folder: &Path) -> Result<()> {
    let ours = folder.join(FOLDER);
    fs::create_dir_all(&ours)?;
    let _ = fs::remove_file(ours.join(NAME));
    Ok(std::os::unix::fs::symlink(
        env::current_exe()?,
        ours.join(NAME),
    )?)
}

/// Removes what another compiler has made ready.
pub fn clear(folder: &Path) {
    let _ = fs::remove_file(folder.join(FOLDER).join(NAME));
}

/// What rustc is told in the folder of a cell's crate; nothing where a person has chosen a linker (mold
/// takes over what is called by its name only), or where rustc would call none by this name.
pub fn chosen(words: &[OsString]) -> Option<String> {
    let has_choice = options(words).any(|option| option.starts_with("linker"));
    let target = rustc::value(words, "--target")?.to_str()?;
    let ours = env::current_dir().ok()?.join(FOLDER).join(NAME);
    let fits = !has_choice && target.ends_with("-linux-gnu") && ours.exists();
    (fits && !shortcut::has_mold()).then(|| format!("-Clinker={}", ours.display()))
}

/// What words for rustc say of how to link.
pub fn options(words: &[OsString]) -> impl Iterator<Item = &str> {
    let texts = || words.iter().map(|word| word.to_str().unwrap_or_default());
    let before = std::iter::once("").chain(texts());
    let options = before.zip(texts()).filter_map(|(before, word)| {
        if OPTIONS.contains(&before) {
            return Some(word);
        }
        let rest = OPTIONS.iter().find_map(|name| word.strip_prefix(name))?;
        Some(rest.strip_prefix('=').unwrap_or(rest))
    });
    options.filter(|option| option.starts_with("link"))
}

/// Whether this process was called as rustc calls the linker that it was told.
pub fn is_called() -> bool {
    let name = env::args_os().next().map(PathBuf::from);
    name.is_some_and(|path| path.ends_with(Path::new(FOLDER).join(NAME)))
}

/// Links, and ends.
pub fn run() -> Result<()> {
    if let Some(mut lld) = lld() {
        // What goes wrong the C compiler will say.
        lld.stdout(Stdio::null()).stderr(Stdio::null());
        if lld.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
    }
    Err(Command::new(NAME)
        .args(env::args_os().skip(1))
        .exec()
        .into())
}

fn lld() -> Option<Command> {
    let words: Vec<String> = env::args_os()
        .skip(1)
        .map(|word| word.into_string().ok().filter(|word| !word.contains('\n')))
        .collect::<Option<_>>()?;
    let program = program(&words)?;
    let (form, parts) = form(&words)?;
    let place = place(&form);
    let told = fs::read_to_string(&place).or_else(|_| ask(&words, &parts, &place));
    let mut command = Command::new(program);
    // One thread: there is little to do.
    command.args(["-flavor", "gnu", "--threads=1"]);
    for word in told.ok()?.lines() {
        if word == OBJECTS {
            command.args(&parts.objects);
        } else {
            command.arg(word.replace(MADE, &parts.made));
        }
    }
    Some(command)
}

/// The lld that the C compiler would come to in the end.
fn program(words: &[String]) -> Option<PathBuf> {
    let choice = words.iter().rfind(|word| word.starts_with(CHOICE))?;
    let folders = words.iter().filter_map(|word| word.strip_prefix("-B"));
    let found = folders
        .map(Path::new)
        .find(|path| path.join("ld.lld").exists())?;
    let lld = found.join(LLD);
    (choice == "-fuse-ld=lld" && lld.exists()).then_some(lld)
}

/// What differs from cell to cell.
#[derive(Debug, PartialEq)]
struct Parts {
    made: String,
    objects: Vec<String>,
}

fn is_object(word: &str) -> bool {
    word.ends_with(".rcgu.o")
}

/// The words without what differs from cell to cell, and what that is.
fn form(words: &[String]) -> Option<(Vec<String>, Parts)> {
    let symbols = words.iter().find(|word| word.ends_with("/symbols.o"))?;
    let parts = Parts {
        made: Path::new(symbols).parent()?.to_str()?.to_owned(),
        objects: words.iter().filter(|one| is_object(one)).cloned().collect(),
    };
    Some((general(words, &parts), parts))
}

fn general(words: &[String], parts: &Parts) -> Vec<String> {
    let mut found: Vec<String> = words
        .iter()
        .map(|word| {
            if is_object(word) {
                OBJECTS.to_owned()
            } else {
                word.replace(&parts.made, MADE)
            }
        })
        .collect();
    found.dedup_by(|one, before| one == OBJECTS && before == OBJECTS);
    found
}

/// The file for how lld is called for words of this form. To be called in the folder of the crate.
fn place(form: &[String]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    (form, MATTERS.map(env::var_os)).hash(&mut hasher);
    Path::new(shortcut::FOLDER).join(format!("{:x}.link", hasher.finish()))
}

/// Asks the C compiler, and keeps what it says.
fn ask(words: &[String], parts: &Parts, place: &Path) -> Result<String> {
    let said = Command::new(NAME).arg("-###").args(words).output()?;
    let said = String::from_utf8(said.stderr)?;
    let command = said.lines().rfind(|line| line.starts_with(' '));
    let command = split(command.context("it named no command")?);
    let words = for_lld(command.get(1..).context("it named no program")?);
    let text = general(&words, parts).join("\n");
    // In the place of one object file there would be none, or all of them twice.
    anyhow::ensure!(text.lines().filter(|word| *word == OBJECTS).count() == 1);
    fs::create_dir_all(shortcut::FOLDER)?;
    let partly = place.with_extension("new");
    fs::write(&partly, &text)?;
    fs::rename(partly, place)?;
    Ok(text)
}

/// The words of a line as the C compiler writes it: in quotes, or without.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = line.chars();
    while let Some(one) = characters.next() {
        match one {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(characters.next()),
            _ => word.get_or_insert_default().push(one),
        }
    }
    words.extend(word);
    words
}

/// Without what is for collect2, or for its plug-in.
fn for_lld(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == PLUGIN {
            words.next();
        } else if !word.starts_with(PLUGIN) && !word.starts_with(CHOICE) {
            kept.push(word.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn two_cells_differ_in_their_object_files_and_in_what_is_made_for_the_call() {
        let one = form(&words(
            "-Wl,--list=/t/rustcA/list /t/rustcA/symbols.o a.rcgu.o -lc",
        ))
        .unwrap();
        let two = form(&words(
            "-Wl,--list=/t/rustcB/list /t/rustcB/symbols.o b.rcgu.o c.rcgu.o -lc",
        ))
        .unwrap();
        assert_eq!(one.0, two.0);
        assert_eq!(two.1.made, "/t/rustcB");
        assert_eq!(two.1.objects, words("b.rcgu.o c.rcgu.o"));
    }

    #[test]
    fn how_to_link_is_said_in_four_spellings() {
        for text in [
            "-C linker=x",
            "-Clinker=x",
            "--codegen linker=x",
            "--codegen=linker=x",
        ] {
            let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
            assert_eq!(options(&words).collect::<Vec<_>>(), ["linker=x"], "{text}");
        }
        let words = ["--crate-name", "linker", "-Copt-level=2"].map(OsString::from);
        assert_eq!(options(&words).count(), 0);
    }

    #[test]
    fn what_the_c_compiler_says_is_read_as_a_shell_would_read_it() {
        let line = r#" /usr/lib/collect2 -shared "-rpath" "\$ORIGIN/a b" -o l.so"#;
        let read = [
            "/usr/lib/collect2",
            "-shared",
            "-rpath",
            "$ORIGIN/a b",
            "-o",
            "l.so",
        ];
        assert_eq!(split(line), read);
    }

    #[test]
    fn lld_gets_nothing_that_is_for_another_program() {
        let said = "-plugin /l.so -plugin-opt=-lgcc --eh-frame-hdr -fuse-ld=lld -o l.so";
        assert_eq!(for_lld(&words(said)), words("--eh-frame-hdr -o l.so"));
    }
}
