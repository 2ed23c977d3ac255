//! Codes of the compiler and of the runner of examples.

super::explanations! {
    UNKNOWN_FACT = "E101", "unknown fact",
        "A policy may ask only for facts of the dictionary, so that a case can give them and a person can be asked. Mend the name, or add the fact to a file of library/facts with its type, label, question and who answers it.";
    WRONG_TYPE = "E102", "the test does not fit the fact",
        "A yes-no fact stands alone or after `not`; a number is compared; a choice or a name is tested with `=`, `!=` or `in`.";
    UNIT = "E103", "wrong unit",
        "A number is compared in the unit of its fact or in one that converts exactly, as weeks to days or years to months. Months and days do not convert: write the limit in the unit of the fact.";
    UNKNOWN_VALUE = "E104", "unknown value",
        "The values of a choice are listed in the dictionary or come from the payers, states, contractors, treatments or regions of the library. A value that is not among them would never be met.";
    UNKNOWN_LIST = "E105", "unknown code list",
        "`NAME/group` refers to library/lists/NAME.csv and the rows with that group.";
    UNKNOWN_TABLE = "E106", "unknown table",
        "`table NAME(FACT)` refers to library/tables/NAME.csv.";
    UNKNOWN_DOCUMENT = "E107", "unknown kind of document",
        "Every kind of document is in the dictionary, so that a case and a policy mean the same by it.";
    UNKNOWN_TRIAL = "E108", "unknown class of earlier treatment",
        "Every class of earlier treatment is in the dictionary, so that a case and a policy mean the same by it.";
    UNKNOWN_RANK = "E109", "unknown rank",
        "The rank says where a policy stands among the authorities. All ranks are in library/rank.toml.";
    WRONG_HEAD = "E111", "the head does not fit the rank",
        "Policies in the stack say `covered` or `not covered`; gates say `allowed` or `not allowed`. A gate says nothing about coverage, and a coverage policy nothing about whether something may be done.";
    BAD_CODE = "E112", "not a code",
        "A diagnosis code looks like G43.709, a procedure or drug code like 64615 or J0585; a range has both ends of one kind.";
    UNKNOWN_CRITERION = "E113", "no such criterion to excuse",
        "`unless` excuses criteria of the clauses above it, by their labels.";
    TOO_MANY_VALUES = "E115", "too many values",
        "A choice, or the names that policies test of one fact, may have at most 256 values.";
    TOO_MANY_DIGITS = "E116", "more digits than are kept",
        "Numbers are kept as integers with the digits that the dictionary says. Give the fact more `decimals`, or round the limit.";
    MONTHS = "E118", "this comparison is not exact for months",
        "Calendar months have no fixed length, so only `>= N months` and `< N months` are exact. Count in days for the others.";
    EXAMPLE_DIFFERS = "E140", "an example gives another outcome",
        "The example was run and did not give what it expects. If the example is right, mend the criterion; if the policy is right, mend the example.";
    EXAMPLE_DATE = "E141", "an example without a date",
        "The policy has no first day and no day on which it was read, so an example needs `at YYYY-MM-DD`.";
}
