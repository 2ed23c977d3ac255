//! Every kind of file, from our own samples in the official layouts.
#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use codebook::price::{Asked, Schedule, Setting};
use codebook::{ImportError, Kind, Lists, ModifierIndicator, Options, Outcome, Report, Store, exclusions, import};
use codes::hcpcs::CodeStatus;
use codes::icd10::IcdStatus;
use codes::{Cents, CodeLists};
use jiff::civil::date;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("codebook-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> Store {
        Store::at(self.0.join("store"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name)
}

fn take(store: &Store, name: &str) -> Report {
    import(store, &sample(name), &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn one(store: &Store, name: &str) -> codebook::Imported {
    let mut report = take(store, name);
    assert_eq!(report.imported.len(), 1, "{name}");
    report.imported.remove(0)
}

#[test]
fn every_kind_is_recognized_dated_and_counted() {
    let folder = Folder::new("kinds");
    let store = folder.store();
    let rows = [
        ("icd10cm_order_2026.txt", Kind::IcdOrder, "2025-10-01", Some(date(2026, 10, 1)), 3, 0),
        ("icd10cm-tabular-2026.xml", Kind::IcdTabular, "2025-10-01", Some(date(2026, 10, 1)), 10, 0),
        ("HCPC2026_OCT_ANWEB.csv", Kind::Hcpcs, "2026-10-01", Some(date(2027, 1, 1)), 3, 1),
        ("ccipra-v322r0-f1.txt", Kind::Ptp, "2026-07-01.practitioner-f1", Some(date(2026, 10, 1)), 3, 1),
        (
            "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
            Kind::Mue,
            "2026-07-01.practitioner",
            Some(date(2026, 10, 1)),
            2,
            1,
        ),
        ("PPRRVU2026_Jul_nonQPP.csv", Kind::RelativeValues, "2026-07-01.nonqpp", Some(date(2027, 1, 1)), 7, 1),
        ("GPCI2026.csv", Kind::Gpci, "2026-01-01", Some(date(2027, 1, 1)), 3, 0),
        ("26LOCCO.csv", Kind::Localities, "2026-01-01", Some(date(2027, 1, 1)), 1, 0),
        ("OPPSCAP_Oct2026.csv", Kind::OppsCap, "2026-10-01", Some(date(2027, 1, 1)), 1, 0),
        ("asp.csv", Kind::Asp, "2026-10-01", Some(date(2027, 1, 1)), 1, 0),
        ("nucc_taxonomy_251.csv", Kind::Taxonomy, "2025-07-01", None, 1, 1),
        ("leie.csv", Kind::Exclusions, "2026-09-20", None, 3, 0),
        ("CARC_2026_OCT.csv", Kind::Adjustments, "2026-10-01", None, 2, 0),
        ("pos_2026_JAN.csv", Kind::PlaceOfService, "2026-01-01", None, 2, 0),
        ("documents_2026_OCT.csv", Kind::CoverageDocuments, "2026-10-01", None, 1, 0),
        ("icd10cm_order_2026.txt", Kind::IcdOrder, "2025-10-01", Some(date(2026, 10, 1)), 3, 0),
        ("asp.csv", Kind::Asp, "2026-10-01", Some(date(2027, 1, 1)), 1, 0),
        ("leie.csv", Kind::Exclusions, "2026-09-20", None, 3, 0),
    ];
    let mut seen = Vec::new();
    for (name, kind, vintage, until, count, refused) in rows {
        let imported = one(&store, name);
        let manifest = &imported.manifest;
        assert_eq!(imported.kind, kind, "{name}");
        assert_eq!(manifest.vintage(), vintage, "{name}");
        assert_eq!(manifest.until, until, "{name}");
        assert_eq!((manifest.rows, manifest.refused), (count, refused), "{name}: {:?}", imported.refusals);
        assert_eq!(imported.refusals.len() as u64, refused, "{name}");
        let expected = if seen.contains(&name) { Outcome::WasThere } else { Outcome::Imported };
        assert_eq!(imported.outcome, expected, "{name}");
        store.verify(kind, manifest).unwrap();
        seen.push(name);
    }
}

#[test]
fn an_export_comes_in_zips_within_a_zip() {
    let folder = Folder::new("zip");
    let mut inner = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["article_x_icd10_covered.csv", "article_x_icd10_noncovered.csv", "article_x_hcpc_code.csv"] {
        inner.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        inner.write_all(&fs::read(sample(name)).unwrap()).unwrap();
    }
    let inner = inner.finish().unwrap().into_inner();
    let path = folder.0.join("current_article.zip");
    let mut outer = zip::ZipWriter::new(File::create(&path).unwrap());
    for (name, bytes) in [("current_article_csv.zip", inner), ("data dictionary.pdf", b"%PDF-1.4".to_vec())] {
        outer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        outer.write_all(&bytes).unwrap();
    }
    outer.finish().unwrap();
    let store = folder.store();

    let unknown = import(&store, &path, &Options::default()).unwrap_err();
    assert!(matches!(unknown, ImportError::NoFirstDay { .. }), "{unknown}");
    let options = Options { from: Some(date(2026, 10, 1)), ..Options::default() };
    let report = import(&store, &path, &options).unwrap();
    assert_eq!(report.passed_over, ["data dictionary.pdf"]);
    let vintages: Vec<String> = report
        .imported
        .iter()
        .map(|imported| format!("{} {}", imported.kind.word(), imported.manifest.vintage()))
        .collect();
    assert_eq!(
        vintages,
        [
            "mcd-diagnoses 2026-10-01.article-x-icd10-covered",
            "mcd-diagnoses 2026-10-01.article-x-icd10-noncovered",
            "mcd-procedures 2026-10-01.article-x-hcpc-code",
        ]
    );
    let tables = store.tables_on(Kind::CoverageDiagnoses, date(2026, 11, 1)).unwrap();
    let lines: Vec<&str> = tables.iter().flat_map(|table| table.rows("57474").map(|row| row.line())).collect();
    assert_eq!(lines, ["57474\t11\tsupports\t1\tG43.709", "57474\t11\tdoes-not-support\t1\tL98.8"]);
}

#[test]
fn what_is_refused_says_why_and_leaves_nothing() {
    let folder = Folder::new("errors");
    let store = folder.store();
    let error = |name: &str, options: &Options| import(&store, &sample(name), options).unwrap_err();
    let wanted = Options { kind: Some(Kind::Ptp), ..Options::default() };
    let other = error("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", &wanted);
    assert_eq!(
        other.to_string(),
        "`MCR_MUE_PractitionerServices_Eff_07-01-2026.csv` is NCCI medically unlikely edits, not NCCI procedure-to-procedure edits"
    );
    assert_eq!(error("README.md", &Options::default()).code(), "K004");
    assert_eq!(error("cpt_2026.txt", &Options::default()).code(), "K010");
    assert_eq!(error("not-there.csv", &Options::default()).code(), "K001");
    let licensed = Options { licensed: true, ..Options::default() };
    assert_eq!(import(&store, &sample("cpt_2026.txt"), &licensed).unwrap().imported[0].manifest.rows, 1);

    let damaged = folder.0.join("icd10cm-tabular-2026.xml");
    let whole = fs::read(sample("icd10cm-tabular-2026.xml")).unwrap();
    fs::write(&damaged, &whole[..whole.len() - 30]).unwrap();
    assert_eq!(import(&store, &damaged, &Options::default()).unwrap_err().code(), "K008");
    let cut = folder.0.join("cut.zip");
    fs::write(&cut, b"PK\x03\x04 and no directory").unwrap();
    assert_eq!(import(&store, &cut, &Options::default()).unwrap_err().code(), "K008");
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Cpt) {
        assert_eq!(store.vintages(kind).unwrap(), [], "{kind}");
    }
}

#[test]
fn a_correction_replaces_only_when_told_to() {
    let folder = Folder::new("replace");
    let store = folder.store();
    take(&store, "asp.csv");
    let corrected = folder.0.join("asp.csv");
    fs::write(&corrected, fs::read_to_string(sample("asp.csv")).unwrap().replace("6.543", "6.544")).unwrap();
    assert_eq!(import(&store, &corrected, &Options::default()).unwrap_err().code(), "K009");
    let limit =
        || store.tables_on(Kind::Asp, date(2026, 11, 20)).unwrap()[0].rows("J0585").next().unwrap().cell(3).to_owned();
    assert_eq!(limit(), "6.543");
    let options = Options { replace: true, ..Options::default() };
    assert_eq!(import(&store, &corrected, &options).unwrap().imported[0].outcome, Outcome::Replaced);
    assert_eq!(limit(), "6.544");
    let tables = fs::read_dir(store.root().join("asp/tables")).unwrap().count();
    assert_eq!(tables, 1, "the old table is gone");
}

#[test]
fn vintages_stand_side_by_side() {
    let folder = Folder::new("vintages");
    let store = folder.store();
    take(&store, "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv");
    let later = folder.0.join("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv");
    let text = fs::read_to_string(sample("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv")).unwrap();
    fs::write(&later, text.replace("J0585,600", "J0585,400")).unwrap();
    import(&store, &later, &Options::default()).unwrap();
    let units = |day| {
        let tables = store.tables_on(Kind::Mue, day).unwrap();
        tables.first().and_then(|table| table.rows("J0585").next().map(|row| row.cell(1).to_owned()))
    };
    assert_eq!(units(date(2026, 6, 30)), None, "before the first");
    assert_eq!(units(date(2026, 9, 30)).as_deref(), Some("600"));
    assert_eq!(units(date(2026, 10, 1)).as_deref(), Some("400"));
    assert_eq!(units(date(2027, 1, 1)), None, "after the quarter nothing is said");
    let [first, second]: [_; 2] = store
        .vintages(Kind::Mue)
        .unwrap()
        .into_iter()
        .map(|m| store.table(Kind::Mue, m).unwrap())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let differences = codebook::diff::differences(&first, &second);
    assert_eq!(differences.len(), 2, "one line gone, one new: units are the second column: {differences:?}");
}

#[test]
fn imported_lists_answer_for_their_days_and_the_built_in_ones_for_the_others() {
    let folder = Folder::new("lists");
    let store = folder.store();
    for (name, year) in [("icd10cm_order_2026.txt", "2027"), ("icd10cm-tabular-2026.xml", "2026")] {
        let text = fs::read_to_string(sample(name)).unwrap();
        let renamed = folder.0.join(name.replace("2026", year));
        fs::write(&renamed, text).unwrap();
        import(&store, &renamed, &Options::default()).unwrap();
    }
    take(&store, "HCPC2026_OCT_ANWEB.csv");
    let lists = Lists::of(store);
    let diagnosis = |code: &str, day| lists.diagnosis(code.parse().unwrap(), day);
    // The sample of fiscal year 2027 holds three codes; the built-in list of 2026 all of them.
    let (last, first) = (date(2026, 9, 30), date(2026, 10, 1));
    assert_eq!(diagnosis("L82.0", first), IcdStatus::Billable);
    let IcdStatus::Header { examples, billable_below } = diagnosis("L82", first) else { panic!("L82 is a header") };
    assert_eq!((examples.len(), billable_below), (2, 2));
    assert_eq!(examples[0].to_string(), "L82.0");
    assert_eq!(diagnosis("L57.0", first), IcdStatus::Unknown { nearest: Vec::new() });
    let nearest = ["L82.0", "L82.1"].map(|code| code.parse().unwrap()).to_vec();
    assert_eq!(diagnosis("L82.O", first), IcdStatus::Unknown { nearest });
    assert_eq!(diagnosis("L57.0", last), IcdStatus::Billable);
    assert!(matches!(diagnosis("L82.0", date(2027, 10, 1)), IcdStatus::OutsideWindow { .. }));

    let procedure = |code: &str, day| lists.procedure(code.parse().unwrap(), day);
    let on = date(2026, 11, 20);
    assert!(matches!(procedure("J0585", on), CodeStatus::Listed { .. }));
    assert_eq!(
        procedure("G9999", on),
        CodeStatus::NotValidOn { from: Some(date(2008, 1, 1)), until: Some(date(2020, 1, 1)) }
    );
    assert!(matches!(procedure("J9999", on), CodeStatus::Unknown { .. }));
    assert!(matches!(procedure("J9999", date(2027, 1, 1)), CodeStatus::OutsideWindow { .. }));
    assert_eq!(procedure("17110", on), CodeStatus::NotChecked);

    let between = |day| lists.exclusions("L82.1".parse().unwrap(), "L21.9".parse().unwrap(), day);
    assert_eq!(between(last).len(), 1);
    assert_eq!(between(last)[0].list, date(2025, 10, 1));
    assert!(between(first).is_empty());
    assert!(lists.failure().is_none());
}

#[test]
fn a_list_that_cannot_be_read_is_told_and_not_passed_over() {
    let folder = Folder::new("lost-list");
    let store = folder.store();
    let taken = one(&store, "icd10cm_order_2026.txt");
    fs::remove_dir_all(store.root().join("icd10cm/tables")).unwrap();
    let lists = Lists::of(store);
    lists.diagnosis("L82.0".parse().unwrap(), taken.manifest.from);
    assert_eq!(lists.failure().unwrap().code(), "K020");
}

#[test]
fn edits_and_exclusions() {
    let folder = Folder::new("edits");
    let store = folder.store();
    take(&store, "ccipra-v322r0-f1.txt");
    take(&store, "icd10cm-tabular-2026.xml");
    let code = |text: &str| text.parse().unwrap();
    let (part, edit) = store.edit_between(code("64612"), code("64615"), date(2026, 9, 1)).unwrap().unwrap();
    assert_eq!((part, edit.modifier), (code("64612"), ModifierIndicator::NotAllowed));
    assert_eq!(store.edit_between(code("64615"), code("20553"), date(2026, 9, 1)).unwrap(), None, "deleted");
    assert_eq!(store.edit_between(code("64615"), code("99213"), date(2026, 9, 1)).unwrap(), None, "never in effect");

    let list = store.tables_on(Kind::IcdTabular, date(2026, 9, 1)).unwrap().remove(0);
    let found = exclusions(&list, "L82.1".parse().unwrap(), "L21.9".parse().unwrap());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].never_together, found[0].under.as_str()), (false, "L82"));
    let chapter = exclusions(&list, "S01.00XA".parse().unwrap(), "L82.0".parse().unwrap());
    assert_eq!((chapter[0].under.as_str(), chapter[0].note.as_str()), ("L00-L99", "injury & poisoning (S00-T88)"));
    assert!(exclusions(&list, "L57.0".parse().unwrap(), "L55.1".parse().unwrap())[0].never_together);
}

