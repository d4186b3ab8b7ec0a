//! What every notebook has before its first cell.
//!
//! It is in modules of its own: rustc compiles a module apart from the cell, and not again while it
//! stays the same.

/// Names the configuration in which only a crate's own way to show a value is there.
pub const OWN: &str = "patina_own";

/// How results are shown. Without this trait evcxr compiles every last expression twice: it first
/// tries `evcxr_display`, and then Debug. Where a crate's trait shows the value, too, rustc cannot say
/// which is meant, and is asked again without ours (see [`crate::rustc`]).
pub fn display(format: &str) -> String {
    format!(
        r#"
pub mod patina_display {{
    #![allow(unexpected_cfgs)]
    pub trait PatinaDisplay {{ fn evcxr_display(&self); }}
    #[cfg(not({OWN}))]
    impl<T: std::fmt::Debug + ?Sized> PatinaDisplay for T {{
        fn evcxr_display(&self) {{
            if std::any::type_name::<T>() != "()" {{ show(&self) }}
        }}
    }}
    fn show(value: &dyn std::fmt::Debug) {{
        println!("EVCXR_BEGIN_CONTENT text/plain\n{format}\nEVCXR_END_CONTENT", value)
    }}
}}
pub use patina_display::PatinaDisplay;
"#
    )
}

/// `patina_flush` is for the kernel: a line without an end stays in the buffer of stdout. Of
/// `patina_crates` tells [`crate::together`].
pub const TOOLS: &str = r#"
pub mod patina_tools {
    #![allow(unexpected_cfgs)]
    #[cfg(patina_crates)]
    extern crate patina_crates as _;
    pub fn patina_content(mime: &str, text: &str) {
        println!("EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT")
    }
    pub fn patina_html(html: &str) { patina_content("text/html", html) }
    pub fn patina_svg(svg: &str) { patina_content("image/svg+xml", svg) }
    pub fn patina_input(prompt: &str) -> String {
        println!("EVCXR_INPUT_REQUEST:{prompt}");
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line);
        line.trim_end_matches('\n').to_owned()
    }
    #[unsafe(no_mangle)]
    pub extern "C" fn patina_flush() {
        let _ = std::io::Write::flush(&mut std::io::stdout());
    }
}
pub use patina_tools::{patina_content, patina_html, patina_svg, patina_input};
"#;
