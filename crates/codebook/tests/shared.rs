//! The files as their owners publish them, which are large and stay outside the repository, in `../shared/data`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use codebook::price::{Asked, Schedule, Setting};
use codebook::{Kind, ModifierIndicator, Options, Store, import};
use codes::Cents;
use jiff::civil::date;

/// Without the folder there is nothing to read; where the whole project is checked, that is a failure.
fn shared_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "shared data not here");
    println!("shared data not here");
    None
}

struct Temporary(Store);

impl Temporary {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("codebook-shared-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&path));
        Self(Store::at(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(self.0.root()));
    }
}

#[test]
fn whole_files_are_taken_whole() {
    let Some(data) = shared_data() else { return };
    let store = Temporary::new("whole");
    // Counted apart from this reader, each distinct row once.
    let files = [
        ("icd10cm/icd10cm-tabular-April-1-2026.xml.gz", Kind::IcdTabular, None, 73_174, 0),
        ("ncci/mue_practitioner_2024-07.csv", Kind::Mue, Some(date(2024, 7, 1)), 14_677, 0),
        ("ncci/mue_dme_2024-07.csv", Kind::Mue, Some(date(2024, 7, 1)), 2_928, 0),
        ("nucc/nucc_taxonomy_250.csv", Kind::Taxonomy, None, 879, 0),
        ("pos/pos_codes_2024-06.csv", Kind::PlaceOfService, Some(date(2024, 6, 1)), 52, 0),
        ("x12_codes/carc_rarc_2024-06.csv", Kind::Adjustments, Some(date(2024, 6, 1)), 1_581, 0),
        (
            "coverage/mcd-documents-2025-08/documents_latest.csv",
            Kind::CoverageDocuments,
            Some(date(2025, 8, 1)),
            3_133,
            0,
        ),
        ("pfs/PPRRVU2025_Oct.nocpt.csv", Kind::RelativeValues, None, 19_090, 0),
        ("pfs/GPCI2025.csv", Kind::Gpci, None, 109, 0),
        ("pfs/GPCI2026.csv", Kind::Gpci, None, 109, 0),
        ("pfs/25LOCCO.csv", Kind::Localities, None, 109, 0),
        ("pfs/OPPSCAP_Oct2025.csv.gz", Kind::OppsCap, None, 16_100, 0),
    ];
    let mut wrong = Vec::new();
    for (name, kind, from, rows, refused) in files {
        let options = Options { from, ..Options::default() };
        let report = import(&store.0, &data.join(name), &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let imported = &report.imported[0];
        let manifest = &imported.manifest;
        if (imported.kind, manifest.rows, manifest.refused) != (kind, rows, refused) {
            wrong.push(format!(
                "{name}: {} {} {} {:?}",
                imported.kind.word(),
                manifest.rows,
                manifest.refused,
                imported.refusals.first()
            ));
        }
        store.0.verify(kind, manifest).unwrap();
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// First lines of the releases of 2026: the layouts that are published now.
#[test]
fn the_layouts_of_this_year_are_recognized() {
    let Some(data) = shared_data() else { return };
    let store = Temporary::new("layouts");
    for (name, kind) in [
        ("HCPC2026_OCT_ANWEB.head.csv", Kind::Hcpcs),
        ("MCR_MUE_PractitionerServices_Eff_07-01-2026.head.csv", Kind::Mue),
        ("PPRRVU2026_Jul_nonQPP.head.redacted.csv", Kind::RelativeValues),
        ("ccipra-v322r0-f1.head.txt", Kind::Ptp),
        ("icd10cm_order_2026.head.txt", Kind::IcdOrder),
    ] {
        let report = import(&store.0, &data.join("cms_2026_excerpts").join(name), &Options::default()).unwrap();
        assert_eq!(report.imported[0].kind, kind);
        assert_eq!(report.imported[0].manifest.refused, 0, "{name}: {:?}", report.imported[0].refusals);
    }
}

/// Every price that CMS published for October 2025 as a cap on imaging, from relative values and indices, to the cent.
#[test]
fn published_amounts_come_out_to_the_cent() {
    let Some(data) = shared_data() else { return };
    let store = Temporary::new("amounts");
    for name in ["pfs/PPRRVU2025_Oct.nocpt.csv", "pfs/GPCI2025.csv", "pfs/OPPSCAP_Oct2025.csv.gz"] {
        import(&store.0, &data.join(name), &Options::default()).unwrap();
    }
    let day = date(2025, 11, 3);
    let caps = store.0.tables_on(Kind::OppsCap, day).unwrap().remove(0);
    let indices = store.0.tables_on(Kind::Gpci, day).unwrap().remove(0);
    // CMS lists some localities of California under the other of its two contractors.
    let (mut places, mut of_california) = (BTreeMap::new(), BTreeMap::new());
    for row in indices.all() {
        let (state, number) = row.cell(0).split_once('-').unwrap();
        places.insert((row.cell(1).to_owned(), number.to_owned()), row.cell(0).to_owned());
        if state == "CA" {
            of_california.insert(number.to_owned(), row.cell(0).to_owned());
        }
    }
    let schedule = Schedule::on(&store.0, day).unwrap();
    let mut equal = 0;
    let mut different = Vec::new();
    // What the contractor prices as a whole is the technical component and the professional one, which the file does not price.
    for row in caps.all().filter(|row| row.cell(2) == "A" || row.cell(1) == "TC") {
        let (contractor, number) = (row.cell(3).to_owned(), row.cell(4).to_owned());
        let elsewhere = || of_california.get(&number).filter(|_| contractor.starts_with("01"));
        let locality = places.get(&(contractor.clone(), number.clone())).or_else(elsewhere);
        let locality = locality.unwrap_or_else(|| panic!("{row:?}"));
        let asked = Asked {
            code: row.cell(0).parse().unwrap(),
            modifiers: row.cell(1).parse().ok().into_iter().collect(),
            units: 1,
        };
        for (facility, column) in [(true, 5), (false, 6)] {
            let setting = Setting {
                day,
                locality: locality.clone(),
                facility,
                non_physician: false,
                participates: true,
                part: "nonqpp".to_owned(),
            };
            let published: Cents = row.cell(column).parse().unwrap();
            match schedule.outpatient_amount(&asked, &setting) {
                Ok(amount) if amount == published => equal += 1,
                other => different.push(format!("{:?} {other:?} {published}", row.line())),
            }
        }
    }
    println!("{equal} published amounts are equal to the cent");
    assert_eq!(different.first(), None, "{} differ", different.len());
    assert!(equal > 20_000, "{equal}");
}

/// 2.5 million pairs, sorted outside memory, each found again.
#[test]
fn every_pair_of_the_correct_coding_initiative_is_found() {
    let Some(data) = shared_data() else { return };
    let store = Temporary::new("pairs");
    let options = Options { from: Some(date(2024, 7, 1)), ..Options::default() };
    let path = data.join("ncci/ncci_ptp_practitioner_2024-07.csv.gz");
    let imported = import(&store.0, &path, &options).unwrap().imported.remove(0);
    // One line of 2,546,017 stands there twice.
    assert_eq!((imported.manifest.rows, imported.manifest.refused), (2_546_016, 0), "{:?}", imported.refusals);
    let pairs = store.0.pairs(&imported.manifest).unwrap();
    assert_eq!(pairs.len(), 2_546_016);
    // Rows of the file, looked up again: one in a thousand.
    let file = std::io::BufReader::new(flate2::read::GzDecoder::new(fs::File::open(&path).unwrap()));
    for line in std::io::BufRead::lines(file).skip(1).step_by(997) {
        let line = line.unwrap();
        let cells: Vec<&str> = line.split(',').collect();
        let modifier = match cells[3] {
            "0" => ModifierIndicator::NotAllowed,
            "1" => ModifierIndicator::Allowed,
            _ => ModifierIndicator::NotApplicable,
        };
        let last: Option<jiff::civil::Date> = cells[2].parse().ok();
        let until = last.map(|last| last.tomorrow().unwrap());
        let mut edits = pairs.edits(cells[0].parse().unwrap(), cells[1].parse().unwrap());
        assert!(edits.any(|edit| edit.modifier == modifier && edit.until == until), "{line}");
    }
}
