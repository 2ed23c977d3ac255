//! The syntax tree of one policy file.
//!
//! The tree is what was written, with a place on every node; names are not yet looked up (the checker does that) and the scope's
//! short forms are already ordinary atoms over dictionary facts. It owns all its text: a file is compiled once.

use jiff::civil::Date;

use crate::dictionary::Unit;
use crate::span::{SourceId, Span, Spanned};

/// A name as written: of a fact, a label, a code, a rank.
pub type Name = Spanned<String>;

/// One policy version: the whole of a `.cov` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// The file it was read from; every span below is in it.
    pub file: SourceId,
    /// Identifier, unique with its first day: `cms/lcd/L39909/migraine`.
    pub id: Name,
    /// What a person calls it.
    pub title: Name,
    /// Rank in the stack, or a gate: `lcd`, `gate_lawful`.
    pub rank: Name,
    /// All of these must hold for the policy to apply; empty applies to everybody.
    pub scope: Vec<Expr>,
    /// The services it speaks about.
    pub applies: Applies,
    /// Dates of service it is in force.
    pub dates: Dates,
    /// Where it was read.
    pub source: Source,
    /// Shown with every answer that rests on this policy.
    pub caveats: Vec<Spanned<String>>,
    /// Tried in order; the first that is met gives its head.
    pub clauses: Vec<Clause>,
    /// Exceptions to single criteria.
    pub unless: Vec<Excuse>,
    /// What holds when no clause is met.
    pub otherwise: Spanned<Head>,
    /// What must be sent, kept, given or authorized.
    pub duties: Vec<Duty>,
    /// Cases with the outcome their author expects.
    pub examples: Vec<Example>,
}

/// The `for` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applies {
    /// The whole line.
    pub span: Span,
    /// `for any`: every service. Then `items` is empty.
    pub any: bool,
    /// The services themselves.
    pub items: Items,
    /// `with`: what must be on the same line for it to be covered (the drug of an injection).
    pub with: Option<Items>,
}

/// Services, by code or by treatment of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// The whole enumeration.
    pub span: Span,
    /// Procedure and supply codes; may be empty if there are treatments.
    pub codes: CodeSet,
    /// Treatments of the menu; may be empty if there are codes.
    pub treatments: Vec<Name>,
}

/// Some procedure or supply codes (CPT or HCPCS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSet {
    /// The whole enumeration.
    pub span: Span,
    /// In the order written.
    pub items: Vec<Spanned<CodeItem>>,
}

/// One member of a [`CodeSet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeItem {
    /// `64615`.
    Code(String),
    /// `15820-15823`: both ends and all between.
    Range {
        /// Lowest code.
        first: String,
        /// Highest code, included.
        last: String,
    },
    /// A code list of the library.
    List(ListName),
}

/// `NAME` or `NAME/group`: a code list of the library, or one group of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListName {
    /// File name without `.csv`.
    pub name: String,
    /// Only the rows of this group.
    pub group: Option<String>,
}

impl std::fmt::Display for ListName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}/{group}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The `dates` line: dates of service, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The whole line.
    pub span: Span,
    /// First day in force; none is "always was".
    pub from: Option<Spanned<Date>>,
    /// First day no longer in force; none is "until further notice".
    pub until: Option<Spanned<Date>>,
}

/// The `source` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The whole line.
    pub span: Span,
    /// How the document is cited: `LCD L39909`.
    pub citation: Spanned<String>,
    /// Its address.
    pub url: Option<Spanned<String>>,
    /// How closely it was read.
    pub grade: Spanned<Grade>,
    /// The day it was read.
    pub read: Option<Spanned<Date>>,
    /// The SHA-256 of the text that was read, as 64 hexadecimal digits.
    pub sha256: Option<Spanned<String>>,
}

/// How closely a source was read, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The document's own full text.
    Text,
    /// The authority's page, or an excerpt of it.
    Page,
    /// A faithful copy elsewhere.
    Mirror,
    /// Somebody's summary.
    Digest,
    /// Only that it exists, and what it is about.
    Header,
    /// General knowledge of the trade; nothing was read.
    Known,
}

