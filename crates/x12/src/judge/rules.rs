//! Every rule the judge knows, in our own words, with its public source.

/// How bad it is to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nobody refuses the file for it.
    Info,
    /// Some receivers refuse it, or the money may be wrong.
    Warning,
    /// Receivers refuse it.
    Error,
}

impl Severity {
    /// The word for people and machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One rule. Its identifier never changes meaning; the first digit is the SNIP level.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable identifier, such as `X3001`.
    pub id: &'static str,
    /// SNIP level: 1 syntax, 2 requirement, 3 balance, 4 situation, 5 code set, 7 a receiver's own.
    pub level: u8,
    /// Unless an overlay says otherwise.
    pub severity: Severity,
    /// What is wrong, as a sentence.
    pub title: &'static str,
    /// What to do about it.
    pub next_step: &'static str,
    /// Where the rule can be read by anybody.
    pub source: &'static str,
}

/// What a receiver asks for beyond the standard; only an [`Overlay`](crate::judge::Overlay) can break these.
pub static RECEIVER_RULES: &[&Rule] =
    &[&RECEIVER_REQUIRES, &RECEIVER_FORBIDS, &RECEIVER_VALUES, &RECEIVER_LENGTH, &RECEIVER_CLAIMS];

const fn receiver(id: &'static str, title: &'static str, next_step: &'static str) -> Rule {
    let source = "the receiver's own guide, named in the message";
    Rule { id, level: 7, severity: Severity::Error, title, next_step, source }
}

pub(crate) static RECEIVER_REQUIRES: Rule =
    receiver("X7001", "the receiver requires what is not sent", "add it, as the receiver's guide says");
pub(crate) static RECEIVER_FORBIDS: Rule =
    receiver("X7002", "the receiver does not take what is sent", "leave it out of files to this receiver");
pub(crate) static RECEIVER_VALUES: Rule =
    receiver("X7003", "the receiver does not take this value", "use one of the values that the receiver takes");
pub(crate) static RECEIVER_LENGTH: Rule =
    receiver("X7004", "the receiver does not take a value of this length", "shorten it to what the receiver keeps");

pub(crate) static RECEIVER_CLAIMS: Rule =
    receiver("X7005", "the file has more claims than the receiver takes", "split the file");

/// The rule called `id`.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().chain(RECEIVER_RULES).copied().find(|rule| rule.id == id)
}

macro_rules! rules {
    ($($name:ident = $id:literal $level:literal $severity:ident $source:ident
        $title:literal; $next:literal)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            level: $level,
            severity: Severity::$severity,
            title: $title,
            next_step: $next,
            source: $source,
        };)*
        /// All rules, by identifier.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

const CONTROL: &str =
    "CMS 837P Companion Guide (Medicare fee-for-service, 005010X222A1), control segments and envelopes";
const CLAIM: &str = "45 CFR 162.1102, the adopted standard for professional claims; CMS 837P edits spreadsheet (5010)";
const REMIT: &str = "45 CFR 162.1602, the adopted standard for remittance advice; CMS Pub. 100-04, chapter 22";
const SETS: &str = "45 CFR 162.1000 and 162.1002, medical data code sets, valid on the date of service";
const NPI: &str = "45 CFR 162.406, standard unique health identifier for providers";
const FORM: &str = "CMS Pub. 100-04, chapter 26, completing claims";
const CARC: &str = "CAQH CORE 360, uniform use of claim adjustment reason codes and remark codes";

