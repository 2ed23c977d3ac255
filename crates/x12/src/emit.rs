//! Typed professional claims to an 837P file.

use codes::Cents;
use jiff::civil::Date;

use crate::dates::write_day;
use crate::number::write_amount;
use crate::write::{Envelope, Field, WriteError, Writer};

/// Version of the professional claim that is written.
pub const PROFESSIONAL: &str = "005010X222A1";

/// A person or organization with a number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewParty {
    /// Last name, or the name of an organization.
    pub name: String,
    /// First name; empty for an organization.
    pub first_name: String,
    /// Kind of number: `XX` NPI, `MI` member, `PI` payer, `46` sender.
    pub identifier_kind: String,
    /// The number.
    pub identifier: String,
    /// Street line.
    pub street: String,
    /// City.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// ZIP code, five or nine digits.
    pub postal_code: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// `F`, `M` or `U`.
    pub sex: String,
}

/// One file of claims of one billing provider.
#[derive(Clone)]
pub struct ClaimFile {
    /// Who sends to whom.
    pub envelope: Envelope,
    /// The sender's number of the batch, BHT03.
    pub reference: String,
    /// Submitter, loop 1000A.
    pub submitter: NewParty,
    /// Name and telephone number of the submitter's contact.
    pub contact: (String, String),
    /// Receiver, loop 1000B.
    pub receiver: NewParty,
    /// Billing provider, loop 2010AA.
    pub billing_provider: NewParty,
    /// Tax number of the billing provider, nine digits.
    pub tax_number: String,
    /// Provider taxonomy code of the billing provider; may be empty.
    pub taxonomy: String,
    /// The claims.
    pub claims: Vec<NewClaim>,
}

/// What another payer decided about the claim before.
#[derive(Clone)]
pub struct NewPriorPayer {
    /// The payer.
    pub payer: NewParty,
    /// The person insured there.
    pub subscriber: NewParty,
    /// Kind of plan there, SBR09.
    pub filing: String,
    /// What it paid for the claim.
    pub paid: Cents,
    /// The day it decided.
    pub date: Date,
}

/// One claim.
#[derive(Clone)]
pub struct NewClaim {
    /// CLM01.
    pub number: String,
    /// The payer.
    pub payer: NewParty,
    /// The insured person.
    pub subscriber: NewParty,
    /// Group number; may be empty.
    pub group: String,
    /// Kind of plan, SBR09.
    pub filing: String,
    /// The patient and the relationship code (PAT01), when it is not the subscriber.
    pub dependent: Option<(NewParty, String)>,
    /// CLM05-1.
    pub place_of_service: String,
    /// 1 original, 7 replacement, 8 void.
    pub frequency: String,
    /// The payer's number of the claim that is replaced or voided.
    pub original_number: String,
    /// Prior authorization number; may be empty.
    pub authorization: String,
    /// ICD-10-CM codes, principal first, at most twelve.
    pub diagnoses: Vec<String>,
    /// Who gave the services, with taxonomy code, when not the billing provider.
    pub rendering: Option<(NewParty, String)>,
    /// A payer that decided before.
    pub prior: Option<NewPriorPayer>,
    /// The lines, at most fifty.
    pub lines: Vec<NewLine>,
}

/// One line.
#[derive(Clone)]
pub struct NewLine {
    /// CPT or HCPCS code.
    pub procedure: String,
    /// At most four.
    pub modifiers: Vec<String>,
    /// What it is, for codes that do not say; may be empty.
    pub description: String,
    /// The charge.
    pub charge: Cents,
    /// Units, a plain decimal.
    pub units: String,
    /// Positions of diagnoses, from 1; at most four.
    pub pointers: Vec<usize>,
    /// First and last day.
    pub period: (Date, Date),
    /// The provider's number of the line; may be empty.
    pub control_number: String,
    /// National Drug Code, quantity and unit.
    pub drug: Option<(String, String, String)>,
    /// Paid by the prior payer, and its adjustments: group, reason, amount.
    pub prior: Option<NewAdjudication>,
}

