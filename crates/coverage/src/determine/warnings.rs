//! Gates that always allow say something only by what they rest on: rules of law that were not read at the authority.

use policy::ast::{Grade, Head, When};
use policy::program::{MET, Outcome};

use super::judge::Judged;
use super::question::Question;
use super::reasons::{citation, grade_word};
use crate::answer::{Day, Permission, Warning};

/// What is worth a warning although it is allowed; nothing, where it must not be done anyway.
pub(super) fn warnings(question: &Question<'_>, judged: &Judged) -> Vec<Warning> {
    if judged.lawful == Permission::No {
        return Vec::new();
    }
    let gates = question.lawful.policies.iter().zip(&judged.said[1]);
    let surely = gates.filter(|(_, said)| **said == Outcome::Covered.set()).map(|(index, _)| question.policy(*index));
    let warns = surely.filter(|policy| {
        let always = policy
            .file
            .clauses
            .first()
            .is_some_and(|clause| clause.when == When::Always && matches!(clause.head.value, Head::Allowed));
        let weak = !matches!(policy.file.source.grade.value, Grade::Text | Grade::Page);
        always && weak && judged.proof[policy.scope as usize] == MET
    });
    let warnings = warns.map(|policy| {
        let file = &policy.file;
        Warning {
            policy: file.id.value.clone(),
            text: format!("{}.", file.title.value),
            citation: citation(policy, None),
            url: file.source.url.as_ref().map(|url| url.value.clone()),
            grade: grade_word(file.source.grade.value).to_owned(),
            read: file.source.read.map(|read| Day(read.value)),
            caveats: file.caveats.iter().map(|caveat| caveat.value.clone()).collect(),
        }
    });
    warnings.collect()
}
