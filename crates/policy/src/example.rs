//! Running the examples inside a policy file.

use codes::ProcedureCode;

use crate::ast::{
    Answer, Atom, Bind, BindKind, CodeItem, CodeSet, Comparison, DiagnosisItem, Example, Expected, ExprKind,
    FactAnswer, Name, Number, Operand, PolicyFile, Subject, ValueSet,
};
use crate::bind::{back, bind};
use crate::compile::{Context, Entry, compile, in_fact_units};
use crate::diagnostic::codes::compile as explained;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::dictionary::{Fact, FactType};
use crate::eval::{Scratch, Selection, Stretch, determine};
use crate::exact::{Composition, mattering};
use crate::explain::{deciding, is_no, open_labels};
use crate::inputs::{Billed, Document, Inputs, Known, Readings, Service, ServiceOutcome, Trial, TrialOutcome};
use crate::program::{NOT_MET, Outcome, OutcomeSet};
use crate::span::Span;

/// What came of running the examples of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many examples gave the outcome that was expected.
    pub passed: usize,
    /// One finding for each that did not, and for each that could not be run.
    pub findings: Vec<Diagnostic>,
}

/// Runs every example of a policy file by itself, as if no other policy existed.
#[must_use]
pub fn run(entry: &Entry, context: &Context<'_>) -> Report {
    let file = &entry.file;
    let program = match compile(std::slice::from_ref(entry), context) {
        Ok(program) => program,
        Err(findings) => return Report { passed: 0, findings },
    };
    let policy = &program.policies[0];
    let mut scratch = Scratch::new(&program);
    let mut report = Report::default();
    for example in &file.examples {
        let inputs = match inputs(file, example, context) {
            Ok(inputs) => inputs,
            Err(finding) => {
                report.findings.push(*finding);
                continue;
            }
        };
        if !policy.in_force(inputs.service_date) {
            if example.expected.value == Expected::DoesNotApply {
                report.passed += 1;
            } else {
                report.findings.push(differs(file, example, "the policy is not in force on the example's date"));
            }
            continue;
        }
        let row = bind(&program, context.dictionary, &inputs);
        let selection = Selection { policies: vec![0], ranks: vec![Stretch { policies: 0..1, binds: true }] };
        let cells = row.cells.as_slice();
        let decision = determine(&program, &selection, cells, &mut scratch);
        let (open, _) = mattering(&program, &selection, cells, &mut scratch, Composition::Stack);
        let applies = scratch.proof[policy.scope as usize] != NOT_MET;
        let because = deciding(&program, policy, &scratch.proof, &row.assumed)
            .into_iter()
            .map(|criterion| criterion.label.as_str())
            .collect();
        let actual = Actual {
            outcomes: decision.outcomes,
            applies,
            because,
            open: open_labels(&program, context.dictionary, policy, &scratch.proof, &open),
        };
        if actual.is(&example.expected.value) {
            report.passed += 1;
        } else {
            let subject =
                if matches!(file.otherwise.value, crate::ast::Head::NotAllowed { .. } | crate::ast::Head::Allowed) {
                    Subject::Permission
                } else {
                    Subject::Coverage
                };
            report.findings.push(differs(file, example, &format!("this gives `{}`", actual.words(subject))));
        }
    }
    report
}

fn differs(file: &PolicyFile, example: &Example, what: &str) -> Diagnostic {
    Diagnostic {
        code: explained::EXAMPLE_DIFFERS.code,
        severity: Severity::Error,
        message: format!("example `{}` gives another outcome than it expects", example.name.value),
        labels: vec![Label { source: file.file, span: example.expected.span, text: what.to_owned() }],
        help: vec!["if the example is right, mend the criterion; if the policy is right, mend the example".to_owned()],
    }
}

/// What an example really gives.
struct Actual<'a> {
    outcomes: OutcomeSet,
    applies: bool,
    because: Vec<&'a str>,
    open: Vec<&'a str>,
}

