//! What the loader reports about the data files, each with a stable code.

use policy::diagnostic::Explanation;

macro_rules! explanations {
    ($($name:ident = $code:literal, $title:literal, $text:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Explanation = Explanation { code: $code, title: $title, text: $text };
        )*

        /// Every code of the loader, in order.
        pub const ALL: &[&Explanation] = &[$(&$name),*];
    };
}

explanations! {
    NOT_TOML = "L0001", "not TOML",
        "The data files of the library are TOML 1.0. The place is where the text stops being so.";
    UNKNOWN_KEY = "L0002", "unknown key",
        "A key that the loader does not know would be lost in silence, so it is an error. Mostly it is a slip of the pen.";
    MISSING_KEY = "L0003", "missing key",
        "An entry needs this key; nothing is taken for granted.";
    WRONG_TYPE = "L0004", "wrong type",
        "The key holds another kind of value than it should.";
    BAD_WORD = "L0005", "not one of the words",
        "The key takes one of a few words.";
    BAD_ID = "L0006", "not an identifier",
        "Identifiers are written in cases and policies: letters, digits, `-` and `_`, starting with a letter.";
    TWICE = "L0007", "defined twice",
        "Two entries have the same identifier, or one name leads to two entries. A name that means several things stands under [[ambiguous]].";
    UNKNOWN_NAME = "L0008", "unknown name",
        "The entry points to something that is not defined.";
    BAD_CODE = "L0009", "not a code or pattern",
        "A diagnosis, procedure or drug code, or a pattern of them, cannot be read.";
    ORDER = "L0010", "wrong order",
        "The order of the entries carries meaning: an arm stands directly below its parent, so that a whole and its parts are one run of values.";
    STATES = "L0011", "states and contractors do not fit",
        "Every state and territory has exactly one contractor, apart from the splits.";
    OVERLAP = "L0012", "two indications share a diagnosis",
        "A diagnosis must lead to one indication of a treatment, or the assumed codes would depend on the order of the file.";
    MISSING_FILE = "L0013", "missing file",
        "A library without this file cannot answer.";
    UNKNOWN_FILE = "L0014", "file in an unknown place",
        "The file would be lost in silence, so it is an error.";
    PATH = "L0015", "file name and content do not fit",
        "A policy file is named after the first day on which the policy holds, or after the day its source was read.";
    RANK_OF_CLASS = "L0016", "rank without a stack",
        "No class of coverage in the policy's scope has this rank in its stack, so the policy would never be asked.";
    OVERLAY_RANK = "L0017", "rank that an overlay may not have",
        "A practice may add its plan documents and its own contracts; law, coverage determinations and payer policies come with the library.";
    OVERLAY_FILE = "L0018", "file that an overlay may not hold",
        "An overlay holds policies, facts, code lists and tables.";
    GRANTS_ONLY = "L0019", "denial by a rank that may only grant",
        "A supplemental benefit adds coverage; it cannot take away what law and coverage determinations give.";
    CODE_TABLE = "L0020", "another code table",
        "Code tables become part of the program when it is built. Leave the folder `codes` out, or build the program with these tables.";
    NOT_LEDGER = "L0021", "not a line of the ledger",
        "`ledger.csv` has the columns row, payer, grade, dated, homes and why, with one line for each row of `library/sources`.";
    NO_HOME = "L0022", "row without a home",
        "Each row of the sources is a policy, part of one, or a decision not to be one, with its reason. A row with neither would be lost in silence.";
    HOME_UNKNOWN = "L0023", "home that does not exist",
        "A home is the id of a policy, also with `#` and a label or statement of it, or a data file, also with `:` and an entry of it.";
    UNEXPLAINED = "L0024", "policy without a row",
        "A policy of the coverage side says what some row of the sources says, or is an addition of our own that gives its reason.";
}
