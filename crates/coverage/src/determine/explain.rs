//! The whole proof: every policy that may apply, every criterion with its value, its source and its quote.

use policy::ast::{Criterion, ExprKind, When};
use policy::eval::{Scratch, Selection};
use policy::explain::visit_tests;
use policy::program::{Compiled, MET, NOT_MET, Outcome, OutcomeSet, Truth};
use policy::show::{grade_words, head};

use super::duties::Granted;
use super::judge::{Judged, judge};
use super::phrases;
use super::question::Question;
use super::reasons::written;
use super::words::phrase;
use crate::answer::{DISCLAIMER, Permission};
use crate::case::Case;
use crate::reference::Library;
use crate::text::Page;

/// The whole proof of every line as text of 80 columns.
#[must_use]
pub fn explain(case: &Case, library: &dyn Library) -> String {
    let mut page = Page::default();
    let mut scratch = Scratch::new(library.program());
    for index in 0..case.lines.len() {
        let question = Question::new(case, index, library);
        let judged = judge(&question, &question.row.cells, &Granted::default(), &mut scratch);
        line(&mut page, &question, &judged);
    }
    page.gap();
    page.paragraph("", DISCLAIMER);
    page.finish()
}

fn line(page: &mut Page, question: &Question<'_>, judged: &Judged) {
    page.heading(&format!("Line {}: {} ({})", question.index + 1, super::what(question), judged.verdict));
    page.paragraph("", "[+] holds   [-] fails   [?] open   [ ] not reached");
    let [stack, lawful, billing] = &judged.said;
    let proof = Proof { question, proof: &judged.proof };
    proof.selection(page, "Does the plan cover it? The strongest authority comes first.", &question.stack, stack);
    let gate = |name: &str, permission: Permission| format!("{name} {}.", capital(permission.word()));
    proof.selection(page, &gate("May it be done so?", judged.lawful), &question.lawful, lawful);
    proof.selection(page, &gate("May the practice bill?", judged.billable), &question.billing, billing);
}

fn capital(word: &str) -> String {
    word.get(..1).map(str::to_uppercase).unwrap_or_default() + word.get(1..).unwrap_or_default()
}

struct Proof<'a, 'q> {
    question: &'a Question<'q>,
    proof: &'a [Truth],
}

impl Proof<'_, '_> {
    fn selection(&self, page: &mut Page, title: &str, selection: &Selection, said: &[OutcomeSet]) {
        page.heading(title);
        let mut outside = 0;
        for (index, said) in selection.policies.iter().zip(said) {
            let policy = self.question.policy(*index);
            if self.proof[policy.scope as usize] == NOT_MET {
                outside += 1;
            } else {
                self.policy(page, policy, *said);
            }
        }
        if outside > 0 {
            page.item(&format!("{outside} more, for other places, people or plans, do not apply"));
        }
        if selection.policies.is_empty() {
            page.item("no policy of the library speaks about this");
        }
    }

    fn policy(&self, page: &mut Page, policy: &Compiled, said: OutcomeSet) {
        let file = &policy.file;
        page.item(&format!("{}: {}", self.question.library.rank_name(policy.rank), file.title.value));
        let source = &file.source;
        let read = source.read.map_or_else(String::new, |read| format!(", {}", read.value));
        page.below(&format!("{} [{}]", source.citation.value, file.id.value));
        if let Some(url) = &source.url {
            page.below(&url.value);
        }
        page.below(&format!("({}{read}) says: {}", grade_words(source.grade.value), outcomes(said)));
        for caveat in &file.caveats {
            page.below(&format!("Note: {}", caveat.value));
        }
        if self.proof[policy.scope as usize] != MET {
            for term in &file.scope {
                page.below(&format!("[?] applies if {}", phrase(self.question.library, term)));
            }
        }
        let mut reached = true;
        for (at, clause) in file.clauses.iter().enumerate() {
            let (node, _) = policy.clauses[at];
            let joined = match clause.when {
                When::All => "when all hold",
                When::Any => "when one holds",
                When::Always => "always",
            };
            page.below(&format!("{} {} {joined}", mark(self.proof[node as usize], reached), head(&clause.head.value)));
            for criterion in
                policy.criteria.iter().filter(|criterion| usize::from(criterion.clause) == at && criterion.top)
            {
                let words = phrases::whole(self.question, policy, criterion, self.proof);
                let state = mark(self.proof[criterion.node as usize], reached);
                page.deeper(&format!("{state} {}: {words}", criterion.label));
                if let Some(written) = written(policy, criterion) {
                    self.remarks(page, written);
                    self.members(page, policy, written);
                }
            }
            reached &= self.proof[node as usize] != MET;
        }
        page.below(&format!("{} otherwise {}", if reached { "[+]" } else { "[ ]" }, head(&file.otherwise.value)));
    }

    /// Part of the source and quote.
    fn remarks(&self, page: &mut Page, written: &Criterion) {
        let part = written.citation.as_ref().map(|part| part.value.clone());
        let quote = written.quote.as_ref().map(|quote| format!("“{}”", quote.value));
        let remarks: Vec<String> = part.into_iter().chain(quote).collect();
        if !remarks.is_empty() {
            page.deepest(&remarks.join(": "));
        }
    }

    /// Labelled members of a group, each with its own value.
    fn members(&self, page: &mut Page, policy: &Compiled, written: &Criterion) {
        let (ExprKind::All(list) | ExprKind::Any(list) | ExprKind::AtLeast { members: list, .. }) = &written.expr.kind
        else {
            return;
        };
        for member in list {
            let Some(label) = &member.label else { continue };
            let found = policy.criteria.iter().find(|criterion| !criterion.top && criterion.label == label.value);
            let Some(found) = found else { continue };
            let mut tested = false;
            visit_tests(self.question.program, found.node, &mut |_| tested = true);
            if tested {
                let words = phrases::whole(self.question, policy, found, self.proof);
                page.deepest(&format!("{} {}: {words}", mark(self.proof[found.node as usize], true), label.value));
            }
        }
    }
}

fn mark(truth: Truth, reached: bool) -> &'static str {
    match truth {
        _ if !reached => "[ ]",
        MET => "[+]",
        NOT_MET => "[-]",
        _ => "[?]",
    }
}

/// What a policy may say, in words.
fn outcomes(said: OutcomeSet) -> String {
    let words = said.iter().map(|outcome| match outcome {
        Outcome::Silent => "nothing",
        Outcome::Residual => "no, because no condition for a yes holds",
        Outcome::Unread => "not known, because it was not read",
        Outcome::Covered => "yes",
        Outcome::Explicit => "no",
    });
    words.collect::<Vec<_>>().join(", or ")
}
