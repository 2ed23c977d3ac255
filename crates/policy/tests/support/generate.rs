//! Random policies as text, and random cases, by seed.

use std::fmt::Write as _;

/// SplitMix64: small, seeded, the same on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("fits")).expect("fits")
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

pub(crate) const YES_NO: [&str; 4] = ["itching", "bleeding", "scarred", "photographed"];
pub(crate) const NUMBERS: [&str; 2] = ["sore_days", "spots"];
pub(crate) const CHOICES: [&str; 1] = ["tone"];
pub(crate) const TONES: [&str; 3] = ["fair", "olive", "dark"];
pub(crate) const TRIALS: [&str; 2] = ["cream", "tablet"];
pub(crate) const DOCUMENTS: [&str; 2] = ["photo", "diary"];

/// The dictionary that the generated policies use.
pub(crate) fn dictionary() -> String {
    let mut text = String::new();
    for name in YES_NO {
        write!(text, "[{name}]\ntype = \"yes-no\"\nlabel = \"{name}\"\nquestion = \"{name}?\"\nwho = \"clinician\"\nmove = \"record\"\n\n").expect("a string");
    }
    for name in NUMBERS {
        write!(text, "[{name}]\ntype = \"number\"\nunit = \"days\"\nlabel = \"{name}\"\nquestion = \"{name}?\"\nwho = \"clinician\"\nmove = \"record\"\n\n").expect("a string");
    }
    for name in CHOICES {
        write!(text, "[{name}]\ntype = \"choice\"\nvalues = {TONES:?}\nlabel = \"{name}\"\nquestion = \"{name}?\"\nwho = \"clinician\"\nmove = \"record\"\n\n").expect("a string");
    }
    for name in TRIALS {
        write!(text, "[trial_class.{name}]\nlabel = \"{name}\"\n\n").expect("a string");
    }
    for name in DOCUMENTS {
        write!(
            text,
            "[document.{name}]\nlabel = \"{name}\"\nquestion = \"is there a {name}?\"\nwho = \"clinician\"\n\n"
        )
        .expect("a string");
    }
    text
}

/// One random policy of a rank.
pub(crate) fn policy(random: &mut Random, number: usize, rank: &str) -> String {
    policy_of(random, number, rank, 7)
}

/// One random policy with about so many tests at most.
pub(crate) fn policy_of(random: &mut Random, number: usize, rank: &str, atoms: usize) -> String {
    let mut writer = Writer { random, text: String::new(), labels: Vec::new(), atoms_left: atoms };
    writer.file(number, rank);
    writer.text
}

struct Writer<'a> {
    random: &'a mut Random,
    text: String,
    labels: Vec<String>,
    atoms_left: usize,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        writeln!(self.text, "{:1$}{text}", "", depth * 2).expect("a string");
    }

    fn file(&mut self, number: usize, rank: &str) {
        self.line(0, &format!("policy \"random/{number}\" \"A random policy\""));
        self.line(0, &format!("rank {rank}"));
        if self.random.chance(30) {
            let term = self.atom();
            self.line(0, &format!("scope {term}"));
        }
        self.line(0, "for any");
        self.line(0, "dates ..");
        self.line(0, "source \"made up\" text");
        for clause in 0..1 + self.random.below(3) {
            if clause > 0 && self.atoms_left == 0 {
                break;
            }
            let head = match self.random.below(8) {
                0..=3 => "covered",
                4 | 5 => "not covered as cosmetic",
                6 => "silent",
                _ => "unread \"a text\"",
            };
            let how = self.random.pick(&["all", "any"]);
            self.line(0, &format!("{head} when {how}"));
            for _ in 0..1 + self.random.below(3) {
                self.criterion(1, true);
            }
        }
        if self.random.chance(40) && !self.labels.is_empty() {
            let excused = self.labels[self.random.below(self.labels.len())].clone();
            let atom = self.atom();
            self.line(0, "unless");
            self.line(1, &format!("pardon excuses {excused} when {atom}"));
        }
        let otherwise = self.random.pick(&["not covered", "not covered", "silent", "unread \"a text\""]);
        self.line(0, &format!("otherwise {otherwise}"));
    }

    fn criterion(&mut self, depth: usize, labelled: bool) {
        let mut label = String::new();
        if labelled {
            let name = format!("l{}", self.text.len());
            label = format!("{name}: ");
            self.labels.push(name);
        }
        if depth < 4 && self.atoms_left > 1 && self.random.chance(25) {
            let members = 2 + self.random.below(2);
            let group = match self.random.below(3) {
                0 => "all of".to_owned(),
                1 => "any of".to_owned(),
                _ => format!("at least {} of", 1 + self.random.below(members)),
            };
            self.line(depth, &format!("{label}{group}"));
            for _ in 0..members {
                self.criterion(depth + 1, false);
            }
        } else {
            let atom = self.atom();
            let suffix =
                if labelled { self.random.pick(&["", "", "", "", "", "", " unverified", " indicative"]) } else { "" };
            self.line(depth, &format!("{label}{atom}{suffix}"));
        }
    }

    fn atom(&mut self) -> String {
        self.atoms_left = self.atoms_left.saturating_sub(1);
        let not = if self.random.chance(20) { "not " } else { "" };
        match self.random.below(9) {
            0..=2 => format!("{not}{}", self.random.pick(&YES_NO)),
            3 | 4 => {
                let comparison = self.random.pick(&[">=", ">", "<=", "<", "=", "!="]);
                format!("{not}{} {comparison} {}", self.random.pick(&NUMBERS), 2 + 3 * self.random.below(2))
            }
            5 => format!("tone {}in {}", not, self.random.pick(&["fair", "olive dark", "fair dark"])),
            6 => format!("{not}trial({}) >= {} months", self.random.pick(&TRIALS), 2 + self.random.below(2)),
            7 => format!("{not}document \"{}\"", self.random.pick(&DOCUMENTS)),
            _ => format!(
                "since last 64615 {} {} weeks{}",
                self.random.pick(&[">=", ">=", "<"]),
                2 + 2 * self.random.below(2),
                self.random.pick(&["", " or never"])
            ),
        }
    }
}
