//! A small library of names for the tests.

use std::sync::LazyLock;

use codes::{CodeSet, StateCode};
use coverage::reference::{Implied, NotFound, Payer, PayerClass, Reference, Treatment, UsualCodes, UsualQuery};
use policy::diagnostic::Sources;
use policy::dictionary::{Dictionary, Vocabulary};

const PAYERS: [Payer<'static>; 3] = [
    Payer { id: "medicare", name: "Original Medicare", class: PayerClass::OriginalMedicare },
    Payer { id: "aetna", name: "Aetna", class: PayerClass::Commercial },
    Payer { id: "medicaid", name: "Medicaid", class: PayerClass::Medicaid },
];
const TREATMENTS: [&str; 2] = ["botox", "frown lines"];
const REGIONS: [&str; 2] = ["glabella", "head-neck"];

/// The facts that a case gives are those of the real library; the chart has a few of its own.
static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let vocabulary = Vocabulary {
        payers: words(&["medicare", "aetna", "medicaid"]),
        payer_classes: PayerClass::ALL.iter().map(|(word, _)| (*word).to_owned()).collect(),
        states: words(&["MI", "VA"]),
        macs: words(&["J8", "JL", "JM"]),
        treatments: words(&["botulinum-toxin"]),
        regions: words(&REGIONS),
    };
    let texts = [include_str!("../../../../library/facts/case.toml"), include_str!("../case/facts.toml")];
    let mut sources = Sources::default();
    let files: Vec<_> = texts.iter().map(|text| (sources.add("facts.toml", *text), *text)).collect();
    let parsed = policy::dictionary::parse(&files, &vocabulary);
    parsed.dictionary.unwrap_or_else(|| panic!("{:#?}", parsed.diagnostics))
});

pub(crate) struct Names;

impl Reference for Names {
    fn dictionary(&self) -> &Dictionary {
        &DICTIONARY
    }

    fn payer(&self, written: &str) -> Result<Payer<'_>, NotFound> {
        if written == "blue cross" {
            return Err(NotFound { nearest: None, question: Some("Which Blue Cross company issued the card?".into()) });
        }
        let found = PAYERS.into_iter().find(|payer| payer.id == written || payer.name == written);
        found.ok_or_else(|| near(written, PAYERS.iter().map(|payer| payer.name)))
    }

    fn treatment(&self, written: &str) -> Result<Treatment<'_>, NotFound> {
        let implied = match written {
            "botox" => Implied { drug: Some("Botox".into()), ..Implied::default() },
            "frown lines" => Implied { region: Some("glabella".into()), ..Implied::default() },
            _ => return Err(near(written, TREATMENTS)),
        };
        let codes = CodeSet::new(["64615", "J0585"]).expect("codes");
        Ok(Treatment {
            id: "botulinum-toxin",
            name: "botulinum toxin injection",
            kind: "medically-necessary-capable",
            codes,
            implied,
        })
    }

    fn usual_codes(&self, _: &UsualQuery<'_>) -> Option<UsualCodes> {
        None
    }

    fn region(&self, written: &str) -> Result<&str, NotFound> {
        REGIONS.into_iter().find(|region| *region == written).ok_or_else(|| near(written, REGIONS))
    }

    fn macs(&self, _: StateCode, _: Option<&str>) -> Vec<&str> {
        Vec::new()
    }
}

fn near<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> NotFound {
    NotFound { nearest: codes::suggest(written, names).map(str::to_owned), question: None }
}
