//! Example files: one that breaks no rule, and for each rule one that breaks exactly that.
//!
//! Everybody in them is invented.

mod breaks;
mod draft;
mod keeps;

use codes::Cents;
pub(crate) use draft::Change;
use jiff::civil::{Date, date};
use thiserror::Error;

use crate::emit::{ClaimFile, NewAdjudication, NewAdjustment, NewClaim, NewLine, NewParty, NewPriorPayer};
use crate::write::{Envelope, Writer};
use crate::{Delimiters, judge};

/// The day the examples are made.
const MADE: Date = date(2026, 8, 5);

/// The day of the services in them.
const SERVED: Date = date(2026, 8, 3);

/// An NPI whose check digit is right; CMS uses it as an example.
const EXAMPLE_NPI: &str = "1234567893";

/// Why no example can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MakeError {
    /// No such rule.
    #[error("there is no rule `{0}`; `X3001` is one")]
    Rule(String),
    /// No such rule in an overlay.
    #[error("the overlay has no rule `{0}`")]
    OverlayRule(String),
    /// A rule of an overlay that does not say how to change the example.
    #[error("the rule `{rule}` has no line that begins with `{word}`")]
    NoChange {
        /// Its name.
        rule: String,
        /// `break` or `keep`.
        word: &'static str,
    },
    /// A change to a segment that the example does not have.
    #[error("the rule `{rule}` changes a segment that starts with `{start}`; the example has none")]
    NoSegment {
        /// The rule's name.
        rule: String,
        /// How the segment would start.
        start: String,
    },
}

impl MakeError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rule(_) => "X0301",
            Self::OverlayRule(_) => "X0302",
            Self::NoChange { .. } => "X0303",
            Self::NoSegment { .. } => "X0304",
        }
    }
}

/// A file that breaks the rule `id`, and no other.
///
/// # Errors
/// When there is no such rule.
pub fn broken(id: &str) -> Result<Vec<u8>, MakeError> {
    judge::rule(id).and_then(|rule| breaks::of(rule.id)).ok_or_else(|| MakeError::Rule(id.to_owned()))
}

/// A file that comes near to breaking the rule `id` and breaks none: where a rule has a threshold or a condition, the file
/// stands on the right side of it.
///
/// # Errors
/// When there is no such rule.
pub fn kept(id: &str) -> Result<Vec<u8>, MakeError> {
    judge::rule(id).map(|rule| keeps::of(rule.id)).ok_or_else(|| MakeError::Rule(id.to_owned()))
}

/// A file that breaks the rule `name` of an overlay, and no other.
///
/// # Errors
/// When there is no such rule, it says no change to the example, or the example cannot be changed so.
pub fn broken_for(overlay: &judge::Overlay, name: &str) -> Result<Vec<u8>, MakeError> {
    changed(overlay, name, "break")
}

/// A file that comes near to breaking the rule `name` of an overlay and breaks none.
///
/// # Errors
/// As [`broken_for`].
pub fn kept_for(overlay: &judge::Overlay, name: &str) -> Result<Vec<u8>, MakeError> {
    changed(overlay, name, "keep")
}

fn changed(overlay: &judge::Overlay, name: &str, word: &'static str) -> Result<Vec<u8>, MakeError> {
    let rule = overlay.rules().iter().find(|rule| rule.asked.rule == name);
    let rule = rule.ok_or_else(|| MakeError::OverlayRule(name.to_owned()))?;
    let changes = if word == "break" { &rule.breaks } else { &rule.keeps };
    if changes.is_empty() {
        return Err(MakeError::NoChange { rule: name.to_owned(), word });
    }
    let example = if rule.set.as_deref() == Some("835") { remittance() } else { claims() };
    let mut draft = draft::Draft::new(&example);
    for change in changes {
        draft.change(change).map_err(|start| MakeError::NoSegment { rule: name.to_owned(), start })?;
    }
    draft.recount();
    Ok(draft.bytes())
}

/// The demands of an invented receiver, which [`claims`] meet: an example of an overlay. The files that break the rules of
/// receivers do so for this one.
#[must_use]
pub fn receiver() -> &'static str {
    include_str!("make/receiver.txt")
}

/// A claim file that breaks no rule.
#[must_use]
pub fn claims() -> Vec<u8> {
    claim_file(example_claims()).write().expect("the example's values hold no separator")
}