impl Actual<'_> {
    fn is(&self, expected: &Expected) -> bool {
        let same = |written: &[Name], actual: &[&str]| {
            let mut written: Vec<&str> = written.iter().map(|label| label.value.as_str()).collect();
            let mut actual = actual.to_vec();
            written.sort_unstable();
            actual.sort_unstable();
            written == actual
        };
        match expected {
            Expected::Yes(_) => self.outcomes == Outcome::Covered.set(),
            Expected::No { because, .. } => {
                is_no(self.outcomes) && (because.is_empty() || same(because, &self.because))
            }
            Expected::If { negated: false, open, .. } => {
                !self.outcomes.is_decided() && self.outcomes.has(Outcome::Covered) && same(open, &self.open)
            }
            Expected::If { negated: true, open, .. } => {
                let no = self.outcomes.has(Outcome::Explicit) || self.outcomes.has(Outcome::Residual);
                !self.outcomes.is_decided() && no && !self.outcomes.has(Outcome::Covered) && same(open, &self.open)
            }
            Expected::Silent => self.applies && self.outcomes == Outcome::Silent.set(),
            Expected::Unread => self.outcomes == Outcome::Unread.set(),
            Expected::DoesNotApply => !self.applies,
        }
    }

    fn words(&self, subject: Subject) -> String {
        let (yes, no) = match subject {
            Subject::Coverage => ("covered", "not covered"),
            Subject::Permission => ("allowed", "not allowed"),
        };
        if !self.applies {
            "does not apply".to_owned()
        } else if is_no(self.outcomes) {
            if self.because.is_empty() { no.to_owned() } else { format!("{no}: {}", self.because.join(", ")) }
        } else if self.outcomes.is_decided() {
            match self.outcomes.iter().next() {
                Some(Outcome::Covered) => yes.to_owned(),
                Some(Outcome::Unread) => "unread".to_owned(),
                _ => "silent".to_owned(),
            }
        } else {
            let head = if self.outcomes.has(Outcome::Covered) {
                yes
            } else if self.outcomes.has(Outcome::Unread) {
                "unread"
            } else {
                no
            };
            format!("{head} if {}", self.open.join(" and "))
        }
    }
}

type Finding = Box<Diagnostic>;

struct Writer<'a> {
    file: &'a PolicyFile,
    context: &'a Context<'a>,
    inputs: Inputs,
}

/// The case that an example describes.
///
/// # Errors
/// A fact, value or code that does not fit, or an example without a date.
pub fn inputs(file: &PolicyFile, example: &Example, context: &Context<'_>) -> Result<Inputs, Finding> {
    let date = example
        .at
        .as_ref()
        .or(file.dates.from.as_ref())
        .or(file.source.read.as_ref())
        .ok_or_else(|| {
            finding(
                file,
                explained::EXAMPLE_DATE.code,
                example.span,
                "the example has no date of service",
                "add `at YYYY-MM-DD`: the policy has no first day and no day on which it was read",
            )
        })?
        .value;
    let mut writer = Writer { file, context, inputs: Inputs::new(date) };
    writer.implied()?;
    let mut chain = vec![example];
    while let Some(base) = chain.last().and_then(|last| last.base.as_ref()) {
        let earlier = file.examples.iter().find(|other| other.name.value == base.value);
        chain.push(earlier.expect("INVARIANT: the reader takes a base only from the examples above"));
    }
    for link in chain.iter().rev() {
        for bind in &link.binds {
            writer.bind(bind)?;
        }
    }
    Ok(writer.inputs)
}

fn finding(file: &PolicyFile, code: &'static str, span: Span, message: &str, help: &str) -> Finding {
    Box::new(Diagnostic {
        code,
        severity: Severity::Error,
        message: message.to_owned(),
        labels: vec![Label { source: file.file, span, text: String::new() }],
        help: vec![help.to_owned()],
    })
}

