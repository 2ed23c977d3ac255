//! What differs between two claim files, or between claims and their remittance.

use std::collections::BTreeMap;

use codes::Cents;

use crate::document::Document;
use crate::number::AmountError;
use crate::view::{Claim, ClaimPayment, Party, ServiceLine, claims, remittances, text};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// CLM01 or CLP01.
    pub claim: String,
    /// What differs, such as `line 2 charge`.
    pub what: String,
    /// In the first file; empty when it is not there.
    pub before: String,
    /// In the second file; empty when it is not there.
    pub after: String,
}

/// Claims by number; the second and later ones with a number get a mark.
fn numbered<'t, T>(all: impl Iterator<Item = (&'t [u8], T)>) -> BTreeMap<String, T> {
    let mut found = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, one) in all {
        let number = text(number).into_owned();
        let times = seen.entry(number.clone()).or_default();
        *times += 1;
        let key = if *times == 1 { number } else { format!("{number} ({times})") };
        found.insert(key, one);
    }
    found
}

/// Differences between the claims of two 837P files, matched by number: a corrected claim
/// (frequency 7) against its original, or a file against what was meant.
///
/// Names, numbers and addresses are compared but shown only with `show_phi`.
#[must_use]
pub fn claims_differ(first: &Document<'_>, second: &Document<'_>, show_phi: bool) -> Vec<Difference> {
    let before = numbered(claims(&first.tree).map(|claim| (claim.number(), claim)));
    let after = numbered(claims(&second.tree).map(|claim| (claim.number(), claim)));
    let mut out = Vec::new();
    for (number, claim) in &before {
        let mut list = List { claim: number, show_phi, out: &mut out };
        match after.get(number) {
            Some(other) => list.claims(claim, other),
            None => list.push("claim", "present", ""),
        }
    }
    for number in after.keys().filter(|number| !before.contains_key(*number)) {
        List { claim: number, show_phi, out: &mut out }.push("claim", "", "present");
    }
    out
}

/// Differences between claims that were sent and the remittance that answers them.
#[must_use]
pub fn payments_differ(sent: &Document<'_>, answer: &Document<'_>) -> Vec<Difference> {
    let before = numbered(claims(&sent.tree).map(|claim| (claim.number(), claim)));
    let payments = remittances(&answer.tree).flat_map(|remittance| remittance.claims().collect::<Vec<_>>());
    let after = numbered(payments.map(|payment| (payment.number(), payment)));
    let mut out = Vec::new();
    for (number, claim) in &before {
        let mut list = List { claim: number, show_phi: false, out: &mut out };
        match after.get(number) {
            Some(payment) => list.payment(claim, payment),
            None => list.push("claim", "sent", "not answered"),
        }
    }
    for number in after.keys().filter(|number| !before.contains_key(*number)) {
        List { claim: number, show_phi: false, out: &mut out }.push("claim", "not sent", "answered");
    }
    out
}

/// Collects differences of one claim.
struct List<'o> {
    claim: &'o str,
    show_phi: bool,
    out: &'o mut Vec<Difference>,
}

fn money(amount: Result<Cents, AmountError>) -> String {
    amount.map_or_else(|error| error.to_string(), |amount| amount.to_string())
}

fn joined<'t>(values: impl Iterator<Item = &'t [u8]>) -> String {
    values.map(|value| text(value).into_owned()).collect::<Vec<_>>().join(" ")
}