/// A remittance that breaks no rule and answers [`claims`].
#[must_use]
pub fn remittance() -> Vec<u8> {
    let mut writer = Writer::new(envelope(), "HP", "005010X221A1").expect("the example fits the header");
    writer.begin("835", "005010X221A1").expect("the example's values hold no separator");
    for line in REMITTANCE.lines() {
        let mut values = line.trim().split('*');
        let id = values.next().expect("a line starts with its segment");
        let composites: Vec<Vec<&str>> = values.map(|value| value.split(':').collect()).collect();
        let fields: Vec<_> = composites.iter().map(|parts| crate::write::Field::Parts(parts)).collect();
        writer.segment(id, &fields).expect("the example's values hold no separator");
    }
    writer.end().and_then(|()| writer.finish()).expect("the example's values hold no separator")
}

/// The remittance's segments between ST and SE.
const REMITTANCE: &str = "\
BPR*I*810*C*ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765*20260820
TRN*1*EXAMPLE0001*1512345678
DTM*405*20260820
N1*PR*EXAMPLE HEALTH PLAN
N3*1 EXAMPLE AVENUE
N4*SPRINGFIELD*IL*62701
PER*BL*EDI HELP*TE*8005550100
N1*PE*EXAMPLE MEDICAL SPA*XX*1234567893
REF*TJ*123456789
LX*1
CLP*EX0001*1*1175*800*75*12*PAYER0001*11
NM1*QC*1*EXAMPLE*ALEX****MI*W100000001
SVC*HC:64615*425*300**1
DTM*472*20260803
CAS*CO*45*75
CAS*PR*3*50
REF*6R*EX0001-1
SVC*HC:J0585*750*500**155
DTM*472*20260803
CAS*CO*45*225
CAS*PR*2*25
REF*6R*EX0001-2
CLP*EX0002*4*200*0**12*PAYER0002*11
NM1*QC*1*SAMPLE*JORDAN****MI*W100000002
SVC*HC:17110*200*0**1
DTM*472*20260803
CAS*CO*50*200
REF*6R*EX0002-1
LQ*HE*N115
PLB*1234567893*20261231*L6:PAYER0001*-10";

fn envelope() -> Envelope {
    Envelope {
        sender: ("ZZ".to_owned(), "EXAMPLESENDER".to_owned()),
        receiver: ("ZZ".to_owned(), "EXAMPLEPAYER".to_owned()),
        application_sender: "EXAMPLESENDER".to_owned(),
        application_receiver: "EXAMPLEPAYER".to_owned(),
        date: MADE,
        time: "0930".to_owned(),
        control: 1,
        production: false,
        delimiters: Delimiters::USUAL,
        line_ends: true,
    }
}

fn organization(name: &str, kind: &str, number: &str) -> NewParty {
    NewParty {
        name: name.to_owned(),
        identifier_kind: kind.to_owned(),
        identifier: number.to_owned(),
        ..NewParty::default()
    }
}

fn person(name: &str, first: &str, member: &str) -> NewParty {
    NewParty {
        name: name.to_owned(),
        first_name: first.to_owned(),
        identifier_kind: if member.is_empty() { "" } else { "MI" }.to_owned(),
        identifier: member.to_owned(),
        street: "2 EXAMPLE ROAD".to_owned(),
        city: "AUSTIN".to_owned(),
        state: "TX".to_owned(),
        postal_code: "787010002".to_owned(),
        birth_date: Some(date(1984, 5, 6)),
        sex: "F".to_owned(),
    }
}

fn claim_file(claims: Vec<NewClaim>) -> ClaimFile {
    ClaimFile {
        envelope: envelope(),
        reference: "BATCH0001".to_owned(),
        submitter: organization("EXAMPLE MEDICAL SPA", "46", "EXAMPLESENDER"),
        contact: ("BILLING DESK".to_owned(), "5125550100".to_owned()),
        receiver: organization("EXAMPLE HEALTH PLAN", "46", "EXAMPLEPAYER"),
        billing_provider: NewParty {
            street: "1 EXAMPLE STREET".to_owned(),
            city: "AUSTIN".to_owned(),
            state: "TX".to_owned(),
            postal_code: "787010001".to_owned(),
            ..organization("EXAMPLE MEDICAL SPA", "XX", EXAMPLE_NPI)
        },
        tax_number: "123456789".to_owned(),
        taxonomy: "207N00000X".to_owned(),
        claims,
    }
}

