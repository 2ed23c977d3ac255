//! Plain names of what policies write as identifiers, for pages that people read.

use policy::ast::value_key;
use policy::check::Settles;
use policy::prose::{Glossary, Names};

use crate::Library;
use crate::files::hex;

/// Most treatments that are named for one code; a code of more is too general to be named by them.
const TREATMENTS_MAX: usize = 3;

impl Library {
    /// What the names in a policy mean to people.
    #[must_use]
    pub fn glossary(&self) -> Glossary<'_> {
        let context = self.context();
        Glossary { dictionary: context.dictionary, lists: context.lists, names: self }
    }
}

impl Library {
    /// The payer settles the class of coverage: two policies that name different ones never meet.
    #[must_use]
    pub fn classes_of_payers(&self) -> Settles {
        let pairs = self.payers().all().iter().map(|payer| (payer.id.clone(), vec![payer.class.word().to_owned()]));
        Settles { fact: "payer".to_owned(), other: "payer_class".to_owned(), pairs: pairs.collect() }
    }
}

/// The SHA-256 of a text as 64 hexadecimal digits.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(text).into())
}

impl Names for Library {
    fn value(&self, fact: &str, value: &str) -> Option<String> {
        let id = value_key(value);
        match fact {
            "payer" => self.payers().get(&id).map(|payer| payer.name.clone()),
            "payer_class" => {
                let classes = self.classes().all();
                classes.iter().find(|entry| entry.class.word() == id).map(|entry| entry.name.clone())
            }
            "mac" => self.macs().get(value).map(|mac| mac.contractor.clone()),
            "region" => self.regions().get(&id).map(|region| region.name.clone()),
            "treatment" => self.menu().get(&id).map(|treatment| treatment.name.clone()),
            "clinician_license" | "supervisor_license" | "exam_by" => {
                self.licenses().all().iter().find(|license| license.id == value).map(|license| license.name.clone())
            }
            _ => None,
        }
    }

    fn rank(&self, rank: &str) -> Option<String> {
        self.ranks().find(rank).map(|index| self.ranks().rank(index).name.clone())
    }

    fn service(&self, code: &str) -> Option<String> {
        let code: codes::ProcedureCode = code.parse().ok()?;
        let mut uses = Vec::new();
        for treatment in self.menu().all() {
            let given =
                treatment.products.iter().any(|product| product.drug_code.is_some_and(|drug| drug.code == code));
            let purposes: Vec<&str> = treatment
                .indications
                .iter()
                .filter(|indication| {
                    indication.codes.contains(&code)
                        || indication.drug_code.is_some_and(|drug| drug.code == code)
                        || indication.choice.as_ref().is_some_and(|choice| choice.codes.contains(code))
                })
                .map(|indication| indication.name.as_str())
                .collect();
            match purposes.as_slice() {
                [] if given => uses.push(treatment.name.clone()),
                [] => {}
                [purpose] => uses.push(format!("{}: {purpose}", treatment.name)),
                _ => uses.push(treatment.name.clone()),
            }
        }
        (!uses.is_empty() && uses.len() <= TREATMENTS_MAX).then(|| uses.join("; "))
    }
}