impl Grade {
    /// All grades with the word that a policy writes.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Text, "text"),
        (Self::Page, "page"),
        (Self::Mirror, "mirror"),
        (Self::Digest, "digest"),
        (Self::Header, "header"),
        (Self::Known, "known"),
    ];
}

/// One clause: a head, and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// From the head to the last criterion.
    pub span: Span,
    /// What the clause gives when it is met.
    pub head: Spanned<Head>,
    /// How its criteria are joined.
    pub when: When,
    /// In the order written; empty only for [`When::Always`]. Each has a label.
    pub criteria: Vec<Criterion>,
}

/// How the criteria of a clause are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Every one must be met.
    All,
    /// One is enough.
    Any,
    /// The clause has no criteria and is always met.
    Always,
}

/// What a clause, or `otherwise`, gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// `covered`.
    Covered,
    /// `not covered [as KIND]`.
    NotCovered {
        /// Why, for the denial and its remedy.
        kind: Option<Spanned<Kind>>,
    },
    /// `allowed`, in a gate.
    Allowed,
    /// `not allowed [as KIND]`, in a gate.
    NotAllowed {
        /// Why.
        kind: Option<Spanned<Kind>>,
    },
    /// Leaves the question to the next rank.
    Silent,
    /// The authority has a text on this that was not read: the text says which.
    Unread(Spanned<String>),
}

/// Why something is not covered or not allowed; a criterion may carry one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Not medically necessary.
    Necessity,
    /// For looks.
    Cosmetic,
    /// Not a benefit.
    Excluded,
    /// Experimental or investigational.
    Experimental,
    /// Too soon or too often.
    Frequency,
    /// Too much at once.
    Quantity,
    /// Not documented.
    Documentation,
    /// Wrong or missing code.
    Coding,
    /// Too young or too old.
    Age,
    /// Wrong place.
    Site,
    /// Wrong person.
    Clinician,
    /// Out of network.
    Network,
    /// Not enrolled with the payer.
    Enrollment,
    /// Excluded from federal programs, or opted out.
    Sanction,
    /// Another treatment comes first.
    StepTherapy,
}

impl Kind {
    /// All kinds with the word that a policy writes.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Necessity, "necessity"),
        (Self::Cosmetic, "cosmetic"),
        (Self::Excluded, "excluded"),
        (Self::Experimental, "experimental"),
        (Self::Frequency, "frequency"),
        (Self::Quantity, "quantity"),
        (Self::Documentation, "documentation"),
        (Self::Coding, "coding"),
        (Self::Age, "age"),
        (Self::Site, "site"),
        (Self::Clinician, "clinician"),
        (Self::Network, "network"),
        (Self::Enrollment, "enrollment"),
        (Self::Sanction, "sanction"),
        (Self::StepTherapy, "step-therapy"),
    ];
}

/// One criterion of a clause, one member of a group, or the condition of an excuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// From the label to the last suffix.
    pub span: Span,
    /// Unique in the file. Always there for a criterion of a clause; members of a group may go without.
    pub label: Option<Name>,
    /// What must hold.
    pub expr: Expr,
    /// `@`: the part of the source that says so.
    pub citation: Option<Spanned<String>>,
    /// `as`: why it is not covered if this fails.
    pub kind: Option<Spanned<Kind>>,
    /// Whether the criterion was seen as written.
    pub certainty: Certainty,
    /// How closely this part was read, where that differs from the file's grade.
    pub grade: Option<Spanned<Grade>>,
    /// `>`: a short quote of the source.
    pub quote: Option<Spanned<String>>,
}

/// Whether a criterion was seen as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Taken as it stands.
    #[default]
    Plain,
    /// The number or list was not seen: always open, the payer must be asked.
    Unverified,
    /// May be met, never fails: a list from general knowledge may support, not block.
    Indicative,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it covers in the file.
    pub span: Span,
    /// What it says.
    pub kind: ExprKind,
}

