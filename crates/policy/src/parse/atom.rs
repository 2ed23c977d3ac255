//! Conditions: single tests and groups of them.

use super::cursor::{Cursor, Parse};
use super::layout::check_alignment;
use crate::ast::{
    Atom, Comparison, Criterion, DiagnosisPosition, End, Expr, ExprKind, Measure, Name, Operand, Per, Quantity,
    ValueSet, Window,
};
use crate::diagnostic::codes::syntax as codes;
use crate::lex::Mark;
use crate::span::{Span, Spanned};

impl Cursor<'_, '_, '_> {
    /// A test, a negated test, or a group.
    pub(super) fn expr(&mut self) -> Parse<Expr> {
        let start = self.here();
        let kind = match (self.peek_word(), self.peek_second_word()) {
            (Some("all" | "any"), Some("of")) | (Some("at"), Some("least")) => return self.group(),
            (Some("not"), second) => {
                if matches!(second, Some("not" | "all" | "any" | "at")) {
                    let diagnostic = self
                        .error_here(&codes::NOT, "`not` stands before a single test only")
                        .help("turn the group around: not all of these is `any of` their opposites");
                    return self.fail(diagnostic);
                }
                self.advance();
                let inner_start = self.here();
                let atom = self.atom()?;
                ExprKind::Not(Box::new(Expr { span: self.span_from(inner_start), kind: ExprKind::Atom(atom) }))
            }
            _ => ExprKind::Atom(self.atom()?),
        };
        Ok(Expr { span: self.span_from(start), kind })
    }

    /// `all of`, `any of` or `at least N of`, and the lines below.
    fn group(&mut self) -> Parse<Expr> {
        let start = self.here();
        let count = if self.eat_word("at") { Some(self.at_least()?) } else { None };
        let any = self.peek_word() == Some("any");
        if count.is_none() {
            self.advance();
        }
        self.expect_word("of")?;
        let opener = self.span_from(start);
        let members = self.group_members(opener)?;
        let span = members.last().map_or(opener, |last| opener.to(last.span));
        let kind = match count {
            Some(count) if count.value == 0 || count.value as usize > members.len() => {
                let message = match count.value {
                    0 => "at least 0 of a group always holds".to_owned(),
                    count => format!("at least {count} of a group of {} never holds", members.len()),
                };
                let diagnostic = self.error(&codes::AT_LEAST, count.span, message);
                return self.fail(diagnostic);
            }
            Some(count) => ExprKind::AtLeast { count, members },
            None if any => ExprKind::Any(members),
            None => ExprKind::All(members),
        };
        Ok(Expr { span, kind })
    }

    fn at_least(&mut self) -> Parse<Spanned<u32>> {
        self.expect_word("least")?;
        let word = self.any_word("how many")?;
        match word.parse() {
            Ok(count) => Ok(Spanned::new(count, word.span)),
            Err(_) => {
                let message = format!("`{}` is not a whole number", *word);
                let diagnostic = self.error(&codes::NUMBER, word.span, message).help("write `at least 2 of`");
                self.fail(diagnostic)
            }
        }
    }

    /// The members of a group, each on a line of its own. Reports what is wrong with every one of them.
    fn group_members(&mut self, opener: Span) -> Parse<Vec<Criterion>> {
        let statements = std::mem::take(&mut self.members);
        if statements.is_empty() {
            let diagnostic = self
                .error(&codes::EMPTY_BLOCK, opener, "this group has no members")
                .help("write each member on a line of its own below, indented deeper than this one");
            return self.fail(diagnostic);
        }
        check_alignment(&statements, self.file.lexed, &mut self.file.report);
        let members: Vec<Parse<Criterion>> =
            statements.into_iter().map(|statement| Cursor::new(self.file, statement).criterion(false)).collect();
        members.into_iter().collect()
    }

    /// A single test.
    pub(super) fn atom(&mut self) -> Parse<Atom> {
        let Some(word) = self.peek_word() else { return self.expected("a test, which begins with a fact") };
        match word {
            "diagnosis" | "primary" | "other" => self.diagnosis_test(),
            "billed" => self.billed(),
            "since" => self.since(),
            "count" | "units" => self.amount(),
            "trial" => self.trial(),
            "document" => self.document(),
            "unverified" => {
                self.advance();
                Ok(Atom::Unverified(self.string("what has to be asked")?))
            }
            _ => {
                if word.starts_with(|first: char| first.is_ascii_digit()) {
                    let diagnostic = self
                        .error_here(&codes::NOT_A_NAME, format!("a test begins with a fact, not with `{word}`"))
                        .help("for a code on the line write `billed CODE`");
                    return self.fail(diagnostic);
                }
                let fact = self.free_name("a fact")?;
                self.fact_test(fact)
            }
        }
    }

    /// What follows the name of a fact.
    pub(super) fn fact_test(&mut self, fact: Name) -> Parse<Atom> {
        if let Some(comparison) = self.comparison() {
            let operand = self.operand(comparison)?;
            if let Operand::Number(limit) = &operand
                && self.eat_word("on")
            {
                return self.readings(fact, comparison, limit.clone());
            }
            return Ok(Atom::Compare { fact, comparison, operand });
        }
        if self.is_mark(Mark::Arrow) {
            let diagnostic = self.error_here(&codes::EXPECTED, "`=>` is not a comparison").help("write `>=`");
            return self.fail(diagnostic);
        }
        let negated = self.peek_word() == Some("not") && self.peek_second_word() == Some("in");
        if negated {
            self.advance();
        }
        if self.eat_word("in") {
            let set: ValueSet = self.value_set()?;
            return Ok(Atom::In { fact, negated, set });
        }
        Ok(Atom::Fact(fact))
    }

    /// The right side of a comparison.
    fn operand(&mut self, comparison: Spanned<Comparison>) -> Parse<Operand> {
        if self.peek_word() == Some("table") {
            return self.table();
        }
        if self.is_number() {
            return Ok(Operand::Number(self.quantity()?));
        }
        if !matches!(comparison.value, Comparison::Equal | Comparison::NotEqual) {
            if self.peek_word().is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit())) {
                return Ok(Operand::Number(self.quantity()?));
            }
            return self.expected("a number or a table");
        }
        Ok(Operand::Value(self.value()?))
    }

    /// `table NAME(FACT)`.
    fn table(&mut self) -> Parse<Operand> {
        let start = self.here();
        self.advance();
        let table = self.name("a table")?;
        self.expect_mark(Mark::OpenParenthesis, "(")?;
        let argument = self.free_name("a fact")?;
        self.expect_mark(Mark::CloseParenthesis, ")")?;
        Ok(Operand::Table { span: self.span_from(start), table, argument })
    }

    fn diagnosis_test(&mut self) -> Parse<Atom> {
        let position = match self.peek_word() {
            Some("primary") => DiagnosisPosition::Primary,
            Some("other") => DiagnosisPosition::Other,
            _ => DiagnosisPosition::Any,
        };
        if position != DiagnosisPosition::Any {
            self.advance();
        }
        self.expect_word("diagnosis")?;
        let negated = self.eat_word("not");
        self.expect_word("in")?;
        Ok(Atom::Diagnosis { position, negated, set: self.diagnosis_set()? })
    }

    /// `FACT CMP NUMBER on at least N dates [in DUR]`, from `at` on.
    fn readings(&mut self, fact: Name, comparison: Spanned<Comparison>, limit: Quantity) -> Parse<Atom> {
        self.expect_word("at")?;
        let dates = self.at_least()?;
        if dates.value == 0 {
            let diagnostic = self.error(&codes::AT_LEAST, dates.span, "on at least 0 dates always holds");
            return self.fail(diagnostic);
        }
        self.keyword(&[((), "dates"), ((), "date")], &codes::EXPECTED, "`dates`")?;
        let within = if self.eat_word("in") { Some(self.duration()?) } else { None };
        Ok(Atom::Readings { fact, comparison, limit, dates, within })
    }

    /// `billed ITEMS`, or `billed CODES same day`.
    fn billed(&mut self) -> Parse<Atom> {
        self.advance();
        let items = self.items()?;
        if !self.eat_word("same") {
            return Ok(Atom::Billed(items));
        }
        self.expect_word("day")?;
        if !items.treatments.is_empty() {
            let diagnostic = self
                .error(&codes::EXPECTED, items.span, "services of the same day are told by their codes")
                .help("write `billed 64612 same day`, without treatments");
            return self.fail(diagnostic);
        }
        Ok(Atom::SameDay(items.codes))
    }

    fn since(&mut self) -> Parse<Atom> {
        self.advance();
        let end =
            self.keyword(&[(End::Last, "last"), (End::First, "first")], &codes::EXPECTED, "`last` or `first`")?.value;
        let failed = self.eat_word("failed");
        let codes = self.code_set()?;
        let within = if end == End::First && self.eat_word("in") { Some(self.duration()?) } else { None };
        let per = self.per()?;
        let comparison = self.expect_comparison()?;
        let duration = self.duration_or_zero()?;
        let or_never = self.eat_word("or");
        if or_never {
            self.expect_word("never")?;
        }
        Ok(Atom::Since { end, failed, codes, within, per, comparison, duration, or_never })
    }

    fn amount(&mut self) -> Parse<Atom> {
        let measure = if self.peek_word() == Some("units") { Measure::Units } else { Measure::Count };
        self.advance();
        let failed = measure == Measure::Count && self.eat_word("failed");
        let codes = self.code_set()?;
        let window = self.window()?;
        let per = self.per()?;
        let comparison = self.expect_comparison()?;
        let limit = self.number()?;
        Ok(Atom::Amount { measure, failed, codes, window, per, comparison, limit })
    }

    fn window(&mut self) -> Parse<Spanned<Window>> {
        let start = self.here();
        let window = if self.eat_word("today") {
            Window::Today
        } else if self.eat_word("ever") {
            Window::Ever
        } else if self.eat_word("in") {
            if self.eat_word("calendar") {
                let units = [(Window::CalendarYear, "year"), (Window::CalendarMonth, "month")];
                self.keyword(&units, &codes::EXPECTED, "`year` or `month`")?.value
            } else {
                Window::In(self.duration()?.value)
            }
        } else {
            return self.expected(
                "the time that is counted (`today`, `in 12 months`, `in calendar year`, `in calendar month`, `ever`)",
            );
        };
        Ok(Spanned::new(window, self.span_from(start)))
    }

    fn per(&mut self) -> Parse<Option<Spanned<Per>>> {
        let start = self.here();
        if !self.eat_word("per") {
            return Ok(None);
        }
        let per =
            self.keyword(&[(Per::Region, "region"), (Per::Side, "side")], &codes::EXPECTED, "`region` or `side`")?;
        if per.value == Per::Region && self.eat_word("and") {
            self.expect_word("side")?;
            return Ok(Some(Spanned::new(Per::RegionAndSide, self.span_from(start))));
        }
        Ok(Some(Spanned::new(per.value, start.to(per.span))))
    }

    fn trial(&mut self) -> Parse<Atom> {
        self.advance();
        self.expect_mark(Mark::OpenParenthesis, "(")?;
        let class = self.name("a class of treatment")?;
        self.expect_mark(Mark::CloseParenthesis, ")")?;
        let length = match self.comparison() {
            Some(comparison) => Some((comparison, self.duration()?)),
            None => None,
        };
        let or_contraindicated = self.eat_word("or");
        if or_contraindicated {
            self.expect_word("contraindicated")?;
        }
        Ok(Atom::Trial { class, length, or_contraindicated })
    }

    fn document(&mut self) -> Parse<Atom> {
        self.advance();
        let kind = self.string("the kind of document")?;
        let within = if self.eat_word("within") { Some(self.duration()?) } else { None };
        let before_service = self.eat_word("before");
        if before_service {
            self.expect_word("service")?;
        }
        Ok(Atom::Document { kind, within, before_service })
    }
}
