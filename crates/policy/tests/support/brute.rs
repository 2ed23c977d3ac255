//! The naive evaluator laid out for a million cases: the same trees, with every fact numbered once.
//!
//! It still tries every completion and shares no code with the engine; `engine.rs` compares it with the plain one.

use std::collections::BTreeMap;

use policy::ast::{Certainty, Criterion, Expr, ExprKind, Head, PolicyFile, When};

use crate::oracle::{Oracle, Says, read, unseen};

/// What is known of each fact, by its number.
pub(crate) type Partial = Vec<Option<i64>>;

enum Tree<'a> {
    Test(usize, Box<dyn Fn(i64) -> bool + 'a>),
    Not(Box<Tree<'a>>),
    All(Vec<Tree<'a>>),
    Any(Vec<Tree<'a>>),
    AtLeast(usize, Vec<Tree<'a>>),
}

struct Policy<'a> {
    scope: Tree<'a>,
    clauses: Vec<(Tree<'a>, Says)>,
    otherwise: Says,
}

pub(crate) struct Brute<'a> {
    /// The facts by name, in the order of their numbers.
    pub(crate) keys: Vec<String>,
    /// The values worth trying for each.
    pub(crate) candidates: Vec<Vec<i64>>,
    ranks: Vec<Vec<Policy<'a>>>,
}

type Choices = BTreeMap<String, Vec<String>>;

impl<'a> Brute<'a> {
    pub(crate) fn new(oracle: &Oracle<'a>, choices: &'a Choices) -> Self {
        let keys: Vec<String> = oracle.candidates.keys().cloned().collect();
        let layer = Layer { keys: &keys, choices };
        let ranks = oracle.ranks.iter().map(|rank| rank.iter().map(|file| layer.policy(file)).collect()).collect();
        Self { candidates: oracle.candidates.values().cloned().collect(), ranks, keys }
    }

    /// What the stack says when every fact has a value.
    pub(crate) fn says(&self, world: &[i64]) -> Says {
        for rank in &self.ranks {
            let strongest = rank.iter().map(|policy| policy.says(world)).max().unwrap_or(Says::Silent);
            if strongest != Says::Silent {
                return strongest;
            }
        }
        Says::Silent
    }

    /// Calls `each` with every completion and what the stack says there, the first open fact turning fastest, until it says no.
    fn completions(&self, partial: &Partial, mut each: impl FnMut(Says) -> bool) {
        let open: Vec<usize> = (0..self.keys.len()).filter(|at| partial[*at].is_none()).collect();
        let mut now = vec![0; open.len()];
        let mut world: Vec<i64> =
            partial.iter().zip(&self.candidates).map(|(value, values)| value.unwrap_or(values[0])).collect();
        while each(self.says(&world)) {
            let mut turned = false;
            for (digit, at) in now.iter_mut().zip(&open) {
                *digit = (*digit + 1) % self.candidates[*at].len();
                world[*at] = self.candidates[*at][*digit];
                if *digit != 0 {
                    turned = true;
                    break;
                }
            }
            if !turned {
                return;
            }
        }
    }

    /// Every outcome that is possible, and the open facts that can change it in some completion.
    pub(crate) fn outcomes(&self, partial: &Partial) -> (Vec<Says>, Vec<usize>) {
        let mut said = Vec::new();
        self.completions(partial, |says| {
            said.push(says);
            true
        });
        let mut matters = Vec::new();
        let mut stride = 1;
        for at in (0..self.keys.len()).filter(|at| partial[*at].is_none()) {
            let span = stride * self.candidates[at].len();
            // Another value of this fact alone: the same place of the span, but for this digit.
            if (0..said.len()).any(|place| said[place] != said[place - place % span + place % stride]) {
                matters.push(at);
            }
            stride = span;
        }
        said.sort_unstable();
        said.dedup();
        (said, matters)
    }

    /// Is it covered in every completion?
    pub(crate) fn is_covered(&self, partial: &Partial) -> bool {
        let mut covered = true;
        self.completions(partial, |says| {
            covered = says == Says::Covered;
            covered
        });
        covered
    }

    /// The least cost of changes after which it is covered in every completion.
    pub(crate) fn cheapest(&self, partial: &Partial, cost: &[Option<u32>]) -> Option<u32> {
        let mut best = None;
        let mut world = partial.clone();
        self.change(&mut world, partial, cost, 0, 0, &mut best);
        best
    }

    fn change(
        &self,
        world: &mut Partial,
        partial: &Partial,
        cost: &[Option<u32>],
        from: usize,
        spent: u32,
        best: &mut Option<u32>,
    ) {
        if best.is_some_and(|best| spent >= best) {
            return;
        }
        if self.is_covered(world) {
            *best = Some(spent);
            return;
        }
        for at in from..self.keys.len() {
            let Some(cost_of) = cost[at] else { continue };
            for value in &self.candidates[at] {
                if partial[at] != Some(*value) {
                    world[at] = Some(*value);
                    self.change(world, partial, cost, at + 1, spent + cost_of, best);
                }
            }
            world[at] = partial[at];
        }
    }
}

impl Policy<'_> {
    fn says(&self, world: &[i64]) -> Says {
        if !self.scope.holds(world) {
            return Says::Silent;
        }
        self.clauses.iter().find(|(clause, _)| clause.holds(world)).map_or(self.otherwise, |(_, says)| *says)
    }
}

impl Tree<'_> {
    fn holds(&self, world: &[i64]) -> bool {
        match self {
            Self::Test(key, test) => test(world[*key]),
            Self::Not(inner) => !inner.holds(world),
            Self::All(members) => members.iter().all(|member| member.holds(world)),
            Self::Any(members) => members.iter().any(|member| member.holds(world)),
            Self::AtLeast(least, members) => members.iter().filter(|member| member.holds(world)).count() >= *least,
        }
    }
}

/// Lays trees out over numbered facts.
struct Layer<'k, 'a> {
    keys: &'k [String],
    choices: &'a Choices,
}

impl<'a> Layer<'_, 'a> {
    fn key(&self, name: &str) -> usize {
        self.keys.iter().position(|key| key == name).expect("every fact was gathered")
    }

    fn policy(&self, file: &'a PolicyFile) -> Policy<'a> {
        let clause = |clause: &'a policy::ast::Clause| {
            let criteria = clause.criteria.iter().map(|criterion| self.excused(file, criterion)).collect();
            let tree = if clause.when == When::Any { Tree::Any(criteria) } else { Tree::All(criteria) };
            let says = match clause.head.value {
                Head::Covered | Head::Allowed => Says::Covered,
                Head::NotCovered { .. } | Head::NotAllowed { .. } => Says::Explicit,
                Head::Silent => Says::Silent,
                Head::Unread(_) => Says::Unread,
            };
            (tree, says)
        };
        Policy {
            scope: Tree::All(file.scope.iter().map(|term| self.expr(file, term)).collect()),
            clauses: file.clauses.iter().map(clause).collect(),
            otherwise: match file.otherwise.value {
                Head::Silent => Says::Silent,
                Head::Unread(_) => Says::Unread,
                _ => Says::Residual,
            },
        }
    }

    fn excused(&self, file: &'a PolicyFile, criterion: &'a Criterion) -> Tree<'a> {
        let label = &criterion.label.as_ref().expect("labelled").value;
        let excuses = file.unless.iter().filter(|excuse| excuse.excuses.iter().any(|name| name.value == *label));
        let mut ways = vec![self.member(file, criterion)];
        ways.extend(excuses.map(|excuse| self.member(file, &excuse.condition)));
        Tree::Any(ways)
    }

    fn member(&self, file: &'a PolicyFile, criterion: &'a Criterion) -> Tree<'a> {
        let label = criterion.label.as_ref().map_or("", |label| &label.value);
        let seen = || Tree::Test(self.key(&unseen(file, label)), Box::new(|value| value == 1));
        match criterion.certainty {
            Certainty::Plain => self.expr(file, &criterion.expr),
            Certainty::Unverified => seen(),
            Certainty::Indicative => Tree::Any(vec![self.expr(file, &criterion.expr), seen()]),
        }
    }

    fn expr(&self, file: &'a PolicyFile, expr: &'a Expr) -> Tree<'a> {
        let members = |list: &'a [Criterion]| list.iter().map(|member| self.member(file, member)).collect();
        match &expr.kind {
            ExprKind::Not(inner) => Tree::Not(Box::new(self.expr(file, inner))),
            ExprKind::All(list) => Tree::All(members(list)),
            ExprKind::Any(list) => Tree::Any(members(list)),
            ExprKind::AtLeast { count, members: list } => Tree::AtLeast(count.value as usize, members(list)),
            ExprKind::Atom(atom) => {
                let (key, test) = read(file, atom, self.choices);
                Tree::Test(self.key(&key), test)
            }
        }
    }
}
