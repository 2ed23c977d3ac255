//! Policies one after the other: labels, clauses, excuses, duties.

use std::collections::HashMap;

use super::flatten::{Tree, flatten};
use super::sets::Patterns;
use super::{Context, Entry};
use crate::ast::{Certainty, Criterion, ExprKind, Head, Kind, PolicyFile, Value, When};
use crate::diagnostic::codes::compile as explained;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::dictionary::FactId;
use crate::program::{Cell, Compiled, CriterionAt, Mask, Outcome, PolicyIndex, Program, Slot, SlotId, SlotKey};
use crate::span::{SourceId, Span};

/// Label of the criterion that `for A with B` implies.
pub const WITH_LABEL: &str = "with";

pub(super) struct Builder<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) program: Program,
    slots: HashMap<SlotKey, SlotId>,
    masks: HashMap<Mask, u32>,
    /// Sets by what was written, so that what many policies write is built and compared once.
    pub(super) code_patterns: HashMap<Patterns, usize>,
    pub(super) diagnosis_patterns: HashMap<Patterns, usize>,
    pub(super) names: Vec<(FactId, Vec<String>)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The file at hand.
    pub(super) source: SourceId,
    pub(super) policy: PolicyIndex,
    pub(super) rank: String,
}

/// What is gathered about the policy at hand.
struct Draft {
    criteria: Vec<CriterionAt>,
    clause: u16,
}

