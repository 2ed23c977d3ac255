//! The codes that a policy names.

use crate::ast::{Atom, CodeItem, CodeSet, Criterion, DiagnosisItem, DiagnosisSet, Expr, ExprKind, Items, PolicyFile};
use crate::lists::Lists;

/// Codes in the order of the file; of a pattern the code or category that it starts with.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) diagnoses: Vec<String>,
    pub(super) procedures: Vec<String>,
}

impl Named {
    pub(super) fn file(&mut self, file: &PolicyFile, lists: &Lists) {
        self.items(&file.applies.items, lists);
        if let Some(with) = &file.applies.with {
            self.items(with, lists);
        }
        file.scope.iter().for_each(|term| self.expr(term, lists));
        let criteria = file.clauses.iter().flat_map(|clause| &clause.criteria);
        criteria.for_each(|criterion| self.criterion(criterion, lists));
        file.unless.iter().for_each(|excuse| self.criterion(&excuse.condition, lists));
    }

    fn criterion(&mut self, criterion: &Criterion, lists: &Lists) {
        self.expr(&criterion.expr, lists);
    }

    fn expr(&mut self, expr: &Expr, lists: &Lists) {
        match &expr.kind {
            ExprKind::Not(inner) => self.expr(inner, lists),
            ExprKind::All(members) | ExprKind::Any(members) | ExprKind::AtLeast { members, .. } => {
                members.iter().for_each(|member| self.criterion(member, lists));
            }
            ExprKind::Atom(Atom::Diagnosis { set, .. }) => self.diagnosis_set(set, lists),
            ExprKind::Atom(Atom::Billed(items)) => self.items(items, lists),
            ExprKind::Atom(Atom::Since { codes, .. } | Atom::Amount { codes, .. } | Atom::SameDay(codes)) => {
                self.code_set(codes, lists);
            }
            ExprKind::Atom(_) => {}
        }
    }

    fn items(&mut self, items: &Items, lists: &Lists) {
        self.code_set(&items.codes, lists);
    }

    fn code_set(&mut self, set: &CodeSet, lists: &Lists) {
        for item in &set.items {
            match &item.value {
                CodeItem::Code(code) => self.procedures.push(code.clone()),
                CodeItem::Range { first, .. } => self.procedures.push(first.clone()),
                CodeItem::List(list) => {
                    let rows = lists.rows(list).unwrap_or_default();
                    self.procedures.extend(rows.iter().map(|row| start(&row.code)));
                }
            }
        }
    }

    fn diagnosis_set(&mut self, set: &DiagnosisSet, lists: &Lists) {
        for item in &set.items {
            match &item.value {
                DiagnosisItem::Code(code) => self.diagnoses.push(code.clone()),
                DiagnosisItem::Below(stem) => self.diagnoses.push(start(stem)),
                DiagnosisItem::Range { first, .. } => self.diagnoses.push(first.clone()),
                DiagnosisItem::List(list) => {
                    let rows = lists.rows(list).unwrap_or_default();
                    self.diagnoses.extend(rows.iter().map(|row| start(&row.code)));
                }
            }
        }
    }
}

/// The first code of a pattern: `C44.*` and `C44-C46` start with `C44`.
fn start(pattern: &str) -> String {
    let first = pattern.split('-').next().unwrap_or(pattern);
    first.trim_end_matches('*').trim_end_matches('.').to_owned()
}
