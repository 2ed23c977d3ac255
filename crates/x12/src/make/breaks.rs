//! For each rule, the change to an example that breaks it.

use crate::make::draft::Draft;
use crate::scan::SEGMENT_BYTES_MAX;

type Edit = fn(&mut Draft);

/// The file that breaks `rule`, for every rule there is.
pub(super) fn of(rule: &str) -> Option<Vec<u8>> {
    if let Some(bytes) = by_bytes(rule) {
        return Some(bytes);
    }
    let edits = |table: &[(&str, Edit)], base: fn() -> Vec<u8>, recount: bool| {
        let (_, edit) = table.iter().find(|(id, _)| *id == rule)?;
        let mut draft = Draft::new(&base());
        edit(&mut draft);
        if recount {
            draft.recount();
        }
        Some(draft.bytes())
    };
    edits(ENVELOPES, super::claims, false)
        .or_else(|| edits(CLAIMS, super::claims, true))
        .or_else(|| edits(REMITTANCES, super::remittance, true))
}

/// Changes that are not changes of segments.
fn by_bytes(rule: &str) -> Option<Vec<u8>> {
    let mut bytes = super::claims();
    let text = || String::from_utf8_lossy(&super::claims()).into_owned();
    let with = |from: &str, to: &str| Some(text().replacen(from, to, 1).into_bytes());
    match rule {
        "X1001" => Some([b"\xEF\xBB\xBF", bytes.as_slice()].concat()),
        "X1002" => {
            let units = text().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
            Some([b"\xFF\xFE", units.as_slice()].concat())
        }
        "X1003" => Some([b"FILE FROM THE CLEARINGHOUSE\n", bytes.as_slice()].concat()),
        "X1004" => Some([b"ISA*00*\n", bytes.as_slice()].concat()),
        "X1005" => {
            let end = bytes.iter().rposition(|byte| *byte == b'~')?;
            bytes.truncate(end);
            Some(bytes)
        }
        "X1006" => {
            let note = format!("~\nNTE*ADD*{}~\nHI*", "A".repeat(SEGMENT_BYTES_MAX));
            with("~\nHI*", &note)
        }
        "X1007" => with("~\nBHT", "~~\nBHT"),
        "X1019" => Some(b"\n".to_vec()),
        "X1020" => with("~\nN3*", "~\nn3*"),
        "X1022" => with("1 EXAMPLE STREET", "1 EXAMPLE STREET*"),
        "X1023" => with("1 EXAMPLE STREET", "1 EXAMPLE\tSTREET"),
        "X1024" => with("*ALEX*", "*ALÉX*"),
        "X1030" => with("1 EXAMPLE STREET", "1 EXAMPLE STREET "),
        "X1031" => with("EXAMPLESENDER  *ZZ", "EXAMPLESENDER*ZZ"),
        "X1035" => with("*^*00501", "*U*00501"),
        "X4019" => Some(super::many_claims(5001)),
        "X7005" => Some(super::many_claims(101)),
        _ => None,
    }
}

/// Changes whose counts must stay as they are.
const ENVELOPES: &[(&str, Edit)] = &[
    ("X1008", |draft| draft.after("SE", "N3*1 EXAMPLE STREET")),
    ("X1009", |draft| draft.remove("IEA")),
    ("X1010", |draft| draft.remove("GE")),
    ("X1011", |draft| draft.remove("SE")),
    ("X1012", |draft| draft.after("SE", "SE*1*0001")),
    ("X1013", |draft| draft.set("SE", 1, "9")),
    ("X1014", |draft| draft.set("SE", 2, "0009")),
    ("X1015", |draft| draft.set("GE", 1, "2")),
    ("X1016", |draft| draft.set("GE", 2, "9")),
    ("X1017", |draft| draft.set("IEA", 1, "2")),
    ("X1018", |draft| draft.set("IEA", 2, "000000009")),
    ("X1032", |draft| {
        draft.repeat("ST", "SE");
        draft.set("GE", 1, "2");
    }),
    ("X1033", |draft| {
        draft.repeat("GS", "GE");
        draft.set("IEA", 1, "2");
    }),
    ("X1034", |draft| draft.repeat("ISA", "IEA")),
    ("X1037", |draft| {
        draft.set("ST", 3, "005010X999");
        draft.set("GS", 8, "005010X999");
    }),
    ("X1038", |draft| draft.set("GS", 1, "HP")),
    ("X1039", |draft| draft.set("GS", 8, "005010X222A2")),
];

