//! The states: every cell reads, every gate compiles, and none blocks that may not.

#![expect(clippy::unwrap_used, reason = "a test stops where its data cannot be read")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use codes::StateCode;
use library::Library;
use library::states::{Permits, Strength};

fn library() -> Library {
    Library::embedded().unwrap()
}

fn codes(library: &Library) -> Vec<StateCode> {
    library.states().codes().collect()
}

#[test]
fn fifty_one_jurisdictions_with_the_same_cells() {
    let library = library();
    let codes = codes(&library);
    assert_eq!(codes.len(), 51);
    let mut names: BTreeMap<Vec<String>, Vec<StateCode>> = BTreeMap::new();
    for code in codes {
        let (state, tables) = library.state(code).unwrap().unwrap();
        let ids: Vec<String> = state.cells.iter().map(|cell| cell.id.clone()).collect();
        assert_eq!(ids.len(), tables.cells.len(), "{code}");
        names.entry(ids).or_default().push(code);
    }
    assert_eq!(names.len(), 1, "states with other cells: {names:?}");
    assert!(library.state(StateCode::PR).unwrap().is_none());
}

#[test]
fn every_gate_of_every_state_compiles() {
    let library = library();
    let mut gates = 0;
    for code in codes(&library) {
        for gate in library.gates_of_state(code).unwrap() {
            let entry =
                gate.entry().unwrap_or_else(|findings| panic!("{}: {findings:?}\n{}", gate.path(), gate.text()));
            library
                .compile(&[entry])
                .unwrap_or_else(|findings| panic!("{}: {findings:?}\n{}", gate.path(), gate.text()));
            assert_eq!(gate.header().rank, "gate_lawful");
            gates += 1;
        }
    }
    assert!(gates > 500, "{gates}");
}

/// Who may give a peel was read apart from the other cells: each with its own day and a quote, or not known.
#[test]
fn what_is_known_of_peels_is_quoted() {
    let library = library();
    let (mut known, mut unknown) = (0, 0);
    for code in codes(&library) {
        let (state, tables) = library.state(code).unwrap().unwrap();
        for cell in state.cells.iter().filter(|cell| cell.id.starts_with("peel.")) {
            if !cell.is_known {
                assert_eq!(cell.value.to_string(), "unknown", "{code} {}", cell.id);
                unknown += 1;
                continue;
            }
            known += 1;
            assert!(cell.was_read, "{code} {}", cell.id);
            let source = tables.source(cell.source.as_ref().unwrap()).unwrap();
            assert_eq!(Some(source.kind), cell.basis, "{code} {}", cell.id);
            assert!(tables.read_day(source).is_some(), "{code} {}", cell.id);
            let note = cell.note.as_ref().unwrap();
            assert!(note.matches('"').count() >= 2, "{code} {}: {note}", cell.id);
        }
    }
    assert_eq!((known, unknown), (29, 277));
}

/// What is not known is asked, and never a "no".
#[test]
fn an_unknown_peel_is_asked() {
    let library = library();
    let (texas, tables) = library.state(StateCode::TX).unwrap().unwrap();
    let act = tables.act("peel").unwrap();
    assert_eq!(tables.rule(texas, act, "RN").permits, Permits::Ask);
    let gates = library.gates_of_state(StateCode::TX).unwrap();
    let gate = gates.iter().find(|gate| gate.header().id == "state/TX/peel/RN").unwrap();
    assert!(gate.text().contains("\nallowed when all\n  confirmed:"), "{}", gate.text());
    assert!(gate.text().contains("ask the board that licenses the person, or counsel: which acids"), "{}", gate.text());
    let (connecticut, _) = library.state(StateCode::CT).unwrap().unwrap();
    assert_eq!(tables.rule(connecticut, act, "RN").permits, Permits::Yes);
    assert_eq!(tables.rule(texas, act, "aesthetician").permits, Permits::Conditional);
}

/// A "no" blocks where it rests on the state's own text or its agency's, and nowhere else.
#[test]
fn a_gate_blocks_only_on_solid_cells() {
    let library = library();
    for code in codes(&library) {
        let (state, tables) = library.state(code).unwrap().unwrap();
        let gates = library.gates_of_state(code).unwrap();
        for act in tables.acts.iter().filter(|act| act.services.is_some()) {
            for license in library.licenses().all() {
                let rule = tables.rule(state, act, &license.id);
                let id = format!("state/{code}/{}/{}", act.id, license.id);
                let text = gates.iter().find(|gate| gate.header().id == id).map(|gate| gate.text());
                let blocks = text.is_some_and(|text| text.contains("\nnot allowed as clinician always"));
                let asks = text.is_some_and(|text| text.contains("\nallowed when a"));
                let warns = text.is_some_and(|text| text.contains("\nallowed always"));
                match (rule.permits, rule.strength) {
                    (Permits::No, Strength::Solid) => {
                        let cell = rule.cell.unwrap();
                        assert_eq!(blocks, cell.policy.is_none() && cell.asks_because.is_none(), "{id}");
                        assert_ne!(blocks, asks, "{id}");
                    }
                    (Permits::No | Permits::Conditional, _) => assert!(asks && !blocks, "{id}"),
                    (Permits::Yes | Permits::Delegated, Strength::Solid) => assert!(text.is_none(), "{id}"),
                    (Permits::Yes | Permits::Delegated, _) => assert!(warns, "{id}"),
                    (Permits::Ask, _) => assert!(!blocks && !warns, "{id}"),
                }
            }
        }
    }
}

