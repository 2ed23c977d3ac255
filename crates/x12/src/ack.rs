//! Answers to a file: TA1 for the interchange, 999 for each functional group.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::judge::{Finding, Report, Severity};
use crate::scan::{Event, events};
use crate::segment::{Segment, SegmentId};
use crate::view::text;
use crate::write::{Envelope, WriteError, Writer};

/// Version of the acknowledgment that is written.
const VERSION: &str = "005010X231A1";

/// One transaction set as the answer needs it.
struct Set {
    code: String,
    control: String,
    version: String,
    /// Its bytes, from ST to the end of SE.
    start: u64,
    end: u64,
}

/// One functional group.
struct Group {
    code: String,
    control: String,
    version: String,
    /// Transaction sets, as GE01 says.
    stated: u64,
    sets: Vec<Set>,
}

/// One interchange.
struct Interchange {
    control: String,
    date: String,
    time: String,
    sender: (String, String),
    receiver: (String, String),
    application: (String, String),
    groups: Vec<Group>,
    closed: bool,
    delimiters: crate::Delimiters,
}

/// When and under which number the answer is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckOptions {
    /// The day of the answer.
    pub date: Date,
    /// The time of the answer, `HHMM`.
    pub time: String,
    /// ISA13 of the first answer; further interchanges count up.
    pub control: u32,
    /// Production, not test.
    pub production: bool,
}

/// Writes the answers to a file: one interchange with TA1 and 999 for each that was read.
///
/// `report` must be the judgment of the same bytes.
///
/// # Errors
/// When a value of the file cannot be written into the answer.
pub fn acknowledge(bytes: &[u8], report: &Report, options: &AckOptions) -> Result<Vec<u8>, WriteError> {
    let mut out = Vec::new();
    for (index, interchange) in outline(bytes).iter().enumerate() {
        let index = u32::try_from(index).expect("interchanges are counted in 32 bits");
        out.extend(answer(interchange, report, options, options.control.wrapping_add(index))?);
    }
    Ok(out)
}

fn answer(
    interchange: &Interchange,
    report: &Report,
    options: &AckOptions,
    control: u32,
) -> Result<Vec<u8>, WriteError> {
    let envelope = Envelope {
        sender: interchange.receiver.clone(),
        receiver: interchange.sender.clone(),
        application_sender: interchange.application.1.clone(),
        application_receiver: interchange.application.0.clone(),
        date: options.date,
        time: options.time.clone(),
        control,
        production: options.production,
        delimiters: interchange.delimiters,
        line_ends: false,
    };
    let (verdict, note) = interchange_verdict(interchange, report);
    let control = &interchange.control;
    let ta1 = [control.as_str(), &interchange.date, &interchange.time, verdict, note];
    if interchange.groups.is_empty() {
        return Writer::interchange_only(envelope, |writer| writer.plain("TA1", &ta1));
    }
    let mut writer = Writer::with_preface(envelope, "FA", VERSION, |writer| writer.plain("TA1", &ta1))?;
    for group in &interchange.groups {
        writer.begin("999", VERSION)?;
        writer.plain("AK1", &[&group.code, &group.control, &group.version])?;
        let mut accepted = 0;
        for set in &group.sets {
            accepted += u64::from(answer_set(&mut writer, set, report)?);
        }
        let received = group.sets.len() as u64;
        let verdict = match accepted {
            _ if received == accepted => "A",
            0 => "R",
            _ => "P",
        };
        let counts = [group.stated, received, accepted].map(|count| count.to_string());
        writer.plain("AK9", &[verdict, &counts[0], &counts[1], &counts[2]])?;
        writer.end()?;
    }
    writer.finish()
}

