//! Errors as rustc gives them, shown in the lines of the cell.

use ariadne::sources;
use evcxr::{CompilationError, Error, Theme};

use crate::protocol::Failure;

pub fn failures(error: &Error, source: &str) -> Vec<Failure> {
    match error {
        Error::CompilationErrors(errors) => errors.iter().map(|one| failure(one, source)).collect(),
        other => vec![plain(other.to_string())],
    }
}

fn plain(message: String) -> Failure {
    Failure {
        code: String::new(),
        report: message.clone(),
        message,
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