/// What a condition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `not ATOM`. The inner expression is always an atom.
    Not(Box<Expr>),
    /// `all of`.
    All(Vec<Criterion>),
    /// `any of`.
    Any(Vec<Criterion>),
    /// `at least N of`.
    AtLeast {
        /// How many, at least 1 and at most the number of members.
        count: Spanned<u32>,
        /// Of these.
        members: Vec<Criterion>,
    },
    /// A single test.
    Atom(Atom),
}

/// A single test of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Atom {
    /// A yes-no fact is yes.
    Fact(Name),
    /// A fact against a number, a table, or one value.
    Compare {
        /// The fact on the left.
        fact: Name,
        /// `=` and `!=` only, if the operand is a value.
        comparison: Spanned<Comparison>,
        /// The right side.
        operand: Operand,
    },
    /// `FACT [not] in …`.
    In {
        /// The fact on the left.
        fact: Name,
        /// `not in`.
        negated: bool,
        /// The right side.
        set: ValueSet,
    },
    /// A diagnosis of the line is, or is not, in a set.
    Diagnosis {
        /// Which of the line's diagnoses are looked at.
        position: DiagnosisPosition,
        /// `not in`: none of them is in the set.
        negated: bool,
        /// The set.
        set: DiagnosisSet,
    },
    /// One of these is on the line.
    Billed(Items),
    /// `billed … same day`: one of these codes is on a line of the visit, or in the history of that day.
    SameDay(CodeSet),
    /// Time since the latest, or the first, earlier service.
    Since {
        /// The latest or the first.
        end: End,
        /// `failed`: only services that did not help.
        failed: bool,
        /// A service with one of these codes.
        codes: CodeSet,
        /// `in`: of the first one, not longer ago than this.
        within: Option<Spanned<Duration>>,
        /// Looked for apart for each region or side.
        per: Option<Spanned<Per>>,
        /// Mostly `>=`.
        comparison: Spanned<Comparison>,
        /// The interval.
        duration: Spanned<Duration>,
        /// `or never`: met too if there was none.
        or_never: bool,
    },
    /// How many, or how many units, in a window that includes the service being judged.
    Amount {
        /// Services or units.
        measure: Measure,
        /// `failed`: only services that did not help. Never with units.
        failed: bool,
        /// Of these codes.
        codes: CodeSet,
        /// In this time.
        window: Spanned<Window>,
        /// Counted apart for each region or side.
        per: Option<Spanned<Per>>,
        /// Mostly `<=`.
        comparison: Spanned<Comparison>,
        /// The limit.
        limit: Spanned<Number>,
    },
    /// An earlier treatment of this class that did not help, if asked for so long.
    Trial {
        /// Class of the dictionary.
        class: Name,
        /// Its length.
        length: Option<(Spanned<Comparison>, Spanned<Duration>)>,
        /// `or contraindicated`: met too if the class could not be tried for a medical reason.
        or_contraindicated: bool,
    },
    /// A fact was measured so on several dates.
    Readings {
        /// A number.
        fact: Name,
        /// With the limit: what each of the readings is.
        comparison: Spanned<Comparison>,
        /// The limit.
        limit: Quantity,
        /// On at least so many separate dates.
        dates: Spanned<u32>,
        /// Not longer ago than this.
        within: Option<Spanned<Duration>>,
    },
    /// A document is on file.
    Document {
        /// Kind of the dictionary.
        kind: Spanned<String>,
        /// Not older than this.
        within: Option<Spanned<Duration>>,
        /// Dated before the service.
        before_service: bool,
    },
    /// A criterion that exists but was not seen: always open.
    Unverified(Spanned<String>),
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A number. For a fact that is a choice or a name, a bare number is the value as written (`place_of_service = 02`).
    Number(Quantity),
    /// A word or string, with `=` and `!=` only.
    Value(Value),
    /// `table NAME(FACT)`: the value that the table gives for the fact.
    Table {
        /// From the word `table` to the closing parenthesis.
        span: Span,
        /// File name without `.csv`.
        table: Name,
        /// The argument.
        argument: Name,
    },
}

/// A number with an optional unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Number and unit.
    pub span: Span,
    /// The number.
    pub number: Number,
    /// The digits as they stand in the file, with leading zeros: a value, if the fact is a choice or a name.
    pub written: String,
    /// The unit, if one is written; else the fact's own.
    pub unit: Option<Spanned<Unit>>,
}

