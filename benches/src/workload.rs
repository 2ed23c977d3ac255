//! Policies and cases by seed, in a form that belongs to no engine.
//!
//! Every policy has the shape that coverage policies have: two exclusions, six plain criteria, "one of two" and "two of three".

/// Policies of the workload.
pub const POLICIES: usize = 30;
/// Criteria of each policy.
pub const CRITERIA: usize = 13;
/// Of each hundred facts of a case, how many are not recorded.
pub const OPEN_PERCENT: u64 = 15;

/// Yes-no facts.
pub const YES_NO: usize = 20;
/// Numbers from 0 to [`NUMBER_MAX`].
pub const NUMBERS: usize = 12;
/// Choices of one of [`CHOICE_VALUES`].
pub const CHOICES: usize = 8;
/// All facts: yes-no, then numbers, then choices.
pub const FACTS: usize = YES_NO + NUMBERS + CHOICES;

/// The greatest value of a number.
pub const NUMBER_MAX: i64 = 99;
/// What every choice chooses from.
pub const CHOICE_VALUES: [&str; 6] = ["amber", "birch", "cedar", "delta", "ember", "fjord"];

/// SplitMix64: small, seeded, the same on every machine.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("INVARIANT: below a usize")
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }
}

/// What a criterion asks of its fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A yes-no fact is yes.
    Yes,
    /// A yes-no fact is no.
    No,
    /// A number is at least this.
    AtLeast(i64),
    /// A number is at most this.
    AtMost(i64),
    /// A choice is one of these.
    In(Vec<&'static str>),
    /// A choice is none of these.
    NotIn(Vec<&'static str>),
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Index of the fact.
    pub fact: usize,
    /// What is asked of it.
    pub question: Question,
}

/// One policy. Covered when no exclusion is met, every plain criterion is, one of `either`, and two of `two_of`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Not covered when any of these is met.
    pub exclusions: [Criterion; 2],
    /// Each is needed.
    pub plain: [Criterion; 6],
    /// One is needed.
    pub either: [Criterion; 2],
    /// Two are needed.
    pub two_of: [Criterion; 3],
}

impl Policy {
    /// The criteria in the order in which every language numbers them.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.exclusions.iter().chain(&self.plain).chain(&self.either).chain(&self.two_of)
    }

    fn random(random: &mut Random) -> Self {
        Self {
            exclusions: std::array::from_fn(|_| Criterion::random(random, false)),
            plain: std::array::from_fn(|_| Criterion::random(random, true)),
            either: std::array::from_fn(|_| Criterion::random(random, true)),
            two_of: std::array::from_fn(|_| Criterion::random(random, true)),
        }
    }
}

impl Criterion {
    /// A criterion that most cases meet, or one that few do: otherwise every answer would be "not covered".
    fn random(random: &mut Random, mostly_met: bool) -> Self {
        let fact = random.below(FACTS);
        let question = if fact < YES_NO {
            if usually_yes(fact) == mostly_met { Question::Yes } else { Question::No }
        } else if fact < YES_NO + NUMBERS {
            let margin = i64::try_from(8 + random.below(16)).expect("INVARIANT: below 24");
            match (mostly_met, random.percent(50)) {
                (true, true) => Question::AtLeast(margin),
                (true, false) => Question::AtMost(NUMBER_MAX - margin),
                (false, true) => Question::AtLeast(NUMBER_MAX - margin),
                (false, false) => Question::AtMost(margin),
            }
        } else {
            let first = random.below(CHOICE_VALUES.len() - 1);
            let values =
                CHOICE_VALUES[first..first + 1 + random.below(2).min(CHOICE_VALUES.len() - 1 - first)].to_vec();
            match (mostly_met, random.percent(50)) {
                (false, _) => Question::In(values),
                (true, true) => Question::NotIn(values),
                (true, false) => {
                    Question::In(CHOICE_VALUES.into_iter().filter(|value| !values.contains(value)).collect())
                }
            }
        };
        Self { fact, question }
    }
}

/// Half of the yes-no facts are mostly yes, the others mostly no.
const fn usually_yes(fact: usize) -> bool {
    fact.is_multiple_of(2)
}

/// What a case says of one fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Number(i64),
    /// One of [`CHOICE_VALUES`].
    Choice(&'static str),
}

impl Value {
    fn json(self) -> String {
        match self {
            Self::YesNo(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Choice(value) => format!("{value:?}"),
        }
    }
}

/// One case: for each fact its value, or nothing where it is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case(pub [Option<Value>; FACTS]);

impl Case {
    fn random(random: &mut Random) -> Self {
        Self(std::array::from_fn(|fact| {
            let value = if fact < YES_NO {
                Value::YesNo(random.percent(85) == usually_yes(fact))
            } else if fact < YES_NO + NUMBERS {
                Value::Number(i64::try_from(random.below(100)).expect("INVARIANT: below 100"))
            } else {
                Value::Choice(CHOICE_VALUES[random.below(CHOICE_VALUES.len())])
            };
            (!random.percent(OPEN_PERCENT)).then_some(value)
        }))
    }

    /// The recorded facts by name, as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        self.json_of(|value| value.map(Value::json))
    }

    /// All facts by name, as JSON; one that is not recorded is `null`.
    #[must_use]
    pub fn json_with_nulls(&self) -> String {
        self.json_of(|value| Some(value.map_or_else(|| "null".to_owned(), Value::json)))
    }

    fn json_of(&self, text: impl Fn(Option<Value>) -> Option<String>) -> String {
        let members: Vec<String> =
            (0..FACTS).filter_map(|fact| Some(format!("\"{}\":{}", fact_name(fact), text(self.0[fact])?))).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// The name of a fact in every language.
#[must_use]
pub fn fact_name(fact: usize) -> String {
    if fact < YES_NO {
        format!("sign_{fact}")
    } else if fact < YES_NO + NUMBERS {
        format!("measure_{}", fact - YES_NO)
    } else {
        format!("kind_{}", fact - YES_NO - NUMBERS)
    }
}

/// Policies and cases.
#[derive(Clone, Debug)]
pub struct Workload {
    /// [`POLICIES`] of them.
    pub policies: Vec<Policy>,
    /// As many as were asked for.
    pub cases: Vec<Case>,
}

impl Workload {
    /// The workload of a seed; the policies do not depend on the number of cases.
    #[must_use]
    pub fn new(seed: u64, cases: usize) -> Self {
        let mut random = Random(seed);
        let policies = (0..POLICIES).map(|_| Policy::random(&mut random)).collect();
        let cases = (0..cases).map(|_| Case::random(&mut random)).collect();
        Self { policies, cases }
    }
}
