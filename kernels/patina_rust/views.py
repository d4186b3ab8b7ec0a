"""How values of types that are not std's are shown: by a function that is compiled for them, once.

It is compiled as an item of a cell that is never run and of which the state forgets. Whether a type
is `Debug` is decided by rustc: of two methods of the same name it takes that which needs fewer
references (autoref specialization), and the one for `Debug` needs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FUNCTION = "patina_view"
NOT_DEBUG = "not Debug"
ADVICE = "put #[derive(Debug)] before its type, and its values are shown"
# Told as a length: there is a value, and no text of it.
NO_TEXT = -2

_ITEMS = """
struct PatinaView<'a, T: ?Sized>(&'a T);
struct PatinaText(String);
impl std::fmt::Write for PatinaText {{
    fn write_str(&mut self, text: &str) -> std::fmt::Result {{
        for letter in text.chars() {{
            if self.0.len() > {limit} {{ return Err(std::fmt::Error); }}
            self.0.push(letter);
        }}
        Ok(())
    }}
}}
trait PatinaViewDebug {{ fn patina_view(&self) -> Option<String>; }}
impl<T: std::fmt::Debug + ?Sized> PatinaViewDebug for &PatinaView<'_, T> {{
    fn patina_view(&self) -> Option<String> {{
        let mut text = PatinaText(String::new());
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{{:?}}", self.0));
        Some(text.0)
    }}
}}
trait PatinaViewOther {{ fn patina_view(&self) -> Option<String>; }}
impl<T: ?Sized> PatinaViewOther for PatinaView<'_, T> {{
    fn patina_view(&self) -> Option<String> {{ None }}
}}
#[unsafe(no_mangle)]
pub unsafe extern "C" fn patina_view(
    store: *const std::collections::HashMap<String, Box<dyn std::any::Any>>,
    row: extern "C" fn(*const u8, usize, *const u8, usize, isize),
) {{
    let Some(store) = (unsafe {{ store.as_ref() }}) else {{ return }};
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    for (name, value) in store {{
        let tell = |view: &dyn Fn() -> Option<String>| {{
            let view = std::panic::catch_unwind(std::panic::AssertUnwindSafe(view));
            let (text, length) = match view {{
                Ok(Some(text)) => (text, -1),
                Ok(None) => (String::new(), {no_text}),
                Err(_) => ("its Debug panics".to_owned(), -1),
            }};
            row(name.as_ptr(), name.len(), text.as_ptr(), text.len(), length);
        }};
{types}    }}
    std::panic::set_hook(hook);
}}
"""
_TYPE = """        if let Some(one) = value.downcast_ref::<{kind}>() {{
            tell(&|| (&&PatinaView(one)).patina_view());
            continue;
        }}
"""

_TYPES = re.compile(r"\b(?:struct|enum|union|type|mod|macro_rules)\b|^\s*:dep\b", re.MULTILINE)


def may_redefine(code: str, items: Iterable[str]) -> bool:
    """Whether a cell may make another type of one that there is, which a view would take for it.

    rustc numbers types by their names, so that the two cannot be told apart when the cell has run.
    """
    words = set(re.findall(r"\w+", code))
    return bool(_TYPES.search(code)) and (":dep" in code or any(item in words for item in items))


def cell(kinds: Iterable[str], limit: int) -> str:
    """Return the cell for these types; a text ends after so many bytes."""
    types = "".join(_TYPE.format(kind=kind) for kind in sorted(kinds))
    return _ITEMS.format(types=types, limit=limit, no_text=NO_TEXT)
