//! Files about nobody, of any size, the same each time.

use codes::Cents;
use jiff::civil::{Date, date};
use x12::Delimiters;
use x12::emit::{ClaimFile, NewClaim, NewLine, NewParty};
use x12::number::write_amount;
use x12::write::{Envelope, Field, Writer};

const MADE: Date = date(2026, 8, 5);
const SERVED: Date = date(2026, 8, 3);
const NPI: &str = "1234567893";
const SERVICES: &[(&str, i64)] = &[
    ("99203", 17_500),
    ("99213", 11_800),
    ("64615", 42_500),
    ("17110", 16_450),
    ("11102", 15_225),
    ("17000", 9_860),
    ("96372", 3_875),
    ("11900", 8_745),
];
const DIAGNOSES: &[&str] = &["G43709", "L570", "D225", "L700", "B078", "D485", "L910", "R61"];

/// A sequence that looks random and is always the same (a linear congruential generator).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn envelope() -> Envelope {
    let end = |name: &str| ("ZZ".to_owned(), name.to_owned());
    Envelope {
        sender: end("EXAMPLESENDER"),
        receiver: end("EXAMPLEPAYER"),
        application_sender: "EXAMPLESENDER".to_owned(),
        application_receiver: "EXAMPLEPAYER".to_owned(),
        date: MADE,
        time: "0930".to_owned(),
        control: 1,
        production: false,
        delimiters: Delimiters::USUAL,
        line_ends: false,
    }
}

fn organization(name: &str, kind: &str, identifier: &str) -> NewParty {
    NewParty {
        name: name.to_owned(),
        identifier_kind: kind.to_owned(),
        identifier: identifier.to_owned(),
        street: "1 EXAMPLE STREET".to_owned(),
        city: "AUSTIN".to_owned(),
        state: "TX".to_owned(),
        postal_code: "787010001".to_owned(),
        ..NewParty::default()
    }
}

fn person(number: usize) -> NewParty {
    NewParty {
        first_name: "ALEX".to_owned(),
        birth_date: Some(date(1984, 5, 6)),
        sex: "U".to_owned(),
        ..organization("EXAMPLE", "MI", &format!("W{number:09}"))
    }
}

/// Claims of about `bytes` bytes in all.
pub(crate) fn claims(bytes: usize) -> Vec<u8> {
    let mut sequence = Sequence(7);
    // A claim of this kind takes about 640 bytes.
    let claims = (1..=bytes / 640).map(|number| claim(number, &mut sequence)).collect();
    let file = ClaimFile {
        envelope: envelope(),
        reference: "1".to_owned(),
        submitter: organization("EXAMPLE BILLING", "46", "EXAMPLESENDER"),
        contact: ("BILLING DESK".to_owned(), "5125550100".to_owned()),
        receiver: organization("EXAMPLE PAYER", "46", "EXAMPLEPAYER"),
        billing_provider: organization("EXAMPLE MEDICAL SPA", "XX", NPI),
        tax_number: "123456789".to_owned(),
        taxonomy: "207N00000X".to_owned(),
        claims,
    };
    file.write().expect("no value holds a separator")
}

fn claim(number: usize, sequence: &mut Sequence) -> NewClaim {
    let count = 1 + sequence.below(6);
    let diagnoses = 1 + sequence.below(4);
    let lines = (1..=count).map(|line| {
        let (procedure, charge) = SERVICES[sequence.below(SERVICES.len())];
        NewLine {
            procedure: procedure.to_owned(),
            modifiers: if line == 1 && count > 1 { vec!["59".to_owned()] } else { Vec::new() },
            description: String::new(),
            charge: Cents(charge + [0, 25, 50][sequence.below(3)]),
            units: "1".to_owned(),
            pointers: (1..=1 + sequence.below(diagnoses)).collect(),
            period: (SERVED, SERVED),
            control_number: format!("L{number}-{line}"),
            drug: None,
            prior: None,
        }
    });
    let lines = lines.collect();
    NewClaim {
        number: format!("EX{number:08}"),
        payer: organization("EXAMPLE HEALTH PLAN", "PI", "99999"),
        subscriber: person(number),
        group: format!("{}", 10_000 + number % 90_000),
        filing: "CI".to_owned(),
        dependent: None,
        place_of_service: "11".to_owned(),
        frequency: "1".to_owned(),
        original_number: String::new(),
        authorization: if number.is_multiple_of(7) { format!("AUTH{number}") } else { String::new() },
        diagnoses: DIAGNOSES[..diagnoses].iter().map(|code| (*code).to_owned()).collect(),
        rendering: Some((
            NewParty {
                name: "CLINICIAN".to_owned(),
                first_name: "SAM".to_owned(),
                identifier_kind: "XX".to_owned(),
                identifier: NPI.to_owned(),
                ..NewParty::default()
            },
            "207N00000X".to_owned(),
        )),
        prior: None,
        lines,
    }
}

