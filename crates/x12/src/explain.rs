//! What an answer means for the file that was sent: which line, in plain words, what to do next.

mod acknowledgments;
mod payments;
mod statuses;
mod words;

use crate::document::Document;
use crate::judge::Snippet;
use crate::segment::{Segment, SegmentId, Span};
use crate::tree::{LoopView, NodeIndex};
use crate::view::{Claim, claims, text};

/// How the receiver decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken as it is.
    Accepted,
    /// Taken, with something to look at.
    AcceptedWithErrors,
    /// Some parts were taken.
    Partly,
    /// Not taken.
    Rejected,
    /// Not decided yet.
    Pending,
    /// Decided, with money.
    Paid,
    /// Decided, without money.
    Denied,
    /// An earlier decision is taken back.
    Reversed,
    /// The answer does not say.
    Unknown,
}

impl Outcome {
    /// The word for people and machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithErrors => "accepted with errors",
            Self::Partly => "partly accepted",
            Self::Rejected => "rejected",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Denied => "denied",
            Self::Reversed => "reversed",
            Self::Unknown => "unknown",
        }
    }
}

/// A place in the file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentPlace {
    /// Its bytes.
    pub span: Span,
    /// Names of the loops around it.
    pub loop_path: String,
    /// The segment, masked unless asked for.
    pub snippet: Snippet,
}

/// One thing an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What it is about, such as `claim EX0001` or `transaction set 0001`.
    pub about: String,
    /// How the receiver decided.
    pub outcome: Outcome,
    /// What that means.
    pub says: String,
    /// What to do next; empty when nothing is.
    pub next_step: String,
    /// Where in the file that was sent; none when that file is not at hand or does not have it.
    pub sent: Option<SentPlace>,
}

/// Explains an answer: TA1, 999, 277, 277CA or 835.
///
/// `sent` is the file it answers, where that is at hand.
#[must_use]
pub fn explain(answer: &Document<'_>, sent: Option<&Document<'_>>, show_phi: bool) -> Vec<Explanation> {
    let sent = sent.map(|document| Sent::new(document, show_phi));
    let mut out = Vec::new();
    for index in 0..answer.tree.len() {
        let segment = answer.tree.segment(u32::try_from(index).expect("a tree counts segments in 32 bits"));
        out.extend(acknowledgments::interchange(segment, sent.as_ref()));
    }
    for transaction in answer.tree.transactions() {
        let Some(head) = transaction.first("ST") else { continue };
        match head.value(1) {
            b"999" => acknowledgments::group(transaction, sent.as_ref(), &mut out),
            b"277" => statuses::statuses(transaction, sent.as_ref(), &mut out),
            b"835" => payments::payments(transaction, sent.as_ref(), &mut out),
            _ => {}
        }
    }
    out
}

/// The file that was sent, ready for looking things up.
struct Sent<'d> {
    document: &'d Document<'d>,
    show_phi: bool,
    /// GS06, ST02 and the node of each transaction.
    sets: Vec<(Vec<u8>, Vec<u8>, NodeIndex)>,
    /// CLM01 and the node of each claim, sorted.
    claims: Vec<(Vec<u8>, NodeIndex)>,
}

const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");

impl<'d> Sent<'d> {
    fn new(document: &'d Document<'d>, show_phi: bool) -> Self {
        let mut group = Vec::new();
        let mut sets = Vec::new();
        let mut nodes = document.tree.transactions().map(|view| view.index());
        for index in 0..document.tree.len() {
            let index = u32::try_from(index).expect("a tree counts segments in 32 bits");
            let segment = document.tree.segment(index);
            match segment.id() {
                GS => group = segment.value(6).to_vec(),
                ST => {
                    if let Some(node) = nodes.next() {
                        sets.push((group.clone(), segment.value(2).to_vec(), node));
                    }
                }
                _ => {}
            }
        }
        let mut numbers: Vec<_> =
            claims(&document.tree).map(|claim| (claim.number().to_vec(), claim.view().index())).collect();
        numbers.sort();
        Self { document, show_phi, sets, claims: numbers }
    }

    /// The transaction with this group and set control number.
    fn set(&self, group: &[u8], control: &[u8]) -> Option<LoopView<'d>> {
        let found = self.sets.iter().find(|(known, set, _)| known == group && set == control)?;
        Some(self.document.tree.view(found.2))
    }

    /// The claim with this number. None when two have it, because nobody could say which is meant.
    fn claim(&self, number: &[u8]) -> Option<Claim<'d>> {
        let first = self.claims.partition_point(|(known, _)| known.as_slice() < number);
        let same = self.claims[first..].iter().take_while(|(known, _)| known == number).count();
        (same == 1).then_some(())?;
        Claim::of(self.document.tree.view(self.claims[first].1))
    }

    fn place(&self, segment: Segment<'_>, span: Span, view: LoopView<'_>) -> SentPlace {
        SentPlace { span, loop_path: view.path(), snippet: Snippet::of(&segment, span, self.show_phi) }
    }
}

