//! Codes of code lists and tables that cannot be read: `L0001` and on.

super::explanations! {
    TOO_LARGE = "L0001", "the file is too large",
        "A code list or table has at most 8 MiB.";
    HEADER = "L0002", "not the columns of a list or table",
        "The first line of a code list is `code,from,until,group`, that of a table `from,value`.";
    COLUMNS = "L0003", "a row with too few or too many columns",
        "Every row has the columns of the first line; cells may be empty, and hold no commas or quotation marks.";
    EMPTY = "L0004", "a row without a code",
        "A row of a code list names a code or pattern.";
    DATE = "L0005", "not a date",
        "Dates are written as year, month and day, 2026-02-15, and are half open: `until` is the first day on which the code no longer counts, so it \
         lies after `from`.";
    OVERLAP = "L0006", "the same code twice on one day",
        "Rows with the same code and group must not overlap: the second one says nothing, or one of the dates is wrong.";
    NUMBER = "L0007", "not a number",
        "Tables have decimal numbers in both columns.";
    ORDER = "L0008", "rows out of order",
        "In a table the value holds from its argument up to the next row, so arguments rise from row to row.";
    REPEATED = "L0009", "a list or table of this name is already there",
        "Policies name lists and tables by their file name, so each name is used once.";
}
