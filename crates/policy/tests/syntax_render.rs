//! How diagnostics are printed, beyond what the reports in `tests/policy/bad` show.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use policy::diagnostic::{Diagnostic, Severity, Sources, Style, codes, render, render_all};
use policy::span::{SourceId, Span};

fn find(text: &str, part: &str) -> Span {
    let start = u32::try_from(text.find(part).unwrap()).unwrap();
    Span::new(start, start + u32::try_from(part.len()).unwrap())
}

fn diagnostic(severity: Severity, message: &str) -> Diagnostic {
    Diagnostic::new(&codes::syntax::UNIT, severity, message)
}

const PLAIN: Style = Style { width: 60, colour: false };

#[test]
fn several_places_in_several_files() {
    let mut sources = Sources::default();
    let (a, b) = ("rank lcd\nscope mac J5\n", "rank lcd\n\n\n\n\n\n\n\n\nscope mac J5 J8\n");
    let (first, second) = (sources.add("a.cov", a), sources.add("b.cov", b));
    let text = render(
        &diagnostic(Severity::Warning, "two policies overlap")
            .at(first, find(a, "J5"), "here")
            .at(first, find(a, "lcd"), "")
            .at(second, find(b, "J5"), "and here")
            .help("remove `J5` from one of them, or end the older one, so that no visit has two answers"),
        &sources,
        PLAIN,
    );
    let expected = "\
warning[P0027]: two policies overlap
   ┌─ a.cov:2:11
 1 │ rank lcd
   │      ---
 2 │ scope mac J5
   │           ^^ here
   ┌─ b.cov:10:11
10 │ scope mac J5 J8
   │           -- and here
   = help: remove `J5` from one of them, or end the older
           one, so that no visit has two answers
";
    assert_eq!(text, expected);
}

#[test]
fn colours_only_on_request() {
    let mut sources = Sources::default();
    let source = sources.add("a.cov", "rank lcd\n");
    let note = diagnostic(Severity::Note, "a note").at(source, Span::new(5, 8), "this").help("nothing");
    let plain = render(&note, &sources, PLAIN);
    let coloured = render(&note, &sources, Style { colour: true, ..PLAIN });
    assert!(!plain.contains('\x1b'));
    assert!(coloured.contains("\x1b[1;34mnote[P0027]\x1b[0m"));
    let mut stripped = String::new();
    for (index, part) in coloured.split('\x1b').enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn a_label_over_several_lines_is_marked_on_its_first() {
    let mut sources = Sources::default();
    let source = sources.add("a.cov", "covered when all\n  a: b\n");
    let text = render(&diagnostic(Severity::Error, "m").at(source, Span::new(8, 20), ""), &sources, PLAIN);
    assert_eq!(text, "error[P0027]: m\n  ┌─ a.cov:1:9\n1 │ covered when all\n  │         ^^^^^^^^\n");
}

#[test]
fn places_that_do_not_exist_are_moved_or_left_out() {
    let mut sources = Sources::default();
    let source = sources.add("a.cov", "é");
    let outside =
        diagnostic(Severity::Error, "m").at(source, Span::new(1, 90), "").at(SourceId(7), Span::new(0, 1), "");
    assert_eq!(render(&outside, &sources, PLAIN), "error[P0027]: m\n  ┌─ a.cov:1:1\n1 │ é\n  │ ^\n");
    let nowhere = diagnostic(Severity::Error, "m");
    assert_eq!(render_all(&[nowhere.clone(), nowhere], &sources, PLAIN), "error[P0027]: m\n\nerror[P0027]: m\n");
}

#[test]
fn nothing_in_a_file_or_message_steers_the_terminal() {
    let mut sources = Sources::default();
    let source = sources.add("a\x1b[2J.cov", "x \x1b[31m \u{202e} y");
    let text = render(&diagnostic(Severity::Error, "`\x07`").at(source, Span::new(0, 1), "\r"), &sources, PLAIN);
    assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
    assert!(!text.contains('\u{202e}'));
}

#[test]
fn a_long_line_is_cut_around_the_label() {
    let mut sources = Sources::default();
    let line = format!("{}HERE{}", "a ".repeat(5_000), " b".repeat(5_000));
    let source = sources.add("a.cov", line.as_str());
    let text = render(&diagnostic(Severity::Error, "m").at(source, find(&line, "HERE"), ""), &sources, PLAIN);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 60), "{text}");
    let column = |line: &str, part: &str| line.chars().count() - line.split_once(part).unwrap().1.chars().count();
    assert_eq!(column(lines[2], "HERE"), column(lines[3], "^^^^"));
    assert_eq!(lines[1], "  ┌─ a.cov:1:10001");
}
