//! What must be sent, kept, given or authorized: collected from every policy that applies, decided or not.

use codes::dates::Deadline;
use codes::{Modifier, Period};
use policy::ast::{Duration, DurationUnit, Duty as WrittenDuty, DutyKind as Written, Name, Term, value_key};
use policy::eval::Selection;
use policy::explain::visit_open;
use policy::program::{Compiled, MET, NOT_MET, Outcome, OutcomeSet, SlotId, SlotKey, Truth};

use super::question::Question;
use super::routing::on_outdated_form;
use crate::answer::{Authorization, DutyKind, DutyState};
use crate::case::{AuthorizationStatus, NoticeKind, Occurrence};

/// What is assumed to be done when a change is tried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Granted {
    /// Prior authorization is held.
    pub(super) authorization: bool,
    /// These documents and notices are held.
    pub(super) papers: Vec<String>,
}

/// One duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Duty {
    pub(super) kind: DutyKind,
    pub(super) what: String,
    /// Name of the document or notice, for questions about it.
    pub(super) name: Option<String>,
    pub(super) state: DutyState,
    pub(super) due: Option<jiff::civil::Date>,
    pub(super) citation: String,
    /// The condition under which it is a duty, if that is open.
    pub(super) open_condition: Option<u32>,
}

/// A modifier that a rule puts on the claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NeededModifier {
    pub(super) modifier: String,
    pub(super) why: String,
}

/// Everything that the policies ask for besides their criteria.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Duties {
    pub(super) list: Vec<Duty>,
    pub(super) modifiers: Vec<NeededModifier>,
}

impl Duties {
    /// Whether prior authorization is needed and held.
    pub(super) fn authorization(&self) -> Authorization {
        let states = || self.list.iter().filter(|duty| duty.kind == DutyKind::Authorization).map(|duty| duty.state);
        let any = |state| states().any(|other| other == state);
        if any(DutyState::Unmet) {
            Authorization::Unmet
        } else if any(DutyState::Open) {
            Authorization::Open
        } else if any(DutyState::Held) {
            Authorization::Held
        } else {
            Authorization::None
        }
    }

    /// Whether a document or notice is not there, or not known to be.
    ///
    /// "Not recorded" counts too: open is never "no", but it is never "yes" either. What can be written only once the
    /// service was given is missing to nobody before.
    pub(super) fn paper_not_held(&self) -> bool {
        let paper = |duty: &&Duty| matches!(duty.kind, DutyKind::Document | DutyKind::Notice);
        self.list.iter().filter(paper).any(|duty| !matches!(duty.state, DutyState::Held | DutyState::Later))
    }
}

/// The duties of the selected policies, given the proof and outcomes of an evaluation.
pub(super) fn collect(
    question: &Question<'_>,
    proof: &[Truth],
    outcomes: [&[OutcomeSet]; 3],
    granted: &Granted,
) -> Duties {
    let mut duties = Duties::default();
    let gates = [false, true, true];
    for ((selection, outcomes), gate) in question.selections().into_iter().zip(outcomes).zip(gates) {
        for policy in applicable(question, selection, proof, outcomes, gate) {
            let certain = proof[policy.scope as usize] == MET;
            for (duty, condition) in policy.file.duties.iter().zip(&policy.duties) {
                let truth = condition.map_or(MET, |node| proof[node as usize]);
                if truth == NOT_MET {
                    continue;
                }
                let open_condition = condition.filter(|_| truth != MET);
                let applies = certain && truth == MET;
                let due = Found { question, policy, duty, applies, open_condition, proof, granted };
                due.add_to(&mut duties);
            }
        }
    }
    duties.list.sort_by(|a, b| (a.kind, &a.what, a.state).cmp(&(b.kind, &b.what, b.state)));
    duties.list.dedup_by(|later, earlier| later.kind == earlier.kind && later.what == earlier.what);
    duties.modifiers.sort();
    duties.modifiers.dedup_by(|later, earlier| later.modifier == earlier.modifier);
    duties
}

/// Policies whose duties count: those in scope, or perhaps in scope, that do not say no.
///
/// A policy that denies asks for nothing: its conditions are what failed. A gate that forbids still says what would
/// have allowed it, such as the private contract of a clinician who opted out.
fn applicable<'q>(
    question: &'q Question<'_>,
    selection: &'q Selection,
    proof: &'q [Truth],
    outcomes: &'q [OutcomeSet],
    gate: bool,
) -> impl Iterator<Item = &'q Compiled> {
    let denies = Outcome::Explicit.set().or(Outcome::Residual.set());
    selection.policies.iter().zip(outcomes).filter_map(move |(index, outcome)| {
        let policy = question.policy(*index);
        let in_scope = proof[policy.scope as usize] != NOT_MET;
        (in_scope && (gate || !outcome.within(denies))).then_some(policy)
    })
}

