//! What every notebook has before its first cell.

/// How results are shown. Without this trait evcxr compiles every last expression twice: it first
/// tries `evcxr_display`, and then Debug.
pub fn display(format: &str) -> String {
    format!(
        r#"
pub trait PatinaDisplay {{ fn evcxr_display(&self); }}
impl<T: std::fmt::Debug + ?Sized> PatinaDisplay for T {{
    fn evcxr_display(&self) {{
        if std::any::type_name::<T>() != "()" {{
            println!("EVCXR_BEGIN_CONTENT text/plain\n{format}\nEVCXR_END_CONTENT", self)
        }}
    }}
}}
"#
    )
}

/// `patina_flush` is for the kernel: a line without an end stays in the buffer of stdout.
pub const TOOLS: &str = r#"
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
"#;