impl Writer<'_> {
    /// What every example of the file takes for granted: the scope's first values and the codes of `for`.
    fn implied(&mut self) -> Result<(), Finding> {
        for term in &self.file.scope {
            let ExprKind::Atom(atom) = &term.kind else { continue };
            match atom {
                Atom::In { fact, negated: false, set: ValueSet::Values(values) } => {
                    if let Some(first) = values.first() {
                        self.inputs.facts.insert(fact.value.clone(), Known::Word(first.text.clone()));
                    }
                }
                Atom::In { fact, negated: false, set: ValueSet::List(list) } => {
                    if let Some(row) = self.context.lists.rows(&list.value).and_then(|rows| rows.into_iter().next()) {
                        self.inputs.facts.insert(fact.value.clone(), Known::Word(row.code.clone()));
                    }
                }
                Atom::Fact(fact) => {
                    self.inputs.facts.insert(fact.value.clone(), Known::YesNo(true));
                }
                Atom::Compare { fact, comparison, operand } => {
                    self.implied_comparison(fact, comparison.value, operand)?
                }
                Atom::Diagnosis { negated: false, set, .. } => {
                    if let Some(DiagnosisItem::Code(code)) = set.items.first().map(|item| &item.value) {
                        self.inputs.diagnoses = code.parse().ok().map(|code| vec![code]);
                    }
                }
                _ => {}
            }
        }
        let items = &self.file.applies.items;
        let mut billed: Vec<ProcedureCode> = self.first_code(&items.codes).into_iter().collect();
        if let Some(with) = &self.file.applies.with {
            billed.extend(self.first_code(&with.codes));
        }
        if !billed.is_empty() {
            self.inputs.billed = Some(billed.into_iter().map(|code| Billed { code, units: None }).collect());
        } else if let Some(treatment) = items.treatments.first() {
            self.inputs.facts.insert("treatment".to_owned(), Known::Word(treatment.value.clone()));
        }
        Ok(())
    }

    fn implied_comparison(&mut self, name: &Name, comparison: Comparison, operand: &Operand) -> Result<(), Finding> {
        let fact = self.fact(name)?;
        let known = match (operand, &fact.fact_type) {
            (Operand::Number(quantity), FactType::Number { unit, decimals }) => {
                let Ok(limit) = in_fact_units(quantity, *unit, *decimals) else { return Ok(()) };
                let value = match comparison {
                    Comparison::AtLeast | Comparison::AtMost | Comparison::Equal => limit,
                    Comparison::MoreThan | Comparison::NotEqual => limit + 1,
                    Comparison::LessThan => limit - 1,
                };
                Known::Number(Number { digits: value, scale: *decimals })
            }
            (Operand::Value(value), FactType::YesNo) => {
                Known::YesNo((value.text == "yes") == (comparison == Comparison::Equal))
            }
            (Operand::Value(value), _) if comparison == Comparison::Equal => Known::Word(value.text.clone()),
            (Operand::Number(quantity), _) if comparison == Comparison::Equal => Known::Word(quantity.written.clone()),
            _ => return Ok(()),
        };
        self.inputs.facts.insert(name.value.clone(), known);
        Ok(())
    }

    fn first_code(&self, set: &CodeSet) -> Option<ProcedureCode> {
        let text = match &set.items.first()?.value {
            CodeItem::Code(code) => code.clone(),
            CodeItem::Range { first, .. } => first.clone(),
            CodeItem::List(list) => self.context.lists.rows(list)?.first()?.code.clone(),
        };
        text.split('-').next().and_then(|code| code.parse().ok())
    }

    fn fact(&self, name: &Name) -> Result<Fact, Finding> {
        let dictionary = self.context.dictionary;
        dictionary.fact_id(&name.value).map(|id| dictionary.fact(id).clone()).ok_or_else(|| {
            let near = codes::suggest(&name.value, dictionary.facts().iter().map(|fact| fact.name.as_str()));
            let help = near.map_or_else(
                || "add it to a file of library/facts".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            finding(
                self.file,
                explained::UNKNOWN_FACT.code,
                name.span,
                &format!("there is no fact `{}`", name.value),
                &help,
            )
        })
    }

    fn code(&self, name: &Name) -> Result<ProcedureCode, Finding> {
        name.value.parse().map_err(|error: codes::ProcedureCodeError| {
            finding(self.file, explained::BAD_CODE.code, name.span, &error.to_string(), "write a five-character code")
        })
    }

    fn bind(&mut self, bind: &Bind) -> Result<(), Finding> {
        match &bind.kind {
            BindKind::Fact { fact: name, value } => {
                let known = self.answer(name, value)?;
                match known {
                    Some(known) => self.inputs.facts.insert(name.value.clone(), known),
                    None => self.inputs.facts.remove(&name.value),
                };
            }
            BindKind::Diagnoses(answer) => {
                self.inputs.diagnoses = match answer {
                    Answer::Open => None,
                    Answer::None => Some(Vec::new()),
                    Answer::Known(codes) => {
                        let parse = |name: &Name| {
                            name.value.parse().map_err(|error: codes::IcdCodeError| {
                                finding(
                                    self.file,
                                    explained::BAD_CODE.code,
                                    name.span,
                                    &error.to_string(),
                                    "write a diagnosis code like G43.709",
                                )
                            })
                        };
                        Some(codes.iter().map(parse).collect::<Result<_, _>>()?)
                    }
                };
            }
            BindKind::Codes(answer) => {
                self.inputs.billed = match answer {
                    Answer::Open => None,
                    Answer::None => Some(Vec::new()),
                    Answer::Known(codes) => Some(
                        codes.iter().map(|code| Ok(Billed { code: self.code(code)?, units: None })).collect::<Result<
                            _,
                            Finding,
                        >>(
                        )?,
                    ),
                };
            }
            BindKind::Units { code, number } => {
                let parsed = self.code(code)?;
                let units = match number {
                    Answer::Known(number) => Some(self.whole(&number.value, number.span)?),
                    Answer::None => Some(0),
                    Answer::Open => None,
                };
                let billed = self.inputs.billed.get_or_insert_default();
                match billed.iter_mut().find(|billed| billed.code == parsed) {
                    Some(billed) => billed.units = units,
                    None => billed.push(Billed { code: parsed, units }),
                }
            }
            BindKind::Last { code, before } => {
                let code = self.code(code)?;
                self.inputs.history.services.retain(|service| service.code != code);
                match before {
                    Answer::Open => self.inputs.history.complete_since = None,
                    Answer::None => self.inputs.history.complete_since = Some(jiff::civil::Date::MIN),
                    Answer::Known(duration) => {
                        self.inputs.history.complete_since = Some(jiff::civil::Date::MIN);
                        self.past(code, duration.value, None);
                    }
                }
            }
            BindKind::Service { code, before, units, region, side, failed } => {
                let code = self.code(code)?;
                let units = units.as_ref().map(|units| self.whole(&units.value, units.span)).transpose()?;
                self.inputs.history.complete_since = Some(jiff::civil::Date::MIN);
                let text = |value: &Option<crate::ast::Value>| value.as_ref().map(|value| value.text.clone());
                let outcome = failed.map(|failed| if failed { ServiceOutcome::Failed } else { ServiceOutcome::Helped });
                let date = back(self.inputs.service_date, before.value);
                let units = Some(units.unwrap_or(1));
                let (region, side) = (text(region), text(side));
                self.inputs.history.services.push(Service { code, date, units, region, side, outcome });
            }
            BindKind::Reading { fact, value } => self.reading(fact, value)?,
            BindKind::Contraindicated(class) => {
                self.known_class(class)?;
                let key = crate::ast::value_key(&class.value);
                self.inputs.trials.retain(|trial| crate::ast::value_key(&trial.class) != key);
                self.inputs.trials.push(Trial {
                    class: class.value.clone(),
                    start: None,
                    end: None,
                    length: None,
                    outcome: Some(TrialOutcome::Contraindicated),
                });
            }
            BindKind::History(answer) => {
                self.inputs.history.services.clear();
                self.inputs.history.complete_since =
                    (!matches!(answer, Answer::Open)).then_some(jiff::civil::Date::MIN);
            }
            BindKind::Trial { class, length } => {
                self.known_class(class)?;
                self.inputs
                    .trials
                    .retain(|trial| crate::ast::value_key(&trial.class) != crate::ast::value_key(&class.value));
                let (length, outcome) = match length {
                    Answer::Open => return Ok(()),
                    Answer::None => (None, TrialOutcome::NotTried),
                    Answer::Known(duration) => (Some(duration.value), TrialOutcome::Failed),
                };
                self.inputs.trials.push(Trial {
                    class: class.value.clone(),
                    start: None,
                    end: None,
                    length,
                    outcome: Some(outcome),
                });
            }
            BindKind::Document { kind, before } => {
                let key = crate::ast::value_key(&kind.value);
                let documents = self.context.dictionary.documents();
                if !documents.iter().any(|document| crate::ast::value_key(&document.name) == key) {
                    let near = codes::suggest(&kind.value, documents.iter().map(|document| document.name.as_str()));
                    let help = near.map_or_else(
                        || "add it to the dictionary".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    return Err(finding(
                        self.file,
                        explained::UNKNOWN_DOCUMENT.code,
                        kind.span,
                        &format!("there is no kind of document `{}`", kind.value),
                        &help,
                    ));
                }
                self.inputs.documents.retain(|document| crate::ast::value_key(&document.kind) != key);
                let (date, on_file) = match before {
                    Answer::Open => return Ok(()),
                    Answer::None => (None, false),
                    Answer::Known(duration) => (Some(back(self.inputs.service_date, duration.value)), true),
                };
                self.inputs.documents.push(Document { kind: kind.value.clone(), date, on_file });
            }
        }
        Ok(())
    }

    /// A reading, none, or that they are not recorded. What an example lists is all.
    fn reading(
        &mut self,
        name: &Name,
        value: &Answer<(crate::ast::Quantity, crate::span::Spanned<crate::ast::Duration>)>,
    ) -> Result<(), Finding> {
        let fact = self.fact(name)?;
        match value {
            Answer::Open => {
                self.inputs.readings.remove(&name.value);
            }
            Answer::None => {
                self.inputs.readings.insert(name.value.clone(), Readings { list: Vec::new(), is_all: true });
            }
            Answer::Known((quantity, before)) => {
                let FactType::Number { unit, decimals } = fact.fact_type else {
                    return Err(self.misfit(name, &fact));
                };
                let value = in_fact_units(quantity, unit, decimals).map_err(|_| self.misfit(name, &fact))?;
                let date = back(self.inputs.service_date, before.value);
                let readings = self.inputs.readings.entry(name.value.clone()).or_default();
                readings.is_all = true;
                readings.list.push((date, Number { digits: value, scale: decimals }));
            }
        }
        Ok(())
    }

    fn misfit(&self, name: &Name, fact: &Fact) -> Finding {
        finding(
            self.file,
            explained::WRONG_TYPE.code,
            name.span,
            &format!("the value does not fit `{}`", name.value),
            &expectation(fact),
        )
    }

    fn past(&mut self, code: ProcedureCode, before: crate::ast::Duration, units: Option<u32>) {
        let date = back(self.inputs.service_date, before);
        self.inputs.history.services.push(Service { code, date, units, region: None, side: None, outcome: None });
    }

    fn whole(&self, number: &Number, span: Span) -> Result<u32, Finding> {
        number.at_scale(0).and_then(|whole| u32::try_from(whole).ok()).ok_or_else(|| {
            finding(
                self.file,
                explained::TOO_MANY_DIGITS.code,
                span,
                "units are a whole number, not negative",
                "write digits only",
            )
        })
    }

    fn known_class(&self, class: &Name) -> Result<(), Finding> {
        let dictionary = self.context.dictionary;
        if dictionary.trial_class_id(&class.value).is_some() {
            return Ok(());
        }
        let near = codes::suggest(&class.value, dictionary.trial_classes().iter().map(|class| class.name.as_str()));
        let help = near.map_or_else(|| "add it to the dictionary".to_owned(), |near| format!("did you mean `{near}`?"));
        Err(finding(
            self.file,
            explained::UNKNOWN_TRIAL.code,
            class.span,
            &format!("there is no class of earlier treatment `{}`", class.value),
            &help,
        ))
    }

    /// What an example says about a fact; `None` is open.
    fn answer(&self, name: &Name, value: &FactAnswer) -> Result<Option<Known>, Finding> {
        let fact = self.fact(name)?;
        let misfit = || self.misfit(name, &fact);
        match (value, &fact.fact_type) {
            (FactAnswer::Open, _) => Ok(None),
            (FactAnswer::Yes, FactType::YesNo) => Ok(Some(Known::YesNo(true))),
            (FactAnswer::No, FactType::YesNo) => Ok(Some(Known::YesNo(false))),
            (FactAnswer::Number(quantity), FactType::Number { unit, decimals }) => {
                let value = in_fact_units(quantity, *unit, *decimals).map_err(|_| misfit())?;
                Ok(Some(Known::Number(Number { digits: value, scale: *decimals })))
            }
            (FactAnswer::Number(quantity), FactType::Name | FactType::Choice { .. }) => {
                self.word(&fact, name, &quantity.written).map(Some)
            }
            (FactAnswer::Value(value), FactType::Name | FactType::Choice { .. }) => {
                self.word(&fact, name, &value.text).map(Some)
            }
            (FactAnswer::No, FactType::Choice { .. }) => self.word(&fact, name, "no").map(Some),
            (FactAnswer::Yes, FactType::Choice { .. }) => self.word(&fact, name, "yes").map(Some),
            _ => Err(misfit()),
        }
    }

    fn word(&self, fact: &Fact, name: &Name, text: &str) -> Result<Known, Finding> {
        if let FactType::Choice { values } = &fact.fact_type
            && fact.value_id(text).is_none()
        {
            let help = codes::suggest(text, values.iter().map(String::as_str))
                .map_or_else(|| expectation(fact), |near| format!("did you mean `{near}`?"));
            return Err(finding(
                self.file,
                explained::UNKNOWN_VALUE.code,
                name.span,
                &format!("`{text}` is no value of `{}`", name.value),
                &help,
            ));
        }
        Ok(Known::Word(text.to_owned()))
    }
}

fn expectation(fact: &Fact) -> String {
    match &fact.fact_type {
        FactType::YesNo => "it is `yes`, `no` or `?`".to_owned(),
        FactType::Number { unit, decimals } => {
            format!("it is a number of {unit} with at most {decimals} digits after the point")
        }
        FactType::Choice { values } => {
            format!("it is one of: {}", values.iter().take(12).cloned().collect::<Vec<_>>().join(", "))
        }
        FactType::Name => "it is a word".to_owned(),
    }
}
