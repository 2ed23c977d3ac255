//! Places survive the way to an editor's count and back.

use lsp::{Lines, Position};
use proptest::prelude::*;

proptest! {
    #[test]
    fn there_and_back(text in "[a-z\u{e4}\u{4e2d}\u{1F600}\n\t \"]{0,80}") {
        let lines = Lines::new(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            prop_assert_eq!(lines.offset(lines.position(offset)), offset);
        }
    }

    #[test]
    fn any_place_is_in_the_text(text in "[a-z\u{e4}\u{1F600}\r\n]{0,40}", line in any::<u32>(), character in any::<u32>()) {
        for (line, character) in [(line, character), (line % 5, character % 20)] {
            let offset = Lines::new(&text).offset(Position { line, character });
            prop_assert!(text.is_char_boundary(offset));
        }
    }

    /// UTF-16 as the standard library counts it.
    #[test]
    fn characters_are_units_of_utf_16(line in "[a-z\u{e4}\u{4e2d}\u{1F600}\u{10FFFF}]{0,40}") {
        let lines = Lines::new(&line);
        let units = u32::try_from(line.encode_utf16().count()).unwrap_or(u32::MAX);
        prop_assert_eq!(lines.position(line.len()), Position { line: 0, character: units });
    }
}
