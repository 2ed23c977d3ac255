//! The answers about a booklet or contract, and the policies that they make.

use codes::Cents;
use jiff::civil::Date;
use library::Library;

use crate::commands::policy::new::{services, with_examples, with_these_examples};
use crate::output::Failure;

/// The rank of what a booklet says.
const PLAN_DOCUMENT: &str = "plan_document";
/// The rank of what a contract says of who may bill.
const GATE_BILLING: &str = "gate_billing";
/// The file of who may bill.
const BILLERS: &str = "billers.cov";
/// Longest time that a plan gives for a claim.
const CLAIM_DAYS_MAX: u32 = 1_095;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Payer,
    Plan,
    Document,
    Read,
    From,
    Excludes,
    Looks,
    Authorize,
    Covers,
    ClaimWithin,
    Share,
    OutOfNetwork,
    Network,
    Billers,
}

impl Topic {
    pub(super) const ALL: [Self; 14] = [
        Self::Payer,
        Self::Plan,
        Self::Document,
        Self::Read,
        Self::From,
        Self::Excludes,
        Self::Looks,
        Self::Authorize,
        Self::Covers,
        Self::ClaimWithin,
        Self::Share,
        Self::OutOfNetwork,
        Self::Network,
        Self::Billers,
    ];

    /// Without an answer there is nothing to write.
    pub(super) const fn needed(self) -> bool {
        matches!(self, Self::Payer | Self::Document | Self::Read | Self::From)
    }

    pub(super) const fn flag(self) -> &'static str {
        match self {
            Self::Payer => "--payer",
            Self::Plan => "--plan",
            Self::Document => "--document",
            Self::Read => "--read",
            Self::From => "--from",
            Self::Excludes => "--excludes",
            Self::Looks => "--looks",
            Self::Authorize => "--authorize",
            Self::Covers => "--covers",
            Self::ClaimWithin => "--claim-within",
            Self::Share => "--share",
            Self::OutOfNetwork => "--out-of-network",
            Self::Network => "--network",
            Self::Billers => "--billers",
        }
    }

    pub(super) const fn question(self) -> &'static str {
        match self {
            Self::Payer => "Whose plan is it?",
            Self::Plan => "What is the plan called on the card? Nothing, if it is about every plan of the payer.",
            Self::Document => "What is the booklet or contract called, with its edition?",
            Self::Read => "On which day did you read it?",
            Self::From => "From which day does it hold?",
            Self::Excludes => "Which services does it exclude, whatever the reason?",
            Self::Looks => "Does it exclude work done for looks?",
            Self::Authorize => "Which services must be authorized first?",
            Self::Covers => {
                "Which services does it cover for a medical reason, whatever the payer's medical policy says?"
            }
            Self::ClaimWithin => "Within how many days after the service must the claim arrive?",
            Self::Share => "What are the deductible, and the patient's percent in network?",
            Self::OutOfNetwork => "Out of network: what is the patient's percent, or does it pay none?",
            Self::Network => {
                "Is the practice in the plan's network under a contract? Days, if it is so only then: the first, and \
                 the first day after its end."
            }
            Self::Billers => "With which licences may somebody bill under the contract? Nothing, if with any.",
        }
    }

    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Payer => "aetna; `covered payers` lists them",
            Self::Plan => "Example Choice",
            Self::Document => "Example Choice booklet 2026",
            Self::Read | Self::From => "2026-01-01",
            Self::Excludes | Self::Authorize | Self::Covers => "17000, 17003 | laser hair removal",
            Self::Looks => "yes | no",
            Self::ClaimWithin => "180",
            Self::Share => "500.00 20",
            Self::OutOfNetwork => "40 | none",
            Self::Network => "yes | no | 2026-01-01 .. 2027-01-01",
            Self::Billers => "MD DO NP PA",
        }
    }
}

/// What the practice has with the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contract {
    /// None: it is out of network.
    None,
    /// One that holds from a day until before another; without them, always.
    Holds { from: Option<Date>, until: Option<Date> },
}

