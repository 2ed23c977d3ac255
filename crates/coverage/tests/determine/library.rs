//! A small library of invented policies, and one of generated ones.

use std::borrow::Cow;
use std::collections::BTreeMap;

use codes::{CodeSet, ProcedureCode, StateCode};
use coverage::reference::{
    Binds, Implied, Library, NotFound, Payer, PayerClass, Reference, StackRank, Treatment, UsualCodes, UsualQuery,
};
use policy::compile::{Context, Entry, compile};
use policy::diagnostic::{Sources, render_all};
use policy::dictionary::{Dictionary, Vocabulary};
use policy::lists::Lists;
use policy::program::{Program, Rank, Ranks};

const CASE_FACTS: &str = include_str!("../../../../library/facts/case.toml");

const PAYERS: [(&str, &str, PayerClass); 6] = [
    ("medicare", "Original Medicare", PayerClass::OriginalMedicare),
    ("advantage", "a Medicare Advantage plan", PayerClass::MedicareAdvantage),
    ("aetna", "Aetna", PayerClass::Commercial),
    ("medicaid", "Medicaid", PayerClass::Medicaid),
    ("tricare", "TRICARE", PayerClass::Tricare),
    ("cash", "no insurance", PayerClass::SelfPay),
];

const RANKS: [(&str, bool); 10] = [
    ("statute", false),
    ("lcd", false),
    ("ma_internal", false),
    ("state_mandate", false),
    ("bulletin", false),
    ("epsdt", false),
    ("state_rule", false),
    ("default", false),
    ("gate_lawful", true),
    ("gate_billing", true),
];

/// A compiled library for tests.
pub(crate) struct TestLibrary {
    dictionary: Dictionary,
    program: Program,
    stacks: BTreeMap<PayerClass, Vec<StackRank>>,
}

impl TestLibrary {
    /// From the texts of facts and policies.
    pub(crate) fn new(facts: &str, policies: &[&str]) -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let vocabulary = Vocabulary {
            payers: words(&PAYERS.map(|(id, ..)| id)),
            payer_classes: PayerClass::ALL.iter().map(|(word, _)| (*word).to_owned()).collect(),
            states: words(&["MI", "OH", "VA"]),
            macs: words(&["J8", "JL", "JM"]),
            treatments: words(&["toxin"]),
            regions: words(&["head"]),
        };
        let mut sources = Sources::default();
        let files = [CASE_FACTS, facts].map(|text| (sources.add("facts.toml", text), text));
        let parsed = policy::dictionary::parse(&files, &vocabulary);
        let dictionary = parsed
            .dictionary
            .unwrap_or_else(|| panic!("{}", render_all(&parsed.diagnostics, &sources, Default::default())));
        let ranks = Ranks(RANKS.map(|(name, gate)| Rank { name: name.to_owned(), gate }).to_vec());
        let entries: Vec<Entry> = policies
            .iter()
            .map(|text| {
                let parsed = policy::parse::parse(sources.add("policy.cov", *text), text);
                let file = parsed.file.unwrap_or_else(|| {
                    panic!("{}\n{text}", render_all(&parsed.diagnostics, &sources, Default::default()))
                });
                Entry::from(file)
            })
            .collect();
        let (lists, tables) = (Lists::default(), BTreeMap::new());
        let context = Context { dictionary: &dictionary, ranks: &ranks, lists: &lists, tables: &tables };
        let program = compile(&entries, &context)
            .unwrap_or_else(|errors| panic!("{}", render_all(&errors, &sources, Default::default())));
        let stacks = stacks(&ranks);
        Self { dictionary, program, stacks }
    }
}

fn stacks(ranks: &Ranks) -> BTreeMap<PayerClass, Vec<StackRank>> {
    let always = |name: &str| StackRank { rank: ranks.find(name).expect("a rank"), binds: Binds::Always };
    let all = |names: &[&str]| names.iter().map(|name| always(name)).collect::<Vec<_>>();
    let mandate = StackRank {
        rank: ranks.find("state_mandate").expect("a rank"),
        binds: Binds::Values {
            fact: "funding".to_owned(),
            binds: vec!["insured".to_owned()],
            open: vec!["governmental".to_owned()],
        },
    };
    let epsdt = StackRank {
        rank: ranks.find("epsdt").expect("a rank"),
        binds: Binds::Below { fact: "age_years".to_owned(), limit: 21 },
    };
    BTreeMap::from([
        (PayerClass::OriginalMedicare, all(&["statute", "lcd", "default"])),
        (PayerClass::MedicareAdvantage, all(&["statute", "lcd", "ma_internal", "default"])),
        (PayerClass::Commercial, [vec![mandate], all(&["bulletin", "default"])].concat()),
        (PayerClass::Medicaid, [vec![epsdt], all(&["state_rule", "default"])].concat()),
        (PayerClass::Tricare, all(&["bulletin", "default"])),
        (PayerClass::SelfPay, all(&["default"])),
    ])
}

impl Reference for TestLibrary {
    fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    fn payer(&self, written: &str) -> Result<Payer<'_>, NotFound> {
        let found = PAYERS.iter().find(|(id, name, _)| *id == written || *name == written);
        found.map(|(id, name, class)| Payer { id, name, class: *class }).ok_or_else(NotFound::default)
    }

    fn treatment(&self, written: &str) -> Result<Treatment<'_>, NotFound> {
        if written != "toxin" {
            return Err(NotFound::default());
        }
        let codes = CodeSet::new(["64615", "J0585"]).expect("codes");
        let kind = "medically-necessary-capable";
        Ok(Treatment { id: "toxin", name: "toxin injection", kind, codes, implied: Implied::default() })
    }

    fn usual_codes(&self, query: &UsualQuery<'_>) -> Option<UsualCodes> {
        let codes = ["64615", "J0585"].map(|code| code.parse().expect("a code")).to_vec();
        (!query.diagnoses.is_empty()).then(|| UsualCodes { codes, indication: "chronic migraine".to_owned() })
    }

    fn region(&self, written: &str) -> Result<&str, NotFound> {
        if written == "head" { Ok("head") } else { Err(NotFound::default()) }
    }

    fn macs(&self, state: StateCode, county: Option<&str>) -> Vec<&str> {
        match (state.as_str(), county) {
            ("MI", _) => vec!["J8"],
            ("VA", None) => vec!["JL", "JM"],
            ("VA", Some(_)) => vec!["JM"],
            _ => Vec::new(),
        }
    }
}

impl Library for TestLibrary {
    fn program(&self) -> &Program {
        &self.program
    }

    fn stack(&self, class: PayerClass) -> &[StackRank] {
        self.stacks.get(&class).map_or(&[], Vec::as_slice)
    }

    fn rank(&self, id: &str) -> Option<u16> {
        RANKS.iter().position(|(name, _)| *name == id).and_then(|at| u16::try_from(at).ok())
    }

    fn rank_name(&self, rank: u16) -> &str {
        RANKS[usize::from(rank)].0
    }

    fn version(&self) -> &str {
        "test"
    }

    fn sha256(&self) -> &str {
        "0000000000000000000000000000000000000000000000000000000000000000"
    }

    fn about(&self, _: &[ProcedureCode], _: Option<&str>, _: &[u16]) -> Option<Cow<'_, Program>> {
        Some(Cow::Borrowed(&self.program))
    }
}
