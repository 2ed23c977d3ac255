//! Which codes usually go with a treatment, when a case names none.

use codes::{IcdCode, ProcedureCode};
use coverage::case::Purpose;
use jiff::civil::Date;

use super::{Choice, Indication, MenuMatch};

/// The codes that usually go with a treatment. They are an assumption, and an answer that rests on them says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsualCodes<'m> {
    /// What it is done for, by id; the codes follow from it.
    pub indication: &'m str,
    /// The same in plain words.
    pub indication_name: &'m str,
    /// Settled codes: procedure first, then the drug. May be empty where nothing is billed.
    pub codes: Vec<ProcedureCode>,
    /// A further procedure code, where what was really done settles it.
    pub choice: Option<&'m Choice>,
    /// Part of the body by id, where the indication tells.
    pub region: Option<&'m str>,
}

impl<'m> MenuMatch<'m> {
    /// The codes that usually go with the treatment on a date of service; `None` where nothing tells what it is done for.
    ///
    /// A recorded cosmetic purpose leads to the codes for looks. Otherwise the first diagnosis that the menu knows for the
    /// treatment decides, then what the name tells, then the only medical indication if there is just one. An open purpose
    /// without a diagnosis is never taken as cosmetic.
    ///
    /// ```
    /// use library::Library;
    /// let library = Library::embedded()?;
    /// let botox = library.menu().find("botox")?;
    /// let usual = botox.usual_codes(&["G43.709".parse()?], None, jiff::civil::date(2026, 11, 23));
    /// let codes: Vec<_> = usual.expect("migraine is known").codes.iter().map(ToString::to_string).collect();
    /// assert_eq!(codes, ["64615", "J0585"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn usual_codes(&self, diagnoses: &[IcdCode], purpose: Option<Purpose>, date: Date) -> Option<UsualCodes<'m>> {
        let indication = self.indication_for(diagnoses, purpose)?;
        let method = self.product.and_then(|product| product.choice.as_ref());
        let mut codes = if method.is_some() { Vec::new() } else { indication.codes.clone() };
        let drug = match self.product {
            // For looks a drug is billed only where the menu says so.
            Some(_) if indication.cosmetic && indication.drug_code.is_none() => None,
            // A named drug replaces the usual one, even if it has no code of its own.
            Some(product) if product.source.is_some() || product.drug_code.is_some() => product.drug_code,
            _ => indication.drug_code,
        };
        codes.extend(drug.and_then(|drug| drug.on(date)));
        Some(UsualCodes {
            indication: &indication.id,
            indication_name: &indication.name,
            codes,
            choice: method.or(indication.choice.as_ref()),
            region: self.region.or(indication.region.as_deref()),
        })
    }

    fn indication_for(&self, diagnoses: &[IcdCode], purpose: Option<Purpose>) -> Option<&'m Indication> {
        let all = &self.treatment.indications;
        if purpose == Some(Purpose::Cosmetic) {
            return all.iter().find(|indication| indication.cosmetic);
        }
        let of_diagnosis = |code: &IcdCode| all.iter().find(|indication| indication.diagnoses.contains(*code));
        if let Some(indication) = diagnoses.iter().find_map(of_diagnosis) {
            return Some(indication);
        }
        if let Some(general) = all.iter().find(|indication| indication.is_general()) {
            return Some(general);
        }
        if !diagnoses.is_empty() {
            return None;
        }
        let mut medical = all.iter().filter(|indication| !indication.cosmetic);
        let only = medical.next().filter(|_| medical.next().is_none());
        self.indication.filter(|indication| !indication.cosmetic).or(only)
    }
}
