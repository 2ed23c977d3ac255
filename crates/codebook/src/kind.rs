//! The kinds of file, as their owners publish them.

use std::fmt;

/// A kind of official file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// ICD-10-CM order file (CMS): every code, header or billable.
    IcdOrder,
    /// ICD-10-CM tabular list (NCHS), XML: notes, exclusions, seventh characters.
    IcdTabular,
    /// HCPCS level II (CMS): codes and modifiers.
    Hcpcs,
    /// NCCI procedure-to-procedure edits (CMS).
    Ptp,
    /// NCCI medically unlikely edits (CMS).
    Mue,
    /// Physician fee schedule relative values (CMS).
    RelativeValues,
    /// Geographic practice cost indices (CMS).
    Gpci,
    /// Which counties are in which locality (CMS).
    Localities,
    /// Caps on imaging from the outpatient schedule (CMS).
    OppsCap,
    /// Payment limits of Part B drugs (CMS).
    Asp,
    /// Claim adjustment reason and remittance advice remark codes (X12, CMS).
    Adjustments,
    /// Place-of-service codes (CMS).
    PlaceOfService,
    /// Health care provider taxonomy (NUCC).
    Taxonomy,
    /// List of excluded individuals and entities (OIG).
    Exclusions,
    /// Documents of the Medicare Coverage Database (CMS).
    CoverageDocuments,
    /// Procedure codes of its documents.
    CoverageProcedures,
    /// Diagnosis codes of its articles.
    CoverageDiagnoses,
    /// CPT (AMA), by licence only.
    Cpt,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::IcdOrder,
        Self::IcdTabular,
        Self::Hcpcs,
        Self::Ptp,
        Self::Mue,
        Self::RelativeValues,
        Self::Gpci,
        Self::Localities,
        Self::OppsCap,
        Self::Asp,
        Self::Adjustments,
        Self::PlaceOfService,
        Self::Taxonomy,
        Self::Exclusions,
        Self::CoverageDocuments,
        Self::CoverageProcedures,
        Self::CoverageDiagnoses,
        Self::Cpt,
    ];

    /// The name on the command line and of the folder.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::IcdOrder => "icd10cm",
            Self::IcdTabular => "icd10cm-tabular",
            Self::Hcpcs => "hcpcs",
            Self::Ptp => "ncci-ptp",
            Self::Mue => "ncci-mue",
            Self::RelativeValues => "pfs",
            Self::Gpci => "gpci",
            Self::Localities => "localities",
            Self::OppsCap => "opps-cap",
            Self::Asp => "asp",
            Self::Adjustments => "carc-rarc",
            Self::PlaceOfService => "place-of-service",
            Self::Taxonomy => "taxonomy",
            Self::Exclusions => "leie",
            Self::CoverageDocuments => "mcd-documents",
            Self::CoverageProcedures => "mcd-procedures",
            Self::CoverageDiagnoses => "mcd-diagnoses",
            Self::Cpt => "cpt",
        }
    }

    /// What people call the file.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::IcdOrder => "ICD-10-CM order file",
            Self::IcdTabular => "ICD-10-CM tabular list",
            Self::Hcpcs => "HCPCS level II file",
            Self::Ptp => "NCCI procedure-to-procedure edits",
            Self::Mue => "NCCI medically unlikely edits",
            Self::RelativeValues => "physician fee schedule relative values",
            Self::Gpci => "geographic practice cost indices",
            Self::Localities => "fee schedule localities",
            Self::OppsCap => "OPPS caps on imaging",
            Self::Asp => "Part B drug payment limits (ASP)",
            Self::Adjustments => "adjustment reason and remark codes",
            Self::PlaceOfService => "place-of-service codes",
            Self::Taxonomy => "NUCC provider taxonomy",
            Self::Exclusions => "OIG list of exclusions (LEIE)",
            Self::CoverageDocuments => "Medicare Coverage Database: documents",
            Self::CoverageProcedures => "Medicare Coverage Database: procedure codes",
            Self::CoverageDiagnoses => "Medicare Coverage Database: diagnosis codes",
            Self::Cpt => "CPT code file",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