/// The answers, each as it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    payer: Option<String>,
    plan: Option<String>,
    document: Option<String>,
    read: Option<Date>,
    from: Option<Date>,
    excludes: Option<String>,
    looks: Option<bool>,
    authorize: Option<String>,
    covers: Option<String>,
    claim_days: Option<u32>,
    share: Option<(Cents, u8)>,
    /// The patient's percent; `Some(None)` if it pays nothing.
    out_of_network: Option<Option<u8>>,
    contract: Option<Contract>,
    /// Licences, with blanks between.
    billers: Option<String>,
}

impl Answers {
    pub(super) fn has(&self, topic: Topic) -> bool {
        match topic {
            Topic::Payer => self.payer.is_some(),
            Topic::Plan => self.plan.is_some(),
            Topic::Document => self.document.is_some(),
            Topic::Read => self.read.is_some(),
            Topic::From => self.from.is_some(),
            Topic::Excludes => self.excludes.is_some(),
            Topic::Looks => self.looks.is_some(),
            Topic::Authorize => self.authorize.is_some(),
            Topic::Covers => self.covers.is_some(),
            Topic::ClaimWithin => self.claim_days.is_some(),
            Topic::Share => self.share.is_some(),
            Topic::OutOfNetwork => self.out_of_network.is_some(),
            Topic::Network => self.contract.is_some(),
            Topic::Billers => self.billers.is_some(),
        }
    }

    /// Takes one answer.
    ///
    /// # Errors
    /// What is wrong with it, in words for whoever typed it; then nothing was taken.
    pub(super) fn take(&mut self, topic: Topic, typed: &str, library: &Library) -> Result<(), String> {
        if typed.chars().any(|letter| letter.is_control() || letter == '"' || letter == '\\') {
            return Err("an answer is one line of text without quotation marks".to_owned());
        }
        match topic {
            Topic::Payer => {
                let found = library.payers().find(typed).map_err(|error| error.to_string())?;
                let booklet = library.ranks().find(PLAN_DOCUMENT);
                let has_booklet =
                    booklet.is_some_and(|rank| library.ranks().classes_with(rank).any(|class| class == found.class));
                if !has_booklet {
                    return Err(format!("{} has no plan booklet that could change its rules", found.name));
                }
                self.payer = Some(found.id.clone());
            }
            Topic::Plan => self.plan = Some(typed.to_owned()),
            Topic::Document => self.document = Some(typed.to_owned()),
            Topic::Read => self.read = Some(day(typed)?),
            Topic::From => self.from = Some(day(typed)?),
            Topic::Excludes => self.excludes = Some(services::of(typed, library)?),
            Topic::Looks => self.looks = Some(yes_no(typed)?),
            Topic::Authorize => self.authorize = Some(services::of(typed, library)?),
            Topic::Covers => self.covers = Some(services::of(typed, library)?),
            Topic::ClaimWithin => {
                let days = typed.trim_end_matches("days").trim().parse().ok();
                let days = days.filter(|days| (1..=CLAIM_DAYS_MAX).contains(days));
                self.claim_days = Some(days.ok_or_else(|| format!("type a number of days up to {CLAIM_DAYS_MAX}"))?);
            }
            Topic::Share => {
                let (amount, part) = typed.split_once(' ').ok_or("type dollars and percent: 500.00 20")?;
                let amount = amount.trim_start_matches('$').parse().map_err(|_| "type dollars as 500.00")?;
                self.share = Some((amount, percent(part)?));
            }
            Topic::OutOfNetwork => {
                let none = typed.eq_ignore_ascii_case("none");
                self.out_of_network = Some(if none { None } else { Some(percent(typed)?) });
            }
            Topic::Network => self.contract = Some(contract(typed)?),
            Topic::Billers => {
                let words = typed.split([' ', ',']).filter(|word| !word.is_empty());
                let ids = words.map(|word| library.licenses().find(word).map(|license| license.id.as_str()));
                let ids = ids.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
                self.billers = Some(ids.join(" "));
            }
        }
        Ok(())
    }

