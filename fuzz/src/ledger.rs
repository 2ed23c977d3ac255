//! The ledger and the conflicts of a library.

use library::{conflicts, ledger as reader};
use policy::diagnostic::Sources;

use crate::{is_plain, print};

/// Reads a ledger, writes its rows and reads them again; then reads the same text as conflicts.
///
/// # Panics
/// If a step panics, if a finding has no place in the text, if a control character reaches the terminal, or if a row that was read
/// is another one when it is written and read again.
pub fn ledger(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut sources = Sources::default();
    let source = sources.add("fuzz", text.clone());
    let mut findings = Vec::new();
    let ledger = reader::read(source, &text, &mut findings);
    print(&findings, &sources);

    let mut written = "row,payer,grade,dated,homes,why\n".to_owned();
    for row in ledger.rows() {
        let homes: Vec<String> = row.homes.iter().map(ToString::to_string).collect();
        let cells = [&row.key.to_string(), &row.payer, "", &row.dated, &homes.join(" "), &row.why].map(quoted);
        written.push_str(&format!("{}\n", cells.join(",")));
    }
    let mut again = Vec::new();
    let reread = reader::read(source, &written, &mut again);
    let of = |ledger: &reader::Ledger| -> Vec<_> {
        ledger
            .rows()
            .iter()
            .map(|row| (row.key.clone(), row.payer.clone(), row.homes.clone(), row.why.clone()))
            .collect()
    };
    assert_eq!(of(&ledger), of(&reread), "a row changed when it was written and read again");

    let mut findings = Vec::new();
    let conflicts = conflicts::read(source, &text, &mut findings);
    print(&findings, &sources);
    assert!(conflicts.iter().all(|conflict| is_plain(conflict.state.word())));
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}