/// Answers one transaction set and says whether it is accepted.
fn answer_set(writer: &mut Writer, set: &Set, report: &Report) -> Result<bool, WriteError> {
    writer.plain("AK2", &[&set.code, &set.control, &set.version])?;
    let mut by_segment: BTreeMap<(u64, &str), Vec<&Finding>> = BTreeMap::new();
    let mut reasons = Vec::new();
    for finding in &report.findings {
        let inside = finding.span.start >= set.start && finding.span.start < set.end;
        // 999 speaks of syntax and requirement; balance and codes are for other answers.
        if !inside || finding.severity != Severity::Error || finding.rule.level > 2 {
            continue;
        }
        if let Some(reason) = trailer_reason(finding.rule.id) {
            reasons.push(reason);
        } else if finding.position > 0 {
            let segment = finding.missing.unwrap_or(&finding.segment);
            if segment.is_empty() {
                // What has no identifier cannot be named; the set is refused all the same.
                reasons.push("5");
                continue;
            }
            by_segment.entry((finding.position, segment)).or_default().push(finding);
        }
    }
    let rejected = !by_segment.is_empty() || !reasons.is_empty();
    for ((position, segment), findings) in by_segment {
        let position = position.to_string();
        let loop_name = findings[0].loop_path.rsplit('/').next().unwrap_or_default();
        let code = findings.iter().map(|finding| segment_reason(finding)).min().unwrap_or("8");
        writer.plain("IK3", &[segment, &position, loop_name.get(..loop_name.len().min(4)).unwrap_or(""), code])?;
        for finding in findings {
            if let Some(element) = finding.element.filter(|_| code == "8") {
                let mut place = vec![element.to_string()];
                place.extend(finding.component.map(|component| component.to_string()));
                let parts: Vec<&str> = place.iter().map(String::as_str).collect();
                let fields = [crate::write::Field::Parts(&parts), "".into(), element_reason(finding).into()];
                writer.segment("IK4", &fields)?;
            }
        }
    }
    if rejected {
        reasons.push("5");
        reasons.dedup();
        let mut fields = vec!["R"];
        fields.extend(reasons.iter().take(5));
        writer.plain("IK5", &fields)?;
    } else {
        writer.plain("IK5", &["A"])?;
    }
    Ok(!rejected)
}

/// Why a segment is wrong (X12 data element 620).
fn segment_reason(finding: &Finding) -> &'static str {
    match finding.rule.id {
        "X1021" | "X2001" => "1",
        "X2002" | "X2003" => "2",
        "X2007" => "3",
        "X2005" => "5",
        "X2008" => "I7",
        "X2004" | "X2006" => "7",
        _ => "8",
    }
}

/// Why an element is wrong (X12 data element 621).
fn element_reason(finding: &Finding) -> &'static str {
    match finding.rule.id {
        "X2009" => "1",
        "X2016" => "2",
        "X1036" | "X1040" => "3",
        "X1026" => "4",
        "X1025" => "5",
        "X1023" | "X1027" => "6",
        "X2010" => "7",
        "X1028" => "8",
        "X1029" => "9",
        _ => "I12",
    }
}

/// Why a set as a whole is wrong (X12 data element 618).
fn trailer_reason(rule: &str) -> Option<&'static str> {
    match rule {
        "X1011" | "X1005" => Some("2"),
        "X1014" => Some("3"),
        "X1013" => Some("4"),
        "X1032" => Some("23"),
        _ => None,
    }
}