/// A decimal number, exactly as written: `digits` divided by ten to the `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    /// All digits without the point, with the sign.
    pub digits: i64,
    /// How many of them stand after the point, at most [`NUMBER_SCALE_MAX`](crate::lex::NUMBER_SCALE_MAX).
    pub scale: u8,
}

/// A value of a choice or name fact, as written. `_` and `-` are the same letter: compare by [`value_key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where.
    pub span: Span,
    /// The word, or the content of the string.
    pub text: String,
}

/// The form under which values are compared: `_` and `-` are the same letter.
pub fn value_key(text: &str) -> String {
    text.replace('_', "-")
}

/// The right side of `in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSet {
    /// These values.
    Values(Vec<Value>),
    /// The codes of a list.
    List(Spanned<ListName>),
}

/// Comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    MoreThan,
    /// `<=`
    AtMost,
    /// `<`
    LessThan,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

/// Which diagnoses of the line are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DiagnosisPosition {
    /// All of them.
    Any,
    /// The first.
    Primary,
    /// All but the first.
    Other,
}

/// Some diagnosis codes (ICD-10-CM).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosisSet {
    /// The whole enumeration.
    pub span: Span,
    /// In the order written.
    pub items: Vec<Spanned<DiagnosisItem>>,
}

/// One member of a [`DiagnosisSet`]. Codes carry their point, as on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiagnosisItem {
    /// `G43.709`: this code.
    Code(String),
    /// `C44.*`: every code below; the text is what stands before the star, with the point if one is written.
    Below(String),
    /// `E08-E13`: both ends, all between, and all below.
    Range {
        /// Lowest.
        first: String,
        /// Highest, included.
        last: String,
    },
    /// A code list of the library.
    List(ListName),
}

/// What is counted in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Services.
    Count,
    /// Billing units.
    Units,
}

/// The time in which the history is counted; it ends with the date of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// The date of service.
    Today,
    /// So long, ending with the date of service.
    In(Duration),
    /// From the first day of the month of service.
    CalendarMonth,
    /// From 1 January of the year of service.
    CalendarYear,
    /// All that is known.
    Ever,
}

/// What the history is counted apart for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// The region of the body that is treated.
    Region,
    /// The side that is treated.
    Side,
    /// The region and the side: one leg, one vein of it.
    RegionAndSide,
}

/// Which of several earlier services is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The latest.
    Last,
    /// The first.
    First,
}

/// A length of time by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: DurationUnit,
}

/// How long there is until something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// By the calendar.
    Calendar(Duration),
    /// Days on which federal offices are open.
    BusinessDays(u32),
    /// By the clock.
    Hours(u32),
}

/// Unit of a [`Duration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DurationUnit {
    /// Calendar days.
    Day,
    /// Seven days.
    Week,
    /// Calendar months; a missing day is the month's last.
    Month,
    /// Calendar years; a missing day is the month's last.
    Year,
}

/// `LABEL excuses LABEL+ when EXPR`: each excused criterion is met too if the condition is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excuse {
    /// The whole line.
    pub span: Span,
    /// The criteria that are excused, at least one.
    pub excuses: Vec<Name>,
    /// The condition, under the excuse's own label (always there).
    pub condition: Criterion,
}

/// What must be sent, kept, given or authorized, or what a denial will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// The whole line.
    pub span: Span,
    /// What.
    pub kind: DutyKind,
    /// Only then; none is always. Never there for `denies` and `due`.
    pub when: Option<Expr>,
    /// `@`: the part of the source that says so.
    pub citation: Option<Spanned<String>>,
}

/// The kinds of duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DutyKind {
    /// `needs prior_authorization`.
    PriorAuthorization,
    /// `needs document STR`.
    Document(Spanned<String>),
    /// `needs notice NAME`.
    Notice(Name),
    /// `needs modifier MODIFIER+`.
    Modifiers(Vec<Name>),
    /// `denies CODE+`: adjustment and remark codes that a denial under this policy carries.
    Denies(Vec<Name>),
    /// `due NAME TERM (after | before) NAME`.
    Due {
        /// What is due.
        what: Name,
        /// How long after or before.
        within: Spanned<Term>,
        /// `before`: at the latest so long before the event.
        before: bool,
        /// Which event.
        event: Name,
    },
}