    /// The files with their names, each laid out and with examples that give what they say.
    ///
    /// # Errors
    /// What does not compile, such as a code that does not exist.
    pub(super) fn policies(&self, library: &Library) -> Result<Vec<(&'static str, String)>, Failure> {
        let on = |services: &Option<String>| services.as_deref().map(str::to_owned);
        let any = || "any".to_owned();
        let rules = [
            (
                "excluded.cov",
                "what the plan excludes",
                on(&self.excludes),
                "otherwise not covered as excluded\n".to_owned(),
            ),
            (
                "looks.cov",
                "work for looks",
                (self.looks == Some(true)).then(any),
                "not covered as cosmetic when all\n  looks: purpose = cosmetic\n\notherwise silent\n".to_owned(),
            ),
            (
                "authorization.cov",
                "what must be authorized first",
                on(&self.authorize),
                "otherwise silent\n\nneeds    prior_authorization\n".to_owned(),
            ),
            (
                "covered.cov",
                "what the plan covers for a medical reason",
                on(&self.covers),
                "covered when all\n  medical: purpose = medical\n\notherwise silent\n".to_owned(),
            ),
            (
                "claims.cov",
                "until when a claim is taken",
                self.claim_days.map(|_| any()),
                format!(
                    "otherwise silent\n\ndue      claim {} days after service\n",
                    self.claim_days.unwrap_or_default()
                ),
            ),
        ];
        let mut files = Vec::new();
        for (name, title, services, rule) in rules {
            let Some(services) = services else { continue };
            let bare = format!("{}\n{rule}", self.header(name, title, PLAN_DOCUMENT, &services, (self.from, None)));
            files.push((name, with_examples(&bare, library)?));
        }
        for Gate { name, title, dates, rule } in self.gates() {
            let bare = format!("{}\n{rule}", self.header(name, title, GATE_BILLING, "any", dates));
            // Whoever has an indemnity plan has no network to be outside of.
            let bare = if name == BILLERS { bare } else { bare.replacen("\nfor ", "; product != indemnity\nfor ", 1) };
            let text = match dates {
                // Examples are of the first day, and this has none.
                (None, Some(until)) => with_these_examples(&bare, &self.examples_before(until)?, library)?,
                _ => with_examples(&bare, library)?,
            };
            files.push((name, text));
        }
        Ok(files)
    }

    /// Who may not bill the plan, and when: gates, beside those that hold for every plan.
    fn gates(&self) -> Vec<Gate> {
        let outside = "otherwise not allowed as network\n";
        let mut gates = Vec::new();
        let mut add = |name, title, dates, rule: String| gates.push(Gate { name, title, dates, rule });
        match self.contract {
            Some(Contract::None) => {
                add("network.cov", "no contract with the plan", (self.from, None), outside.to_owned())
            }
            Some(Contract::Holds { from, until }) => {
                if from.is_some() {
                    add("before-contract.cov", "before the contract", (None, from), outside.to_owned());
                }
                if until.is_some() {
                    add("after-contract.cov", "after the contract", (until, None), outside.to_owned());
                }
            }
            None => {}
        }
        if let Some(licenses) = &self.billers {
            let rule = format!(
                "allowed when any\n  license: clinician_license in {licenses} as clinician\n\notherwise not allowed as clinician\n"
            );
            add(BILLERS, "who may bill under the contract", (self.from, None), rule);
        }
        gates
    }

    /// Examples of the day before a day, on which nobody may bill unless the plan has no network.
    fn examples_before(&self, until: Date) -> Result<Vec<String>, Failure> {
        let last = until.yesterday().map_err(|_| Failure::Name {
            message: format!("there is no day before {until}; nothing was written"),
            help: "the contract begins on a later day".to_owned(),
        })?;
        let payer = self.payer.as_deref().unwrap_or_default();
        let plan = self.plan.as_ref().map_or_else(String::new, |plan| format!(", plan \"{plan}\""));
        Ok(vec![
            format!("\"day before\" {{ payer {payer}{plan}, product hmo }} at {last} => not allowed"),
            format!("\"indemnity plan\" \"day before\" but product indemnity at {last} => does not apply"),
            format!("\"first day\" \"day before\" at {until} => does not apply"),
        ])
    }

