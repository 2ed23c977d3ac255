//! Photographs and papers as they come in: told apart by what they hold, and pictures written anew.
//!
//! A picture from a telephone says where and when it was taken, with which device, and sometimes shows a small copy of what was cut away.
//! None of it is kept: the pixels are decoded, turned upright and written again, and nothing but the pixels comes through. What came is
//! remembered by its SHA-256, so that a file in somebody's hand can be shown to be the one that was captured.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{ColorType, DynamicImage, ImageDecoder, Limits};
use sha2::{Digest as _, Sha256};

use crate::Phi;

mod jpeg;
mod keep;

pub use keep::About;
pub(crate) use keep::{CONTENT, place, row_hash};

/// A photograph of 50 megapixels has about 20 MB; a scanned paper of a dozen pages has fewer.
pub const BYTES_MAX: usize = 32 << 20;

/// The cameras of telephones take 50 megapixels.
pub const PIXELS_MAX: u64 = 64_000_000;

/// A picture that is longer is a strip that no camera takes and no page shows.
pub const SIDE_PIXELS_MAX: u32 = 16_384;

/// What decoding may ask for: the pixels at 16 bits and four channels, once more to turn them, and room to work.
const DECODING_BYTES_MAX: u64 = PIXELS_MAX * 8 * 2 + (64 << 20);

/// A photograph that is written anew loses a little each time; at this quality a skin lesion keeps its border and its texture.
const JPEG_QUALITY: u8 = 92;

/// The end of a PDF is looked for in so many last bytes, as readers of PDF do.
const PDF_END_BYTES: usize = 1024;

/// What is taken, by what it holds and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// A photograph.
    Jpeg,
    /// A picture without loss.
    Png,
    /// A paper.
    Pdf,
}

impl MediaType {
    /// As HTTP names it.
    pub const fn word(self) -> &'static str {
        match self {
            MediaType::Jpeg => "image/jpeg",
            MediaType::Png => "image/png",
            MediaType::Pdf => "application/pdf",
        }
    }

    /// The ending of a file that holds it.
    pub const fn extension(self) -> &'static str {
        match self {
            MediaType::Jpeg => "jpg",
            MediaType::Png => "png",
            MediaType::Pdf => "pdf",
        }
    }

    /// What HTTP's name of it means here.
    pub fn from_word(word: &str) -> Option<MediaType> {
        [MediaType::Jpeg, MediaType::Png, MediaType::Pdf].into_iter().find(|media_type| media_type.word() == word)
    }

    fn of(content: &[u8]) -> Option<MediaType> {
        const BEGINNINGS: [(&[u8], MediaType); 3] = [
            (&[0xff, 0xd8, 0xff], MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n", MediaType::Png),
            (b"%PDF-", MediaType::Pdf),
        ];
        BEGINNINGS.iter().find(|(beginning, _)| content.starts_with(beginning)).map(|(_, media_type)| *media_type)
    }
}

/// Why a file was not taken. It says nothing of what the file shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Another kind of file.
    #[error("the file is no JPEG, PNG or PDF, whatever its name says")]
    Kind,
    /// Too many bytes.
    #[error("the file has {found} bytes, and at most {BYTES_MAX} are taken")]
    Bytes {
        /// How many it has.
        found: usize,
    },
    /// Too many pixels, before any was decoded.
    #[error(
        "the picture has {width} × {height} pixels, and at most {PIXELS_MAX} are taken, {SIDE_PIXELS_MAX} on a side"
    )]
    Pixels {
        /// From left to right.
        width: u32,
        /// From top to bottom.
        height: u32,
    },
    /// Its end is missing.
    #[error("the file breaks off before its end")]
    Truncated,
    /// Several pictures in one.
    #[error("the picture moves, and one picture is kept")]
    Animated,
    /// It begins like what it should be, and is not.
    #[error("the file is damaged, or of a form that is not read here")]
    Damaged,
}

impl DocumentError {
    /// A code that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            DocumentError::Kind => "S101",
            DocumentError::Bytes { .. } => "S102",
            DocumentError::Pixels { .. } => "S103",
            DocumentError::Truncated => "S104",
            DocumentError::Animated => "S105",
            DocumentError::Damaged => "S106",
        }
    }

    /// What to do now.
    pub const fn next_step(&self) -> &'static str {
        match self {
            DocumentError::Kind => "save it as JPEG, PNG or PDF with the program that made it",
            DocumentError::Bytes { .. } | DocumentError::Pixels { .. } => "save it smaller",
            DocumentError::Truncated => "send it again; it did not arrive whole",
            DocumentError::Animated => "save the one picture that matters",
            DocumentError::Damaged => "open it with another program and save it again",
        }
    }
}

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// What it is.
    pub media_type: MediaType,
    /// What is kept.
    pub content: Phi<Vec<u8>>,
    /// SHA-256 of what came in.
    pub captured_sha256: [u8; 32],
    /// SHA-256 of what is kept.
    pub kept_sha256: [u8; 32],
    /// Width and height of a picture, upright.
    pub pixels: Option<(u32, u32)>,
}