fn setting() -> Setting {
    Setting {
        day: date(2026, 11, 20),
        locality: "AL-00".to_owned(),
        facility: false,
        non_physician: false,
        participates: true,
        part: "nonqpp".to_owned(),
    }
}

fn asked(code: &str, units: u32) -> Asked {
    Asked { code: code.parse().unwrap(), modifiers: Vec::new(), units }
}

fn priced(folder: &Folder) -> Schedule {
    let store = folder.store();
    for name in ["PPRRVU2026_Jul_nonQPP.csv", "GPCI2026.csv", "asp.csv"] {
        take(&store, name);
    }
    Schedule::on(&store, date(2026, 11, 20)).unwrap()
}

#[test]
fn a_price_is_values_by_indices_by_factor() {
    let folder = Folder::new("price");
    let schedule = priced(&folder);
    // (1.85 × 1.000 + 2.12 × 0.875 + 0.63 × 0.566) × 33.4009 = 135.6612…
    let toxin = schedule.price(&[asked("64615", 1), asked("J0585", 155)], &setting());
    assert_eq!(toxin.lines[0].allowed, Ok(Cents(13566)));
    // 6.543 × 155 = 1014.165: half up.
    assert_eq!(toxin.lines[1].allowed, Ok(Cents(101_417)));
    assert_eq!(toxin.allowed, Some(Cents(114_983)));
    assert_eq!(toxin.limiting_charge, None);

    let nurse =
        schedule.price(&[asked("64615", 1), asked("J0585", 155)], &Setting { non_physician: true, ..setting() });
    assert_eq!(nurse.lines[0].allowed, Ok(Cents(11531)), "85 %");
    assert_eq!(nurse.lines[1].allowed, Ok(Cents(101_417)), "a drug is not reduced");

    let outside =
        schedule.price(&[asked("64615", 1), asked("J0585", 155)], &Setting { participates: false, ..setting() });
    assert_eq!(outside.lines[0].allowed, Ok(Cents(12888)), "95 %");
    assert_eq!(outside.limiting_charge, Some(Cents(14821)), "115 % of that, without the drug");

    let facility = schedule.price(&[asked("15822", 1)], &Setting { facility: true, ..setting() });
    assert!(facility.lines[0].allowed.is_ok());
    let office = schedule.price(&[asked("15822", 1)], &setting());
    assert_eq!(office.lines[0].allowed, Err("it is not usually done in an office (indicator NA)".to_owned()));
    assert_eq!(office.allowed, None, "no sum of what is not known");
}