fn line(procedure: &str, cents: i64, units: &str, number: &str) -> NewLine {
    NewLine {
        procedure: procedure.to_owned(),
        modifiers: Vec::new(),
        description: String::new(),
        charge: Cents(cents),
        units: units.to_owned(),
        pointers: vec![1],
        period: (SERVED, SERVED),
        control_number: number.to_owned(),
        drug: None,
        prior: None,
    }
}

fn claim(number: &str, subscriber: NewParty, diagnosis: &str, lines: Vec<NewLine>) -> NewClaim {
    NewClaim {
        number: number.to_owned(),
        payer: organization("EXAMPLE HEALTH PLAN", "PI", "99999"),
        subscriber,
        group: String::new(),
        filing: "CI".to_owned(),
        dependent: None,
        place_of_service: "11".to_owned(),
        frequency: "1".to_owned(),
        original_number: String::new(),
        authorization: String::new(),
        diagnoses: vec![diagnosis.to_owned()],
        rendering: None,
        prior: None,
        lines,
    }
}

/// Four claims: two lines with a drug, one line, one after another payer, one for a dependent.
fn example_claims() -> Vec<NewClaim> {
    let mut first = claim(
        "EX0001",
        person("EXAMPLE", "ALEX", "W100000001"),
        "G43709",
        vec![line("64615", 42_500, "1", "EX0001-1"), line("J0585", 75_000, "155", "EX0001-2")],
    );
    first.authorization = "AUTH0001".to_owned();
    first.lines[1].drug = Some(("00023114501".to_owned(), "1".to_owned(), "UN".to_owned()));
    let second =
        claim("EX0002", person("SAMPLE", "JORDAN", "W100000002"), "B078", vec![line("17110", 20_000, "1", "EX0002-1")]);
    let mut third =
        claim("EX0003", person("SPECIMEN", "ROBIN", "W100000003"), "L570", vec![line("17000", 9_860, "1", "EX0003-1")]);
    let adjustment = |group: &str, reason: &str, cents| NewAdjustment {
        group: group.to_owned(),
        reason: reason.to_owned(),
        amount: Cents(cents),
    };
    third.lines[0].prior = Some(NewAdjudication {
        paid: Cents(6_000),
        adjustments: vec![adjustment("CO", "45", 2_360), adjustment("PR", "2", 1_500)],
    });
    third.prior = Some(NewPriorPayer {
        payer: organization("SAMPLE HEALTH PLAN", "PI", "88888"),
        subscriber: NewParty { street: String::new(), birth_date: None, ..person("SPECIMEN", "ROBIN", "X100000003") },
        filing: "CI".to_owned(),
        paid: Cents(6_000),
        date: SERVED,
    });
    let mut fourth = claim(
        "EX0004",
        NewParty { street: String::new(), birth_date: None, ..person("INVENTED", "TAYLOR", "W100000004") },
        "L700",
        vec![line("99213", 11_800, "1", "EX0004-1"), line("11900", 8_745, "1", "EX0004-2")],
    );
    fourth.lines[0].modifiers = vec!["25".to_owned()];
    fourth.diagnoses.push("L910".to_owned());
    fourth.lines[1].pointers = vec![2, 1];
    fourth.dependent = Some((person("INVENTED", "CASEY", ""), "19".to_owned()));
    fourth.rendering = Some((
        NewParty {
            name: "CLINICIAN".to_owned(),
            first_name: "SAM".to_owned(),
            identifier_kind: "XX".to_owned(),
            identifier: EXAMPLE_NPI.to_owned(),
            ..NewParty::default()
        },
        "207N00000X".to_owned(),
    ));
    vec![first, second, third, fourth]
}

