//! The closed sets of words that an answer uses.

use serde::Serialize;

/// An enum that is written as a word.
macro_rules! answer_words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "kept", derive(serde::Deserialize))]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word as the JSON has it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    )+};
}

answer_words! {
    /// The headline of a line.
    Verdict {
        /// The plan pays, and nothing is left to do but to bill.
        Covered = "covered",
        /// The plan pays if what is named holds.
        CoveredIf = "covered-if",
        /// The plan must be asked first.
        PriorAuthorization = "prior-authorization",
        /// The practice does not bill; the patient may claim.
        PatientClaim = "patient-claim",
        /// The plan does not pay.
        NotCovered = "not-covered",
        /// Not in this place, or not by this person.
        NotBillableHere = "not-billable-here",
        /// The library cannot tell.
        Unknown = "unknown",
    }

    /// Whether the plan covers the service, as HL7 CRD has it.
    Coverage {
        /// It does.
        Covered = "covered",
        /// It does if something that is named holds.
        Conditional = "conditional",
        /// It does not.
        NotCovered = "not-covered",
        /// The library cannot tell.
        Unknown = "unknown",
    }

    /// The answer of a gate.
    Permission {
        /// Every gate allows it.
        Yes = "yes",
        /// A gate forbids it.
        No = "no",
        /// It hangs on open facts.
        Open = "open",
    }

    /// Prior authorization.
    Authorization {
        /// No policy asks for it.
        None = "none",
        /// It is needed and there.
        Held = "held",
        /// It is needed and not there.
        Unmet = "unmet",
        /// Whether it is needed, or whether it is there, is open.
        Open = "open",
    }

    /// Where the money may come from.
    Route {
        /// The practice bills the plan.
        Claim = "claim",
        /// The patient pays and may claim.
        PatientClaim = "patient-claim",
        /// The patient pays.
        SelfPay = "self-pay",
        /// It must not be done or billed so.
        Stop = "stop",
        /// Somebody must be asked first.
        Ask = "ask",
    }

    /// How a criterion came out.
    CriterionOutcome {
        /// It holds.
        Met = "met",
        /// It fails.
        NotMet = "not-met",
        /// It is not decided by what is recorded.
        Open = "open",
        /// The text was not read.
        Unread = "unread",
    }

    /// What kind of duty.
    DutyKind {
        /// Prior authorization.
        Authorization = "authorization",
        /// A document to have on file.
        Document = "document",
        /// A notice to give, or a contract to sign.
        Notice = "notice",
        /// Something to be done by a day.
        Deadline = "deadline",
    }

    /// Whether a duty is done.
    DutyState {
        /// Done.
        Held = "held",
        /// Known not to be done.
        Unmet = "unmet",
        /// Not recorded, or not decided whether it is a duty at all.
        Open = "open",
        /// It can be done only once the service was given, and that is still to come.
        Later = "later",
    }

    /// How a fact can come to be so.
    MoveWord {
        /// Put it on file, if it is true.
        Record = "record",
        /// Choose it, for a service still to come.
        Choose = "choose",
        /// Let time pass.
        Wait = "wait",
    }

    /// Who can answer a question.
    WhoWord {
        /// The treating clinician.
        Clinician = "clinician",
        /// The patient.
        Patient = "patient",
        /// The front desk.
        FrontDesk = "front-desk",
        /// The biller.
        Biller = "biller",
        /// The payer, by a call.
        Payer = "payer",
        /// The practice: its owner or compliance officer.
        Practice = "practice",
    }
}
