//! The menu: what practices sell, by the names that patients use, and the codes that usually go with it.

mod load;
mod usual;

use codes::icd10::{self, IcdStatus};
use codes::{CodeSet, IcdCode, IcdSet, ProcedureCode};
use coverage::case::DrugSource;
use jiff::civil::Date;

use crate::names::{NameError, Names, fold};
pub use usual::UsualCodes;

/// Most codes that are tried where what is done settles them.
const CHOICES_MAX: usize = 8;

/// What kind of thing a treatment is, before any diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreatmentKind {
    /// No medical service: a day spa may do it.
    PersonalCare,
    /// Given by a clinician, but treats no illness.
    Wellness,
    /// Done for looks.
    Cosmetic,
    /// Can be medically necessary: diagnosis and purpose decide.
    MedicallyNecessaryCapable,
}

impl TreatmentKind {
    /// All kinds with the word that the menu and the fact `treatment_kind` use.
    pub const ALL: [(&'static str, Self); 4] = [
        ("personal-care", Self::PersonalCare),
        ("wellness", Self::Wellness),
        ("cosmetic", Self::Cosmetic),
        ("medically-necessary-capable", Self::MedicallyNecessaryCapable),
    ];

    /// The word: `personal-care`.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, kind)| *kind == self);
        row.expect("INVARIANT: every kind is in the table").0
    }
}

/// Which benefit of a plan pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Benefit {
    /// Given in the practice.
    #[default]
    Medical,
    /// Filled at a pharmacy.
    Pharmacy,
}

impl Benefit {
    /// Both with the word that the fact `benefit` uses.
    pub const ALL: [(&'static str, Self); 2] = [("medical", Self::Medical), ("pharmacy", Self::Pharmacy)];
}

/// One thing on a price list.
#[derive(Clone, Debug)]
pub struct Treatment {
    /// What cases and policies write: `botulinum-toxin`.
    pub id: String,
    /// Plain words.
    pub name: String,
    /// The same in Spanish.
    pub name_es: Option<String>,
    /// What kind of thing it is.
    pub kind: TreatmentKind,
    /// Why it is of that kind, in one line.
    pub because: String,
    /// Which benefit usually pays.
    pub benefit: Benefit,
    /// Brands, drugs and methods that have a name of their own.
    pub products: Vec<Product>,
    /// What it is done for.
    pub indications: Vec<Indication>,
}

/// A brand, drug or method.
#[derive(Clone, Debug)]
pub struct Product {
    /// As on the vial or in the brochure: `Dysport`.
    pub name: String,
    /// Folded: the name and its aliases.
    names: Vec<String>,
    /// Where the drug comes from, if the name tells; none for devices.
    pub source: Option<DrugSource>,
    /// Its drug code.
    pub drug_code: Option<DrugCode>,
    /// Procedure codes that the method brings, where that is settled up to `choice.by`.
    pub choice: Option<Choice>,
}

/// A drug code, and since when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrugCode {
    /// The code.
    pub code: ProcedureCode,
    /// First date of service on which it is used, where an older code came before.
    pub from: Option<Date>,
}

impl DrugCode {
    fn on(self, date: Date) -> Option<ProcedureCode> {
        self.from.is_none_or(|from| from <= date).then_some(self.code)
    }
}

/// One of several codes; what was really done settles which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The codes.
    pub codes: CodeSet,
    /// The codes as written in the menu: `64642-64647`.
    pub written: Vec<String>,
    /// What settles it: `number of lesions`.
    pub by: String,
}

/// What a treatment is done for.
#[derive(Clone, Debug)]
pub struct Indication {
    /// Unique in the treatment: `chronic-migraine`.
    pub id: String,
    /// Plain words.
    pub name: String,
    /// Whether it is the one for looks.
    pub cosmetic: bool,
    /// Diagnoses of it (general knowledge of the trade, grade `known`); empty for the one for looks and for one that holds for any diagnosis.
    pub diagnoses: IcdSet,
    /// The same as written in the menu: `G43.7*`.
    pub diagnosis_patterns: Vec<String>,
    /// Usual procedure codes.
    pub codes: Vec<ProcedureCode>,
    /// Usual drug code.
    pub drug_code: Option<DrugCode>,
    /// Usual procedure code, where what was done settles it.
    pub choice: Option<Choice>,
    /// Part of the body, by id, where the indication tells.
    pub region: Option<String>,
}

impl Indication {
    /// Which codes to ask for, one choice after another until the library knows one: where the menu settles them it takes them itself.
    #[must_use]
    pub fn code_choices(&self) -> Vec<Vec<String>> {
        let Some(choice) = &self.choice else { return vec![Vec::new()] };
        let firsts = choice.written.iter().filter_map(|written| written.split('-').next());
        let drug = self.drug_code.map(|drug| drug.code.to_string());
        firsts
            .take(CHOICES_MAX)
            .map(|code| [Some(code.to_owned()), drug.clone()].into_iter().flatten().collect())
            .collect()
    }