    fn header(
        &self,
        name: &str,
        title: &str,
        rank: &str,
        services: &str,
        (from, until): (Option<Date>, Option<Date>),
    ) -> String {
        let stem = name.trim_end_matches(".cov");
        let (payer, document) = (self.payer.as_deref().unwrap_or(""), self.document.as_deref().unwrap_or(""));
        let slug: String = self.plan.iter().flat_map(|plan| plan.chars()).map(slugged).collect();
        let id = if slug.is_empty() { format!("own/{payer}/{stem}") } else { format!("own/{payer}-{slug}/{stem}") };
        let plan = self.plan.as_ref().map_or_else(String::new, |plan| format!("; plan \"{plan}\""));
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        format!(
            "policy   \"{id}\"  \"{document}: {title}\"\nrank     {rank}\nscope    payer {payer}{plan}\nfor      {services}\ndates    {} .. {}\nsource   \"{document}\" text read {}\n",
            day(from),
            day(until),
            day(self.read),
        )
    }

    /// What the plan pays, and whether the practice is in its network, as the piece of a case that says it.
    pub(super) fn of_case(&self) -> Option<String> {
        let benefits = self.benefits();
        let network = match self.contract {
            None => return benefits,
            Some(Contract::None) => "network = \"out\"",
            Some(Contract::Holds { from: None, until: None }) => "network = \"in\"",
            Some(Contract::Holds { .. }) => "network = \"in\"   # while the contract holds",
        };
        Some(format!(
            "[coverage]\n{network}\n{}",
            benefits.map_or_else(String::new, |benefits| format!("\n\n{benefits}"))
        ))
    }

    fn benefits(&self) -> Option<String> {
        let mut lines = Vec::new();
        if let Some((deductible, percent)) = self.share {
            lines.push(format!("# in network; the deductible is {deductible}: write what is left of it"));
            lines.push(format!("coinsurance_percent = {percent}"));
        }
        match self.out_of_network {
            Some(None) => lines.push("out_of_network_benefits = false".to_owned()),
            Some(Some(percent)) => {
                lines.push("out_of_network_benefits = true".to_owned());
                lines.push(format!("# out of network: coinsurance_percent = {percent}"));
            }
            None => {}
        }
        (!lines.is_empty()).then(|| format!("[coverage.benefits]\n{}", lines.join("\n")))
    }
}

/// One gate to write.
struct Gate {
    name: &'static str,
    title: &'static str,
    dates: (Option<Date>, Option<Date>),
    rule: String,
}

/// `yes`, `no`, or the days of the contract.
fn contract(typed: &str) -> Result<Contract, String> {
    let Some((from, until)) = typed.split_once("..") else {
        return match yes_no(typed) {
            Ok(true) => Ok(Contract::Holds { from: None, until: None }),
            Ok(false) => Ok(Contract::None),
            Err(_) => Err("type yes, no, or the days: 2026-01-01 .. 2027-01-01".to_owned()),
        };
    };
    let end = |typed: &str| if typed.is_empty() { Ok(None) } else { day(typed).map(Some) };
    let (from, until) = (end(from.trim())?, end(until.trim())?);
    match (from, until) {
        (None, None) => Err("type the first day, or the first day after the end, or both".to_owned()),
        (Some(from), Some(until)) if until <= from => Err(format!("{until} is not after {from}")),
        _ => Ok(Contract::Holds { from, until }),
    }
}

fn slugged(letter: char) -> char {
    if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }
}

fn day(typed: &str) -> Result<Date, String> {
    typed.parse().map_err(|_| format!("`{typed}` is no day; write it as 2026-01-01"))
}

fn yes_no(typed: &str) -> Result<bool, String> {
    match typed.to_lowercase().as_str() {
        "yes" | "y" => Ok(true),
        "no" | "n" => Ok(false),
        _ => Err("type yes or no".to_owned()),
    }
}

fn percent(typed: &str) -> Result<u8, String> {
    let percent = typed.trim().trim_end_matches('%').trim_end_matches(" percent").parse().ok();
    percent.filter(|percent| *percent <= 100).ok_or_else(|| "type a whole percent up to 100".to_owned())
}