#[test]
fn the_dearest_procedure_is_paid_whole_and_the_next_by_half() {
    let folder = Folder::new("multiple");
    let schedule = priced(&folder);
    let alone = |code: &str| schedule.price(&[asked(code, 1)], &setting()).allowed.unwrap();
    let (toxin, freeze, debride, visit) = (alone("64615"), alone("17000"), alone("11042"), alone("99213"));
    let lines = [asked("17000", 1), asked("64615", 1), asked("99213", 1), asked("11042", 1)];
    let price = schedule.price(&lines, &setting());
    let half = |amount: Cents| Ok(amount.mul_ratio(50, 100).unwrap());
    assert_eq!(price.lines[1].allowed, Ok(toxin));
    assert_eq!(price.lines[0].allowed, half(freeze));
    assert_eq!(price.lines[3].allowed, half(debride));
    assert_eq!(price.lines[2].allowed, Ok(visit), "a visit is not ranked");
    let twice = schedule.price(&[asked("17000", 2)], &setting());
    assert_eq!(twice.allowed, freeze.checked_add(freeze.mul_ratio(50, 100).unwrap()));
}

#[test]
fn what_has_no_price_says_why() {
    let folder = Folder::new("unpriced");
    let store = folder.store();
    let none = Schedule::on(&store, date(2026, 11, 20)).unwrap();
    assert!(none.is_empty());
    let why = |schedule: &Schedule, code: &str, setting: &Setting| {
        schedule.price(&[asked(code, 1)], setting).lines.remove(0).allowed.unwrap_err()
    };
    assert_eq!(why(&none, "64615", &setting()), "no relative values for 2026-11-20 have been imported");
    let schedule = priced(&folder);
    assert_eq!(why(&schedule, "17999", &setting()), "the contractor sets the price (status C)");
    assert_eq!(why(&schedule, "64616", &setting()), "64616 is not in the fee schedule of 2026-11-20");
    let elsewhere = Setting { locality: "TX-99".to_owned(), ..setting() };
    assert_eq!(why(&schedule, "64615", &elsewhere), "no indices of TX-99 for 2026-11-20 have been imported");
}