/// One duty of one policy, as it applies to the case.
struct Found<'a, 'q> {
    question: &'a Question<'q>,
    policy: &'a Compiled,
    duty: &'a WrittenDuty,
    /// Whether it surely is a duty.
    applies: bool,
    open_condition: Option<u32>,
    proof: &'a [Truth],
    granted: &'a Granted,
}

impl Found<'_, '_> {
    fn add_to(&self, duties: &mut Duties) {
        match &self.duty.kind {
            Written::PriorAuthorization => {
                let what = "prior authorization from the plan".to_owned();
                let state = if self.granted.authorization { DutyState::Held } else { self.authorization() };
                duties.list.push(self.duty(DutyKind::Authorization, what, None, state));
            }
            Written::Document(kind) => {
                let dictionary = self.question.library.dictionary();
                let label = dictionary.document_id(kind).map(|id| dictionary.document(id).label.clone());
                let state =
                    if self.granted.papers.contains(&kind.value) { DutyState::Held } else { self.document(kind) };
                let what = label.unwrap_or_else(|| kind.value.clone());
                let mut duty = self.duty(DutyKind::Document, what, Some(kind.value.clone()), state);
                if duty.state == DutyState::Open && self.comes_later(kind) {
                    duty.state = DutyState::Later;
                }
                duties.list.push(duty);
            }
            Written::Notice(name) => {
                let state =
                    if self.granted.papers.contains(&name.value) { DutyState::Held } else { self.notice(&name.value) };
                let what = notice_words(&name.value);
                duties.list.push(self.duty(DutyKind::Notice, what, Some(name.value.clone()), state));
            }
            Written::Modifiers(names) => self.modifiers(names, duties),
            Written::Due { what, within, before, event } => {
                let due = (event.value == "service").then(|| self.last_day(within.value, *before)).flatten();
                let words = match due {
                    Some(_) if !before => format!("{} to the plan", what.value.replace('_', " ")),
                    Some(_) => what.value.replace('_', " "),
                    None => format!(
                        "{}, {} {} {} {}",
                        what.value.replace('_', " "),
                        if *before { "at least" } else { "within" },
                        term_words(within.value),
                        if *before { "before" } else { "after" },
                        event.value.replace('_', " ")
                    ),
                };
                let duty = Duty { due, ..self.duty(DutyKind::Deadline, words, None, DutyState::Open) };
                duties.list.push(duty);
            }
            // Codes of a denial are told by the policy that denies.
            Written::Denies(_) => {}
        }
    }

    fn duty(&self, kind: DutyKind, what: String, name: Option<String>, state: DutyState) -> Duty {
        // Whether it is a duty at all is open; that it is done already settles the question.
        let state = if self.applies || state == DutyState::Held { state } else { DutyState::Open };
        let citation = super::citation(self.policy, self.duty.citation.as_ref().map(|part| part.value.as_str()));
        Duty { kind, what, name, state, due: None, citation, open_condition: self.open_condition }
    }

    /// Whether a document, or what makes it a duty, can be known only after a service that is still to come.
    fn comes_later(&self, document: &str) -> bool {
        if !self.question.is_to_come() {
            return false;
        }
        let dictionary = self.question.library.dictionary();
        let is_written_later = dictionary.document_id(document).is_some_and(|id| dictionary.document(id).after_service);
        let is_known_later = |slot: SlotId| match &self.question.program.slots[slot as usize].key {
            SlotKey::Named(fact) => dictionary.fact(*fact).after_service,
            _ => false,
        };
        let mut open = Vec::new();
        if let Some(condition) = self.open_condition {
            visit_open(self.question.program, self.proof, condition, &mut |slot| open.push(slot));
        }
        if open.is_empty() { is_written_later } else { open.into_iter().all(is_known_later) }
    }

    /// Held only by an approval that is good on the date, for the codes and for the units.
    fn authorization(&self) -> DutyState {
        let case = self.question.case;
        let in_force = |from: Option<jiff::civil::Date>, until: Option<jiff::civil::Date>| {
            from.is_none_or(|from| from <= case.date) && until.is_none_or(|until| case.date <= until)
        };
        let held = case.authorizations.iter().any(|authorization| {
            matches!(authorization.status, None | Some(AuthorizationStatus::Approved))
                && in_force(authorization.from, authorization.until)
                && self.is_for(authorization.codes.as_deref())
                && authorization.units.is_none_or(|most| self.units(authorization.codes.as_deref()) <= u64::from(most))
        });
        if held { DutyState::Held } else { DutyState::Unmet }
    }

    /// Whether a list of codes holds every code of the line that the policy speaks about.
    fn is_for(&self, codes: Option<&[codes::ProcedureCode]>) -> bool {
        let (Some(codes), Some(billed)) = (codes, self.question.codes()) else { return true };
        let asked = |code: &codes::ProcedureCode| {
            self.policy
                .codes
                .is_none_or(|set| self.question.program.code_sets[set].contains(*code, self.question.case.date))
        };
        billed.iter().filter(|code| asked(code)).all(|code| codes.contains(code))
            && billed.iter().any(|code| codes.contains(code))
    }