fn named(kind: &str, number: &[u8]) -> String {
    format!("{kind} {}", text(number))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::ack::{AckOptions, acknowledge};
    use crate::judge::{Options, judge};

    fn explained(answer: &[u8], sent: &[u8]) -> Vec<Explanation> {
        explain(&Document::read(answer), Some(&Document::read(sent)), false)
    }

    #[test]
    fn a_999_leads_back_to_the_element() {
        let sent = crate::make::broken("X1028").unwrap();
        let options = AckOptions { date: date(2026, 8, 6), time: "0800".to_owned(), control: 7, production: false };
        let answer = acknowledge(&sent, &judge(&sent, Options::default()), &options).unwrap();
        let all = explained(&answer, &sent);
        let place = all.iter().find_map(|one| one.sent.as_ref()).unwrap();
        assert_eq!(place.loop_path, "2000A/2000B/2300/2400");
        assert_eq!(&sent[place.span.start as usize..place.span.end as usize], b"20261332");
        assert_eq!(place.snippet.text, "DTP*472*D8*########");
        let one = all.iter().find(|one| one.sent.is_some()).unwrap();
        assert_eq!(one.outcome, Outcome::Rejected);
        assert!(one.about.contains("EX0001") && one.says.contains("date"), "{one:?}");
    }

    #[test]
    fn a_remittance_says_who_owes_what() {
        let all = explained(&crate::make::remittance(), &crate::make::claims());
        let first = all.iter().find(|one| one.about == "claim EX0001").unwrap();
        assert_eq!(first.outcome, Outcome::Paid);
        assert!(first.says.contains("$800.00 of $1,175.00"), "{}", first.says);
        assert!(first.next_step.contains("$75.00"), "{}", first.next_step);
        assert!(first.sent.is_some());
        let denied = all.iter().find(|one| one.about == "claim EX0002").unwrap();
        assert_eq!(denied.outcome, Outcome::Denied);
        let line = all.iter().find(|one| one.about == "claim EX0002, line 1 (17110)").unwrap();
        assert!(line.next_step.contains("appeal"), "{}", line.next_step);
        assert_eq!(line.sent.as_ref().unwrap().loop_path, "2000A/2000B/2300/2400");
    }

    #[test]
    fn a_277ca_names_the_claim() {
        let answer = CLAIM_ACKNOWLEDGMENT.replace('\n', "");
        let all = explained(answer.as_bytes(), &crate::make::claims());
        let rejected = all.iter().find(|one| one.about == "claim EX0002").unwrap();
        assert_eq!(rejected.outcome, Outcome::Rejected);
        assert!(rejected.says.contains("NPI") && rejected.says.contains("billing provider"), "{}", rejected.says);
        assert!(rejected.sent.is_some());
    }

    const CLAIM_ACKNOWLEDGMENT: &str = "\
ISA*00*          *00*          *ZZ*EXAMPLEPAYER   *ZZ*EXAMPLESENDER  *260806*0800*^*00501*000000009*0*T*:~
GS*HN*EXAMPLEPAYER*EXAMPLESENDER*20260806*0800*9*X*005010X214~
ST*277*0001*005010X214~
BHT*0085*08*A1*20260806*0800*TH~
HL*1**20*1~
NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*99999~
TRN*1*T1~
DTP*050*D8*20260806~
DTP*009*D8*20260806~
HL*2*1*21*1~
NM1*41*2*EXAMPLE MEDICAL SPA*****46*EXAMPLESENDER~
TRN*2*BATCH0001~
STC*A1:19:PR*20260806*WQ*1679.05~
HL*3*2*19*1~
NM1*85*2*EXAMPLE MEDICAL SPA*****XX*1234567893~
HL*4*3*PT~
NM1*QC*1*SAMPLE*JORDAN****MI*W100000002~
TRN*2*EX0002~
STC*A7:562:85*20260806*U*200~
SE*18*0001~
GE*1*9~
IEA*1*000000009~
";

    #[test]
    fn a_ta1_is_put_in_words() {
        let sent = crate::make::broken("X1018").unwrap();
        let options = AckOptions { date: date(2026, 8, 6), time: "0800".to_owned(), control: 7, production: false };
        let answer = acknowledge(&sent, &judge(&sent, Options::default()), &options).unwrap();
        let all = explained(&answer, &sent);
        assert_eq!(all[0].about, "interchange 000000001");
        assert_eq!(all[0].outcome, Outcome::AcceptedWithErrors);
        assert!(all[0].says.contains("IEA02"), "{}", all[0].says);
    }
}
