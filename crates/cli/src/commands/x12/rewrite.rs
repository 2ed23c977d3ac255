//! The commands that write X12: `ack`, `fix`, `split`, `deidentify` and `make`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use x12::ack::AckOptions;
use x12::edit::{Edit, apply};
use x12::judge::{Options, Snippet, judge};
use x12::make::MakeError;
use x12::number::counted;
use x12::split::SplitBy;
use x12::{Document, Event, Incomplete, Segment, Span, events};

use super::arguments::{Ack, By, Deidentify, Fix, Make, Split};
use super::file::{self, Target};
use super::{failure, overlay, plain, record, rules};
use crate::Done;
use crate::output::{Failure, print};
use crate::source;

/// Far more than any real file has; what is beyond fills the memory and helps nobody.
const ACK_FINDINGS_MAX: usize = 100_000;
/// Shorter keys can be found by trying.
const KEY_BYTES_MIN: usize = 16;
/// The largest number of nine digits.
const CONTROL_MAX: usize = 999_999_999;

pub(super) fn acknowledge(ack: &Ack) -> Result<Done, Failure> {
    let bytes = file::whole(&ack.file)?;
    // TA1 and 999 speak of levels 1 and 2.
    let report = judge(&bytes, Options { level_max: 2, findings_max: ACK_FINDINGS_MAX, ..Options::default() });
    record::warn(&ack.file, &report.record);
    // A set whose errors were only counted would be accepted.
    if report.counts.values().sum::<u64>() > report.findings.len() as u64 {
        let message = format!("`{}` has more than {ACK_FINDINGS_MAX} findings", ack.file.display());
        return Err(failure("I0014", &message, "`covered x12 check` shows the first; correct those, then answer"));
    }
    let Some(header) = headers(&bytes).next() else {
        let message = format!("`{}` holds no interchange to answer", ack.file.display());
        return Err(failure("I0009", &message, "`covered x12 check` says what is wrong with it"));
    };
    let now = source::now();
    let options = AckOptions {
        date: now.date(),
        time: format!("{:02}{:02}", now.hour(), now.minute()),
        control: ack.control,
        production: header.value(15) == b"P",
    };
    let answer = x12::ack::acknowledge(&bytes, &report, &options)
        .map_err(|error| failure(error.code(), &error, "the header of the file cannot be repeated; ask its sender"))?;
    let target =
        Target { out: ack.output.out.as_deref(), inputs: &[&ack.file], replace_input: ack.output.replace_input };
    target.write(&answer)?;
    Ok(Done::Answered)
}

/// The ISA segments.
fn headers(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    events(bytes).filter_map(|event| match event {
        Event::Segment(segment) if segment.id_text() == b"ISA" => Some(segment),
        _ => None,
    })
}

pub(super) fn fix(wanted: &Fix) -> Result<Done, Failure> {
    let bytes = file::whole(&wanted.file)?;
    let edits = x12::fix::fix(&bytes).map_err(|error| {
        failure(error.code(), &error, "right counts would hide what is missing; nothing was written")
    })?;
    let name = source::name(&wanted.file);
    let mut out = if edits.is_empty() { String::new() } else { format!("--- {name}\n+++ {name}, repaired\n") };
    write_hunks(&mut out, &bytes, &edits, wanted.privacy.shows_phi());
    let _ = writeln!(out, "{name}: {}", counted(edits.len() as u64, "repair"));
    if wanted.write.is_some() {
        let target =
            Target { out: wanted.write.as_deref(), inputs: &[&wanted.file], replace_input: wanted.replace_input };
        target.write(&apply(&bytes, &edits))?;
    }
    print(&out)?;
    Ok(if edits.is_empty() || wanted.write.is_some() { Done::Answered } else { Done::FoundErrors })
}

/// The segments that edits change, before and after.
fn write_hunks(out: &mut String, bytes: &[u8], edits: &[Edit], show_phi: bool) {
    let mut edits = edits.iter().peekable();
    for event in events(bytes) {
        let (segment, end) = match &event {
            Event::Segment(segment) => (Some(segment), segment.span().end),
            Event::Notice(notice) => (None, notice.span.end),
        };
        let inside: Vec<&Edit> = std::iter::from_fn(|| edits.next_if(|edit| edit.span.start <= end)).collect();
        let Some(first) = inside.first() else { continue };
        let mut reasons: Vec<&str> = inside.iter().map(|edit| edit.reason.as_str()).collect();
        reasons.dedup();
        let _ = writeln!(out, "@@ byte {}: {} @@", first.span.start, reasons.join("; "));
        match segment {
            Some(segment) => write_hunk(out, segment, &inside, show_phi),
            None => out.push_str("-\n"),
        }
    }
}

