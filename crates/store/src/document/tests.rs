use image::{GenericImageView as _, ImageEncoder as _, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

use super::*;

/// What telephones write beside the pixels.
const PLANTED: &str = "PLANTED 12 Invented Street 40.0N 75.0W";

/// Exif that says how the telephone was held, and where.
fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(PLANTED.as_bytes());
    exif
}

/// Red above green, 16 × 32: lying on its side it is 32 × 16.
fn pixels() -> RgbImage {
    RgbImage::from_fn(16, 32, |_, y| if y < 16 { Rgb([250, 10, 10]) } else { Rgb([10, 250, 10]) })
}

fn png(orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    encoder.set_icc_profile(PLANTED.as_bytes().to_vec()).unwrap();
    pixels().write_with_encoder(encoder).unwrap();
    file
}

fn jpeg(orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    pixels().write_with_encoder(encoder).unwrap();
    // A comment after the beginning, and what some telephones hang on behind the end.
    let comment = [&[0xff, 0xfe, 0, PLANTED.len() as u8 + 2], PLANTED.as_bytes()].concat();
    file.splice(2..2, comment);
    file.extend_from_slice(PLANTED.as_bytes());
    file
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n".to_vec()
}

fn holds(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

#[test]
fn nothing_but_the_pixels_comes_through() {
    for (file, format) in [(jpeg(1), ImageFormat::Jpeg), (png(1), ImageFormat::Png)] {
        assert!(holds(&file, PLANTED.as_bytes()) || format == ImageFormat::Png, "the test planted something");
        let capture = Capture::new(&file).unwrap();
        let content = capture.content.reveal();
        for part in [&b"PLANTED"[..], b"Invented", b"Exif", b"eXIf", b"iCCP", b"ICC_PROFILE"] {
            assert!(!holds(content, part), "{format:?} holds {}", part.escape_ascii());
        }
        assert_eq!(image::guess_format(content).unwrap(), format);
        assert_eq!(capture.pixels, Some((16, 32)));
        assert_eq!(capture.captured_sha256, <[u8; 32]>::from(Sha256::digest(&file)));
        assert_eq!(capture.kept_sha256, <[u8; 32]>::from(Sha256::digest(content)));
    }
}

#[test]
fn a_picture_is_turned_before_its_exif_is_lost() {
    // Held so that the top of the scene is at the right: 6 turns it by a quarter.
    for (file, media_type) in [(jpeg(6), MediaType::Jpeg), (png(6), MediaType::Png)] {
        let capture = Capture::new(&file).unwrap();
        assert_eq!((capture.media_type, capture.pixels), (media_type, Some((32, 16))));
        let image = image::load_from_memory(capture.content.reveal()).unwrap();
        let (left, right) = (image.get_pixel(2, 8), image.get_pixel(29, 8));
        assert!(left[1] > 200 && left[0] < 60, "green is left: {left:?}");
        assert!(right[0] > 200 && right[1] < 60, "red is right: {right:?}");
    }
}

#[test]
fn png_keeps_every_pixel_and_writes_the_same_again() {
    let capture = Capture::new(&png(1)).unwrap();
    assert_eq!(image::load_from_memory(capture.content.reveal()).unwrap().into_rgb8(), pixels());
    assert_eq!(Capture::new(capture.content.reveal()).unwrap().kept_sha256, capture.kept_sha256);
}

/// A PNG that says that it is this large, with hardly a pixel in it.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut file = png(1);
    let mut header = b"IHDR".to_vec();
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&file[24..29]);
    let crc = crc32(&header);
    file.splice(12..29, header);
    file.splice(29..33, crc.to_be_bytes());
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn limits_are_checked_before_a_pixel_is_decoded() {
    for (width, height) in [(60_000, 60_000), (16_385, 1), (9_000, 9_000), (1, 65_000)] {
        assert_eq!(Capture::new(&claims(width, height)), Err(DocumentError::Pixels { width, height }));
    }
    assert!(Capture::new(&claims(u32::MAX, u32::MAX)).is_err());
    let found = BYTES_MAX + 1;
    assert_eq!(Capture::new(&vec![0xff; found]), Err(DocumentError::Bytes { found }));
}

#[test]
fn a_file_is_what_it_holds() {
    for file in [
        &b""[..],
        b"\xff\xd8",
        b"GIF89a\x01\0\x01\0",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" %PDF-1.7",
        b"MZ\x90",
    ] {
        assert_eq!(Capture::new(file), Err(DocumentError::Kind), "{}", file.escape_ascii());
    }
    let paper = Capture::new(&pdf()).unwrap();
    assert_eq!((paper.media_type, paper.pixels), (MediaType::Pdf, None));
    assert_eq!((paper.content.reveal(), paper.captured_sha256), (&pdf(), paper.kept_sha256));
    assert_eq!(Capture::new(b"%PDF-x.y startxref %%EOF"), Err(DocumentError::Damaged));
    for media_type in [MediaType::Jpeg, MediaType::Png, MediaType::Pdf] {
        assert_eq!(MediaType::from_word(media_type.word()), Some(media_type));
    }
}

#[test]
fn a_picture_that_moves_is_refused() {
    let mut file = png(1);
    // An animation says so between the header and the pixels.
    let mut control = b"acTL\0\0\0\x01\0\0\0\0".to_vec();
    let crc = crc32(&control);
    control.extend_from_slice(&crc.to_be_bytes());
    file.splice(33..33, [8_u32.to_be_bytes().as_slice(), &control].concat());
    assert_eq!(Capture::new(&file), Err(DocumentError::Animated));
}

#[test]
fn half_a_file_is_never_taken() {
    let hung_on = PLANTED.len();
    let (jpeg, png, pdf) = (jpeg(6), png(6), pdf());
    for file in [&jpeg[..jpeg.len() - hung_on], &png, &pdf[..pdf.len() - 1]] {
        Capture::new(file).unwrap();
        for end in 0..file.len() {
            // The last chunk of a PNG holds nothing: without it, every pixel is there.
            let all_pixels_are_there = file[..end].starts_with(b"\x89PNG") && end > file.len() - 16;
            assert!(Capture::new(&file[..end]).is_err() || all_pixels_are_there, "{end} of {}", file.len());
        }
    }
}

#[test]
fn errors_have_codes_of_their_own() {
    let all = [
        DocumentError::Kind,
        DocumentError::Bytes { found: 1 },
        DocumentError::Pixels { width: 1, height: 1 },
        DocumentError::Truncated,
        DocumentError::Animated,
        DocumentError::Damaged,
    ];
    let mut codes: Vec<_> = all.iter().map(DocumentError::code).collect();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn anything_may_follow_a_good_beginning(beginning in 0..3_usize, rest in proptest::collection::vec(any::<u8>(), 0..400)) {
        let beginning: &[u8] = [&[0xff, 0xd8, 0xff, 0xe0][..], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"%PDF-1.4"][beginning];
        let _ = Capture::new(&[beginning, &rest].concat());
    }

    #[test]
    fn whatever_is_changed_what_is_kept_opens(is_png in any::<bool>(), changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = if is_png { png(3) } else { jpeg(3) };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(capture) = Capture::new(&file) {
            let again = image::load_from_memory(capture.content.reveal()).unwrap();
            prop_assert_eq!(Some(again.dimensions()), capture.pixels);
            prop_assert!(!holds(capture.content.reveal(), b"PLANTED"));
        }
    }
}
