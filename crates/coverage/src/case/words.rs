//! The closed sets of words that a case file uses.
//!
//! The key table takes its allowed values from here, and the fact dictionary of the library has the same words.

/// An enum whose variants are words of the case file.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The words, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as case files and policies write it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The variant of a word, written exactly so.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

words! {
    /// What came of an earlier service.
    ServiceOutcome {
        /// It had its effect.
        Helped = "helped",
        /// It did not.
        Failed = "failed",
    }

    /// Sex recorded with the payer.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
    }

    /// Kind of plan.
    Product {
        /// Preferred-provider organization.
        Ppo = "ppo",
        /// Health maintenance organization.
        Hmo = "hmo",
        /// Exclusive-provider organization.
        Epo = "epo",
        /// Point of service.
        Pos = "pos",
        /// High-deductible health plan.
        Hdhp = "hdhp",
        /// Pays a fixed amount, whoever treats.
        Indemnity = "indemnity",
    }

    /// Who bears the risk of a plan.
    Funding {
        /// An insurer: state mandates bind.
        Insured = "insured",
        /// The employer (ERISA): they do not.
        SelfFunded = "self-funded",
        /// A state or local government.
        Governmental = "governmental",
        /// A church.
        Church = "church",
        /// The federal employees' program.
        Fehb = "fehb",
    }

    /// Whether the practice is in the plan's network.
    Network {
        /// It is.
        In = "in",
        /// It is not.
        Out = "out",
    }

    /// Which benefit pays for a drug.
    Benefit {
        /// Given in the practice.
        Medical = "medical",
        /// Filled at a pharmacy.
        Pharmacy = "pharmacy",
    }

    /// Kind of place.
    FacilityKind {
        /// Medical spa.
        MedicalSpa = "medical-spa",
        /// Day spa: no medical oversight.
        DaySpa = "day-spa",
        /// Physician's office.
        PhysicianOffice = "physician-office",
        /// Ambulatory surgery center.
        SurgeryCenter = "ambulatory-surgery-center",
        /// Hospital outpatient department.
        HospitalOutpatient = "hospital-outpatient",
        /// Pharmacy.
        Pharmacy = "pharmacy",
        /// The patient's home.
        Home = "home",
        /// By video.
        Telehealth = "telehealth",
    }

    /// Licence of the person who performs the service.
    License {
        /// Physician (medicine).
        Md = "MD",
        /// Physician (osteopathy).
        Do = "DO",
        /// Nurse practitioner.
        Np = "NP",
        /// Clinical nurse specialist.
        Cns = "CNS",
        /// Physician assistant or associate.
        Pa = "PA",
        /// Nurse anesthetist.
        Crna = "CRNA",
        /// Dentist.
        Dds = "DDS",
        /// Podiatrist.
        Dpm = "DPM",
        /// Optometrist.
        Od = "OD",
        /// Pharmacist.
        PharmD = "PharmD",
        /// Registered nurse.
        Rn = "RN",
        /// Licensed practical or vocational nurse.
        Lpn = "LPN",
        /// Medical assistant.
        Ma = "MA",
        /// Aesthetician.
        Aesthetician = "aesthetician",
        /// Cosmetologist.
        Cosmetologist = "cosmetologist",
        /// Laser technician.
        LaserTechnician = "laser-technician",
        /// Electrologist.
        Electrologist = "electrologist",
        /// No licence.
        Unlicensed = "none",
    }

    /// Licence of whoever examined the patient.
    Examiner {
        /// Physician (medicine).
        Md = "MD",
        /// Physician (osteopathy).
        Do = "DO",
        /// Nurse practitioner.
        Np = "NP",
        /// Clinical nurse specialist.
        Cns = "CNS",
        /// Physician assistant or associate.
        Pa = "PA",
        /// Registered nurse.
        Rn = "RN",
        /// Licensed practical or vocational nurse.
        Lpn = "LPN",
        /// Somebody else.
        Other = "other",
    }

    /// Licence of whoever supervises or delegates.
    Supervisor {
        /// Physician (medicine).
        Md = "MD",
        /// Physician (osteopathy).
        Do = "DO",
        /// Nurse practitioner.
        Np = "NP",
        /// Physician assistant or associate.
        Pa = "PA",
        /// Asked: nobody supervises.
        Nobody = "none",
    }

    /// What a service is for.
    Purpose {
        /// For looks.
        Cosmetic = "cosmetic",
        /// For a medical problem.
        Medical = "medical",
    }

    /// Who says what a service is for.
    PurposeBy {
        /// The treating clinician, in the chart.
        Clinician = "clinician",
        /// The patient.
        Patient = "patient",
        /// The front desk.
        FrontDesk = "front-desk",
    }

    /// Side of the body.
    Side {
        /// Left.
        Left = "left",
        /// Right.
        Right = "right",
        /// Both.
        Both = "both",
        /// Midline.
        Midline = "midline",
    }

    /// First course of a treatment, or one that continues it.
    Course {
        /// The first.
        Initial = "initial",
        /// A later one.
        Renewal = "renewal",
    }

    /// Where a drug comes from.
    DrugSource {
        /// The manufacturer's approved product.
        Brand = "brand",
        /// A generic.
        Generic = "generic",
        /// Compounded by a pharmacy.
        Compounded = "compounded",
    }

    /// How an earlier treatment ended.
    Outcome {
        /// Taken as directed, without enough effect.
        Failed = "failed",
        /// Stopped for side effects.
        NotTolerated = "not-tolerated",
        /// Could not be tried for a medical reason.
        Contraindicated = "contraindicated",
        /// It helped.
        Helped = "helped",
        /// Asked: never tried.
        NotTried = "not-tried",
    }

    /// What the payer said to a request for authorization.
    AuthorizationStatus {
        /// Yes.
        Approved = "approved",
        /// Nothing yet.
        Requested = "requested",
        /// No.
        Denied = "denied",
    }

    /// What a licence, certificate or registration is of.
    RegistrationKind {
        /// The place.
        Facility = "facility",
        /// The person who treats.
        Person = "person",
        /// A device other than a laser.
        Device = "device",
        /// A laser or pulsed light.
        Laser = "laser",
        /// The store of drugs.
        Drug = "drug",
    }

    /// Who files claims and is paid.
    BillingEntity {
        /// The professional practice, by its own NPI and tax number.
        Practice = "practice",
        /// The clinician alone.
        Clinician = "clinician",
        /// A management company.
        ManagementCompany = "management-company",
    }

    /// Kind of notice, contract or request.
    NoticeKind {
        /// Advance Beneficiary Notice (CMS-R-131), Original Medicare only.
        Abn = "abn",
        /// A Medicare Advantage plan's decision before the service.
        OrganizationDetermination = "organization-determination",
        /// Contract with a clinician who opted out of Medicare.
        PrivateContract = "private-contract",
        /// Good-faith estimate of the price.
        Estimate = "estimate",
        /// Agreement to pay for a service that the plan does not cover.
        NonCoveredAgreement = "non-covered-agreement",
        /// The patient's request not to tell the plan (45 CFR 164.522).
        Restriction = "restriction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_variant() {
        for word in NoticeKind::WORDS {
            assert_eq!(NoticeKind::from_word(word).unwrap().word(), *word);
        }
        assert_eq!(License::from_word("np"), None);
    }
}