fn write_hunk(out: &mut String, segment: &Segment<'_>, edits: &[&Edit], show_phi: bool) {
    let within = |offset: u64| offset - segment.offset;
    let moved: Vec<Edit> = edits
        .iter()
        .map(|edit| Edit {
            span: Span { start: within(edit.span.start), end: within(edit.span.end) },
            ..Edit::clone(edit)
        })
        .collect();
    let repaired = apply(segment.bytes, &moved);
    let place = Span { start: edits[0].span.start, end: edits[0].span.start };
    let _ = writeln!(out, "-{}", Snippet::of(segment, place, show_phi).text);
    let after = segment.with_bytes(&repaired);
    let _ = writeln!(out, "+{}", Snippet::of(&after, place, show_phi).text);
}

pub(super) fn split(wanted: &Split) -> Result<Done, Failure> {
    let bytes = file::whole(&wanted.file)?;
    let document = Document::read(&bytes);
    let (by, word) = match wanted.by {
        By::Claim => (SplitBy::Claim, "claim"),
        By::Payer => (SplitBy::Payer, "payer"),
        By::Provider => (SplitBy::Provider, "provider"),
    };
    let parts = x12::split::split(&document, by, wanted.control)
        .map_err(|error| failure(error.code(), &error, "`covered x12 check` says more; nothing was written"))?;
    if wanted.control as usize + parts.len() > CONTROL_MAX + 1 {
        let message = format!(
            "{} from {} on need control numbers of ten digits",
            counted(parts.len() as u64, "part"),
            wanted.control
        );
        return Err(failure("I0010", &message, "start at a smaller number with --control"));
    }
    // Numbers, not keys: a key is what the file says, and could name any path.
    let path = |index: usize| -> PathBuf { wanted.out.join(format!("{word}-{:04}.edi", index + 1)) };
    let failed = |path: PathBuf| {
        let help = "name a new folder, so that parts of two files never mix";
        move |source| Failure::File { what: "write", path, help, source }
    };
    fs::create_dir_all(&wanted.out).map_err(failed(wanted.out.clone()))?;
    if let Some(taken) = (0..parts.len()).map(path).find(|path| fs::symlink_metadata(path).is_ok()) {
        return Err(failed(taken)(std::io::ErrorKind::AlreadyExists.into()));
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        file::write(&path(index), &part.bytes)?;
        let claims = counted(part.claims as u64, "claim");
        let _ = writeln!(out, "{}: {word} {}, {claims}", path(index).display(), plain(&part.key));
    }
    print(&out)?;
    Ok(Done::Answered)
}

pub(super) fn deidentify(wanted: &Deidentify) -> Result<Done, Failure> {
    let key = file::whole(&wanted.key_file)?;
    let key = key.trim_ascii();
    if key.len() < KEY_BYTES_MIN {
        let message = format!("the key has {}", counted(key.len() as u64, "byte"));
        return Err(failure(
            "I0011",
            &message,
            "put a secret of at least 16 bytes into the key file, and keep it secret",
        ));
    }
    let bytes = file::whole(&wanted.file)?;
    if let Err(Incomplete(found)) = x12::read(&bytes) {
        record::warn(&wanted.file, &found);
        // Only what is read as segments is kept, so next to nothing would be written.
        if found.interchanges == 0 {
            let message = format!("`{}` holds no interchange to take names out of", wanted.file.display());
            return Err(failure(
                "I0009",
                &message,
                "`covered x12 check` says what is wrong with it; nothing was written",
            ));
        }
    }
    let target = Target {
        out: wanted.output.out.as_deref(),
        inputs: &[&wanted.file, &wanted.key_file],
        replace_input: wanted.output.replace_input,
    };
    target.write(&x12::deidentify::deidentify(&bytes, key))?;
    Ok(Done::Answered)
}

pub(super) fn make(wanted: &Make) -> Result<Done, Failure> {
    let made = |made: Result<Vec<u8>, MakeError>| {
        made.map_err(|error| failure(error.code(), &error, "`covered x12 rules` lists them"))
    };
    let overlay = wanted.overlay.as_deref().map(overlay::of).transpose()?;
    let asked = |made: Result<Vec<u8>, MakeError>| {
        made.map_err(|error| failure(error.code(), &error, "`covered x12 rules --overlay` lists its rules"))
    };
    let bytes = match (&wanted.rule, &wanted.keep) {
        (Some(id), _) if let Some(overlay) = &overlay => asked(x12::make::broken_for(overlay, id))?,
        (None, Some(id)) if let Some(overlay) = &overlay => asked(x12::make::kept_for(overlay, id))?,
        (Some(id), _) => made(x12::make::broken(rules::find(id)?.id))?,
        (None, Some(id)) => made(x12::make::kept(rules::find(id)?.id))?,
        (None, None) if wanted.remittance => x12::make::remittance(),
        (None, None) if wanted.receiver => x12::make::receiver().as_bytes().to_vec(),
        (None, None) => x12::make::claims(),
    };
    Target { out: wanted.out.as_deref(), inputs: &[], replace_input: false }.write(&bytes)?;
    Ok(Done::Answered)
}
