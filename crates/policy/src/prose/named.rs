//! Everything that a policy names.

use std::collections::BTreeSet;

use crate::ast::{
    Atom, CodeItem, CodeSet, Criterion, DiagnosisItem, Expr, ExprKind, Items, ListName, Operand, PolicyFile, ValueSet,
};

/// Facts, codes, lists and treatments that stand in a policy, its examples aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Facts that it asks for.
    pub facts: BTreeSet<String>,
    /// Values that it compares facts with: the fact, and the value as written.
    pub values: BTreeSet<(String, String)>,
    /// Procedure and drug codes that stand alone, not in a range.
    pub codes: BTreeSet<String>,
    /// Code lists.
    pub lists: BTreeSet<ListName>,
    /// Treatments of the menu.
    pub treatments: BTreeSet<String>,
    /// Whether it asks for earlier treatments.
    pub trials: bool,
}

impl Named {
    /// What this policy names.
    #[must_use]
    pub fn of(file: &PolicyFile) -> Self {
        let mut named = Self::default();
        named.items(&file.applies.items);
        file.applies.with.iter().for_each(|with| named.items(with));
        let criteria = file.clauses.iter().flat_map(|clause| &clause.criteria);
        let conditions = criteria.chain(file.unless.iter().map(|excuse| &excuse.condition));
        conditions.for_each(|criterion| named.criterion(criterion));
        let duties = file.duties.iter().filter_map(|duty| duty.when.as_ref());
        file.scope.iter().chain(duties).for_each(|expr| named.expr(expr));
        named
    }

    fn criterion(&mut self, criterion: &Criterion) {
        self.expr(&criterion.expr);
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner),
            ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
                members.iter().for_each(|member| self.criterion(member));
            }
            ExprKind::Atom(atom) => self.atom(atom),
        }
    }

    fn atom(&mut self, atom: &Atom) {
        match atom {
            Atom::Fact(fact) | Atom::Readings { fact, .. } => {
                self.facts.insert(fact.value.clone());
            }
            Atom::Compare { fact, operand, .. } => {
                self.facts.insert(fact.value.clone());
                match operand {
                    Operand::Value(value) => {
                        self.values.insert((fact.value.clone(), value.text.clone()));
                    }
                    Operand::Table { argument, .. } => {
                        self.facts.insert(argument.value.clone());
                    }
                    Operand::Number(_) => {}
                }
            }
            Atom::In { fact, set, .. } => {
                self.facts.insert(fact.value.clone());
                match set {
                    ValueSet::List(list) => {
                        self.lists.insert(list.value.clone());
                    }
                    ValueSet::Values(values) => {
                        self.values.extend(values.iter().map(|value| (fact.value.clone(), value.text.clone())));
                    }
                }
            }
            Atom::Diagnosis { set, .. } => {
                for item in &set.items {
                    if let DiagnosisItem::List(list) = &item.value {
                        self.lists.insert(list.clone());
                    }
                }
            }
            Atom::Billed(items) => self.items(items),
            Atom::Since { codes, .. } | Atom::Amount { codes, .. } | Atom::SameDay(codes) => self.code_set(codes),
            Atom::Trial { .. } => self.trials = true,
            Atom::Document { .. } | Atom::Unverified(_) => {}
        }
    }

    fn items(&mut self, items: &Items) {
        self.code_set(&items.codes);
        self.treatments.extend(items.treatments.iter().map(|treatment| treatment.value.clone()));
    }

    fn code_set(&mut self, codes: &CodeSet) {
        for item in &codes.items {
            match &item.value {
                CodeItem::Code(code) => {
                    self.codes.insert(code.clone());
                }
                CodeItem::Range { .. } => {}
                CodeItem::List(list) => {
                    self.lists.insert(list.clone());
                }
            }
        }
    }
}
