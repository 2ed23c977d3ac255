//! The first lines of a policy file, read without the parser: enough to know that a policy cannot concern a case.
//!
//! Reading every policy for every question would cost most of the time of an answer. What is found here may only leave a policy
//! out when the parsed scope would leave it out too, so anything unusual counts as "may concern".

use codes::CodeSet;
use jiff::civil::Date;
use policy::ast::value_key;

/// What the first lines of a policy file say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Identifier of the policy.
    pub id: String,
    /// Title of the policy.
    pub title: String,
    /// Its rank.
    pub rank: String,
    /// Classes of coverage that the scope names; `None`: it names none, so all.
    pub classes: Option<Vec<String>>,
    /// Payers that the scope names; `None`: it names none, so all.
    pub payers: Option<Vec<String>>,
    /// Medicare contractors that the scope names; `None`: it names none, so all.
    pub macs: Option<Vec<String>>,
    /// Services that it speaks about; `None`: any, or more than the quick look understands.
    pub services: Option<Services>,
    /// First day on which it holds.
    pub from: Option<Date>,
    /// First day on which it holds no more.
    pub until: Option<Date>,
}

/// The services of a `for` line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// By code.
    pub codes: CodeSet,
    /// By treatment of the menu.
    pub treatments: Vec<String>,
}

/// What is known of a contract and a date when policies are looked up; what is `None` leaves no policy out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted<'w> {
    /// Class of coverage.
    pub class: Option<&'w str>,
    /// Payer, by id.
    pub payer: Option<&'w str>,
    /// Medicare contractors that may serve the place, by id.
    pub macs: Option<&'w [&'w str]>,
    /// Date of service.
    pub date: Option<Date>,
}

/// What is known of a line when policies are looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service<'w> {
    /// Codes that the line bills or may bill; `None`: it may bill any.
    pub codes: Option<&'w CodeSet>,
    /// Treatment of the menu, by id.
    pub treatment: Option<&'w str>,
}

/// Whether `value_key(value)` is this key. Every header is asked at each question, so nothing is made for it.
fn is_key_of(key: &str, value: &str) -> bool {
    let same = |(key, value): (u8, u8)| key == if value == b'_' { b'-' } else { value };
    key.len() == value.len() && key.bytes().zip(value.bytes()).all(same)
}

impl Header {
    /// Whether the policy may concern such a case.
    #[must_use]
    pub fn may_concern(&self, wanted: Wanted<'_>) -> bool {
        let named = |names: &Option<Vec<String>>, value: Option<&str>| match (names, value) {
            (Some(names), Some(value)) => names.iter().any(|name| is_key_of(name, value)),
            _ => true,
        };
        let in_force = wanted.date.is_none_or(|date| {
            self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
        });
        let of_place = match (&self.macs, wanted.macs) {
            (Some(names), Some(macs)) => names.iter().any(|name| macs.contains(&name.as_str())),
            _ => true,
        };
        in_force && of_place && named(&self.classes, wanted.class) && named(&self.payers, wanted.payer)
    }

    /// Whether the policy may speak about such a service.
    #[must_use]
    pub fn may_speak_of(&self, service: Service<'_>) -> bool {
        let (Some(spoken_of), Some(codes)) = (&self.services, service.codes) else { return true };
        let of_treatment = |id: &str| spoken_of.treatments.iter().any(|name| is_key_of(name, id));
        spoken_of.codes.intersects(codes) || service.treatment.is_some_and(of_treatment)
    }

    /// Reads the header statements, up to the first clause.
    pub(crate) fn scan(text: &str) -> Self {
        let mut header = Self::default();
        for statement in statements(text) {
            let (keyword, rest) = statement.split_once(char::is_whitespace).unwrap_or((&statement, ""));
            match keyword {
                "policy" => {
                    let mut quoted = rest.split('"').skip(1).step_by(2);
                    header.id = quoted.next().unwrap_or_default().to_owned();
                    header.title = quoted.next().unwrap_or_default().to_owned();
                }
                "rank" => header.rank = rest.trim().to_owned(),
                "scope" => header.scope(rest),
                "for" => header.services = Services::of(rest),
                "dates" => header.dates(rest),
                "source" | "caveat" => {}
                _ => break,
            }
        }
        header
    }

    fn scope(&mut self, terms: &str) {
        for term in terms.split(';') {
            let mut words = term.split_whitespace();
            let names = match words.next() {
                Some("class") => &mut self.classes,
                Some("payer") => &mut self.payers,
                Some("mac") => &mut self.macs,
                _ => continue,
            };
            let values: Vec<String> = words.map(value_key).collect();
            // `payer = x`, `payer not in x` and the like are tests, not lists of names: they leave nothing out here.
            let is_test = values.first().is_none_or(|first| first == "in" || first == "not");
            if names.is_none() && !is_test && values.iter().all(|value| is_name(value)) {
                *names = Some(values);
            }
        }
    }

    fn dates(&mut self, rest: &str) {
        let Some((from, until)) = rest.split_once("..") else { return };
        self.from = from.trim().parse().ok();
        self.until = until.trim().parse().ok();
    }
}

