//! Every policy of the library is read, checked and compiled, and every example in it is run.
//!
//! `POLICIES=aetna cargo test -p library --test policies` looks only at files whose path holds `aetna`.

use library::Library;
use policy::ast::{Atom, CodeItem, ExprKind, PolicyFile, ValueSet, value_key};
use policy::diagnostic::{Diagnostic, Severity, Style, render_all};

fn wanted(path: &str) -> bool {
    std::env::var("POLICIES").map_or(true, |part| path.contains(&part))
}

fn embedded() -> Library {
    match Library::embedded() {
        Ok(library) => library,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_policy_is_sound_and_every_example_gives_what_it_expects() {
    let library = embedded();
    let is_wanted = |finding: &Diagnostic| {
        let path = finding.labels.first().and_then(|label| library.sources().name(label.source));
        path.is_none_or(wanted)
    };
    let mut findings: Vec<Diagnostic> = library.check().into_iter().filter(is_wanted).collect();
    let mut passed = 0;
    let files = library.policies().all().iter().filter(|policy| wanted(policy.path()));
    for entry in files.filter_map(|policy| policy.entry().ok()) {
        // What the compiler has to say is among the findings already.
        if library.compile(std::slice::from_ref(&entry)).is_ok() {
            let report = policy::example::run(&entry, &library.context());
            passed += report.passed;
            findings.extend(report.findings);
        }
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let text = render_all(&findings, library.sources(), Style::default());
    assert_eq!(errors, 0, "\n{text}\n{passed} examples pass, {errors} errors");
    println!("{text}\n{passed} examples pass");
}

#[test]
fn the_quick_look_at_a_file_leaves_out_no_more_than_its_parsed_header() {
    let library = embedded();
    for policy in library.policies().all() {
        let (Ok(rules), Ok(whole)) = (policy.rules(), policy.entry()) else { continue };
        let (header, file, path) = (policy.header(), &rules.file, policy.path());
        assert!(file.examples.is_empty() && !whole.file.examples.is_empty(), "{path}");
        assert_eq!(header.id, file.id.value, "{path}");
        assert_eq!(header.title, file.title.value, "{path}");
        assert_eq!(header.rank, file.rank.value, "{path}");
        assert_eq!(header.from, file.dates.from.map(|day| day.value), "{path}");
        assert_eq!(header.until, file.dates.until.map(|day| day.value), "{path}");
        for (names, fact) in [(&header.classes, "payer_class"), (&header.payers, "payer"), (&header.macs, "mac")] {
            let Some(names) = names else { continue };
            let scope = scope_values(file, fact);
            assert!(scope.is_some_and(|scope| scope.iter().all(|value| names.contains(value))), "{path}: {fact}");
        }
        let Some(services) = &header.services else { continue };
        assert!(!file.applies.any, "{path}");
        for item in &file.applies.items.codes.items {
            let spoken_of = |code: &String| services.codes.contains(code.parse().expect("the parser read it"));
            let all = match &item.value {
                CodeItem::Code(code) => spoken_of(code),
                CodeItem::Range { first, last } => spoken_of(first) && spoken_of(last),
                CodeItem::List(_) => false,
            };
            assert!(all, "{path}: {:?}", item.value);
        }
        for treatment in &file.applies.items.treatments {
            assert!(services.treatments.contains(&value_key(&treatment.value)), "{path}: {}", treatment.value);
        }
    }
}

/// The values that a term of the scope lists for a fact.
fn scope_values(file: &PolicyFile, fact: &str) -> Option<Vec<String>> {
    file.scope.iter().find_map(|term| match &term.kind {
        ExprKind::Atom(Atom::In { fact: name, negated: false, set: ValueSet::Values(values) })
            if name.value == fact =>
        {
            Some(values.iter().map(|value| value_key(&value.text)).collect())
        }
        _ => None,
    })
}