#[test]
fn hcpcs_comes_as_text_in_fixed_columns() {
    let folder = Folder::new("records");
    let store = folder.store();
    let imported = one(&store, "HCPC2026_JUL_ANWEB_06172026.txt");
    assert_eq!(imported.kind, Kind::Hcpcs);
    assert_eq!(imported.manifest.vintage(), "2026-07-01");
    assert_eq!((imported.manifest.rows, imported.manifest.refused), (3, 1));
    assert_eq!((imported.refusals[0].line, imported.refusals[0].why.as_str()), (5, "`2019AB31` is no date"));
    // The same rows as those of the comma-separated form.
    one(&store, "HCPC2026_OCT_ANWEB.csv");
    let lines = |day| {
        let tables = store.tables_on(Kind::Hcpcs, day).unwrap();
        let rows = |code| tables.iter().flat_map(|table| table.rows(code).map(|row| row.line())).collect::<Vec<_>>();
        ["J0585", "JZ", "G9999"].map(|code| rows(code).into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let (records, separated) = (lines(date(2026, 8, 1)), lines(date(2026, 11, 1)));
    assert_eq!(records, separated);
    assert!(records.iter().all(|rows| rows.len() == 1), "{records:?}");
}

#[test]
fn a_list_that_is_published_as_a_page_is_taken_from_it() {
    let folder = Folder::new("page");
    let store = folder.store();
    let path = sample("place-of-service.html");
    assert_eq!(import(&store, &path, &Options::default()).unwrap_err().code(), "K006");
    let options = Options { from: Some(date(2026, 1, 1)), ..Options::default() };
    let report = import(&store, &path, &options).unwrap();
    let imported = &report.imported[0];
    assert_eq!((imported.kind, imported.manifest.rows, imported.manifest.refused), (Kind::PlaceOfService, 2, 1));
    assert_eq!(imported.refusals[0].why, "`27-30` is no place-of-service code");
    // The table that lays the page out.
    assert_eq!(report.passed_over, ["place-of-service.html"]);
    let empty = folder.0.join("empty.html");
    fs::write(&empty, "<html><p>no table</p></html>").unwrap();
    assert_eq!(import(&store, &empty, &options).unwrap_err().code(), "K004");
}

#[test]
fn a_supplement_is_not_taken_for_the_whole_list() {
    let folder = Folder::new("supplement");
    let store = folder.store();
    let path = folder.0.join("2609excl.csv");
    fs::copy(sample("leie.csv"), &path).unwrap();
    let error = import(&store, &path, &Options::default()).unwrap_err();
    assert_eq!(error.code(), "K012");
    assert!(
        error.to_string().contains("`2609excl.csv` is a monthly supplement of the OIG list of exclusions"),
        "{error}"
    );
    assert_eq!(store.vintages(Kind::Exclusions).unwrap(), []);
}

/// A workbook with one sheet, whose cells are: a text as `"`, anything else as a number, a date as `@` and its number.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut sheet =
        String::from(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#);
    let mut texts = String::new();
    let mut count = 0;
    for (row, cells) in rows.iter().enumerate() {
        sheet.push_str(&format!(r#"<row r="{}">"#, row + 1));
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let place = format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), row + 1);
            if let Some(text) = cell.strip_prefix('"') {
                texts.push_str(&format!("<si><t>{text}</t></si>"));
                sheet.push_str(&format!(r#"<c r="{place}" t="s"><v>{count}</v></c>"#));
                count += 1;
            } else if let Some(day) = cell.strip_prefix('@') {
                sheet.push_str(&format!(r#"<c r="{place}" s="1"><v>{day}</v></c>"#));
            } else {
                sheet.push_str(&format!(r#"<c r="{place}"><v>{cell}</v></c>"#));
            }
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook {main} xmlns:r="{rels}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rels}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(r#"<styleSheet {main}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#),
        ),
        ("xl/sharedStrings.xml", format!("<sst {main}>{texts}</sst>")),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    zipped(&parts.map(|(name, text)| (name, text.into_bytes())))
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The sample of drug limits as a workbook.
fn limits() -> Vec<u8> {
    workbook(&[
        &["\"Payment Allowance Limits for Medicare Part B Drugs"],
        &["\"Effective October 1, 2026 through December 31, 2026"],
        &["\"Note: a sample, with invented limits"],
        &["\"HCPCS Code", "\"Short Description", "\"HCPCS Code Dosage", "\"Payment Limit", "\"Notes"],
        &["\"J0585", "\"Sample toxin", "\"1 UNIT", "6.5430000000000001", ""],
    ])
}

#[test]
fn of_text_and_workbook_in_one_archive_the_text_is_taken() {
    let folder = Folder::new("both");
    let store = folder.store();
    let path = folder.0.join("october-2026-asp.zip");
    // The workbook stands first, and the text is taken all the same.
    let parts = [("ASP October 2026.xlsx", limits()), ("asp.csv", fs::read(sample("asp.csv")).unwrap())];
    fs::write(&path, zipped(&parts)).unwrap();
    let report = import(&store, &path, &Options::default()).unwrap();
    assert_eq!(report.imported.len(), 1);
    assert_eq!(report.imported[0].manifest.source, "asp.csv");
    assert_eq!(report.passed_over, ["ASP October 2026.xlsx"]);
}

#[test]
fn a_spreadsheet_of_the_old_form_is_named() {
    let folder = Folder::new("xls");
    let path = folder.0.join("asp.xls");
    fs::write(&path, [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 512]].concat()).unwrap();
    let error = import(&folder.store(), &path, &Options::default()).unwrap_err();
    assert_eq!(error.code(), "K013");
    assert!(error.help().contains("save the sheet as CSV"), "{}", error.help());
}

#[cfg(not(feature = "spreadsheets"))]
#[test]
fn a_workbook_is_refused_by_name() {
    let folder = Folder::new("xlsx");
    let path = folder.0.join("asp.xlsx");
    fs::write(&path, limits()).unwrap();
    let error = import(&folder.store(), &path, &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "`asp.xlsx` is a spreadsheet of a form that is not read here (xlsx)");
    assert_eq!(error.code(), "K013");
}

#[cfg(feature = "spreadsheets")]
mod spreadsheets {
    use super::*;

    #[test]
    fn a_workbook_gives_the_rows_of_its_text() {
        let folder = Folder::new("xlsx");
        let path = folder.0.join("asp.xlsx");
        fs::write(&path, limits()).unwrap();
        let (store, text) = (folder.store(), Store::at(folder.0.join("text")));
        let imported = import(&store, &path, &Options::default()).unwrap().imported.remove(0);
        take(&text, "asp.csv");
        assert_eq!((imported.kind, imported.manifest.vintage().as_str()), (Kind::Asp, "2026-10-01"));
        let line = |store: &Store| {
            let tables = store.tables_on(Kind::Asp, date(2026, 11, 1)).unwrap();
            tables.iter().flat_map(|table| table.rows("J0585").map(|row| row.line().to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(line(&store), line(&text));
        assert_eq!(line(&store), ["J0585\tSample toxin\t1 UNIT\t6.543\t\t"]);
        // The same again changes nothing.
        assert_eq!(import(&store, &path, &Options::default()).unwrap().imported[0].outcome, Outcome::WasThere);
    }

    #[test]
    fn dates_of_a_workbook_are_days() {
        let folder = Folder::new("xlsx-days");
        let path = folder.0.join("CARC_2026_OCT.xlsx");
        let rows: &[&[&str]] =
            &[&["\"Code", "\"Description", "\"Start", "\"Stop"], &["45", "\"An invented text", "@34700", ""]];
        fs::write(&path, workbook(rows)).unwrap();
        let store = folder.store();
        let report = import(&store, &path, &Options::default()).unwrap();
        assert_eq!(report.imported[0].kind, Kind::Adjustments);
        let tables = store.tables_on(Kind::Adjustments, date(2026, 11, 1)).unwrap();
        let lines: Vec<String> =
            tables.iter().flat_map(|table| table.rows("45").map(|row| row.line().to_owned())).collect();
        assert_eq!(lines, ["45\tCARC\tAn invented text\t1995-01-01\t"]);
    }

    #[test]
    fn a_workbook_that_unpacks_to_too_much_is_refused() {
        let folder = Folder::new("bomb");
        let path = folder.0.join("asp.xlsx");
        let texts = [b"<sst><si><t>".to_vec(), vec![b'a'; (1 << 26) + 1], b"</t></si></sst>".to_vec()].concat();
        let parts = [("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/sharedStrings.xml", texts)];
        fs::write(&path, zipped(&parts)).unwrap();
        let error = import(&folder.store(), &path, &Options::default()).unwrap_err();
        assert!(matches!(error, ImportError::TooLarge { limit_bytes, .. } if limit_bytes == 1 << 26), "{error}");
    }

    #[test]
    fn a_damaged_workbook_is_told() {
        let folder = Folder::new("xlsx-damaged");
        let path = folder.0.join("asp.xlsx");
        let parts = [("xl/workbook.xml", b"<workbook><sheets>".to_vec())];
        fs::write(&path, zipped(&parts)).unwrap();
        assert_eq!(import(&folder.store(), &path, &Options::default()).unwrap_err().code(), "K008");
    }
}
