//! Codes of fact dictionaries that cannot be read: `D0001` and on.

super::explanations! {
    TOO_LARGE = "D0001", "the file is too large",
        "A file of the fact dictionary has at most 4 MiB. Split it: any number of files are read as one dictionary.";
    TOML = "D0002", "not TOML",
        "The fact dictionary is TOML: one table for each fact, `[name]`, with `key = value` lines below it.";
    REPEATED = "D0003", "defined twice",
        "Each fact, document and class of treatment is defined once in all files together.";
    NAME = "D0004", "not a name for a fact",
        "Names of facts and of classes begin with a small letter and have small letters, digits and _ only. Words of the policy language, \
         such as `when`, cannot be facts.";
    UNKNOWN_KEY = "D0005", "an unknown key",
        "A fact has the keys type, unit, decimals, values, values_from, label, question, who, where, move, given_by, assumed and says; a document has \
         label, question and who; a class of treatment has label.";
    MISSING_KEY = "D0006", "a key is missing",
        "Every fact says what it is (type), how it is named in reasons (label), how and whom to ask (question, who), and what advice may do \
         with it (move). A number also needs its unit.";
    WRONG_TYPE = "D0007", "a value of another type",
        "Texts stand between quotation marks, numbers without, and lists between [ and ].";
    UNKNOWN_WORD = "D0008", "a word that the key does not take",
        "type, unit, values_from, who, move and given_by take the words listed in docs/policy-language.md.";
    MISPLACED_KEY = "D0009", "a key that this type of fact does not have",
        "unit and decimals belong to numbers; values and values_from belong to choices.";
    VALUES = "D0010", "a choice without proper values",
        "A choice lists its values with `values`, or takes them from elsewhere with `values_from`, not both. Values differ by more than _ and -.";
    ASSUMED = "D0011", "an assumption that is not sound",
        "What is taken for granted while it is not recorded must be said in each answer: `assumed` and `says` go together. The value must \
         be one that the fact can have: \"yes\" or \"no\", a number of its decimals, or one of its values.";
    DECIMALS = "D0012", "too many decimals",
        "A number keeps at most nine digits after the point.";
    EMPTY = "D0013", "an empty text",
        "Labels, questions and other texts say something.";
}
