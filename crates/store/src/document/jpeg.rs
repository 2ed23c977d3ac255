//! The segments of a JPEG file, as far as telling whether its end is there.

const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;

/// A camera writes one scan, a program that refines the picture step by step some ten. Each goes over the whole picture once more, and a
/// file of a few megabytes can hold a hundred thousand.
const SCANS_MAX: usize = 100;

/// Decoding would take hours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooManyScans;

/// Whether the picture's own end comes: the one of a small copy within the metadata does not count. What follows the end is another
/// picture or a film, and is not looked at.
///
/// # Errors
/// If there are more scans than any program writes.
pub(super) fn has_end(file: &[u8]) -> Result<bool, TooManyScans> {
    let (mut at, mut scans) = (2, 0);
    loop {
        // A marker: any number of 0xff, and a byte that is none.
        if file.get(at) != Some(&0xff) {
            return Ok(false);
        }
        while file.get(at) == Some(&0xff) {
            at += 1;
        }
        let Some(marker) = file.get(at) else { return Ok(false) };
        at += 1;
        match marker {
            &END_OF_IMAGE => return Ok(true),
            // Markers that stand alone.
            0x01 | 0xd0..=0xd8 => {}
            marker => {
                let Some([high, low]) = file.get(at..at + 2) else { return Ok(false) };
                at += usize::from(u16::from_be_bytes([*high, *low]));
                if *marker == START_OF_SCAN {
                    scans += 1;
                    if scans > SCANS_MAX {
                        return Err(TooManyScans);
                    }
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
    use super::*;

    #[test]
    fn the_end_of_a_small_copy_within_does_not_count() {
        let whole = [0xff, 0xd8, 0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9, 0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd9];
        assert_eq!(has_end(&whole), Ok(true));
        for end in 0..whole.len() {
            assert_eq!(has_end(&whole[..end]), Ok(false), "{end}");
        }
    }

    #[test]
    fn several_scans_have_one_end() {
        let whole = [
            0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0xd3, 2, 0xff, 0xc4, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 2, 9, 0xff,
            0xff, 0xd9,
        ];
        assert_eq!(has_end(&whole), Ok(true));
        assert_eq!(has_end(&whole[..21]), Ok(false));
    }

    #[test]
    fn a_file_of_very_many_scans_is_refused() {
        let of = |scans: usize| {
            let mut file = vec![0xff, 0xd8];
            file.extend([0xff, 0xda, 0, 2, 1].repeat(scans));
            file.extend([0xff, 0xd9]);
            file
        };
        assert_eq!(has_end(&of(SCANS_MAX)), Ok(true));
        assert_eq!(has_end(&of(SCANS_MAX + 1)), Err(TooManyScans));
    }
}