/// What a prior payer decided about one line.
#[derive(Clone)]
pub struct NewAdjudication {
    /// What it paid.
    pub paid: Cents,
    /// Why it paid less than charged.
    pub adjustments: Vec<NewAdjustment>,
}

/// One reason and amount.
#[derive(Clone)]
pub struct NewAdjustment {
    /// `CO`, `PR`, `OA` or `PI`.
    pub group: String,
    /// Adjustment reason code.
    pub reason: String,
    /// How much the payment is reduced.
    pub amount: Cents,
}

impl ClaimFile {
    /// Writes the file. Charges, counts and hierarchy follow from the claims.
    ///
    /// # Errors
    /// When a value holds a separator or does not fit the header.
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut writer = Writer::new(self.envelope.clone(), "HC", PROFESSIONAL)?;
        writer.begin("837", PROFESSIONAL)?;
        let date = write_day(self.envelope.date);
        writer.plain("BHT", &["0019", "00", &self.reference, &date, &self.envelope.time, "CH"])?;
        name(&mut writer, "41", &self.submitter)?;
        writer.plain("PER", &["IC", &self.contact.0, "TE", &self.contact.1])?;
        name(&mut writer, "40", &self.receiver)?;
        writer.plain("HL", &["1", "", "20", "1"])?;
        if !self.taxonomy.is_empty() {
            writer.plain("PRV", &["BI", "PXC", &self.taxonomy])?;
        }
        name(&mut writer, "85", &self.billing_provider)?;
        address(&mut writer, &self.billing_provider)?;
        writer.plain("REF", &["EI", &self.tax_number])?;
        let mut levels = 1;
        for claim in &self.claims {
            claim.write(&mut writer, &mut levels)?;
        }
        writer.end()?;
        writer.finish()
    }
}

impl NewClaim {
    /// The sum of the lines.
    ///
    /// # Panics
    /// When it is more than 92 quadrillion dollars.
    #[must_use]
    pub fn charge(&self) -> Cents {
        self.lines.iter().map(|line| line.charge).sum()
    }

    fn write(&self, writer: &mut Writer, levels: &mut u32) -> Result<(), WriteError> {
        *levels += 1;
        let subscriber = levels.to_string();
        let below = if self.dependent.is_some() { "1" } else { "0" };
        writer.plain("HL", &[&subscriber, "1", "22", below])?;
        let relationship = if self.dependent.is_some() { "" } else { "18" };
        let order = if self.prior.is_some() { "S" } else { "P" };
        writer.plain("SBR", &[order, relationship, &self.group, "", "", "", "", "", &self.filing])?;
        name(writer, "IL", &self.subscriber)?;
        person(writer, &self.subscriber)?;
        name(writer, "PR", &self.payer)?;
        if let Some((patient, relationship)) = &self.dependent {
            *levels += 1;
            writer.plain("HL", &[&levels.to_string(), &subscriber, "23", "0"])?;
            writer.plain("PAT", &[relationship])?;
            name(writer, "QC", patient)?;
            person(writer, patient)?;
        }
        let charge = write_amount(self.charge());
        let place: &[&str] = &[&self.place_of_service, "B", &self.frequency];
        let fields: [Field<'_>; 9] = [
            self.number.as_str().into(),
            charge.as_str().into(),
            "".into(),
            "".into(),
            Field::Parts(place),
            "Y".into(),
            "A".into(),
            "Y".into(),
            "Y".into(),
        ];
        writer.segment("CLM", &fields)?;
        for (qualifier, value) in [("G1", &self.authorization), ("F8", &self.original_number)] {
            if !value.is_empty() {
                writer.plain("REF", &[qualifier, value])?;
            }
        }
        self.diagnoses(writer)?;
        if let Some((provider, taxonomy)) = &self.rendering {
            name(writer, "82", provider)?;
            if !taxonomy.is_empty() {
                writer.plain("PRV", &["PE", "PXC", taxonomy])?;
            }
        }
        if let Some(prior) = &self.prior {
            writer.plain("SBR", &["P", "18", "", "", "", "", "", "", &prior.filing])?;
            writer.plain("AMT", &["D", &write_amount(prior.paid)])?;
            writer.plain("OI", &["", "", "Y", "", "", "Y"])?;
            name(writer, "IL", &prior.subscriber)?;
            name(writer, "PR", &prior.payer)?;
        }
        for (index, line) in self.lines.iter().enumerate() {
            line.write(writer, index + 1, self.prior.as_ref())?;
        }
        Ok(())
    }

