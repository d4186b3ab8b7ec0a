//! Errors as rustc gives them, shown in the lines of the cell.

use ariadne::{Config, Label, Report, ReportKind, sources};
use evcxr::{CompilationError, Error, Theme};
use serde_json::Value;

use crate::protocol::Failure;

pub fn failures(error: &Error, source: &str) -> Vec<Failure> {
    match error {
        Error::CompilationErrors(errors) => errors.iter().map(|one| failure(one, source)).collect(),
        other => vec![Failure::plain(other.to_string())],
    }
}

fn failure(error: &CompilationError, source: &str) -> Failure {
    Failure {
        code: error.code().unwrap_or_default().to_owned(),
        message: error.message(),
        report: report(error, source).unwrap_or_else(|| error.rendered()),
    }
}

fn report(error: &CompilationError, source: &str) -> Option<String> {
    if !error.is_from_user_code() {
        return None;
    }
    let name = "cell".to_owned();
    let report = error.build_report(name.clone(), source.to_owned(), Theme::Light)?;
    let mut text = Vec::new();
    let shown = sources([(name, source.to_owned())]);
    report.write(shown, &mut text).ok()?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    for help in error.help() {
        text.push_str("help: ");
        text.push_str(&help);
        text.push('\n');
    }
    Some(text)
}

/// The warnings of rustc about code of the cell, in its lines; `said` is what rustc wrote, one JSON
/// object a line (see "JSON output" in the rustc book). evcxr tells errors only.
pub fn warnings(said: &str, source: &str) -> Vec<String> {
    said.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|one: &Value| one["level"] == "warning")
        .filter_map(|one| warning(&one, source))
        .collect()
}

fn warning(one: &Value, source: &str) -> Option<String> {
    let span = one["spans"]
        .as_array()?
        .iter()
        .find(|span| span["is_primary"] == true)?;
    // Around the cell is code of evcxr, of which nobody wants to be warned.
    let text = span["text"][0]["text"].as_str()?;
    let at = line_start(source, text)?;
    let column = |name: &str| usize::try_from(span["text"][0][name].as_u64()?.checked_sub(1)?).ok();
    let from = at
        + text
            .chars()
            .take(column("highlight_start")?)
            .map(char::len_utf8)
            .sum::<usize>();
    let to = at
        + text
            .chars()
            .take(column("highlight_end")?)
            .map(char::len_utf8)
            .sum::<usize>();
    let message = one["message"].as_str()?;
    let label = span["label"].as_str().unwrap_or(message);
    let place = ("cell".to_owned(), from..to);
    let mut written = Vec::new();
    Report::build(ReportKind::Warning, place.clone())
        .with_config(Config::default().with_index_type(ariadne::IndexType::Byte))
        .with_message(message)
        .with_label(Label::new(place).with_message(label))
        .finish()
        .write(
            sources([("cell".to_owned(), source.to_owned())]),
            &mut written,
        )
        .ok()?;
    Some(String::from_utf8_lossy(&written).into_owned())
}

/// Where a line of the cell begins, a byte; none when it is no line of the cell.
fn line_start(source: &str, line: &str) -> Option<usize> {
    let mut at = 0;
    for one in source.split_inclusive('\n') {
        if one.trim_end_matches('\n') == line && !line.trim().is_empty() {
            return Some(at);
        }
        at += one.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = r#"{"level":"warning","message":"unused result","spans":[{"is_primary":true,
"label":null,"text":[{"text":"é; f();","highlight_start":4,"highlight_end":7}]}]}"#;

    #[test]
    fn a_warning_is_shown_in_the_line_of_the_cell() {
        let said = SAID.replace('\n', "");
        let shown = warnings(&said, "let x = 1;\né; f();\n").remove(0);
        assert!(shown.contains("unused result"), "{shown}");
        assert!(shown.contains("cell:2:4"), "{shown}");
        assert!(warnings(&said, "let x = 1;\n").is_empty());
    }
}
