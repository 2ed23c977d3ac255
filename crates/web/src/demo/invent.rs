//! An invented practice as plain data: the same seed and day give the same practice.
//!
//! Nobody here exists. Family names are words that no family bears, telephone numbers are of the block kept for stories
//! (555-0100 to 0199), addresses end in `.example`, and provider numbers only have a right check digit.

use coverage::interview::Draft;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::chance::Chance;

pub(super) const PATIENTS: usize = 240;
pub(super) const VISITS: usize = 1_900;

/// How far back visits go, and how far ahead they are booked.
const DAYS_BACK: i64 = 540;
const DAYS_AHEAD: i64 = 21;
/// Visits of the day of the start: a desk that opens finds somebody waiting.
const VISITS_TODAY: usize = 14;

/// What a visit is about: how often of a hundred, and the part of a case file that says it.
const SCENARIOS: [(usize, &str); 14] = [
    (28, include_str!("scenarios/botox-for-looks.toml")),
    (13, include_str!("scenarios/filler-for-looks.toml")),
    (11, include_str!("scenarios/laser-hair-removal.toml")),
    (6, include_str!("scenarios/chemical-peel.toml")),
    (6, include_str!("scenarios/microneedling.toml")),
    (5, include_str!("scenarios/skin-rejuvenation.toml")),
    (7, include_str!("scenarios/migraine-charted.toml")),
    (6, include_str!("scenarios/migraine-open.toml")),
    (3, include_str!("scenarios/sweat-charted.toml")),
    (3, include_str!("scenarios/sweat-not-charted.toml")),
    (4, include_str!("scenarios/precancer-freeze.toml")),
    (3, include_str!("scenarios/lesion-inflamed.toml")),
    (2, include_str!("scenarios/lesion-plain.toml")),
    (3, include_str!("scenarios/weight-injection.toml")),
];

const GIVEN: [&str; 40] = [
    "Ada", "Bela", "Cleo", "Dara", "Edda", "Fay", "Gus", "Hal", "Ida", "Jory", "Kit", "Lark", "Moss", "Nell", "Odin",
    "Pip", "Quill", "Rue", "Sage", "Tam", "Una", "Vesper", "Wren", "Xan", "Yule", "Zev", "Ansel", "Briar", "Cosmo",
    "Dove", "Ember", "Fern", "Gale", "Haven", "Indigo", "Juno", "Koa", "Lumen", "Marlo", "Nova",
];
const FAMILY: [&str; 30] = [
    "Fablewick",
    "Madeuppe",
    "Notreall",
    "Sampleton",
    "Pretendham",
    "Storyfield",
    "Fictionby",
    "Imaginette",
    "Examplar",
    "Placeholt",
    "Mockridge",
    "Testaverde-Demo",
    "Whimsley",
    "Nonesuch",
    "Fauxworth",
    "Inventsen",
    "Dummerton",
    "Makebelief",
    "Talespinner",
    "Phantasme",
    "Wordsmyth-Demo",
    "Figmentoss",
    "Charadeau",
    "Legendary",
    "Mythermore",
    "Unrealey",
    "Supposer",
    "Conjectura",
    "Hypothese",
    "Paperwright",
];

/// A site of the practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    pub(super) state: &'static str,
    /// `[facility]` of a case.
    pub(super) case: Value,
    pub(super) licences: Vec<Paper>,
    pub(super) accreditations: Vec<Paper>,
}

/// Something that expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paper {
    pub(super) what: String,
    pub(super) number: String,
    pub(super) from: Date,
    pub(super) until: Date,
}

/// Somebody who treats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Practitioner {
    pub(super) name: String,
    pub(super) npi: String,
    /// Index of the site.
    pub(super) site: usize,
    /// `[clinician]` of a case, as far as it does not follow from what is below.
    pub(super) case: Value,
    pub(super) licences: Vec<Paper>,
    pub(super) enrolments: Vec<Paper>,
    /// Index of who supervises.
    pub(super) supervisor: Option<usize>,
}