rules! {
    MARK = "X1001" 1 Warning CONTROL
        "the file begins with a byte order mark";
        "save the file as plain text without a byte order mark"
    UTF16 = "X1002" 1 Error CONTROL
        "the file is UTF-16 and cannot be read";
        "save the file as plain text with one byte for each character"
    JUNK = "X1003" 1 Error CONTROL
        "bytes belong to no interchange";
        "remove whatever stands before ISA or after IEA"
    HEADER = "X1004" 1 Error CONTROL
        "the interchange header does not tell its separators";
        "send all sixteen ISA elements, with three different single-byte separators"
    UNTERMINATED = "X1005" 1 Error CONTROL
        "the file ends inside a segment";
        "the transfer was cut off; send or fetch the file again"
    OVERSIZE = "X1006" 1 Error CONTROL
        "a segment is longer than 4 MiB";
        "check that the segment terminator is the byte after ISA16"
    EMPTY_SEGMENT = "X1007" 1 Error CONTROL
        "an empty segment: two terminators follow each other";
        "remove one terminator"
    OUTSIDE = "X1008" 1 Error CONTROL
        "a segment stands outside its envelope";
        "put it between ST and SE, or restore the ST segment that is missing before it"
    OPEN_INTERCHANGE = "X1009" 1 Error CONTROL
        "the interchange has no IEA";
        "the end is missing; send or fetch the file again"
    OPEN_GROUP = "X1010" 1 Error CONTROL
        "the functional group has no GE";
        "add GE before the next GS or IEA"
    OPEN_TRANSACTION = "X1011" 1 Error CONTROL
        "the transaction set has no SE";
        "add SE before the next ST or GE"
    STRAY_TRAILER = "X1012" 1 Error CONTROL
        "a trailer closes nothing that is open";
        "remove it, or restore the header it belongs to"
    SEGMENT_COUNT = "X1013" 1 Error CONTROL
        "SE01 is not the number of segments from ST to SE";
        "compare with the sender's file; `fix` rewrites the count once nothing is missing"
    TRANSACTION_CONTROL = "X1014" 1 Error CONTROL
        "SE02 is not the control number in ST02";
        "give both the same number"
    TRANSACTION_COUNT = "X1015" 1 Error CONTROL
        "GE01 is not the number of transaction sets";
        "compare with the sender's file; `fix` rewrites the count once nothing is missing"
    GROUP_CONTROL = "X1016" 1 Error CONTROL
        "GE02 is not the control number in GS06";
        "give both the same number"
    GROUP_COUNT = "X1017" 1 Error CONTROL
        "IEA01 is not the number of functional groups";
        "compare with the sender's file; `fix` rewrites the count once nothing is missing"
    INTERCHANGE_CONTROL = "X1018" 1 Error CONTROL
        "IEA02 is not the control number in ISA13";
        "give both the same number"
    NO_INTERCHANGE = "X1019" 1 Error CONTROL
        "the file holds no interchange";
        "check that this is the file you meant; an X12 file starts with ISA"
    LOWER_CASE = "X1020" 1 Error CONTROL
        "the segment identifier is in lower case";
        "write it in capitals"
    IDENTIFIER = "X1021" 1 Error CONTROL
        "this is not a segment identifier";
        "look for a terminator inside a value, or a separator that is missing"
    TRAILING = "X1022" 1 Error CONTROL
        "empty elements stand at the end of the segment";
        "end the segment after its last element that carries something"
    CONTROL_BYTE = "X1023" 1 Error CONTROL
        "a value holds a control character or a line end";
        "remove it; often a segment terminator is missing just before"
    NOT_ASCII = "X1024" 1 Warning CONTROL
        "a value holds a character outside the basic and extended sets";
        "ask the receiver whether letters with accents are accepted, or write them without"
    LENGTH_OVER = "X1025" 1 Error CONTROL
        "the value is longer than the element allows";
        "shorten it to the length given"
    LENGTH_UNDER = "X1026" 1 Error CONTROL
        "the value is shorter than the element allows";
        "complete it to the length given"
    NUMBER = "X1027" 1 Error CONTROL
        "the value is not a number";
        "write digits, with at most one minus in front and one decimal point"
    DATE = "X1028" 1 Error CONTROL
        "the value is not a date of the calendar";
        "write the date as its format qualifier says, such as YYYYMMDD"
    TIME = "X1029" 1 Error CONTROL
        "the value is not a time of day";
        "write HHMM, or HHMMSS, from 0000 to 2359"
    BLANKS = "X1030" 1 Warning CONTROL
        "the value has blanks at its start or end";
        "remove the blanks"
    HEADER_WIDTH = "X1031" 1 Error CONTROL
        "an ISA element does not have its fixed width";
        "pad text with blanks on the right and numbers with zeros on the left"
    SAME_TRANSACTION = "X1032" 1 Error CONTROL
        "ST02 was already used in this functional group";
        "number the transaction sets of a group one after the other"
    SAME_GROUP = "X1033" 1 Warning CONTROL
        "GS06 was already used in this interchange";
        "give each functional group its own control number"
    SAME_INTERCHANGE = "X1034" 1 Warning CONTROL
        "ISA13 was already used in this file";
        "give each interchange its own control number"
    REPETITION = "X1035" 1 Warning CONTROL
        "ISA11 does not tell a repetition separator";
        "from version 00402 on, write a byte there that no value holds, such as ^"
    TOO_MANY_ELEMENTS = "X1036" 1 Error CONTROL
        "the segment has more elements than it can have";
        "look for a separator inside a value"
    UNKNOWN_SET = "X1037" 1 Info CONTROL
        "this set or version is not in the tables, so only its syntax and envelopes are judged";
        "check ST01, ST03 and GS08"
    GROUP_CODE = "X1038" 1 Error CONTROL
        "GS01 does not belong to this transaction set";
        "write the functional identifier code of the set, such as HC for claims"
    VERSIONS_DIFFER = "X1039" 1 Warning CONTROL
        "ST03 names another version than GS08";
        "write the same version in both"
    COMPONENTS = "X1040" 1 Error CONTROL
        "the composite element has more components than it can have";
        "look for a component separator inside a value"

    UNKNOWN_SEGMENT = "X2001" 2 Error CLAIM
        "no loop of this transaction set has this segment";
        "remove it, or correct its identifier"
    UNEXPECTED_SEGMENT = "X2002" 2 Error CLAIM
        "this loop does not have this segment";
        "move it into the loop it belongs to; often the segment that starts that loop is missing or late"
    QUALIFIER = "X2003" 2 Error CLAIM
        "this loop does not have this segment with this qualifier";
        "correct the qualifier or remove the segment"
    ORDER = "X2004" 2 Error CLAIM
        "the segment stands after segments that it must precede";
        "move it to its place in the loop"
    REPEATS = "X2005" 2 Error CLAIM
        "it occurs more often than its loop allows";
        "remove the extra one, or start a new loop"
    MISPLACED = "X2006" 2 Error CLAIM
        "this loop cannot start here";
        "restore the loops that must come before it"
    MISSING_SEGMENT = "X2007" 2 Error CLAIM
        "a required segment is missing";
        "add it"
    MISSING_LOOP = "X2008" 2 Error CLAIM
        "a required loop is missing";
        "add it"
    MISSING_ELEMENT = "X2009" 2 Error CLAIM
        "a required element is empty";
        "fill it"
    CODE = "X2010" 2 Error CLAIM
        "the code is not one that this element may have here";
        "use one of the codes listed"
    HL_NUMBER = "X2011" 2 Error CLAIM
        "HL01 does not count up from 1";
        "number the HL segments of a transaction set 1, 2, 3 …"
    HL_SAME = "X2012" 2 Error CLAIM
        "HL01 was already used in this transaction set";
        "number the HL segments of a transaction set 1, 2, 3 …"
    HL_PARENT = "X2013" 2 Error CLAIM
        "HL02 names a parent that does not exist";
        "name the HL01 of the level above"
    HL_LEVEL = "X2014" 2 Error CLAIM
        "HL02 names a parent of the wrong level";
        "name the nearest level above, such as the billing provider of a subscriber"
    HL_CHILDREN = "X2015" 2 Error CLAIM
        "HL04 does not say whether levels below follow";
        "write 1 when a level below follows and 0 when none does"
    PAIR = "X2016" 2 Error CLAIM
        "one of two elements that belong together is empty";
        "fill both or neither"

    CLAIM_TOTAL = "X3001" 3 Error CLAIM
        "the claim's charge (CLM02) is not the sum of its lines";
        "correct the line that is wrong, or the total"
    LINE_ADJUDICATION = "X3002" 3 Error CLAIM
        "what the other payer paid and adjusted does not make up the line's charge";
        "copy SVD and CAS from that payer's remittance, to the cent"
    SERVICE_BALANCE = "X3101" 3 Error REMIT
        "the service's payment is not its charge less its adjustments";
        "ask the payer for a corrected remittance before posting this line"
    CLAIM_BALANCE = "X3102" 3 Error REMIT
        "the claim's payment is not its charge less its adjustments";
        "ask the payer for a corrected remittance before posting this claim"
    PAYMENT_BALANCE = "X3103" 3 Error REMIT
        "the payment (BPR02) is not the claims' payments less the provider adjustments";
        "do not post; compare with the bank and ask the payer"
    CLAIM_CHARGES = "X3104" 3 Error REMIT
        "the claim's charge is not the sum of its services";
        "ask the payer which services are missing"
    PATIENT_SHARE = "X3105" 3 Warning REMIT
        "the patient's share (CLP05) is not the sum of the PR adjustments";
        "bill the patient by the PR adjustments only once the payer has explained the difference"

    SELF_AND_PATIENT = "X4001" 4 Error CLAIM
        "the subscriber is the patient, yet a patient loop follows";
        "leave SBR02 empty for a dependent, or remove the patient level"
    NOBODY = "X4002" 4 Error CLAIM
        "nobody is named as the patient";
        "write 18 in SBR02 when the subscriber is the patient, or add the patient level"
    ORIGINAL_NUMBER = "X4003" 4 Error CLAIM
        "a replacement or void does not name the claim it corrects";
        "add REF*F8 with the payer's claim control number from the remittance"
    ACCIDENT_DATE = "X4004" 4 Error CLAIM
        "the claim follows an accident but has no accident date";
        "add DTP*439"
    ACCIDENT_STATE = "X4005" 4 Error CLAIM
        "the claim follows a motor accident but does not name the state";
        "write the state in CLM11-4"
    ADMISSION_DATE = "X4006" 4 Warning FORM
        "an inpatient place of service without an admission date";
        "add DTP*435 with the day of admission"
    SECONDARY_TYPE = "X4007" 4 Error CLAIM
        "Medicare is not the first payer, and SBR05 does not say why";
        "write the insurance type code in SBR05"
    PAYER_ORDER = "X4008" 4 Error CLAIM
        "two payers have the same place in the order of payment";
        "give each payer its own code in SBR01"
    DATES_REVERSED = "X4009" 4 Error CLAIM
        "the period ends before it starts";
        "swap the dates or correct the wrong one"
    FUTURE_SERVICE = "X4010" 4 Warning FORM
        "the service is dated after the file was made";
        "correct the date of service, or send the claim when the service was given"
    BORN_LATER = "X4011" 4 Error CLAIM
        "the service is dated before the patient was born";
        "correct the date of service or the date of birth"
    LINE_NUMBER = "X4012" 4 Error CLAIM
        "LX01 does not count the lines of the claim from 1";
        "number the lines 1, 2, 3 …"
    NEGATIVE_CHARGE = "X4014" 4 Error CLAIM
        "a charge is negative";
        "send a replacement or void claim instead of a negative charge"
    POINTER = "X4015" 4 Error CLAIM
        "the line points to a diagnosis that the claim does not have";
        "point to one of the diagnoses in HI, or add the one that is meant"
    SAME_DIAGNOSIS = "X4016" 4 Warning CLAIM
        "the same diagnosis stands twice";
        "remove the second and renumber the pointers"
    UNLISTED = "X4017" 4 Warning FORM
        "an unlisted code without a description";
        "say in SV101-7 what was given"
    STREET = "X4018" 4 Warning CLAIM
        "the billing provider's address is a post office box";
        "write the street address; a box belongs into the pay-to address"
    MANY_CLAIMS = "X4019" 4 Warning CLAIM
        "more than 5,000 claims in one transaction set";
        "split the file"
    UNITS = "X4020" 4 Error CLAIM
        "the line has no units";
        "write how many units were given"

    NPI_DIGIT = "X5001" 5 Error NPI
        "this is not a National Provider Identifier";
        "compare the ten digits with the NPI registry"
    DIAGNOSIS = "X5002" 5 Error SETS
        "no such diagnosis code on the date of service";
        "look the code up in the ICD-10-CM of that date"
    DIAGNOSIS_HEADER = "X5003" 5 Error SETS
        "the diagnosis code is not complete";
        "use one of the longer codes below it that the chart supports"
    DIAGNOSIS_DATE = "X5004" 5 Error SETS
        "the diagnosis code was not valid on the date of service";
        "use the code that was valid then"
    DIAGNOSIS_EDITION = "X5005" 5 Error SETS
        "the code list qualifier names another edition of ICD than the date of service asks for";
        "use ABK and ABF for services from 2015-10-01 on, BK and BF before"
    DIAGNOSIS_POINT = "X5006" 5 Error CLAIM
        "the diagnosis code is written with a decimal point";
        "remove the point; `fix` does it"
    PROCEDURE = "X5007" 5 Error SETS
        "no such HCPCS code on the date of service";
        "look the code up in the HCPCS of that date"
    PROCEDURE_DATE = "X5008" 5 Error SETS
        "the HCPCS code was not valid on the date of service";
        "use the code that was valid then"
    PROCEDURE_FORM = "X5009" 5 Error SETS
        "this has not the form of a CPT or HCPCS code";
        "write five characters; modifiers have components of their own"
    MODIFIER = "X5010" 5 Warning SETS
        "this modifier is not on the list";
        "look the modifier up; lists change each quarter"
    PLACE = "X5011" 5 Error FORM
        "no such place of service";
        "use a code of the CMS place of service list"
    REASON = "X5012" 5 Error CARC
        "no such adjustment reason code on the date of the remittance";
        "ask the payer what is meant"
    REMARK = "X5013" 5 Error CARC
        "no such remark code on the date of the remittance";
        "ask the payer what is meant"
    STATE = "X5014" 5 Error FORM
        "no such state or territory";
        "use the two letters of the US Postal Service"
    POSTAL = "X5015" 5 Error FORM
        "this is no ZIP code";
        "write five or nine digits, without a dash"
    DRUG = "X5016" 5 Error SETS
        "this is no National Drug Code in the eleven-digit form";
        "write eleven digits, 5-4-2, with zeros in front of short parts and without dashes"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_in_order_and_tell_the_level() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        for rule in RULES.iter().chain(RECEIVER_RULES) {
            assert_eq!(rule.id[1..2], rule.level.to_string(), "{}", rule.id);
            for text in [rule.title, rule.next_step] {
                assert!(!text.ends_with('.'), "{}", rule.id);
            }
        }
    }
}
