use proptest::prelude::*;

use super::csv::safe;

#[test]
fn formulas_become_text() {
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
        assert_eq!(safe(cell), format!("'{cell}"));
    }
    for cell in ["", "1", "a=b", "2026-11-29", "Ada"] {
        assert_eq!(safe(cell), cell);
    }
}

proptest! {
    #[test]
    fn no_cell_begins_a_formula_and_none_is_lost(cell in any::<String>()) {
        let safe = safe(&cell);
        prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        prop_assert!(safe == cell || safe.strip_prefix('\'') == Some(cell.as_str()));
    }
}