/// Somebody who is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) born: Date,
    pub(super) sex: &'static str,
    pub(super) site: usize,
    pub(super) record_number: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) street: String,
    /// `[coverage]` of a case, with the member number beside it.
    pub(super) plans: Vec<(String, Value)>,
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Booked {
    pub(super) person: usize,
    pub(super) practitioner: usize,
    pub(super) day: Date,
    pub(super) minutes_after_midnight: u32,
    /// Lines, chart, trials, documents and history of a case.
    pub(super) case: Map<String, Value>,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invented {
    pub(super) sites: Vec<Site>,
    pub(super) practitioners: Vec<Practitioner>,
    pub(super) people: Vec<Person>,
    /// In the order of their days.
    pub(super) visits: Vec<Booked>,
}

/// Invents a practice as it would be on a day.
pub(super) fn invent(seed: u64, today: Date) -> Invented {
    let mut chance = Chance::new(seed);
    let sites = sites(today);
    let practitioners = practitioners(&sites, today);
    let people: Vec<Person> = (0..PATIENTS).map(|index| person(&mut chance, index, &sites, today)).collect();
    let visits = visits(&mut chance, &practitioners, &people, today);
    Invented { sites, practitioners, people, visits }
}

fn days(from: Date, count: i64) -> Date {
    from.saturating_add(count.days())
}

fn paper(what: &str, number: String, from: Date, until: Date) -> Paper {
    Paper { what: what.to_owned(), number, from, until }
}

fn sites(today: Date) -> Vec<Site> {
    let site = |name, address, state: &'static str, npi: u32, enrolled: &[&str], network: &[&str], left: i64| Site {
        name,
        address,
        state,
        case: json!({
            "kind": "medical-spa", "state": state, "place_of_service": "11", "npi": npi_of(npi),
            "enrolled": enrolled, "network": network, "sanctioned": false,
        }),
        licences: vec![paper(
            "facility licence",
            format!("{state}-DEMO-{npi}"),
            days(today, left - 730),
            days(today, left),
        )],
        accreditations: vec![paper("joint commission", format!("ACC-DEMO-{npi}"), days(today, -400), days(today, 695))],
    };
    vec![
        site(
            "Storybook Skin, Austin",
            "1 Invented Way, Austin, TX",
            "TX",
            101,
            &["medicare"],
            &["aetna", "cigna"],
            210,
        ),
        site("Storybook Skin, Ann Arbor", "2 Invented Way, Ann Arbor, MI", "MI", 102, &["medicare"], &["uhc"], 58),
        site("Storybook Skin, Tampa", "3 Invented Way, Tampa, FL", "FL", 103, &[], &["aetna"], 480),
    ]
}

/// Licence, index of the site, days until it expires, index of who supervises.
const STAFF: [(&str, usize, i64, Option<usize>); 12] = [
    ("MD", 0, 400, None),
    ("MD", 1, 71, None),
    ("MD", 2, 620, None),
    ("NP", 0, 25, Some(0)),
    ("NP", 1, 330, Some(1)),
    ("NP", 2, 540, Some(2)),
    ("PA", 0, 210, Some(0)),
    ("PA", 1, -6, Some(1)),
    ("RN", 0, 88, Some(0)),
    ("RN", 1, 480, Some(1)),
    ("RN", 2, 150, Some(2)),
    ("RN", 2, 55, Some(2)),
];