/// A case with the outcome its author expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The whole line.
    pub span: Span,
    /// Unique in the file.
    pub name: Spanned<String>,
    /// The example that this one changes; always an earlier one.
    pub base: Option<Spanned<String>>,
    /// What is known, in the order written.
    pub binds: Vec<Bind>,
    /// Date of service.
    pub at: Option<Spanned<Date>>,
    /// The outcome.
    pub expected: Spanned<Expected>,
}

/// One statement about the case of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The whole statement.
    pub span: Span,
    /// What it says.
    pub kind: BindKind,
}

/// What an example says about its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindKind {
    /// The value of a fact.
    Fact {
        /// Which.
        fact: Name,
        /// Its value.
        value: FactAnswer,
    },
    /// `dx`: the diagnoses of the line, primary first.
    Diagnoses(Answer<Vec<Name>>),
    /// `codes`: the codes of the line.
    Codes(Answer<Vec<Name>>),
    /// `units`: how many units of a code are billed.
    Units {
        /// Which code.
        code: Name,
        /// How many.
        number: Answer<Spanned<Number>>,
    },
    /// `reading`: a number that was measured on an earlier date; every reading is then known.
    Reading {
        /// The fact that was measured.
        fact: Name,
        /// What it was, and how long before the date of service; none, or not recorded.
        value: Answer<(Quantity, Spanned<Duration>)>,
    },
    /// `last`: the latest earlier service with this code, so long before.
    Last {
        /// Which code.
        code: Name,
        /// How long before the date of service; [`Answer::None`] is never.
        before: Answer<Spanned<Duration>>,
    },
    /// `service`: one more entry of the history.
    Service {
        /// Which code.
        code: Name,
        /// How long before the date of service.
        before: Spanned<Duration>,
        /// How many units; one if not written.
        units: Option<Spanned<Number>>,
        /// The region that was treated.
        region: Option<Value>,
        /// The side that was treated.
        side: Option<Value>,
        /// Whether it failed or helped; not recorded if not written.
        failed: Option<bool>,
    },
    /// `history none` or `history ?`.
    History(Answer<()>),
    /// `trial`: an earlier treatment of this class that did not help, so long.
    Trial {
        /// Class of the dictionary.
        class: Name,
        /// Its length.
        length: Answer<Spanned<Duration>>,
    },
    /// `trial CLASS contraindicated`: it could not be tried for a medical reason.
    Contraindicated(Name),
    /// `document`: a document on file, dated so long before the date of service.
    Document {
        /// Kind of the dictionary.
        kind: Spanned<String>,
        /// Its age.
        before: Answer<Spanned<Duration>>,
    },
}

/// What is known of something that may be there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is there.
    Known(T),
    /// It was asked for and is not there.
    None,
    /// `?`: not recorded.
    Open,
}

/// What an example says about one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactAnswer {
    /// `yes`.
    Yes,
    /// `no`.
    No,
    /// `?`: not recorded.
    Open,
    /// A number, for a number fact; a bare number may be the value of a choice or a name.
    Number(Quantity),
    /// The value of a choice or a name.
    Value(Value),
}

/// The outcome that an example expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Decided for it.
    Yes(Subject),
    /// Decided against it.
    No {
        /// Coverage or permission.
        subject: Subject,
        /// Exactly the deciding criteria, in any order; empty asks for none in particular.
        because: Vec<Name>,
    },
    /// Hangs on open criteria.
    If {
        /// Coverage or permission.
        subject: Subject,
        /// `not covered if`: the outcome that they would bring.
        negated: bool,
        /// Exactly the open criteria that still matter, in any order.
        open: Vec<Name>,
    },
    /// The policy leaves it to the next rank.
    Silent,
    /// The policy was not read.
    Unread,
    /// The policy is not about this case.
    DoesNotApply,
}

/// What an outcome is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// `covered`.
    Coverage,
    /// `allowed`, in a gate.
    Permission,
}