/// Verdict and note code on the interchange (TA104, TA105).
fn interchange_verdict(interchange: &Interchange, report: &Report) -> (&'static str, &'static str) {
    let broken = |rule: &str| report.counts.contains_key(rule);
    if !interchange.closed {
        return ("R", "023");
    }
    match () {
        () if broken("X1018") => ("E", "001"),
        () if broken("X1017") => ("E", "021"),
        () if broken("X1034") => ("E", "025"),
        () => ("A", "000"),
    }
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");

fn owned(segment: &Segment<'_>, element: usize) -> String {
    text(segment.value(element)).into_owned()
}

/// The envelopes of a file.
fn outline(bytes: &[u8]) -> Vec<Interchange> {
    let mut interchanges: Vec<Interchange> = Vec::new();
    for event in events(bytes) {
        let Event::Segment(segment) = event else { continue };
        if segment.id() == ISA {
            interchanges.push(opened(&segment));
            continue;
        }
        let Some(interchange) = interchanges.last_mut() else { continue };
        match segment.id() {
            IEA => interchange.closed = true,
            GS => {
                if interchange.groups.is_empty() {
                    interchange.application = (owned(&segment, 2), owned(&segment, 3));
                }
                interchange.groups.push(Group {
                    code: owned(&segment, 1),
                    control: owned(&segment, 6),
                    version: owned(&segment, 8),
                    stated: 0,
                    sets: Vec::new(),
                });
            }
            id => {
                let Some(group) = interchange.groups.last_mut() else { continue };
                in_group(group, id, &segment);
            }
        }
    }
    interchanges
}

fn opened(segment: &Segment<'_>) -> Interchange {
    Interchange {
        control: owned(segment, 13),
        date: owned(segment, 9),
        time: owned(segment, 10),
        sender: (owned(segment, 5), owned(segment, 6)),
        receiver: (owned(segment, 7), owned(segment, 8)),
        application: (owned(segment, 6), owned(segment, 8)),
        groups: Vec::new(),
        closed: false,
        delimiters: answering(segment.delimiters),
    }
}

/// The sender's separators, with one for repetitions, which version 00501 asks for.
fn answering(delimiters: crate::Delimiters) -> crate::Delimiters {
    let free = b"^!`|".iter().copied().find(|byte| !delimiters.contains(*byte));
    crate::Delimiters { repetition: delimiters.repetition.or(free), ..delimiters }
}

fn in_group(group: &mut Group, id: SegmentId, segment: &Segment<'_>) {
    match id {
        GE => {
            group.stated = crate::number::count(segment.value(1)).unwrap_or(group.sets.len() as u64);
        }
        ST => group.sets.push(Set {
            code: owned(segment, 1),
            control: owned(segment, 2),
            version: owned(segment, 3),
            start: segment.offset,
            end: u64::MAX,
        }),
        _ => {
            let Some(set) = group.sets.last_mut().filter(|set| set.end == u64::MAX) else { return };
            if id == SE {
                set.end = segment.span().end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::judge::{Options, RULES, judge};
    use crate::view::{Acknowledgment, Interchange as Answer};

    fn answered(bytes: &[u8]) -> Vec<u8> {
        let options = AckOptions { date: date(2026, 8, 6), time: "0800".to_owned(), control: 7, production: false };
        acknowledge(bytes, &judge(bytes, Options::default()), &options).unwrap()
    }

    #[test]
    fn every_answer_is_itself_without_fault() {
        for rule in RULES.iter().filter(|rule| rule.id != "X1006") {
            let answer = answered(&crate::make::broken(rule.id).unwrap());
            let report = judge(&answer, Options::default());
            assert!(report.findings.is_empty() || answer.is_empty(), "{}: {:?}", rule.id, report.findings);
        }
    }

    #[test]
    fn a_clean_file_is_accepted() {
        let answer = answered(&crate::make::claims());
        let document = crate::Document::read(&answer);
        let first = document.tree.transactions().next().and_then(Acknowledgment::of).unwrap();
        assert_eq!((first.verdict(), first.counts()), (b"A".as_slice(), Some([1, 1, 1])));
        let ta1 = Answer::of(document.tree.segment(1)).unwrap();
        assert_eq!((ta1.control(), ta1.verdict()), (b"000000001".as_slice(), b"A".as_slice()));
    }

    #[test]
    fn a_missing_segment_is_named_with_its_place() {
        let answer = answered(&crate::make::broken("X2007").unwrap());
        let document = crate::Document::read(&answer);
        let first = document.tree.transactions().next().and_then(Acknowledgment::of).unwrap();
        let response = first.responses().next().unwrap();
        let error = response.segment_errors().next().unwrap();
        assert_eq!((error.id(), error.reason()), (b"N4".as_slice(), b"3".as_slice()));
        assert_eq!((first.verdict(), response.verdict()), (b"R".as_slice(), b"R".as_slice()));
    }

    #[test]
    fn an_element_is_named_with_its_place() {
        let answer = answered(&crate::make::broken("X1028").unwrap());
        let document = crate::Document::read(&answer);
        let first = document.tree.transactions().next().and_then(Acknowledgment::of).unwrap();
        let error = first.responses().next().unwrap().segment_errors().next().unwrap();
        let element = error.element_errors().next().unwrap();
        assert_eq!((error.id(), element.element(), element.reason()), (b"DTP".as_slice(), Some(3), b"8".as_slice()));
    }
}