/// The staff is the same in every invented practice; patients and visits differ by the seed.
fn practitioners(sites: &[Site], today: Date) -> Vec<Practitioner> {
    let one = |(index, (license, site, left, supervisor)): (usize, &(&'static str, usize, i64, Option<usize>))| {
        let state = sites[*site].state;
        let (from, until) = (days(today, left - 730), days(today, *left));
        let prescribes = matches!(*license, "MD" | "NP" | "PA");
        let network = if prescribes { sites[*site].case["network"].clone() } else { json!([]) };
        let case = json!({ "network": network, "opted_out_from": false, "excluded": false });
        let number = format!("{state}-{license}-DEMO-{index:02}");
        let with_medicare = prescribes && sites[*site].case["enrolled"] == json!(["medicare"]);
        let until_enrolled = days(today, 40 + 61 * i64::try_from(index).unwrap_or_default());
        let enrolment = || paper("medicare", format!("DEMO-{index:02}"), days(until_enrolled, -1825), until_enrolled);
        Practitioner {
            name: format!("{}, {}", FAMILY[(index * 5 + 1) % FAMILY.len()], GIVEN[(index * 7 + 3) % GIVEN.len()]),
            npi: npi_of(200 + u32::try_from(index).unwrap_or_default()),
            site: *site,
            case,
            licences: vec![paper(license, number, from, until)],
            enrolments: with_medicare.then(enrolment).into_iter().collect(),
            supervisor: *supervisor,
        }
    };
    STAFF.iter().enumerate().map(one).collect()
}

/// Payer, how often of a hundred, and what the card tells.
const PLANS: [(usize, &str); 9] = [
    (20, "aetna"),
    (17, "uhc"),
    (15, "cigna"),
    (9, "anthem"),
    (16, "medicare"),
    (5, "medicare-advantage"),
    (5, "medicaid"),
    (3, "tricare"),
    (10, ""),
];

fn person(chance: &mut Chance, index: usize, sites: &[Site], today: Date) -> Person {
    // Forty given and thirty family names meet in 120 pairs; the second half takes the next family name.
    let mixed = index * 7 % PATIENTS;
    let given = GIVEN[mixed % GIVEN.len()];
    let family = FAMILY[(mixed + mixed / 120) % FAMILY.len()];
    let site = index % sites.len();
    let payer = *chance.weighted(&PLANS);
    let age_years = if payer.starts_with("medicare") { 65 + chance.below(20) } else { 21 + chance.below(43) };
    let days_old = i64::try_from(age_years * 365 + chance.below(364)).unwrap_or_default();
    let mut plans = Vec::new();
    if !payer.is_empty() {
        plans.push((format!("DEMO{index:05}"), plan(chance, payer, sites[site].state, today)));
    }
    let handle = format!("{}.{}", given.to_lowercase(), family.to_lowercase());
    Person {
        given,
        family,
        born: days(today, -days_old),
        sex: if chance.below(5) == 0 { "male" } else { "female" },
        site,
        record_number: format!("D{:05}", 10_000 + index * 37),
        phone: format!("(555) 555-01{:02}", index % 100),
        email: format!("{handle}{index}@patient.example"),
        street: format!("{} Storybook Lane", 100 + index),
        plans,
    }
}

fn plan(chance: &mut Chance, payer: &str, state: &str, today: Date) -> Value {
    let mut plan = json!({ "payer": payer });
    if ["aetna", "uhc", "cigna", "anthem"].contains(&payer) {
        plan["product"] = (*chance.weighted(&[(6, "ppo"), (3, "hmo"), (1, "hdhp")])).into();
        plan["funding"] = (*chance.weighted(&[(1, "insured"), (1, "self-funded")])).into();
        plan["issue_state"] = state.into();
    }
    if chance.below(3) > 0 {
        let checked = days(today, -i64::try_from(1 + chance.below(40)).unwrap_or_default());
        plan["benefits"] = json!({
            "checked": checked.to_string(),
            "deductible_remaining": format!("{}.00", 50 * chance.below(30)),
            "coinsurance_percent": *chance.pick(&[0, 10, 20, 30]),
        });
    }
    plan
}

fn visits(chance: &mut Chance, practitioners: &[Practitioner], people: &[Person], today: Date) -> Vec<Booked> {
    let scenarios: Vec<(usize, Map<String, Value>)> =
        SCENARIOS.iter().map(|(weight, text)| (*weight, Draft::parse(text).keys().clone())).collect();
    let mut visits: Vec<Booked> = (0..VISITS)
        .map(|index| {
            let person = chance.below(people.len());
            let of_site: Vec<usize> =
                (0..practitioners.len()).filter(|one| practitioners[*one].site == people[person].site).collect();
            let practitioner = *chance.pick(&of_site);
            let ahead =
                i64::try_from(chance.below(usize::try_from(DAYS_BACK + DAYS_AHEAD).unwrap_or(1))).unwrap_or_default();
            let day = if index < VISITS_TODAY { today } else { working_day(days(today, ahead - DAYS_BACK)) };
            let slot = u32::try_from(chance.below(32)).unwrap_or_default();
            let mut case = chance.weighted(&scenarios).clone();
            if day > today {
                // What is still to come has no note yet.
                ["document", "chart", "trial"].iter().for_each(|section| drop(case.remove(*section)));
            }
            Booked { person, practitioner, day, minutes_after_midnight: 9 * 60 + 15 * slot, case }
        })
        .collect();
    visits.sort_by_key(|visit| (visit.day, visit.minutes_after_midnight, visit.person));
    visits
}

/// The day itself, or the Monday after a Sunday.
fn working_day(day: Date) -> Date {
    if day.weekday() == jiff::civil::Weekday::Sunday { days(day, 1) } else { day }
}

/// A provider number that nobody has been given by this program: only its check digit is right (45 CFR 162.406).
fn npi_of(number: u32) -> String {
    let first_nine = format!("100{number:06}");
    let doubled = |(index, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0');
        if index % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
    };
    // The constant is what the prefix 80840 adds.
    let sum = 24 + first_nine.bytes().enumerate().map(doubled).sum::<u32>();
    format!("{first_nine}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn the_same_seed_invents_the_same_practice() {
        assert_eq!(invent(1, TODAY), invent(1, TODAY));
        assert_ne!(invent(1, TODAY).people, invent(2, TODAY).people);
    }

    #[test]
    fn it_has_the_size_that_is_promised() {
        let invented = invent(1, TODAY);
        let sizes = [invented.sites.len(), invented.practitioners.len(), invented.people.len(), invented.visits.len()];
        assert_eq!(sizes, [3, 12, 240, 1_900]);
        let of_day = invented.visits.iter().filter(|visit| visit.day == TODAY).count();
        assert!((VISITS_TODAY..VISITS_TODAY + 20).contains(&of_day), "{of_day}");
    }

    #[test]
    fn names_are_told_apart() {
        let invented = invent(1, TODAY);
        let names: std::collections::BTreeSet<_> = invented.people.iter().map(|one| (one.given, one.family)).collect();
        assert_eq!(names.len(), PATIENTS);
    }
}