impl List<'_> {
    fn push(&mut self, what: &str, before: impl Into<String>, after: impl Into<String>) {
        let (before, after) = (before.into(), after.into());
        if before != after {
            self.out.push(Difference { claim: self.claim.to_owned(), what: what.to_owned(), before, after });
        }
    }

    fn bytes(&mut self, what: &str, before: &[u8], after: &[u8]) {
        self.push(what, text(before), text(after));
    }

    fn claims(&mut self, before: &Claim<'_>, after: &Claim<'_>) {
        self.push("charge", money(before.charge()), money(after.charge()));
        self.bytes("place of service", before.place_of_service(), after.place_of_service());
        self.bytes("frequency", before.frequency(), after.frequency());
        let codes = |claim: &Claim<'_>| joined(claim.diagnoses().map(|diagnosis| diagnosis.code()));
        self.push("diagnoses", codes(before), codes(after));
        for (what, qualifier) in [("authorization", "G1"), ("payer's claim number", "F8")] {
            let value = |claim: &Claim<'_>| claim.reference(qualifier).map(|value| value.expose().into_owned());
            self.masked(what, value(before), value(after));
        }
        self.parties("billing provider", before.billing_provider(), after.billing_provider());
        self.parties("rendering provider", before.rendering_provider(), after.rendering_provider());
        self.parties("subscriber", before.subscriber(), after.subscriber());
        self.parties("patient", before.patient(), after.patient());
        self.parties("payer", before.payer(), after.payer());
        let (lines, others): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
        for index in 0..lines.len().max(others.len()) {
            let what = format!("line {}", index + 1);
            match (lines.get(index), others.get(index)) {
                (Some(line), Some(other)) => self.lines(&what, line, other),
                (Some(line), None) => self.push(&what, text(line.procedure()), ""),
                (None, Some(other)) => self.push(&what, "", text(other.procedure())),
                (None, None) => {}
            }
        }
    }

    fn lines(&mut self, line: &str, before: &ServiceLine<'_>, after: &ServiceLine<'_>) {
        self.bytes(&format!("{line} code"), before.procedure(), after.procedure());
        self.push(&format!("{line} modifiers"), joined(before.modifiers()), joined(after.modifiers()));
        self.push(&format!("{line} charge"), money(before.charge()), money(after.charge()));
        self.bytes(&format!("{line} units"), before.units(), after.units());
        self.push(&format!("{line} pointers"), joined(before.pointers()), joined(after.pointers()));
        let dates = |line: &ServiceLine<'_>| line.service_period().map(|(first, last)| format!("{first} {last}"));
        self.masked(&format!("{line} dates"), dates(before), dates(after));
        self.bytes(
            &format!("{line} drug"),
            before.drug_code().unwrap_or_default(),
            after.drug_code().unwrap_or_default(),
        );
    }

    fn parties(&mut self, what: &str, before: Option<Party<'_>>, after: Option<Party<'_>>) {
        let all = |party: Option<Party<'_>>| {
            party.map(|party| {
                let values = [
                    party.last_name(),
                    party.first_name(),
                    party.identifier(),
                    party.street(),
                    party.city(),
                    party.postal_code(),
                    party.birth_date(),
                ];
                values.map(|value| value.expose().into_owned()).join(" ").trim().to_owned()
            })
        };
        self.masked(what, all(before), all(after));
    }

    /// Says that a value differs, and shows it only when asked to.
    fn masked(&mut self, what: &str, before: Option<String>, after: Option<String>) {
        if before == after {
            return;
        }
        let shown = |value: Option<String>, mark: &str| match value {
            None => String::new(),
            Some(value) if self.show_phi => value,
            Some(_) => mark.to_owned(),
        };
        let (before, after) = (shown(before, "[one value]"), shown(after, "[another value]"));
        self.push(what, before, after);
    }

    fn payment(&mut self, claim: &Claim<'_>, payment: &ClaimPayment<'_>) {
        self.push("charge", money(claim.charge()), money(payment.charge()));
        let services: Vec<_> = payment.services().collect();
        if services.is_empty() {
            return;
        }
        let mut left: Vec<_> = services.iter().collect();
        for (index, line) in claim.lines().enumerate() {
            let what = format!("line {}", index + 1);
            let by_number = left.iter().position(|service| {
                let number = service.control_number().map(|number| number.expose_bytes());
                number.is_some() && number == line.control_number()
            });
            let by_code = || left.iter().position(|service| service.procedure() == line.procedure());
            let Some(at) = by_number.or_else(by_code) else {
                self.push(&what, text(line.procedure()), "not answered");
                continue;
            };
            let service = left.remove(at);
            self.bytes(&format!("{what} code"), line.procedure(), service.procedure());
            self.push(&format!("{what} modifiers"), joined(line.modifiers()), joined(service.modifiers()));
            self.push(&format!("{what} charge"), money(line.charge()), money(service.charge()));
        }
        for service in left {
            self.push("line", "not sent", text(service.procedure()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(first: &[u8], second: &[u8]) -> Vec<(String, String, String)> {
        claims_differ(&Document::read(first), &Document::read(second), false)
            .into_iter()
            .map(|one| (format!("{} {}", one.claim, one.what), one.before, one.after))
            .collect()
    }

    fn one(what: &str, before: &str, after: &str) -> Vec<(String, String, String)> {
        vec![(what.to_owned(), before.to_owned(), after.to_owned())]
    }

    #[test]
    fn claims_are_compared_field_by_field() {
        let base = crate::make::claims();
        assert_eq!(between(&base, &base), Vec::new());
        let broken = |rule| crate::make::broken(rule).unwrap();
        assert_eq!(between(&base, &broken("X3001")), one("EX0001 charge", "$1,175.00", "$1,170.00"));
        assert_eq!(between(&base, &broken("X5003")), one("EX0001 diagnoses", "G43709", "G437"));
        assert_eq!(between(&base, &broken("X4015")), one("EX0001 line 1 pointers", "1", "2"));
        assert_eq!(between(&base, &broken("X4011")).len(), 2);
        assert_eq!(between(&base, &broken("X4003")), one("EX0001 frequency", "1", "7"));
    }

    #[test]
    fn people_are_not_shown() {
        let text = String::from_utf8(crate::make::claims()).unwrap().replace("ALEX", "ALEXA");
        let found = between(&crate::make::claims(), text.as_bytes());
        assert_eq!(found[0], ("EX0001 subscriber".to_owned(), "[one value]".to_owned(), "[another value]".to_owned()));
    }

    #[test]
    fn what_was_sent_and_not_answered_is_named() {
        let (sent, answer) = (crate::make::claims(), crate::make::remittance());
        let found = payments_differ(&Document::read(&sent), &Document::read(&answer));
        let unanswered: Vec<_> =
            found.iter().filter(|one| one.after == "not answered").map(|one| one.claim.as_str()).collect();
        assert_eq!(unanswered, ["EX0003", "EX0004"]);
        assert_eq!(found.len(), 2);
    }
}
