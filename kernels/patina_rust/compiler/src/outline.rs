//! A state as one cell: what is needed to make it anew, and to complete names in it.
//!
//! evcxr keeps the parts of a state to itself; `Debug` shows them all. Its version is pinned, and a
//! test makes an outline of a real state.

use std::fmt::Debug;

/// Returns code that makes the state when it is compiled in the state before the first cell. Its
/// variables are never made: the code is not to be run.
pub fn of(state: &impl Debug, variables: &[(String, String)], prelude: &[String]) -> String {
    let text = format!("{state:?}");
    let mut cell = String::new();
    for (name, config) in dependencies(&text) {
        cell += &[":dep ", &name, " = ", &config, "\n"].concat();
    }
    for part in ["attributes: {", "items_by_name: {", "unnamed_items: ["] {
        for code in codes(field(&text, part)) {
            if !prelude.contains(&code) {
                cell.push_str(code.trim_end());
                cell.push('\n');
            }
        }
    }
    let states = field(&text, " variable_states: {");
    for (name, kind) in variables {
        let mutable = states.contains(&format!(
            "{name:?}: VariableState {{ type_name: {kind:?}, is_mut: true"
        ));
        let word = if mutable { "let mut" } else { "let" };
        cell += &[word, " ", name, ": ", kind, " = unimplemented!();\n"].concat();
    }
    cell
}

/// The code of all items, as it is in a state; what comes with every notebook is told by it.
pub fn items(state: &impl Debug) -> Vec<String> {
    let text = format!("{state:?}");
    ["items_by_name: {", "unnamed_items: ["]
        .iter()
        .flat_map(|part| codes(field(&text, part)))
        .collect()
}

/// The names and versions of the crates that were asked for.
pub fn crates(state: &impl Debug) -> Vec<String> {
    let text = format!("{state:?}");
    let mut found: Vec<String> = dependencies(&text)
        .map(|(name, config)| format!("{name} = {config}"))
        .collect();
    found.sort();
    found
}

fn dependencies(text: &str) -> impl Iterator<Item = (String, String)> {
    let field = field(text, "external_deps: {").to_owned();
    let names: Vec<String> = after(&field, "ExternalCrate { name: ");
    let configs: Vec<String> = after(&field, "\", config: ");
    names.into_iter().zip(configs)
}

/// The part between an opening bracket, with which `start` ends, and the closing one; `start` is a
/// field of the outermost structure, not a text that looks like one.
fn field<'a>(text: &'a str, start: &str) -> &'a str {
    let mut depth = 0;
    let mut letters = text.char_indices();
    let mut from = None;
    while let Some((index, letter)) = letters.next() {
        if depth == 1 && from.is_none() && text[index..].starts_with(start) {
            from = Some(index + start.len());
        }
        match letter {
            '"' => skip_text(&mut letters),
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        match from {
            Some(from) if depth == 1 && index >= from => return &text[from..index],
            _ => {}
        }
    }
    ""
}

fn skip_text(letters: &mut impl Iterator<Item = (usize, char)>) {
    while let Some((_, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '"' => return,
            _ => {}
        }
    }
}

fn codes(field: &str) -> Vec<String> {
    after(field, ", code: ")
}

/// The texts (as `Debug` has them) that follow a mark.
fn after(field: &str, mark: &str) -> Vec<String> {
    let quoted = format!("{mark}\"");
    field
        .match_indices(&quoted)
        .map(|(at, _)| unquoted(&field[at + quoted.len()..]))
        .collect()
}

/// Reads a text up to its closing quote, as `Debug` of `str` writes it.
fn unquoted(text: &str) -> String {
    let mut made = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some('n') => made.push('\n'),
                Some('t') => made.push('\t'),
                Some('r') => made.push('\r'),
                Some('0') => made.push('\0'),
                Some('u') => made.extend(unicode(&mut letters)),
                Some(other) => made.push(other),
                None => {}
            },
            other => made.push(other),
        }
    }
    made
}

/// `{1f600}`, after `\u`.
fn unicode(letters: &mut impl Iterator<Item = char>) -> Option<char> {
    let digits: String = letters
        .skip(1)
        .take_while(|letter| *letter != '}')
        .collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_as_debug_writes_it() {
        for text in ["", "a \"b\" \\ {\n}\t", "\u{1f600} \u{7} é", "'x'"] {
            let shown = format!("{text:?}");
            assert_eq!(unquoted(&shown[1..]), text);
        }
    }

    #[test]
    fn brackets_in_texts_end_no_field() {
        let text = "x { a: [\"]\", \"\\\"]b: {\"], b: {1: [2]} }";
        assert_eq!(field(text, "a: ["), "\"]\", \"\\\"]b: {\"");
        assert_eq!(field(text, "b: {"), "1: [2]");
        assert_eq!(field(text, "c: {"), "");
    }
}