    fn diagnoses(&self, writer: &mut Writer) -> Result<(), WriteError> {
        let pairs: Vec<[&str; 2]> = self
            .diagnoses
            .iter()
            .enumerate()
            .map(|(index, code)| [if index == 0 { "ABK" } else { "ABF" }, code.as_str()])
            .collect();
        let fields: Vec<_> = pairs.iter().map(|pair| Field::Parts(pair)).collect();
        writer.segment("HI", &fields)
    }
}

impl NewLine {
    fn write(&self, writer: &mut Writer, number: usize, prior: Option<&NewPriorPayer>) -> Result<(), WriteError> {
        writer.plain("LX", &[&number.to_string()])?;
        let mut procedure = vec!["HC", self.procedure.as_str()];
        procedure.extend(self.modifiers.iter().map(String::as_str));
        if !self.description.is_empty() {
            procedure.resize(6, "");
            procedure.push(&self.description);
        }
        let pointers: Vec<String> = self.pointers.iter().map(ToString::to_string).collect();
        let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
        let charge = write_amount(self.charge);
        let fields: [Field<'_>; 7] = [
            Field::Parts(&procedure),
            charge.as_str().into(),
            "UN".into(),
            self.units.as_str().into(),
            "".into(),
            "".into(),
            Field::Parts(&pointers),
        ];
        writer.segment("SV1", &fields)?;
        let (first, last) = self.period;
        if first == last {
            writer.plain("DTP", &["472", "D8", &write_day(first)])?;
        } else {
            let period = format!("{}-{}", write_day(first), write_day(last));
            writer.plain("DTP", &["472", "RD8", &period])?;
        }
        if !self.control_number.is_empty() {
            writer.plain("REF", &["6R", &self.control_number])?;
        }
        if let Some((code, quantity, unit)) = &self.drug {
            writer.plain("LIN", &["", "N4", code])?;
            writer.plain("CTP", &["", "", "", quantity, unit])?;
        }
        if let (Some(decided), Some(payer)) = (&self.prior, prior) {
            let paid = write_amount(decided.paid);
            let procedure = ["HC", self.procedure.as_str()];
            let fields: [Field<'_>; 5] = [
                payer.payer.identifier.as_str().into(),
                paid.as_str().into(),
                Field::Parts(&procedure),
                "".into(),
                self.units.as_str().into(),
            ];
            writer.segment("SVD", &fields)?;
            for NewAdjustment { group, reason, amount } in &decided.adjustments {
                writer.plain("CAS", &[group, reason, &write_amount(*amount)])?;
            }
            writer.plain("DTP", &["573", "D8", &write_day(payer.date)])?;
        }
        Ok(())
    }
}

fn name(writer: &mut Writer, role: &str, party: &NewParty) -> Result<(), WriteError> {
    let kind = if party.first_name.is_empty() { "2" } else { "1" };
    writer.plain(
        "NM1",
        &[role, kind, &party.name, &party.first_name, "", "", "", &party.identifier_kind, &party.identifier],
    )
}

fn address(writer: &mut Writer, party: &NewParty) -> Result<(), WriteError> {
    if party.street.is_empty() {
        return Ok(());
    }
    writer.plain("N3", &[&party.street])?;
    writer.plain("N4", &[&party.city, &party.state, &party.postal_code])
}

fn person(writer: &mut Writer, party: &NewParty) -> Result<(), WriteError> {
    address(writer, party)?;
    if let Some(born) = party.birth_date {
        writer.plain("DMG", &["D8", &write_day(born), &party.sex])?;
    }
    Ok(())
}
