//! Codes of the checks that go beyond the compiler.

use crate::diagnostic::Explanation;

macro_rules! explanations {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Explanation = Explanation { code: $code, title: $title, text: $text };
        )*

        /// Every code of this table, in order.
        pub const ALL: &[&Explanation] = &[$(&$name),*];
    };
}

explanations! {
    BAD_CODE = "E110", "code that no claim can carry",
        "A code that is not valid on the dates of the policy, or that is only the start of longer codes, is on no claim, so a criterion that asks for it is never met. Diagnosis codes are looked up in ICD-10-CM, drug and supply codes in HCPCS level II; CPT codes are not looked up, because no table of them may be carried.";
    CLASH = "E120", "two policies of one rank disagree",
        "Within one rank an exclusion beats a coverage, and a coverage beats `otherwise not covered`. That is meant for the files of one document; where two documents answer the same visit differently, the precedence would hide a mistake of scope, dates or rank.";
    GAP = "W121", "gap between two versions",
        "Between the end of one version and the start of the next the policy says nothing, and a weaker rank answers. Mostly one of the two dates is a slip.";
    NO_SUCCESSOR = "W122", "ended, and nothing follows",
        "From its last day on no policy of this rank speaks about these services there, and a weaker rank answers. If that is so, a last version with `otherwise silent` says it; if not, the next version is missing.";
    SHAPE = "E130", "criterion that cannot decide",
        "A criterion that can never be met, that is always met, or that another criterion implies, does nothing; nor does a clause that is never reached. Mostly a number, a comparison or a code set is wrong.";
    IDLE_EXCUSE = "E131", "excuse that excuses nothing",
        "The excuse never turns a criterion that fails into one that is met, so the answer is the same without it.";
    NOT_DECISIVE = "W141", "criterion that decides no example",
        "The examples pin down what a policy means. If forcing a criterion to be met, or not to be met, changes the outcome of no example, then a slip in that criterion would go unseen.";
    BOUNDARY = "W142", "threshold without an example on each side",
        "A threshold that was read in the source needs an example on its last failing and on its first passing value. Otherwise `>` for `>=`, or a number that is off by one, would go unseen.";
    OLD = "W150", "source that was read long ago",
        "Payers change their texts without a word. What was read long ago may no longer be what they say: read it again, and either note the new day or write the new version. With the text at hand (`--source`) its hash is compared with the `sha256` of the policy.";
    NO_CITATION = "W151", "criterion without citation or quote",
        "Where the source was read, each criterion says where it stands: `@` with the part of the document, or `>` with a short quote. An appeal and a second reader need it. With the text at hand (`--source`) every quote is looked for in it: one that is not there is reported.";
    DRUG = "W160", "drug without procedure or limit",
        "A drug that is injected is billed together with the procedure that gives it, and a payer bounds its units. Where a policy that names drug and procedure has neither, something was probably not carried over.";
    GAVE_UP = "N001", "analysis gave up",
        "The analysis counts its steps, so that it ends on every machine after the same work. This question took too many; it was not answered either way.";
    NOT_CHECKED = "N002", "codes not checked",
        "The code tables of this program answer for some dates of service only. Outside them a code is not looked up, and nothing is said about it.";
}
