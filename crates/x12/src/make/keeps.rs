//! For each rule, a file that comes near to breaking it and does not.

use crate::make::draft::Draft;

type Edit = fn(&mut Draft);

/// The file that keeps `rule`. Without a threshold or condition to come near to, that is the example itself.
pub(super) fn of(rule: &str) -> Vec<u8> {
    let near = |table: &[(&str, Edit)]| table.iter().find(|(id, _)| *id == rule).map(|(_, edit)| *edit);
    let (bytes, edit) = match (near(REMITTANCES), near(CLAIMS)) {
        (Some(edit), _) => (super::remittance(), Some(edit)),
        (None, Some(edit)) => (super::claims(), Some(edit)),
        // The rules of remittances are kept by a remittance.
        (None, None) if matches!(rule, "X2006" | "X5012" | "X5013") || rule.starts_with("X31") => {
            (super::remittance(), None)
        }
        (None, None) if rule == "X4019" => (super::many_claims(5000), None),
        (None, None) if rule == "X7005" => (super::many_claims(100), None),
        (None, None) => (super::claims(), None),
    };
    let Some(edit) = edit else { return bytes };
    let mut draft = Draft::new(&bytes);
    edit(&mut draft);
    draft.recount();
    draft.bytes()
}

const CLAIMS: &[(&str, Edit)] = &[
    // Longest and shortest values that their elements allow.
    ("X1025", |draft| draft.set("N3", 1, &"X".repeat(55))),
    ("X1026", |draft| draft.set("N4", 1, "AB")),
    ("X1027", |draft| draft.set("SV1*HC:64615", 4, "1.5")),
    // A leap day.
    ("X1028", |draft| draft.set("DMG", 2, "20240229")),
    ("X1029", |draft| draft.set("BHT", 5, "2359")),
    ("X1032", |draft| {
        draft.repeat("ST", "SE");
        draft.set_nth("ST", 1, 2, "0002");
        draft.set_nth("SE", 1, 2, "0002");
        draft.set("GE", 1, "2");
    }),
    ("X1036", |draft| draft.set("N3", 2, "SUITE 1")),
    ("X1039", |draft| {
        draft.set("GS", 8, "005010X222A2");
        draft.set("ST", 3, "005010X222A2");
    }),
    // A number of the loop that may stand as often as it likes, in any order with its neighbours.
    ("X2003", |draft| draft.after("REF*G1", "REF*9F*REFERRAL1")),
    ("X2004", |draft| draft.after("CLM", "REF*EA*RECORD1")),
    ("X2005", |draft| draft.after("CLM", "DTP*431*D8*20260801")),
    // 2310B to 2310D may all be there, and none must.
    ("X2008", |draft| draft.after("HI", "NM1*DQ*1*SUPERVISOR*SAM****XX*1234567893")),
    ("X2016", |draft| {
        draft.set("NM1*82", 8, "");
        draft.set("NM1*82", 9, "");
    }),
    ("X3001", |draft| {
        draft.set("CLM", 2, "1175.5");
        draft.set("SV1", 2, "425.50");
    }),
    ("X3002", |draft| {
        draft.set("SVD", 2, "61");
        draft.set("CAS*CO", 3, "22.6");
    }),
    ("X4003", |draft| {
        draft.set("CLM", 5, "11:B:7");
        draft.after("CLM", "REF*F8*PAYER0001");
    }),
    ("X4004", |draft| {
        draft.set("CLM", 11, "OA");
        draft.after("CLM", "DTP*439*D8*20260801");
    }),
    ("X4005", |draft| {
        draft.set("CLM", 11, "AA:::TX");
        draft.after("CLM", "DTP*439*D8*20260801");
    }),
    ("X4006", |draft| {
        draft.set("CLM", 5, "21:B:1");
        draft.after("CLM", "DTP*435*D8*20260802");
    }),
    ("X4007", |draft| {
        draft.set("SBR*S", 9, "MB");
        draft.set("SBR*S", 5, "12");
    }),
    // Two payers whose place is not known.
    ("X4008", |draft| {
        draft.set("SBR*S", 1, "U");
        draft.set_nth("SBR*P", 2, 1, "U");
    }),
    ("X4009", |draft| {
        draft.set("DTP*472", 2, "RD8");
        draft.set("DTP*472", 3, "20260803-20260803");
    }),
    // The day the file is made, and the day of birth.
    ("X4010", |draft| draft.set("DTP*472", 3, "20260805")),
    ("X4011", |draft| draft.set("DMG", 2, "20260803")),
    ("X4014", |draft| {
        draft.set("CLM*EX0002", 2, "0");
        draft.set("SV1*HC:17110", 2, "0");
    }),
    ("X4015", |draft| {
        draft.set("HI", 2, "ABF:G43719");
        draft.set("SV1", 7, "2:1");
    }),
    ("X4016", |draft| draft.set("HI", 2, "ABF:G43719")),
    ("X4017", |draft| draft.set("SV1*HC:J0585", 1, "HC:J3490:::::EXAMPLE DRUG")),
    ("X4018", |draft| draft.set("N3", 1, "1 BOX ELDER ROAD")),
    ("X4020", |draft| draft.set("SV1", 4, ".5")),
    // The first day of a code that is new.
    ("X5004", |draft| {
        draft.set("HI*ABK:B078", 1, "ABK:E66811");
        draft.set_nth("DTP*472", 2, 3, "20241001");
    }),
    // The last day of ICD-9-CM.
    ("X5005", |draft| {
        draft.set("HI*ABK:B078", 1, "BK:07810");
        draft.set_nth("DTP*472", 2, 3, "20150930");
    }),
    ("X5010", |draft| draft.set("SV1*HC:17110", 1, "HC:17110:59:LT")),
    ("X5014", |draft| draft.set("N4", 2, "PR")),
    ("X5015", |draft| draft.set("N4", 3, "787010001")),
    ("X7001", |draft| {
        draft.set("CLM", 5, "11:B:7");
        draft.after("REF*G1", "REF*F8*PAYER0001");
    }),
    ("X7004", |draft| draft.set("CLM", 1, "EX000000000000000001")),
];

const REMITTANCES: &[(&str, Edit)] = &[
    // A reversal: everything negative, and still in balance.
    ("X3102", |draft| {
        draft.set("CLP*EX0002", 2, "22");
        draft.set("CLP*EX0002", 3, "-200");
        draft.set("SVC*HC:17110", 2, "-200");
        draft.set("CAS*CO*50", 3, "-200");
    }),
    // A claim adjustment beside those of its services.
    ("X3104", |draft| {
        draft.set("CLP", 4, "790");
        draft.set("BPR", 2, "800");
        draft.after("CLP", "CAS*OA*23*10");
    }),
    ("X3105", |draft| draft.set("CLP", 5, "")),
];
