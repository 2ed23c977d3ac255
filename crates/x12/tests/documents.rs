//! Documents that are made from the code, kept in step with it.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use x12::judge::{Asked, OVERLAYS, Options, Overlay, OverlayRule, RECEIVER_RULES, RULES, Severity, judge};

fn rules_page() -> String {
    let mut page = String::from(
        "# X12: the rules\n\n\
        Made from `crates/x12/src/judge/rules.rs`; `COVERED_BLESS=1 cargo test -p x12 --test documents` writes it anew.\n\
        The first digit is the SNIP level. `covered x12 make --break RULE` makes a file that breaks exactly that rule, and\n\
        `--keep RULE` one that comes near to it and breaks none. A receiver's overlay changes severities (`X4018 off`) and adds\n\
        demands (`require 2300 REF*F8 when CLM05-3 7,8`), rules X7001 to X7005, without code; `make --receiver` writes an example.\n\
        Below are the rules of the overlays that come with the program: `check --overlay NAME`.\n\n\
        | rule | severity | what is wrong | what to do | source |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in RULES.iter().chain(RECEIVER_RULES) {
        let severity = rule.severity.as_str();
        writeln!(page, "| `{}` | {severity} | {} | {} | {} |", rule.id, rule.title, rule.next_step, rule.source)
            .expect("text can be written to");
    }
    for (name, text) in OVERLAYS {
        let overlay = Overlay::parse(text).expect("overlays of the program are right");
        let receiver = &overlay.rules()[0].asked.receiver;
        write!(
            page,
            "\n## `{name}`: {receiver}\n\n| rule | what is wrong | what to do | source |\n| --- | --- | --- | --- |\n"
        )
        .expect("text can be written to");
        for OverlayRule { asked, .. } in overlay.rules() {
            let Asked { rule, says, next_step, source, address, section, quote, read, .. } = &**asked;
            let read = read.expect("a rule says when it was read");
            writeln!(
                page,
                "| `{rule}` | {says} | {next_step} | [{source}]({address}), {section}: \u{201c}{quote}\u{201d}; read {read} |"
            )
            .expect("text can be written to");
        }
    }
    page
}

#[test]
fn the_page_of_rules_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/x12-rules.md");
    if std::env::var_os("COVERED_BLESS").is_some() {
        fs::write(&path, rules_page()).expect("the page can be written");
    }
    assert_eq!(fs::read_to_string(&path).expect("the page is there"), rules_page());
}

#[test]
fn an_overlay_changes_the_judgment() {
    let bytes = x12::make::broken("X4018").expect("the rule exists");
    let with = |text| {
        let overlay = Overlay::parse(text).expect("the overlay is right");
        judge(&bytes, Options { overlay, ..Options::default() })
    };
    let usual = with("");
    assert_eq!((usual.errors, usual.warnings), (0, 1));
    let strict = with("X4018 error");
    assert_eq!((strict.errors, strict.findings[0].severity), (1, Severity::Error));
    assert_eq!(with("X4018 off").findings, Vec::new());
}

#[test]
fn a_level_can_be_asked_for() {
    let level = |level_max, rule| {
        let bytes = x12::make::broken(rule).expect("the rule exists");
        judge(&bytes, Options { level_max, ..Options::default() }).findings.len()
    };
    assert_eq!((level(2, "X3001"), level(3, "X3001")), (0, 1));
    assert_eq!((level(4, "X5003"), level(5, "X5003")), (0, 1));
}