    /// The first complete diagnosis code that it is done for.
    #[must_use]
    pub fn example_diagnosis(&self) -> Option<IcdCode> {
        let first = self.diagnosis_patterns.first()?;
        let stem = first.split(['*', '-']).next()?.trim_end_matches('.');
        let code: IcdCode = stem.parse().ok()?;
        match icd10::lookup(code, icd10::window().from) {
            IcdStatus::Header { examples, .. } => examples.first().copied(),
            _ => Some(code),
        }
    }

    /// Whether it holds for every diagnosis.
    fn is_general(&self) -> bool {
        !self.cosmetic && self.diagnoses.is_empty()
    }
}

impl Treatment {
    /// Every code that the menu knows for this treatment.
    #[must_use]
    pub fn possible_codes(&self) -> CodeSet {
        let drugs = self.products.iter().filter_map(|product| product.drug_code);
        let drugs = drugs.chain(self.indications.iter().filter_map(|indication| indication.drug_code));
        let codes = self.indications.iter().flat_map(|indication| &indication.codes).copied();
        let single = set_of(codes.chain(drugs.map(|drug| drug.code)));
        let choices = self.products.iter().filter_map(|product| product.choice.as_ref());
        let choices = choices.chain(self.indications.iter().filter_map(|indication| indication.choice.as_ref()));
        choices.fold(single, |all, choice| all.union(&choice.codes))
    }
}

/// The set of just these codes.
pub(crate) fn set_of(codes: impl Iterator<Item = ProcedureCode>) -> CodeSet {
    let codes: Vec<ProcedureCode> = codes.collect();
    CodeSet::new(codes.iter().map(ProcedureCode::as_str)).expect("INVARIANT: a code is a pattern of itself")
}

/// What a menu name tells.
#[derive(Clone, Copy, Debug)]
pub struct MenuMatch<'m> {
    /// The treatment.
    pub treatment: &'m Treatment,
    /// The brand, drug or method, if the name tells (`Dysport`).
    pub product: Option<&'m Product>,
    /// The part of the body by id, if the name tells (`crow's feet`).
    pub region: Option<&'m str>,
    /// What it is done for, if the name tells (`Botox for migraine`). It chooses codes; it is never taken as a diagnosis.
    pub indication: Option<&'m Indication>,
}

/// Where a name leads: into `treatments`, and within the treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leads {
    treatment: usize,
    to: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Product(usize),
    Region(usize),
    Indication(usize),
}

/// The menu (`menu/*.toml`); the order of the treatments is that of the values of the fact `treatment`.
#[derive(Clone, Debug)]
pub struct Menu {
    treatments: Vec<Treatment>,
    /// Region ids that names lead to.
    regions: Vec<String>,
    names: Names<Leads>,
}

impl MenuMatch<'_> {
    /// The same with a product that was recorded, if the menu knows it for this treatment.
    #[must_use]
    pub fn with_product(self, typed: &str) -> Self {
        let folded = fold(typed);
        let named = |product: &&Product| product.names.contains(&folded);
        let recorded = self.treatment.products.iter().find(named);
        Self { product: recorded.or(self.product), ..self }
    }
}

impl Menu {
    /// All treatments, in order.
    #[must_use]
    pub fn all(&self) -> &[Treatment] {
        &self.treatments
    }

    /// The treatment with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Treatment> {
        self.treatments.iter().find(|treatment| treatment.id == id)
    }

    /// Every name that leads to one treatment, as it was written.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Treatment)> {
        self.names.written().map(|(name, leads)| (name, &self.treatments[leads.treatment]))
    }

    /// What a person means by a name on a price list.
    ///
    /// # Errors
    /// If nothing has this name, or it stands for several treatments (`BBL`).
    ///
    /// ```
    /// let library = library::Library::embedded()?;
    /// let found = library.menu().find("Crow's feet")?;
    /// assert_eq!((found.treatment.id.as_str(), found.region), ("botulinum-toxin", Some("periorbital")));
    /// assert_eq!(library.menu().find("xeomin")?.product.map(|product| product.name.as_str()), Some("Xeomin"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, typed: &str) -> Result<MenuMatch<'_>, NameError> {
        let Leads { treatment, to } = self.names.find(typed)?;
        let treatment = &self.treatments[treatment];
        let whole = MenuMatch { treatment, product: None, region: None, indication: None };
        Ok(match to {
            Part::Whole => whole,
            Part::Product(product) => MenuMatch { product: Some(&treatment.products[product]), ..whole },
            Part::Region(region) => MenuMatch { region: Some(&self.regions[region]), ..whole },
            Part::Indication(indication) => {
                let indication = &treatment.indications[indication];
                MenuMatch { indication: Some(indication), region: indication.region.as_deref(), ..whole }
            }
        })
    }
}