    /// Units of the line under an authorization; of the drug alone, for procedures are not counted in its units.
    fn units(&self, codes: Option<&[codes::ProcedureCode]>) -> u64 {
        let billed = self.question.inputs.billed.iter().flatten();
        let counted =
            billed.filter(|billed| !billed.code.is_cpt() && codes.is_none_or(|codes| codes.contains(&billed.code)));
        counted.filter_map(|billed| billed.units).map(u64::from).sum()
    }

    fn document(&self, kind: &str) -> DutyState {
        let case = self.question.case;
        let of_kind = || case.documents.iter().filter(|document| value_key(&document.kind) == value_key(kind));
        if of_kind().any(|document| document.on_file) {
            DutyState::Held
        } else if of_kind().next().is_some() {
            DutyState::Unmet
        } else {
            DutyState::Open
        }
    }

    /// Held if it was given, and where it takes a signature signed, no later than the service.
    fn notice(&self, name: &str) -> DutyState {
        let case = self.question.case;
        let Some(kind) = NoticeKind::from_word(&value_key(name)) else { return DutyState::Open };
        let signs = matches!(kind, NoticeKind::Abn | NoticeKind::PrivateContract | NoticeKind::NonCoveredAgreement);
        let in_time = |occurrence| match occurrence {
            Some(Occurrence::On(day)) => day <= case.date,
            Some(Occurrence::Undated) => true,
            Some(Occurrence::Never) | None => false,
        };
        let mut of_kind = case.notices.iter().filter(|notice| notice.kind == kind).peekable();
        if of_kind.peek().is_none() {
            return DutyState::Open;
        }
        let held = of_kind.any(|notice| {
            in_time(notice.given)
                && (!signs || in_time(notice.signed))
                && !on_outdated_form(notice, self.question.library)
        });
        if held { DutyState::Held } else { DutyState::Unmet }
    }

    /// Modifiers of a rule. One that makes a line pay where it would not (25, 59 and their kin) is told only if what it
    /// stands for is recorded, never as a way out.
    fn modifiers(&self, names: &[Name], duties: &mut Duties) {
        for name in names {
            let Ok(modifier) = name.value.parse::<Modifier>() else { continue };
            let recorded = self.applies && self.duty.when.is_some();
            if crate::case::is_payment_modifier(modifier.as_str()) && !recorded {
                continue;
            }
            if !self.applies {
                continue;
            }
            let when = self.duty.when.as_ref().map(|when| super::words::spoken(self.question.library, when));
            let why = when.unwrap_or_else(|| self.policy.file.title.value.clone());
            duties.modifiers.push(NeededModifier { modifier: modifier.to_string(), why });
        }
    }

    /// The last day that is in time; hours are counted from a time that a case does not hold.
    fn last_day(&self, within: Term, before: bool) -> Option<jiff::civil::Date> {
        let period = match within {
            Term::Calendar(Duration { count, unit: DurationUnit::Day }) => Period::Days(count),
            Term::Calendar(Duration { count, unit: DurationUnit::Week }) => Period::Days(count.saturating_mul(7)),
            Term::Calendar(Duration { count, unit: DurationUnit::Month }) => Period::Months(count),
            Term::Calendar(Duration { count, unit: DurationUnit::Year }) => Period::Months(count.saturating_mul(12)),
            Term::BusinessDays(count) => Period::BusinessDays(count),
            Term::Hours(_) => return None,
        };
        let start = self.question.case.date;
        if before {
            return Some(period.before(start));
        }
        Some(Deadline { start, period, moves_to_business_day: false }.last_day())
    }
}

fn term_words(term: Term) -> String {
    let counted = |count: u32, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match term {
        Term::Calendar(duration) => duration_words(duration),
        Term::BusinessDays(count) => counted(count, "business day"),
        Term::Hours(count) => counted(count, "hour"),
    }
}

/// What people call a notice.
fn notice_words(name: &str) -> String {
    let words = match NoticeKind::from_word(&value_key(name)) {
        Some(NoticeKind::Abn) => "Advance Beneficiary Notice (CMS-R-131), signed",
        Some(NoticeKind::OrganizationDetermination) => "the plan's organization determination",
        Some(NoticeKind::PrivateContract) => "private contract, signed by the patient before the service",
        Some(NoticeKind::Estimate) => "written good-faith estimate of the price",
        Some(NoticeKind::NonCoveredAgreement) => "written agreement to pay for a service that is not covered, signed",
        Some(NoticeKind::Restriction) => "the patient's written request not to bill the plan",
        None => return name.replace(['_', '-'], " "),
    };
    words.to_owned()
}

pub(super) fn duration_words(duration: Duration) -> String {
    let unit = match duration.unit {
        DurationUnit::Day => "day",
        DurationUnit::Week => "week",
        DurationUnit::Month => "month",
        DurationUnit::Year => "year",
    };
    format!("{} {unit}{}", duration.count, if duration.count == 1 { "" } else { "s" })
}