/// A remittance of about `bytes` bytes.
pub(crate) fn remittances(bytes: usize) -> Vec<u8> {
    let mut sequence = Sequence(11);
    // A claim of this kind takes about 470 bytes.
    let claims: Vec<Vec<(usize, i64)>> = (0..bytes / 470)
        .map(|_| {
            (0..1 + sequence.below(6)).map(|_| (sequence.below(SERVICES.len()), sequence.below(50) as i64)).collect()
        })
        .collect();
    let total: i64 = claims.iter().flatten().map(paid).sum();
    let mut writer = Writer::new(envelope(), "HP", "005010X221A1").expect("the header is right");
    let put = |writer: &mut Writer, id: &str, values: &[&str]| {
        writer.plain(id, values).expect("no value holds a separator");
    };
    writer.begin("835", "005010X221A1").expect("no value holds a separator");
    let total = write_amount(Cents(total));
    let bank = [
        "I",
        &total,
        "C",
        "ACH",
        "CCP",
        "01",
        "999999992",
        "DA",
        "123456",
        "1512345678",
        "",
        "01",
        "999988880",
        "DA",
        "98765",
        "20260805",
    ];
    put(&mut writer, "BPR", &bank);
    put(&mut writer, "TRN", &["1", "EFT1", "1512345678"]);
    put(&mut writer, "DTM", &["405", "20260805"]);
    put(&mut writer, "N1", &["PR", "EXAMPLE HEALTH PLAN"]);
    put(&mut writer, "N3", &["1 EXAMPLE STREET"]);
    put(&mut writer, "N4", &["AUSTIN", "TX", "78701"]);
    put(&mut writer, "PER", &["BL", "EDI HELP", "TE", "8005550100"]);
    put(&mut writer, "N1", &["PE", "EXAMPLE MEDICAL SPA", "XX", NPI]);
    put(&mut writer, "REF", &["TJ", "123456789"]);
    put(&mut writer, "LX", &["1"]);
    for (number, services) in (1..).zip(&claims) {
        payment(&mut writer, number, services);
    }
    writer.end().expect("a set is open");
    writer.finish().expect("a group is open")
}

/// Of a service what is paid: its charge less a part of it, in per cent.
fn paid((service, less): &(usize, i64)) -> i64 {
    let charge = SERVICES[*service].1;
    charge - charge * less / 100
}

fn payment(writer: &mut Writer, number: usize, services: &[(usize, i64)]) {
    let mut put = |id: &str, fields: &[Field<'_>]| writer.segment(id, fields).expect("no value holds a separator");
    let money = |cents: i64| write_amount(Cents(cents));
    let charge = money(services.iter().map(|(service, _)| SERVICES[*service].1).sum());
    let all = money(services.iter().map(paid).sum());
    let (claim, payer_number, member) = (format!("EX{number:08}"), format!("{number:013}"), format!("W{number:09}"));
    put("CLP", &[&*claim, "1", &charge, &all, "", "12", &payer_number, "11"].map(Field::Text));
    put("NM1", &["QC", "1", "EXAMPLE", "ALEX", "", "", "", "MI", &member].map(Field::Text));
    put("NM1", &["82", "1", "CLINICIAN", "SAM", "", "", "", "XX", NPI].map(Field::Text));
    put("DTM", &["050", "20260804"].map(Field::Text));
    for (line, service) in (1..).zip(services) {
        let (procedure, charge) = SERVICES[service.0];
        let code = ["HC", procedure];
        let (charged, given) = (money(charge), money(paid(service)));
        put(
            "SVC",
            &[Field::Parts(&code), Field::Text(&charged), Field::Text(&given), Field::Text(""), Field::Text("1")],
        );
        put("DTM", &["472", "20260803"].map(Field::Text));
        let less = charge - paid(service);
        if less > 0 {
            put("CAS", &["CO", "45", &money(less)].map(Field::Text));
        }
        put("REF", &["6R", &format!("L{number}-{line}")].map(Field::Text));
        if paid(service) > 0 {
            put("AMT", &["B6", &given].map(Field::Text));
        }
    }
}
