//! What a case may name, and which policies judge it. The library implements these traits; nothing here is data.

use std::borrow::Cow;

use codes::{CodeSet, IcdCode, ProcedureCode, StateCode};
use jiff::civil::Date;
use policy::dictionary::Dictionary;
use policy::program::Program;

use crate::case::{DrugSource, Purpose};

/// The names that a case may use.
pub trait Reference {
    /// Facts, kinds of document, classes of earlier treatment.
    fn dictionary(&self) -> &Dictionary;

    /// The payer that a person means by an identifier, a name or an alias.
    ///
    /// # Errors
    /// When no payer has the name, or several do.
    fn payer(&self, written: &str) -> Result<Payer<'_>, NotFound>;

    /// The treatment that a person means, and what the name says besides.
    ///
    /// # Errors
    /// When no treatment has the name, or several do.
    fn treatment(&self, written: &str) -> Result<Treatment<'_>, NotFound>;

    /// The codes that a treatment usually bills; `None` if the menu does not tell all of them.
    fn usual_codes(&self, _query: &UsualQuery<'_>) -> Option<UsualCodes> {
        None
    }

    /// Where the product of a drug code comes from, if the code stands for one product.
    fn source_of_drug_code(&self, _code: ProcedureCode) -> Option<DrugSource> {
        None
    }

    /// The identifier of the part of the body that a person means.
    ///
    /// # Errors
    /// When no region has the name, or several do.
    fn region(&self, written: &str) -> Result<&str, NotFound>;

    /// The Medicare contractors that may serve a place: one, several while the place within a divided state is not
    /// known or not settled, none for a place outside every jurisdiction.
    fn macs(&self, state: StateCode, county: Option<&str>) -> Vec<&str>;
}

/// Everything that a determination reads besides the case.
pub trait Library: Reference {
    /// The compiled policies: at least those that may concern the case.
    fn program(&self) -> &Program;

    /// The ranks that may speak about a class of coverage, from the strongest.
    fn stack(&self, class: PayerClass) -> &[StackRank];

    /// The index of a rank in the programs of this library; `None` if it has no such rank.
    fn rank(&self, id: &str) -> Option<u16>;

    /// What people call a rank: "payer's medical policy".
    fn rank_name(&self, rank: u16) -> &str;

    /// Version of the library.
    fn version(&self) -> &str;

    /// SHA-256 over everything the library holds, in hexadecimal.
    fn sha256(&self) -> &str;

    /// Whether an edition of the ABN, known by the expiry printed on it, was no longer in use on the day it was given; `None` if the
    /// library does not know which edition had to be used then.
    fn abn_edition_outdated(&self, _edition: Date, _given: Date) -> Option<bool> {
        None
    }

    /// The policies of these ranks, of all payers and dates, that name one of the codes or the treatment, for the near misses of a case
    /// about which none speaks; there may be others among them. `None` if they cannot be had.
    fn about(&self, _codes: &[ProcedureCode], _treatment: Option<&str>, _ranks: &[u16]) -> Option<Cow<'_, Program>> {
        None
    }
}

/// Someone who may be asked to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer<'a> {
    /// Identifier in case files and policies: `aetna`.
    pub id: &'a str,
    /// What people call it: `Aetna`.
    pub name: &'a str,
    /// Kind of coverage.
    pub class: PayerClass,
}

/// An item of the menu, as a name found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treatment<'a> {
    /// Identifier in case files and policies: `botulinum-toxin`.
    pub id: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// What kind of treatment it is, as the fact `treatment_kind` has it: `cosmetic`.
    pub kind: &'a str,
    /// Codes that this treatment may bill: a policy for other codes does not speak about it. Empty: not known.
    pub codes: CodeSet,
    /// What the name that was written says besides, for where the case does not say otherwise.
    pub implied: Implied,
}

/// What a name of the menu says besides the treatment: `frown lines` a region, `Dysport` a product.
///
/// Never a diagnosis and never a purpose: those are the clinician's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Implied {
    /// Brand name of the product.
    pub drug: Option<String>,
    /// Where the product comes from.
    pub drug_source: Option<DrugSource>,
    /// Identifier of the part of the body.
    pub region: Option<String>,
}

/// What is known when usual codes are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsualQuery<'a> {
    /// The treatment as it was written: the name may tell the product or what it is for.
    pub name: &'a str,
    /// The product, if recorded.
    pub drug: Option<&'a str>,
    /// Diagnoses, the primary first.
    pub diagnoses: &'a [IcdCode],
    /// What it is for, if recorded.
    pub purpose: Option<Purpose>,
    /// Date of service.
    pub date: Date,
}

/// The codes that a treatment usually bills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsualCodes {
    /// The codes.
    pub codes: Vec<ProcedureCode>,
    /// For what, in plain words: "chronic migraine".
    pub indication: String,
}

/// A name that finds nothing, or too much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotFound {
    /// The nearest name or identifier.
    pub nearest: Option<String>,
    /// What to ask back, for a name that several answer to.
    pub question: Option<String>,
}

/// Kind of coverage: which ranks of authority decide, and who may bill whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayerClass {
    /// Part B of Original Medicare.
    OriginalMedicare,
    /// A private plan that stands in for Original Medicare.
    MedicareAdvantage,
    /// A drug plan of Medicare.
    PartD,
    /// A state's Medicaid program or one of its plans.
    Medicaid,
    /// TRICARE.
    Tricare,
    /// A plan of the federal employees' program.
    Fehb,
    /// Any other private plan.
    Commercial,
    /// No coverage is used.
    SelfPay,
}

impl PayerClass {
    /// All classes with the word that cases and policies write.
    pub const ALL: [(&'static str, Self); 8] = [
        ("original-medicare", Self::OriginalMedicare),
        ("medicare-advantage", Self::MedicareAdvantage),
        ("part-d", Self::PartD),
        ("medicaid", Self::Medicaid),
        ("tricare", Self::Tricare),
        ("fehb", Self::Fehb),
        ("commercial", Self::Commercial),
        ("self-pay", Self::SelfPay),
    ];

    /// The word that cases and policies write: `medicare-advantage`.
    #[must_use]
    pub fn word(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, class)| *class == self);
        row.expect("INVARIANT: every class is in the table").0
    }

    /// The class of a word, written exactly so.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == word).map(|(_, class)| *class)
    }

    /// What people call it, in a sentence: "a Medicare Advantage plan".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OriginalMedicare => "Original Medicare",
            Self::MedicareAdvantage => "a Medicare Advantage plan",
            Self::PartD => "a Medicare drug plan",
            Self::Medicaid => "Medicaid",
            Self::Tricare => "TRICARE",
            Self::Fehb => "a federal employees' plan",
            Self::Commercial => "a commercial plan",
            Self::SelfPay => "no insurance",
        }
    }
}

/// When a rank binds the contract at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binds {
    /// Always.
    Always,
    /// By the value of a choice fact: it binds for `binds`; for `open` it is not settled whether it binds, so the
    /// outcome is what the rank says, or silence; for every other value it is silent.
    Values {
        /// The fact.
        fact: String,
        /// Values for which it binds.
        binds: Vec<String>,
        /// Values for which it is not settled.
        open: Vec<String>,
    },
    /// While a number fact is smaller.
    Below {
        /// The fact.
        fact: String,
        /// In the unit of the fact.
        limit: u32,
    },
}

/// A rank in its place in a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackRank {
    /// Index into the ranks of the program.
    pub rank: u16,
    /// When it binds.
    pub binds: Binds,
}