impl Capture {
    /// Takes a file in. This computes for as long as a large picture needs: a server does it apart from what waits for others.
    ///
    /// # Errors
    /// When it is too large, of another kind, damaged or not whole. Limits are checked before a pixel is decoded.
    pub fn new(file: &[u8]) -> Result<Capture, DocumentError> {
        if file.len() > BYTES_MAX {
            return Err(DocumentError::Bytes { found: file.len() });
        }
        let media_type = MediaType::of(file).ok_or(DocumentError::Kind)?;
        let (content, pixels) = match media_type {
            MediaType::Jpeg => anew(media_type, photograph(file)?)?,
            MediaType::Png => anew(media_type, picture(file)?)?,
            MediaType::Pdf => (paper(file)?.to_vec(), None),
        };
        let [captured_sha256, kept_sha256] = [file, &content].map(|bytes| Sha256::digest(bytes).into());
        Ok(Capture { media_type, content: Phi::new(content), captured_sha256, kept_sha256, pixels })
    }
}

fn photograph(file: &[u8]) -> Result<DynamicImage, DocumentError> {
    // The decoder paints what is missing grey, and half a photograph is no evidence.
    if !jpeg::has_end(file).map_err(|jpeg::TooManyScans| DocumentError::Damaged)? {
        return Err(DocumentError::Truncated);
    }
    upright(JpegDecoder::new(Cursor::new(file)).map_err(|_| DocumentError::Damaged)?)
}

fn picture(file: &[u8]) -> Result<DynamicImage, DocumentError> {
    let decoder = PngDecoder::with_limits(Cursor::new(file), limits()).map_err(|error| damage(&error))?;
    if decoder.is_apng().map_err(|_| DocumentError::Damaged)? {
        return Err(DocumentError::Animated);
    }
    upright(decoder)
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODING_BYTES_MAX);
    limits
}

fn upright(mut decoder: impl ImageDecoder) -> Result<DynamicImage, DocumentError> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX || width.max(height) > SIDE_PIXELS_MAX {
        return Err(DocumentError::Pixels { width, height });
    }
    if pixels == 0 {
        return Err(DocumentError::Damaged);
    }
    decoder.set_limits(limits()).map_err(|error| damage(&error))?;
    // What cannot be read of the metadata turns nothing.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| damage(&error))?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn damage(error: &image::ImageError) -> DocumentError {
    match error {
        image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            DocumentError::Truncated
        }
        _ => DocumentError::Damaged,
    }
}

type Anew = (Vec<u8>, Option<(u32, u32)>);

/// Nothing but pixels goes into it.
fn anew(media_type: MediaType, image: DynamicImage) -> Result<Anew, DocumentError> {
    let pixels = (image.width(), image.height());
    let mut content = Vec::new();
    let written = match media_type {
        MediaType::Png => image.write_with_encoder(PngEncoder::new(&mut content)),
        _ => {
            let image = match image.color() {
                ColorType::L8 | ColorType::Rgb8 => image,
                ColorType::L16 | ColorType::La8 | ColorType::La16 => DynamicImage::ImageLuma8(image.into_luma8()),
                _ => DynamicImage::ImageRgb8(image.into_rgb8()),
            };
            image.write_with_encoder(JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY))
        }
    };
    written.map_err(|_| DocumentError::Damaged)?;
    Ok((content, Some(pixels)))
}

/// A paper is kept as it came: it is signed as it is, and to write it anew would need to understand all of PDF.
fn paper(file: &[u8]) -> Result<&[u8], DocumentError> {
    let version = file.get(5..8).ok_or(DocumentError::Truncated)?;
    if !matches!(version, [b'1' | b'2', b'.', b'0'..=b'9']) {
        return Err(DocumentError::Damaged);
    }
    let end = &file[file.len().saturating_sub(PDF_END_BYTES)..];
    for mark in [&b"startxref"[..], b"%%EOF"] {
        if !end.windows(mark.len()).any(|window| window == mark) {
            return Err(DocumentError::Truncated);
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests;