impl<'a> Builder<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            program: Program::default(),
            slots: HashMap::new(),
            masks: HashMap::new(),
            code_patterns: HashMap::new(),
            diagnosis_patterns: HashMap::new(),
            names: Vec::new(),
            diagnostics: Vec::new(),
            source: SourceId(0),
            policy: 0,
            rank: String::new(),
        }
    }

    pub(super) fn finish(mut self) -> Result<Program, Vec<Diagnostic>> {
        if !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        for slot in &mut self.program.slots {
            if let SlotKey::Named(fact) = slot.key
                && let Some((_, words)) = self.names.iter().find(|(id, _)| *id == fact)
            {
                slot.domain = Cell::between(0, i64::try_from(words.len()).expect("INVARIANT: names are bounded"));
            }
        }
        self.program.names = self.names;
        Ok(self.program)
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
        there: &str,
        help: impl Into<Option<String>>,
    ) {
        let found = Diagnostic {
            code,
            severity: Severity::Error,
            message,
            labels: vec![Label { source: self.source, span, text: there.to_owned() }],
            help: help.into().into_iter().collect(),
        };
        // The codes of `for` are looked at twice.
        if !self.diagnostics.contains(&found) {
            self.diagnostics.push(found);
        }
    }

    pub(super) fn slot(&mut self, key: SlotKey, domain: Cell) -> SlotId {
        if let Some(slot) = self.slots.get(&key) {
            return *slot;
        }
        let id = SlotId::try_from(self.program.slots.len()).expect("INVARIANT: facts are numbered in 32 bits");
        self.program.slots.push(Slot { key: key.clone(), domain });
        self.slots.insert(key, id);
        id
    }

    pub(super) fn mask(&mut self, mask: Mask) -> u32 {
        let next = u32::try_from(self.program.masks.len()).expect("INVARIANT: masks are numbered in 32 bits");
        *self.masks.entry(mask).or_insert_with(|| {
            self.program.masks.push(mask);
            next
        })
    }

    pub(super) fn policy(&mut self, entry: &Entry) {
        let file = &entry.file;
        self.source = file.file;
        self.policy = PolicyIndex::try_from(self.program.policies.len())
            .expect("INVARIANT: a program has fewer than 2^32 policies");
        self.rank = file.rank.value.clone();
        let Some(rank) = self.context.ranks.find(&file.rank.value) else {
            let known = self.context.ranks.0.iter().map(|rank| rank.name.as_str());
            let help = codes::suggest(&file.rank.value, known).map_or_else(
                || "library/rank.toml lists the ranks".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return self.error(
                explained::UNKNOWN_RANK.code,
                file.rank.span,
                format!("there is no rank `{}`", file.rank.value),
                "not in rank.toml",
                help,
            );
        };
        let gate = self.context.ranks.0[usize::from(rank)].gate;
        self.check_heads(file, gate);
        self.check_excuses(file);

        let mut draft = Draft { criteria: Vec::new(), clause: 0 };
        let mut roots = vec![self.scope(file)];
        let mut clauses = Vec::new();
        for (at, clause) in file.clauses.iter().enumerate() {
            draft.clause = u16::try_from(at).expect("INVARIANT: the parser bounds the number of clauses");
            let head = outcome_of(&clause.head.value, true);
            clauses.push(head);
            roots.push(self.clause(file, at, head == Outcome::Covered, &mut draft));
        }
        let conditions: Vec<Option<Tree>> =
            file.duties.iter().map(|duty| duty.when.as_ref().map(|when| self.expr(when))).collect();
        let has_condition: Vec<bool> = conditions.iter().map(Option::is_some).collect();
        roots.extend(conditions.into_iter().flatten());

        let first = self.program.nodes.len();
        flatten(roots, &mut self.program.nodes, |criterion, node| draft.criteria[criterion].node = node);
        let node_at = |offset: usize| u32::try_from(first + offset).expect("INVARIANT: nodes are numbered in 32 bits");
        let clause_count = clauses.len();
        let mut next_duty = 1 + clause_count;
        let duties = has_condition
            .into_iter()
            .map(|has| {
                has.then(|| {
                    next_duty += 1;
                    node_at(next_duty - 1)
                })
            })
            .collect();
        let codes = self.codes_of(file);
        self.program.policies.push(Compiled {
            file: std::sync::Arc::clone(file),
            rank,
            from: file.dates.from.as_ref().map(|date| date.value),
            until: file.dates.until.as_ref().map(|date| date.value),
            nodes: first..self.program.nodes.len(),
            scope: node_at(0),
            clauses: clauses.into_iter().enumerate().map(|(at, head)| (node_at(1 + at), head)).collect(),
            otherwise: outcome_of(&file.otherwise.value, false),
            criteria: draft.criteria,
            duties,
            codes,
            entered_by_practice: entry.entered_by_practice,
        });
    }

    fn codes_of(&mut self, file: &PolicyFile) -> Option<usize> {
        let items = &file.applies.items;
        if file.applies.any || !items.treatments.is_empty() || items.codes.items.is_empty() {
            return None;
        }
        self.code_set(&items.codes)
    }

    fn scope(&mut self, file: &PolicyFile) -> Tree {
        let mut members = Vec::new();
        if !file.applies.any {
            members.push(self.items(&file.applies.items));
        }
        members.extend(file.scope.iter().map(|term| self.expr(term)).collect::<Vec<_>>());
        Tree::all(members)
    }

    fn clause(&mut self, file: &PolicyFile, at: usize, covered: bool, draft: &mut Draft) -> Tree {
        let clause = &file.clauses[at];
        let mut members = Vec::new();
        for (position, criterion) in clause.criteria.iter().enumerate() {
            let position = u16::try_from(position).expect("INVARIANT: the parser bounds the criteria of a clause");
            members.push(self.top_criterion(file, criterion, position, draft));
        }
        let tree = match clause.when {
            When::All | When::Always => Tree::all(members),
            When::Any => Tree::any(members),
        };
        let Some(with) = file.applies.with.as_ref().filter(|_| covered) else {
            return tree;
        };
        let mut needed = self.items(with);
        needed.criterion = Some(draft.criteria.len());
        draft.criteria.push(CriterionAt {
            label: WITH_LABEL.to_owned(),
            node: 0,
            clause: draft.clause,
            position: None,
            kind: Kind::Coding,
            top: true,
        });
        Tree::all(vec![needed, tree])
    }

    /// A criterion of a clause, together with what excuses it.
    fn top_criterion(&mut self, file: &PolicyFile, criterion: &Criterion, position: u16, draft: &mut Draft) -> Tree {
        let label = criterion.label.as_ref().expect("INVARIANT: the parser labels every criterion of a clause");
        let number = draft.criteria.len();
        draft.criteria.push(CriterionAt {
            label: label.value.clone(),
            node: 0,
            clause: draft.clause,
            position: Some(position),
            kind: kind_of(criterion, &file.clauses[usize::from(draft.clause)].head.value),
            top: true,
        });
        let mut tree = self.criterion(criterion, Some(draft));
        let excuses: Vec<Tree> = file
            .unless
            .iter()
            .filter(|excuse| excuse.excuses.iter().any(|excused| excused.value == label.value))
            .map(|excuse| self.criterion(&excuse.condition, None))
            .collect();
        if !excuses.is_empty() {
            tree = Tree::any(std::iter::once(tree).chain(excuses).collect());
        }
        if tree.criterion.is_some() {
            tree = Tree::all(vec![tree]);
        }
        tree.criterion = Some(number);
        tree
    }

    /// A criterion or a member of a group, with its certainty.
    fn criterion(&mut self, criterion: &Criterion, mut draft: Option<&mut Draft>) -> Tree {
        let label = criterion.label.as_ref().map_or("", |label| label.value.as_str()).to_owned();
        match criterion.certainty {
            Certainty::Plain => self.grouped(&criterion.expr, draft.as_deref_mut()),
            Certainty::Unverified => {
                // Its names are still looked up, so that a slip in them is found.
                self.expr(&criterion.expr);
                self.unseen(&label)
            }
            Certainty::Indicative => {
                let tree = self.grouped(&criterion.expr, draft);
                Tree::any(vec![tree, self.unseen(&label)])
            }
        }
    }

    fn grouped(&mut self, expr: &crate::ast::Expr, mut draft: Option<&mut Draft>) -> Tree {
        let mut members = |builder: &mut Self, list: &[Criterion]| -> Vec<Tree> {
            list.iter()
                .map(|member| {
                    let number = draft.as_deref_mut().and_then(|draft| {
                        let label = member.label.as_ref()?;
                        draft.criteria.push(CriterionAt {
                            label: label.value.clone(),
                            node: 0,
                            clause: draft.clause,
                            position: None,
                            kind: member.kind.as_ref().map_or(Kind::Necessity, |kind| kind.value),
                            top: false,
                        });
                        Some(draft.criteria.len() - 1)
                    });
                    let mut tree = builder.criterion(member, draft.as_deref_mut());
                    if number.is_some() {
                        if tree.criterion.is_some() {
                            tree = Tree::all(vec![tree]);
                        }
                        tree.criterion = number;
                    }
                    tree
                })
                .collect()
        };
        match &expr.kind {
            ExprKind::All(list) => Tree::all(members(self, list)),
            ExprKind::Any(list) => Tree::any(members(self, list)),
            ExprKind::AtLeast { count, members: list } => {
                let least = u16::try_from(count.value).unwrap_or(u16::MAX);
                super::flatten::Shape::AtLeast(least, members(self, list)).into()
            }
            ExprKind::Not(inner) => {
                let tree = self.expr(inner);
                self.negate(tree)
            }
            ExprKind::Atom(atom) => self.atom(atom, expr.span),
        }
    }

    /// A condition without labels: scope terms, duties.
    pub(super) fn expr(&mut self, expr: &crate::ast::Expr) -> Tree {
        self.grouped(expr, None)
    }

    fn check_heads(&mut self, file: &PolicyFile, gate: bool) {
        let heads = file.clauses.iter().map(|clause| &clause.head).chain(std::iter::once(&file.otherwise));
        let wrong: Vec<Span> = heads
            .filter(|head| match head.value {
                Head::Covered | Head::NotCovered { .. } => gate,
                Head::Allowed | Head::NotAllowed { .. } => !gate,
                Head::Silent | Head::Unread(_) => false,
            })
            .map(|head| head.span)
            .collect();
        for span in wrong {
            let (message, help) = if gate {
                (
                    "a gate allows or does not allow",
                    "write `allowed` or `not allowed as KIND`; a gate says nothing about coverage",
                )
            } else {
                (
                    "only a gate allows",
                    "write `covered` or `not covered as KIND`, or give the policy the rank `gate_lawful` or `gate_billing`",
                )
            };
            self.error(
                explained::WRONG_HEAD.code,
                span,
                format!("{message}, and the rank is `{}`", file.rank.value),
                "",
                help.to_owned(),
            );
        }
    }

    /// That labels are unique, and none of them `with`, the reader sees to.
    fn check_excuses(&mut self, file: &PolicyFile) {
        let top: Vec<&str> = file
            .clauses
            .iter()
            .flat_map(|clause| &clause.criteria)
            .filter_map(|c| c.label.as_ref())
            .map(|l| l.value.as_str())
            .collect();
        for excused in file.unless.iter().flat_map(|excuse| &excuse.excuses) {
            if !top.contains(&excused.value.as_str()) {
                let help = codes::suggest(&excused.value, top.iter().copied()).map_or_else(
                    || format!("the criteria are: {}", top.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.error(
                    explained::UNKNOWN_CRITERION.code,
                    excused.span,
                    format!("there is no criterion `{}` to excuse", excused.value),
                    "not the label of a criterion of a clause",
                    help,
                );
            }
        }
    }

    /// Index of a word among the names of a fact; a new word is added.
    pub(super) fn name_index(&mut self, fact: FactId, value: &Value) -> usize {
        let key = crate::bind::name_key(&value.text);
        let at = self.names.iter().position(|(id, _)| *id == fact).unwrap_or_else(|| {
            self.names.push((fact, Vec::new()));
            self.names.len() - 1
        });
        let words = &mut self.names[at].1;
        words.iter().position(|word| *word == key).unwrap_or_else(|| {
            words.push(key);
            words.len() - 1
        })
    }

    /// A condition that nothing in a case can answer.
    pub(super) fn unseen(&mut self, label: &str) -> Tree {
        let key = SlotKey::Unseen { policy: self.policy, label: label.to_owned() };
        let slot = self.slot(key, Cell::between(0, 1));
        super::flatten::Shape::InRange(slot, 1, 1).into()
    }
}

fn outcome_of(head: &Head, clause: bool) -> Outcome {
    match head {
        Head::Covered | Head::Allowed => Outcome::Covered,
        Head::NotCovered { .. } | Head::NotAllowed { .. } if clause => Outcome::Explicit,
        Head::NotCovered { .. } | Head::NotAllowed { .. } => Outcome::Residual,
        Head::Silent => Outcome::Silent,
        Head::Unread(_) => Outcome::Unread,
    }
}

/// The kind of a criterion: its own, else that of a head that denies, else necessity.
fn kind_of(criterion: &Criterion, head: &Head) -> Kind {
    let of_head = match head {
        Head::NotCovered { kind } | Head::NotAllowed { kind } => kind.as_ref(),
        _ => None,
    };
    criterion.kind.as_ref().or(of_head).map_or(Kind::Necessity, |kind| kind.value)
}
