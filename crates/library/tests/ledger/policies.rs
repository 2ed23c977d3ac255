//! What a policy says, as tokens: of its statements, and of its words.

use library::Library;
use policy::ast::{
    Applies, Atom, CodeItem, CodeSet, Criterion, DiagnosisItem, DiagnosisSet, Duration, DurationUnit, DutyKind, Expr,
    ExprKind, Head, Items, ListName, Number as Decimal, Operand, PolicyFile, Term, ValueSet, Window,
};

use policy::dictionary::FactType;

use crate::tokens::{self, Number, Token};

/// What one version of a policy says.
#[derive(Default)]
pub(crate) struct Says {
    /// What decides: criteria, services, days, denial codes, modifiers, deadlines. The source must say each.
    pub(crate) decides: Vec<Token>,
    /// What stands in its words besides: caveats, quotations, documents, what was not seen.
    pub(crate) words: Vec<Token>,
}

/// The tokens of one version.
pub(crate) fn says(file: &PolicyFile, library: &Library) -> Says {
    let mut reader = Reader { says: Says::default(), library };
    reader.file(file);
    reader.says
}

struct Reader<'l> {
    says: Says,
    library: &'l Library,
}

impl Reader<'_> {
    fn file(&mut self, file: &PolicyFile) {
        file.scope.iter().for_each(|term| self.expr(term));
        self.applies(&file.applies);
        for day in [file.dates.from, file.dates.until].into_iter().flatten() {
            // Without a day of its own, a policy begins on the day on which its source was read.
            if file.source.read.is_none_or(|read| read.value != day.value) {
                self.says.decides.push(Token::Day(day.value.to_string()));
            }
        }
        file.caveats.iter().for_each(|caveat| self.text(&caveat.value));
        for head in file.clauses.iter().map(|clause| &clause.head).chain([&file.otherwise]) {
            if let Head::Unread(which) = &head.value {
                self.text(&which.value);
            }
        }
        file.clauses.iter().flat_map(|clause| &clause.criteria).for_each(|one| self.criterion(one));
        file.unless.iter().for_each(|excuse| self.criterion(&excuse.condition));
        for duty in &file.duties {
            self.duty(&duty.kind);
            duty.when.iter().for_each(|when| self.expr(when));
            duty.citation.iter().for_each(|words| self.text(&words.value));
        }
    }

    fn applies(&mut self, applies: &Applies) {
        self.items(&applies.items);
        applies.with.iter().for_each(|with| self.items(with));
    }

    fn items(&mut self, items: &Items) {
        self.codes(&items.codes);
    }

    fn codes(&mut self, codes: &CodeSet) {
        for item in &codes.items {
            match &item.value {
                CodeItem::Code(code) => self.says.decides.push(Token::code(code)),
                CodeItem::Range { first, last } => {
                    self.says.decides.extend(tokens::codes(first, last).iter().map(|code| Token::code(code)));
                }
                CodeItem::List(list) => self.list(list, |code| match code.split_once('-') {
                    Some((first, last)) => tokens::codes(first, last).iter().map(|code| Token::code(code)).collect(),
                    None => vec![Token::code(code)],
                }),
            }
        }
    }

    fn list(&mut self, name: &ListName, token: impl Fn(&str) -> Vec<Token>) {
        let rows = self.library.context().lists.rows(name).unwrap_or_default();
        self.says.decides.extend(rows.iter().flat_map(|row| token(&row.code)));
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.expr(&criterion.expr);
        criterion.quote.iter().chain(&criterion.citation).for_each(|words| self.text(&words.value));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner),
            ExprKind::All(members) | ExprKind::Any(members) => members.iter().for_each(|member| self.criterion(member)),
            ExprKind::AtLeast { count, members } => {
                self.plain(i64::from(count.value) * 1_000);
                members.iter().for_each(|member| self.criterion(member));
            }
            ExprKind::Atom(atom) => self.atom(atom),
        }
    }

    fn atom(&mut self, atom: &Atom) {
        match atom {
            Atom::Fact(fact) => self.fact(&fact.value),
            Atom::In { fact, set, .. } => {
                self.fact(&fact.value);
                if let ValueSet::Values(values) = set {
                    values.iter().for_each(|value| self.text(&value.text));
                }
            }
            Atom::Compare { fact, operand, .. } => {
                self.fact(&fact.value);
                self.compare(&fact.value, operand);
            }
            Atom::Diagnosis { set, .. } => self.diagnoses(set),
            Atom::Billed(items) => self.items(items),
            Atom::SameDay(codes) => self.codes(codes),
            Atom::Since { codes, duration, within, .. } => {
                self.codes(codes);
                self.duration(duration.value);
                within.iter().for_each(|within| self.duration(within.value));
            }
            Atom::Readings { fact, limit, dates, within, .. } => {
                self.fact(&fact.value);
                self.compare(&fact.value, &Operand::Number(limit.clone()));
                self.plain(i64::from(dates.value) * 1_000);
                within.iter().for_each(|within| self.duration(within.value));
            }
            Atom::Amount { codes, window, limit, .. } => {
                self.codes(codes);
                if let Window::In(duration) = window.value {
                    self.duration(duration);
                }
                self.plain(thousandths(limit.value));
            }
            Atom::Trial { length, .. } => length.iter().for_each(|(_, length)| self.duration(length.value)),
            Atom::Document { kind, within, .. } => {
                self.text(&kind.value);
                within.iter().for_each(|within| self.duration(within.value));
            }
            Atom::Unverified(what) => self.text(&what.value),
        }
    }

    /// The question of a fact may hold a number that the row has as a criterion: "low on two mornings before 10?".
    fn fact(&mut self, name: &str) {
        let dictionary = self.library.dictionary();
        if let Some(id) = dictionary.fact_id(name) {
            let fact = dictionary.fact(id);
            self.text(&fact.label);
            self.text(&fact.question);
        }
    }

    fn compare(&mut self, fact: &str, operand: &Operand) {
        let Operand::Number(quantity) = operand else { return };
        let number = thousandths(quantity.number);
        let dictionary = self.library.dictionary();
        let own = || match &dictionary.fact(dictionary.fact_id(fact)?).fact_type {
            FactType::Number { unit, .. } => Some(*unit),
            _ => None,
        };
        let unit =
            quantity.unit.as_ref().map(|unit| unit.value).or_else(own).and_then(|unit| Number::unit(unit.word()));
        self.says.decides.push(Token::Number(Number { written: number, unit }));
    }

    fn diagnoses(&mut self, set: &DiagnosisSet) {
        for item in &set.items {
            match &item.value {
                DiagnosisItem::Code(code) | DiagnosisItem::Below(code) => {
                    self.says.decides.push(Token::diagnosis(code))
                }
                DiagnosisItem::Range { first, last } => {
                    self.says.decides.extend([first, last].map(|code| Token::diagnosis(code)));
                }
                DiagnosisItem::List(list) => self.list(list, |code| code.split('-').map(Token::diagnosis).collect()),
            }
        }
    }

    fn duty(&mut self, kind: &DutyKind) {
        match kind {
            DutyKind::PriorAuthorization | DutyKind::Notice(_) => {}
            DutyKind::Document(kind) => self.text(&kind.value),
            DutyKind::Modifiers(modifiers) => {
                self.says.decides.extend(modifiers.iter().map(|modifier| Token::Modifier(modifier.value.clone())));
            }
            DutyKind::Denies(codes) => {
                self.says.decides.extend(codes.iter().map(|code| Token::Denial(code.value.clone())));
            }
            DutyKind::Due { within, .. } => match within.value {
                Term::Calendar(duration) => self.duration(duration),
                Term::BusinessDays(count) => self.plain(i64::from(count) * 1_000),
                Term::Hours(count) => self.plain(i64::from(count) * 1_000),
            },
        }
    }

    fn duration(&mut self, duration: Duration) {
        let unit = match duration.unit {
            DurationUnit::Day => "day",
            DurationUnit::Week => "week",
            DurationUnit::Month => "month",
            DurationUnit::Year => "year",
        };
        let number = Number { written: i64::from(duration.count) * 1_000, unit: Number::unit(unit) };
        self.says.decides.push(Token::Number(number));
    }

    fn plain(&mut self, written: i64) {
        self.says.decides.push(Token::Number(Number { written, unit: None }));
    }

    fn text(&mut self, text: &str) {
        self.says.words.extend(tokens::in_text(text));
    }
}

fn thousandths(number: Decimal) -> i64 {
    (0..3)
        .fold((number.digits, number.scale), |(digits, scale), _| match scale {
            0 => (digits * 10, 0),
            scale => (digits, scale - 1),
        })
        .0
}
