//! The segments of a JPEG file, as far as telling whether its end is there.

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// Whether the picture's own end comes: the one of a small copy within the metadata does not count. What follows the end is another
/// picture or a film, and is not looked at.
pub(super) fn has_end(file: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // A marker: any number of 0xff, and a byte that is none.
        if file.get(at) != Some(&0xff) {
            return false;
        }
        while file.get(at) == Some(&0xff) {
            at += 1;
        }
        let Some(marker) = file.get(at) else { return false };
        at += 1;
        match marker {
            &END_OF_IMAGE => return true,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd8 => {}
            marker => {
                let Some([high, low]) = file.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([*high, *low]));
                if *marker == START_OF_SCAN {
                    at = end_of_scan(file, at);
                }
            }
        }
    }
}

/// Where the compressed pixels end: at a marker that is neither a restart nor a 0xff that was masked.
fn end_of_scan(file: &[u8], mut at: usize) -> usize {
    while let Some(byte) = file.get(at) {
        match (byte, file.get(at + 1)) {
            (0xff, Some(0x00 | 0xd0..=0xd7)) => at += 2,
            (0xff, _) => return at,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::has_end;

    #[test]
    fn the_end_of_a_small_copy_within_does_not_count() {
        let whole = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9, 0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd9];
        assert!(has_end(&whole));
        for end in 0..whole.len() {
            assert!(!has_end(&whole[..end]), "{end}");
        }
    }

    #[test]
    fn several_scans_have_one_end() {
        let whole = [
            0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd3, 2, 0xff, 0xc4, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 2, 9, 0xff,
            0xff, 0xd9,
        ];
        assert!(has_end(&whole));
        assert!(!has_end(&whole[..21]));
    }
}