/// A file of `count` claims of one line each that breaks no rule up to 5,000 claims.
///
/// # Panics
/// When the lines sum to more than 92 quadrillion dollars.
#[must_use]
pub fn many_claims(count: usize) -> Vec<u8> {
    let claims = (1..=count)
        .map(|index| {
            let number = format!("EX{index:05}");
            let lines = vec![line("17110", 20_000, "1", &format!("{number}-1"))];
            claim(&number, person("EXAMPLE", "ALEX", "W100000001"), "B078", lines)
        })
        .collect();
    claim_file(claims).write().expect("the example's values hold no separator")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::judge::{OVERLAYS, Options, Overlay, RECEIVER_RULES, RULES, judge};

    fn broken_rules(bytes: &[u8]) -> BTreeSet<&'static str> {
        judge(bytes, Options::default()).counts.into_keys().collect()
    }

    #[test]
    fn the_examples_break_nothing() {
        assert_eq!(broken_rules(&claims()), BTreeSet::new());
        assert_eq!(broken_rules(&remittance()), BTreeSet::new());
    }

    #[test]
    fn each_rule_has_a_file_that_breaks_exactly_it() {
        for rule in RULES {
            let bytes = broken(rule.id).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
            assert_eq!(broken_rules(&bytes), BTreeSet::from([rule.id]), "{} {}", rule.id, rule.title);
        }
    }

    #[test]
    fn each_rule_has_a_file_that_keeps_it() {
        let broken = RULES.iter().chain(RECEIVER_RULES).filter_map(|rule| {
            let broken = broken_rules(&kept(rule.id).unwrap());
            (!broken.is_empty()).then_some((rule.id, broken))
        });
        assert_eq!(broken.collect::<Vec<_>>(), Vec::new());
    }

    #[test]
    fn the_example_receiver_takes_the_examples_and_not_what_breaks_its_rules() {
        let overlay = Overlay::parse(receiver()).unwrap();
        let broken_rules = |bytes: &[u8]| {
            let options = Options { overlay: overlay.clone(), ..Options::default() };
            judge(bytes, options).counts.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(broken_rules(&claims()), Vec::<&str>::new());
        for rule in RECEIVER_RULES {
            assert_eq!(broken_rules(&broken(rule.id).unwrap()), [rule.id]);
            assert_eq!(broken_rules(&kept(rule.id).unwrap()), Vec::<&str>::new(), "{}", rule.id);
        }
    }

    #[test]
    fn each_rule_of_an_overlay_has_a_file_that_breaks_exactly_it_and_one_that_keeps_it() {
        let overlays = OVERLAYS.iter().map(|(name, text)| (*name, *text)).chain([("example", receiver())]);
        let mut rules = 0;
        for (name, text) in overlays {
            let overlay = Overlay::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!overlay.rules().is_empty(), "{name}");
            let judged = |bytes: &[u8]| {
                let options = Options { overlay: overlay.clone(), ..Options::default() };
                let findings = judge(bytes, options).findings.into_iter();
                findings.map(|finding| finding.asked.map_or(finding.message, |asked| asked.rule.clone())).collect()
            };
            assert_eq!(judged(&claims()), Vec::<String>::new(), "{name}");
            for rule in overlay.rules() {
                rules += 1;
                let id = &rule.asked.rule;
                let mut broken: Vec<String> = judged(&broken_for(&overlay, id).unwrap());
                broken.dedup();
                assert_eq!(broken, std::slice::from_ref(id));
                assert_eq!(judged(&kept_for(&overlay, id).unwrap()), Vec::<String>::new(), "{id}");
                assert!(rule.asked.address.starts_with("https://") && rule.asked.quote.len() < 100, "{id}");
            }
        }
        assert!(rules > 5);
    }

    #[test]
    fn a_rule_without_an_example_has_none() {
        let head =
            "receiver A\nsource B\naddress C\nread 2026-08-05\nrule A-1\nsection 1\nsays D\ndo E\nforbid 2300 K3\n";
        let made = |lines: &str, name| {
            let error = broken_for(&Overlay::parse(&format!("{head}{lines}")).unwrap(), name).unwrap_err();
            (error.code(), error.to_string())
        };
        assert_eq!(made("", "A-2"), ("X0302", "the overlay has no rule `A-2`".to_owned()));
        assert_eq!(made("", "A-1"), ("X0303", "the rule `A-1` has no line that begins with `break`".to_owned()));
        let (code, message) = made("break remove K3", "A-1");
        assert_eq!(code, "X0304");
        assert!(message.ends_with("changes a segment that starts with `K3`; the example has none"), "{message}");
    }

    #[test]
    fn what_is_written_is_complete() {
        let record = crate::read(&claims()).unwrap();
        assert_eq!((record.claims, record.lines, record.charge), (4, 6, Cents(167_905)));
        let record = crate::read(&remittance()).unwrap();
        assert_eq!((record.claims, record.lines, record.paid), (2, 3, Cents(80_000)));
    }
}