/// A practice whose owner is not allowed cannot bill, where that rests on the state's own text or its agency's.
#[test]
fn an_owner_blocks_only_on_a_solid_cell() {
    let library = library();
    let mut blocking = 0;
    for code in codes(&library) {
        let (state, tables) = library.state(code).unwrap().unwrap();
        let gates = library.gates_of_state(code).unwrap();
        for owner in &tables.owners {
            let cell = state.cell(&owner.cell).unwrap();
            let id = format!("state/{code}/own/{}", owner.id);
            let text = gates.iter().find(|gate| gate.header().id == id).map(|gate| gate.text());
            let blocks = text.is_some_and(|text| text.contains("\nnot allowed as site always"));
            let no = cell.is_known && tables.permits(cell) == Permits::No;
            assert_eq!(blocks, no && cell.strength() == Strength::Solid, "{id}");
            blocking += usize::from(blocks);
        }
    }
    assert_eq!(blocking, 8, "CA, CO, IL, MI, NY, NC, TN, TX on lay owners");
}

/// The policies that cells name exist and are gates.
#[test]
fn policies_of_cells_exist() {
    let library = library();
    let mut named = 0;
    for code in codes(&library) {
        let (state, _) = library.state(code).unwrap().unwrap();
        for cell in &state.cells {
            let Some(id) = &cell.policy else { continue };
            named += 1;
            let found = library.policies().all().iter().find(|policy| policy.header().id == *id);
            let found = found.unwrap_or_else(|| panic!("{code} {}: no policy `{id}`", cell.id));
            assert_eq!(found.header().rank, "gate_lawful", "{id}");
            assert_eq!(cell.strength(), Strength::Solid, "{code} {}", cell.id);
        }
    }
    assert!(named > 15, "{named}");
}

/// Whatever stands in a cell, the library that holds it says so or refuses it; adding a rule needs no Rust.
#[test]
fn a_changed_cell_changes_the_gate() {
    let folder = Folder(std::env::temp_dir().join(format!("library-states-{}", std::process::id())));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    copy(&source, &folder.0, "policies");
    let with = |cell: &str| {
        let path = folder.0.join("states/FL.toml");
        let text = std::fs::read_to_string(source.join("states/FL.toml")).unwrap();
        let line = |line: &str| match line.split_once("= {") {
            Some((name, _)) if line.starts_with("\"injection.lpn\"") => format!("{name}= {{{cell} }}\n"),
            _ => format!("{line}\n"),
        };
        std::fs::write(&path, text.lines().map(line).collect::<String>()).unwrap();
        let library = Library::from_dir(&folder.0).unwrap();
        let gates = library.gates_of_state(StateCode::FL).unwrap();
        gates.iter().find(|gate| gate.header().id == "state/FL/inject/LPN").map(|gate| gate.text().to_owned())
    };
    let solid =
        with(r#" value = "no", confidence = "read", basis = "primary", source = "fl_458348", note = "s. 1.2: none""#);
    let solid = solid.unwrap();
    assert!(solid.contains("not allowed as clinician always"), "{solid}");
    assert!(solid.contains("source   \"s. 1.2\" \"https://syfert.com"), "{solid}");
    let weak = with(r#" value = "no", confidence = "read", basis = "vendor", source = "fl_adv""#).unwrap();
    assert!(weak.contains("allowed when all") && weak.contains("digest"), "{weak}");
    assert!(with(r#" value = "yes", confidence = "read", basis = "agency", source = "fl_458348""#).is_none());
    let path = folder.0.join("states/FL.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("value = \"yes\"", "value = \"perhaps\"", 1)).unwrap();
    let refused = Library::from_dir(&folder.0).unwrap_err().to_string();
    assert!(refused.contains("error[L0005]: `perhaps` is no value of"), "{refused}");
}

fn copy(from: &Path, to: &Path, skip: &str) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if path.is_dir() && name != skip {
            copy(&path, &to.join(name), skip);
        } else if path.is_file() {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A folder that is removed when it goes out of scope.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
