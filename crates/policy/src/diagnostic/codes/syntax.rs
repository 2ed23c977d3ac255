//! Codes of policy files that cannot be read: `P0001` and on.

super::explanations! {
    FILE_TOO_LARGE = "P0001", "the file is too large",
        "A policy file holds one version of one rule and has a few KiB. A file beyond 256 KiB is no policy; long lists of codes \
         belong in library/lists.";
    NOT_UTF8 = "P0002", "the file is not UTF-8 text",
        "Policy files are UTF-8. Save the file again with that encoding.";
    TOO_MANY_ERRORS = "P0003", "more errors than are shown",
        "After the first hundred errors of a file the others are only counted. Mend the first ones and check again: many later \
         errors often follow from one earlier.";
    TAB_INDENT = "P0004", "a tab indents a line",
        "How deep a line stands decides what it belongs to, and the width of a tab differs from editor to editor. Indent with spaces.";
    CHARACTER = "P0005", "a character that is not part of the language",
        "Outside strings and comments a policy has ASCII letters, digits and the marks : ; , @ ? { } ( ) .. => >= > <= < = != only. \
         Typographic marks (≥, “ ”) usually come from a word processor.";
    INVISIBLE = "P0006", "an invisible character",
        "Control characters, zero-width characters and those that turn the direction of writing could make a policy say something \
         else than a reader sees. They may not stand in strings or comments.";
    UNCLOSED_STRING = "P0007", "a string without an end",
        "A string begins and ends with \" on one line. Inside, \\\" is a quotation mark and \\\\ a backslash.";
    STRING_TOO_LONG = "P0008", "a string is too long",
        "Citations, questions and quotes are short: at most 2,000 bytes. Cite the source and say the rest in your own words.";
    ESCAPE = "P0009", "an unknown escape in a string",
        "A string knows two escapes: \\\" for a quotation mark and \\\\ for a backslash.";
    WORD_TOO_LONG = "P0010", "a word is too long",
        "No name or code has more than 128 letters. A blank may be missing.";
    BRACE = "P0011", "a brace without its other half",
        "The facts of an example stand between { and }, which may be several lines apart. Braces do not nest and are used nowhere else.";
    NESTING = "P0012", "lines stand too deep",
        "Statements may stand at most sixteen levels within one another. No reader follows a rule that is nested so deep: split it.";
    STRAY_INDENT = "P0013", "an indented line that belongs to nothing",
        "A statement begins at the left margin. An indented line belongs to the line above it that is less indented; here there is none.";
    MISALIGNED = "P0014", "a line outside the column of its block",
        "The criteria of a clause, the members of a group and the lines of `unless` and `examples` all begin in one column. A line that \
         begins elsewhere could be meant for another block.";
    STATEMENT = "P0015", "a line that begins no statement",
        "At the left margin a line begins with policy, rank, scope, for, dates, source, caveat, covered, not covered, allowed, not allowed, \
         silent, unread, unless, otherwise, needs, denies, due or examples.";
    ORDER = "P0016", "a statement out of order",
        "Every policy file reads in the same order: header, clauses, `unless`, `otherwise`, duties, examples.";
    REPEATED_STATEMENT = "P0017", "a statement that may stand once stands twice",
        "A file is one version of one policy. Another rank, scope or period is a file of its own.";
    MISSING_STATEMENT = "P0018", "a required statement is missing",
        "Each file has policy, rank, for, dates, source and otherwise. Without a source an answer could cite nothing; without \
         `otherwise` it would be unclear what holds when no clause does.";
    EMPTY_BLOCK = "P0019", "a block without lines",
        "A clause has criteria, a group has members, and `unless` and `examples` have lines: each on a line of its own, indented \
         deeper than the line that opens the block.";
    EXPECTED = "P0020", "something else was expected here",
        "The grammar in docs/policy-language.md says what may stand in each place. The message names it.";
    LEFT_OVER = "P0021", "something that does not belong here",
        "The statement was complete before this word. A line that is indented deeper than the one above it continues that one: a \
         criterion that stands too deep is read as the end of the criterion above.";
    NOT_A_NAME = "P0022", "not a name",
        "A name (of a fact, label, rank, class or treatment) begins with a letter and has letters, digits, _ and - only.";
    RESERVED_WORD = "P0023", "a word of the language used as a name",
        "Words with which a sentence goes on, such as `when`, `in` or `not`, cannot be facts or labels.";
    EMPTY_STRING = "P0024", "an empty string",
        "A title, citation, quote or question that says nothing helps nobody. Leave the part out if it is optional.";
    KIND = "P0025", "an unknown kind of denial",
        "A kind says why something is not covered, and decides which remedy an answer proposes. The kinds are necessity, cosmetic, \
         excluded, experimental, frequency, quantity, documentation, coding, age, site, clinician, network, enrollment, sanction and \
         step-therapy.";
    GRADE = "P0026", "an unknown grade",
        "A grade says how closely the source was read: text (its full text), page (the authority's page or an excerpt), mirror (a faithful \
         copy), digest (a summary), header (only that it exists), known (knowledge of the trade).";
    UNIT = "P0027", "an unknown unit",
        "A number may be followed by its unit: days, weeks, months, years, units, mm, percent and so on. Without one, the unit of the \
         fact is meant.";
    CODE = "P0028", "not a procedure or supply code",
        "Codes are five characters (64615, J0585), ranges are two codes of one kind with a hyphen (64642-64647), and lists are the name of a file \
         in library/lists with an optional group (L39909/migraine).";
    DIAGNOSIS = "P0029", "not a diagnosis code",
        "Diagnosis codes carry their point (G43.709); C44.* is everything below C44; E08-E13 are categories with all below. A longer word \
         without a point is the name of a list.";
    MODIFIER = "P0030", "not a modifier",
        "A modifier has two characters: JW, 25, RT.";
    DENIAL_CODE = "P0031", "not an adjustment or remark code",
        "`denies` lists claim adjustment reason codes (50, 151, B7) and remark codes (N115, M15, MA130).";
    NUMBER = "P0032", "not a number",
        "Numbers are decimal, with at most fifteen digits, nine of them after the point, without commas. A blank stands before the unit.";
    DATE = "P0033", "not a date",
        "Dates are written as year, month and day: 2026-02-15. The day must exist.";
    DATES = "P0034", "a policy that ends before it begins",
        "`dates` is half open: the second date is the first day on which the policy is no longer in force, so it lies after the first one.";
    DURATION = "P0035", "not a length of time",
        "A length of time is a whole number and days, weeks, months or years: `12 weeks`. At most 50,000 of a unit are taken, and where \
         something must have lasted or must lie within a time, more than nothing.";
    OTHERWISE = "P0036", "`otherwise covered`",
        "`otherwise` says what holds when no clause is met, so it can withhold but not grant. What is always covered is a clause: \
         `covered always`.";
    WHEN = "P0037", "a clause that does not say when it holds",
        "A clause ends its first line with `when all`, `when any` or `always`. With `when` its criteria stand below, each with a label; with \
         `always` there are none.";
    NO_LABEL = "P0038", "a criterion without a label",
        "Each criterion of a clause begins with a short name and a colon. Answers, examples and excuses refer to it.";
    REPEATED_LABEL = "P0039", "a label that is already taken",
        "Labels are unique in a file, also those of groups' members and excuses.";
    UNKNOWN_LABEL = "P0040", "a label that no criterion has",
        "`excuses` and the outcomes of examples name criteria of the same file by their label; `with` is the criterion that `for … with …` \
         implies; an open scope is named by its fact.";
    NOT = "P0041", "`not` before a group",
        "`not` stands before a single test. Not all of A and B is any of not A and not B; not any of A and B is all of not A and not B. Written \
         out, each test keeps its own citation and reason.";
    AT_LEAST = "P0042", "a count that a group cannot reach",
        "`at least N of` needs N between 1 and the number of members.";
    REPEATED_SUFFIX = "P0043", "something is said twice of a criterion",
        "A criterion has at most one citation (@), one kind (as), one grade and one quote (>), and is either unverified or indicative.";
    STRAY_QUOTE = "P0044", "a quote that belongs to no criterion",
        "A line that starts with > quotes the source for the criterion above it. Nothing else can be quoted.";
    DUTY = "P0045", "an unknown duty",
        "A policy needs prior_authorization, a document, a notice or a modifier.";
    COMMA = "P0046", "the statements of an example run together",
        "Between { and } statements are separated by commas; after the name of an earlier example, each change begins with `but` or a comma.";
    RESULT = "P0047", "not an outcome",
        "After => stands covered, not covered, allowed or not allowed (with `: LABEL, LABEL` for what decides or `if LABEL and LABEL` for what is \
         open), or silent, unread, does not apply.";
    REPEATED_EXAMPLE = "P0048", "an example's name that is already taken",
        "Examples are changed and reported by their names, so each has its own.";
    UNKNOWN_EXAMPLE = "P0049", "an example that does not stand above",
        "\"new\" \"old\" but … changes the example \"old\", which must stand earlier in the same file.";
}