impl Services {
    /// The services before `with`, which is only asked of them; `None` for `any`, code lists and whatever else.
    fn of(rest: &str) -> Option<Self> {
        let mut codes = Vec::new();
        let mut treatments = Vec::new();
        let mut in_treatments = false;
        for word in rest.split_whitespace().take_while(|word| *word != "with") {
            match word {
                "or" => {}
                "treatment" => in_treatments = true,
                name if in_treatments && is_name(name) => treatments.push(value_key(name)),
                code if !in_treatments => codes.push(code),
                _ => return None,
            }
        }
        Some(Self { codes: CodeSet::new(codes).ok()?, treatments })
    }
}

fn is_name(value: &str) -> bool {
    value.starts_with(|first: char| first.is_ascii_alphabetic())
        && value.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

/// The statements of a file, each as one line without comments.
fn statements(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.lines().map(without_comment).filter(|line| !line.trim().is_empty()).peekable();
    std::iter::from_fn(move || {
        let mut statement = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(char::is_whitespace)) {
            statement.push(' ');
            statement.push_str(more.trim());
        }
        Some(statement)
    })
}

/// The line up to a `#` that stands outside of quotation marks.
fn without_comment(line: &str) -> &str {
    // Most lines have none, and every policy is looked at for every question.
    if !line.contains('#') {
        return line;
    }
    let mut quoted = false;
    for (at, character) in line.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..at],
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# a comment\n\
        policy   \"x/one\"  \"Title with # and ; inside\"\n\
        rank     bulletin   # why\n\
        scope    class commercial medicare_advantage;\n\
        \x20        payer aetna; funding insured\n\
        for      64615 with J0585\n\
        dates    2026-01-01 .. 2027-01-01\n\
        source   \"x\" text\n\
        \n\
        covered when all\n\
        \x20 dates: purpose = medical\n";

    fn wanted<'w>(class: &'w str, payer: &'w str, date: &str) -> Wanted<'w> {
        Wanted { class: Some(class), payer: Some(payer), date: Some(date.parse().unwrap()), ..Wanted::default() }
    }

    #[test]
    fn header_of_a_usual_file() {
        let header = Header::scan(FILE);
        assert_eq!((header.id.as_str(), header.title.as_str()), ("x/one", "Title with # and ; inside"));
        assert_eq!(header.rank, "bulletin");
        assert_eq!(header.classes, Some(vec!["commercial".to_owned(), "medicare-advantage".to_owned()]));
        assert_eq!(header.payers, Some(vec!["aetna".to_owned()]));
    }

    #[test]
    fn only_what_surely_does_not_concern_is_left_out() {
        let header = Header::scan(FILE);
        assert!(header.may_concern(wanted("commercial", "aetna", "2026-12-31")));
        assert!(header.may_concern(Wanted::default()));
        assert!(!header.may_concern(wanted("commercial", "cigna", "2026-12-31")));
        assert!(!header.may_concern(wanted("medicaid", "aetna", "2026-12-31")));
        assert!(!header.may_concern(wanted("commercial", "aetna", "2027-01-01")));
        assert!(!header.may_concern(wanted("commercial", "aetna", "2025-12-31")));
    }

    #[test]
    fn contractors_of_another_place_are_left_out() {
        let header = Header::scan("policy \"x\" \"y\"\nrank lcd\nscope class original-medicare; mac J5 J8\nfor any\n");
        let at = |macs: &[&str]| header.may_concern(Wanted { macs: Some(macs), ..Wanted::default() });
        assert!(at(&["J8"]) && at(&["JL", "J5"]) && header.may_concern(Wanted::default()));
        assert!(!at(&["JM"]) && !at(&[]));
        for any in ["scope mac not in JE\n", "scope mac = JE\n", ""] {
            let header = Header::scan(&format!("policy \"x\" \"y\"\nrank lcd\n{any}for any\n"));
            assert!(header.may_concern(Wanted { macs: Some(&["JM"]), ..Wanted::default() }), "{any}");
        }
    }

    #[test]
    fn services_by_code_and_by_treatment() {
        let may = |line: &str, codes: &str, treatment| {
            let header = Header::scan(&format!("policy \"x\" \"y\"\nrank lcd\n{line}\ndates ..\n"));
            let codes: CodeSet = codes.parse().unwrap();
            header.may_speak_of(Service { codes: Some(&codes), treatment })
        };
        assert!(may("for 64612 64615-64616 with J0585", "64615", None));
        assert!(!may("for 64612 with J0585", "J0585", None));
        assert!(may("for 64612\n    64615", "64615", None));
        assert!(may("for treatment semaglutide tirzepatide", "J3490", Some("tirzepatide")));
        assert!(!may("for treatment semaglutide", "J3490", Some("tirzepatide")));
        assert!(may("for 17999 or treatment skin_tightening", "J3490", Some("skin-tightening")));
        for anything in ["for any", "for skin/wart", "for 17110 glp1"] {
            assert!(may(anything, "64615", None), "{anything}");
        }
    }

    #[test]
    fn unusual_scopes_leave_nothing_out() {
        for scope in [
            "",
            "scope payer = aetna\n",
            "scope payer not in aetna\n",
            "scope payer plans/blues\n",
            "scope class \"a b\"\n",
        ] {
            let header = Header::scan(&format!("policy \"x\" \"y\"\nrank lcd\n{scope}for any\ndates ..\n"));
            assert!(header.may_concern(wanted("medicaid", "uhc", "1999-01-01")), "{scope}");
        }
    }
}