const CLAIMS: &[(&str, Edit)] = &[
    ("X1021", |draft| draft.after("BHT", "N*1")),
    ("X1025", |draft| draft.set("N3", 1, &"1 EXAMPLE STREET ".repeat(4)[..60].replace(' ', "X"))),
    ("X1026", |draft| draft.set("N4", 1, "A")),
    ("X1027", |draft| draft.set("SV1*HC:64615", 4, "ONE")),
    ("X1028", |draft| draft.set("DTP*472", 3, "20261332")),
    ("X1029", |draft| draft.set("BHT", 5, "2560")),
    ("X1036", |draft| draft.set("N3", 3, "SUITE 1")),
    ("X1040", |draft| draft.set("CLM", 5, "11:B:1:9")),
    ("X2001", |draft| draft.after("CLM*EX0002", "ZZZ*1")),
    ("X2002", |draft| draft.after("CLM*EX0002", "OI***Y***Y")),
    ("X2003", |draft| draft.after("REF*G1", "REF*ZZ*1")),
    ("X2004", |draft| draft.swap("N3*2", 0)),
    ("X2005", |draft| draft.after("REF*EI", "REF*EI*123456789")),
    ("X2007", |draft| draft.remove("N4")),
    ("X2008", |draft| draft.remove("NM1*40")),
    ("X2009", |draft| draft.set("CLM", 6, "")),
    ("X2010", |draft| draft.set("CLM", 6, "X")),
    ("X2011", |draft| draft.set("HL*6", 1, "9")),
    ("X2012", |draft| draft.set("HL*6", 1, "1")),
    ("X2013", |draft| draft.set("HL*4", 2, "99")),
    ("X2014", |draft| draft.set("HL*4", 2, "2")),
    ("X2015", |draft| draft.set("HL*2", 4, "1")),
    ("X2016", |draft| draft.set("NM1*82", 9, "")),
    ("X3001", |draft| draft.set("CLM", 2, "1170")),
    ("X3002", |draft| draft.set("SVD", 2, "61")),
    ("X4001", |draft| draft.set_nth("SBR*P", 3, 2, "18")),
    ("X4002", |draft| draft.set("SBR", 2, "")),
    ("X4003", |draft| draft.set("CLM", 5, "11:B:7")),
    ("X4004", |draft| draft.set("CLM", 11, "OA")),
    ("X4005", |draft| {
        draft.set("CLM", 11, "AA");
        draft.after("CLM", "DTP*439*D8*20260801");
    }),
    ("X4006", |draft| draft.set("CLM", 5, "21:B:1")),
    ("X4007", |draft| draft.set("SBR*S", 9, "MB")),
    ("X4008", |draft| draft.set("SBR*S", 1, "P")),
    ("X4009", |draft| {
        draft.set("DTP*472", 2, "RD8");
        draft.set("DTP*472", 3, "20260804-20260803");
    }),
    ("X4010", |draft| draft.set("DTP*472", 3, "20260901")),
    ("X4011", |draft| draft.set("DMG", 2, "20260804")),
    ("X4012", |draft| draft.set("LX", 1, "3")),
    ("X4014", |draft| {
        draft.set("CLM*EX0002", 2, "-200");
        draft.set("SV1*HC:17110", 2, "-200");
    }),
    ("X4015", |draft| draft.set("SV1", 7, "2")),
    ("X4016", |draft| draft.set("HI", 2, "ABF:G43709")),
    ("X4017", |draft| draft.set("SV1*HC:J0585", 1, "HC:J3490")),
    ("X4018", |draft| draft.set("N3", 1, "PO BOX 1")),
    ("X4020", |draft| draft.set("SV1", 4, "0")),
    ("X5001", |draft| draft.set("NM1*85", 9, "1234567890")),
    ("X5002", |draft| draft.set("HI", 1, "ABK:G4388")),
    ("X5003", |draft| draft.set("HI", 1, "ABK:G437")),
    ("X5004", |draft| {
        draft.set("HI*ABK:B078", 1, "ABK:E66811");
        draft.set_nth("DTP*472", 2, 3, "20240110");
    }),
    ("X5005", |draft| draft.set("HI", 1, "BK:34670")),
    ("X5006", |draft| draft.set("HI", 1, "ABK:G43.709")),
    ("X5007", |draft| draft.set("SV1*HC:17110", 1, "HC:J0001")),
    ("X5008", |draft| draft.set("SV1*HC:17110", 1, "HC:V5180")),
    ("X5009", |draft| draft.set("SV1*HC:17110", 1, "HC:1711")),
    ("X5010", |draft| draft.set("SV1*HC:17110", 1, "HC:17110:ZQ")),
    ("X5011", |draft| draft.set("CLM", 5, "A1:B:1")),
    ("X5014", |draft| draft.set("N4", 2, "ZZ")),
    ("X5015", |draft| draft.set("N4", 3, "7870")),
    ("X5016", |draft| draft.set("LIN", 3, "0023114501")),
    // Of the receiver in `receiver.txt`.
    ("X7001", |draft| draft.remove("REF*G1")),
    ("X7002", |draft| draft.after("REF*G1", "K3*FILE INFORMATION")),
    ("X7003", |draft| draft.set("SBR", 9, "MC")),
    ("X7004", |draft| draft.set("CLM", 1, "EX0000000000000000001")),
];

const REMITTANCES: &[(&str, Edit)] = &[
    ("X2006", |draft| draft.remove("LX")),
    ("X3101", |draft| draft.set("SVC*HC:64615", 3, "301")),
    ("X3102", |draft| {
        draft.set("CLP", 4, "801");
        draft.set("BPR", 2, "811");
    }),
    ("X3103", |draft| draft.set("BPR", 2, "811")),
    ("X3104", |draft| {
        draft.set("CLP", 3, "1185");
        draft.after("CLP", "CAS*CO*45*10");
    }),
    ("X3105", |draft| draft.set("CLP", 5, "80")),
    ("X5012", |draft| draft.set("CAS*CO*50", 2, "ZZ9")),
    ("X5013", |draft| draft.set("LQ", 2, "QQQ")),
];
