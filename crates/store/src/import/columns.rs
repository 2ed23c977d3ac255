//! Which column holds what: by heading, in the words that programs of practices use.

use codes::suggest;
use serde::{Deserialize, Serialize};

use super::{ImportError, Kind};

/// A field, as it is named by hand and in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether a row is nothing without it.
    pub needed: bool,
    /// Headings that mean it, folded: letters and digits alone, in lower case.
    pub headings: &'static [&'static str],
}

const fn field(name: &'static str, headings: &'static [&'static str]) -> Field {
    Field { name, needed: false, headings }
}

const fn needed(name: &'static str, headings: &'static [&'static str]) -> Field {
    Field { name, needed: true, headings }
}

/// The whole name in one column, instead of two.
const NAME: Field = field("name", &["name", "fullname", "patientname", "clientname", "patient", "client"]);

const PATIENTS: &[Field] = &[
    needed(
        "family",
        &["family", "lastname", "familyname", "surname", "last", "patientlastname", "clientlastname", "namelast"],
    ),
    needed(
        "given",
        &["given", "firstname", "givenname", "first", "forename", "patientfirstname", "clientfirstname", "namefirst"],
    ),
    NAME,
    field("preferred", &["preferred", "preferredname", "nickname", "goesby"]),
    field("birth-date", &["birthdate", "dateofbirth", "dob", "birthday", "patientdob", "clientdob", "born"]),
    field("sex", &["sex", "gender", "sexatbirth", "administrativesex", "patientsex", "patientgender"]),
    field(
        "mrn",
        &[
            "mrn",
            "medicalrecordnumber",
            "patientid",
            "clientid",
            "chartnumber",
            "chartno",
            "patientnumber",
            "accountnumber",
            "externalid",
        ],
    ),
    field(
        "phone",
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "cell",
            "cellphone",
            "telephone",
            "homephone",
            "primaryphone",
        ],
    ),
    field("email", &["email", "emailaddress", "mail", "primaryemail"]),
    field("street", &["street", "address", "address1", "addressline1", "streetaddress", "street1", "homeaddress"]),
    field("street-2", &["street2", "address2", "addressline2", "apartment", "apt", "unit", "suite"]),
    field("city", &["city", "town", "homecity"]),
    field("state", &["state", "homestate", "province", "region", "stateprovince"]),
    field("zip", &["zip", "zipcode", "postalcode", "postcode"]),
];

const CLINICIANS: &[Field] = &[
    needed(
        "name",
        &[
            "name",
            "fullname",
            "provider",
            "providername",
            "clinician",
            "clinicianname",
            "staffname",
            "employeename",
            "practitioner",
        ],
    ),
    field("npi", &["npi", "npinumber", "providernpi", "individualnpi", "nationalprovideridentifier"]),
    field(
        "licence",
        &["licence", "license", "licensetype", "licencetype", "credential", "credentials", "title", "discipline"],
    ),
    field("licence-number", &["licencenumber", "licensenumber", "licenseno", "licenceno", "license#"]),
    field("licence-state", &["licencestate", "licensestate", "stateoflicense", "state"]),
    field("licence-from", &["licencefrom", "licensefrom", "issued", "issuedate", "licenseissued", "effectivedate"]),
    field(
        "licence-until",
        &[
            "licenceuntil",
            "licenseuntil",
            "expires",
            "expiration",
            "expirationdate",
            "expirydate",
            "licenseexpiration",
            "licenseexpires",
        ],
    ),
    field("active", &["active", "isactive", "status", "employed"]),
];

const MENU: &[Field] = &[
    needed("name", &["name", "service", "servicename", "treatmentname", "item", "itemname", "menuitem", "description"]),
    field("treatment", &["treatment", "coveredtreatment"]),
    field(
        "codes",
        &["codes", "code", "cpt", "cptcode", "cptcodes", "hcpcs", "hcpcscode", "procedurecode", "billingcode"],
    ),
    field("price", &["price", "amount", "cost", "fee", "retailprice", "unitprice", "rate"]),
    field("active", &["active", "isactive", "enabled", "bookable", "offered"]),
];

impl Kind {
    /// The fields of such a list.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Kind::Patients => PATIENTS,
            Kind::Clinicians => CLINICIANS,
            Kind::Menu => MENU,
        }
    }
}

/// What a column of the file was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its number, from 1: its heading may be anything and is never repeated.
    pub number: usize,
    /// The field that it holds; none: it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A field that a heading which means none comes near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

/// Which cell of a row holds which field.
pub(super) struct Columns {
    held: Vec<(&'static str, usize)>,
    pub(super) told: Vec<Column>,
}

impl Columns {
    pub(super) fn of(kind: Kind, headings: &[String], by_hand: &[(usize, String)]) -> Result<Columns, ImportError> {
        let mut fields = vec![None; headings.len()];
        for (place, heading) in headings.iter().enumerate() {
            let heading = fold(heading);
            fields[place] = kind.fields().iter().find(|field| field.headings.contains(&heading.as_str()));
        }
        for (number, name) in by_hand {
            let field = kind.fields().iter().find(|field| field.name == name);
            let place = number.checked_sub(1).and_then(|place| fields.get_mut(place));
            match place {
                Some(place) if field.is_some() || name == "none" => *place = field,
                _ => return Err(ImportError::Named { column: *number, field: shown(name) }),
            }
        }
        let mut columns = Columns { held: Vec::new(), told: Vec::new() };
        for (place, field) in fields.iter().enumerate() {
            let near = if field.is_none() { near(kind, &headings[place], &fields) } else { None };
            columns.told.push(Column {
                number: place + 1,
                field: field.map(|field| field.name.to_string()),
                near: near.map(str::to_string),
            });
            let Some(field) = field else { continue };
            if let Some(first) = columns.place(field.name) {
                return Err(ImportError::Twice { field: field.name, first: first + 1, second: place + 1 });
            }
            columns.held.push((field.name, place));
        }
        columns.check(kind)?;
        Ok(columns)
    }

    fn check(&self, kind: Kind) -> Result<(), ImportError> {
        if self.held.is_empty() {
            return Err(ImportError::Headings { kind });
        }
        for field in kind.fields().iter().filter(|field| field.needed) {
            let whole_name = kind == Kind::Patients && self.place("name").is_some();
            if self.place(field.name).is_none() && !whole_name {
                let near = self.told.iter().find(|column| column.near.as_deref() == Some(field.name));
                return Err(ImportError::Missing { field: field.name, near: near.map(|column| column.number) });
            }
        }
        Ok(())
    }

    fn place(&self, field: &str) -> Option<usize> {
        self.held.iter().find(|(held, _)| *held == field).map(|(_, place)| *place)
    }

    /// How many cells a row must have for every field to be in it.
    pub(super) fn width(&self) -> usize {
        self.told.len()
    }

    /// The cell of a field; none, if no column holds it or it is empty.
    pub(super) fn cell<'a>(&self, cells: &'a [String], field: &str) -> Option<&'a str> {
        let cell = cells.get(self.place(field)?)?.as_str();
        (!cell.is_empty()).then_some(cell)
    }
}

/// A name typed by hand may be repeated, if it is one.
fn shown(name: &str) -> String {
    let is_name =
        name.len() <= 20 && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte));
    if is_name { name.to_string() } else { "?".to_string() }
}

fn near(kind: Kind, heading: &str, taken: &[Option<&Field>]) -> Option<&'static str> {
    let free = kind.fields().iter().filter(|field| !taken.contains(&Some(*field)));
    let words = free.flat_map(|field| field.headings.iter().copied());
    let meant = suggest(&fold(heading), words)?;
    kind.fields().iter().find(|field| field.headings.contains(&meant)).map(|field| field.name)
}

fn fold(heading: &str) -> String {
    heading.chars().filter(|char| char.is_alphanumeric() || *char == '#').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, headings: &str, by_hand: &[(usize, String)]) -> Result<Columns, ImportError> {
        let headings: Vec<String> = headings.split(',').map(str::to_string).collect();
        Columns::of(kind, &headings, by_hand)
    }

    fn told(columns: &Columns) -> Vec<Option<&str>> {
        columns.told.iter().map(|column| column.field.as_deref()).collect()
    }

    #[test]
    fn no_heading_means_two_fields() {
        for kind in Kind::ALL {
            let mut headings: Vec<_> = kind.fields().iter().flat_map(|field| field.headings).collect();
            let count = headings.len();
            headings.sort_unstable();
            headings.dedup();
            assert_eq!(headings.len(), count, "{kind:?}");
            assert!(headings.iter().all(|heading| fold(heading) == **heading));
        }
    }

    #[test]
    fn words_of_other_programs_are_known() {
        let columns = of(Kind::Patients, "Client ID,Last Name,First_Name,D.O.B.,Notes,E-mail", &[]).unwrap();
        let fields = [Some("mrn"), Some("family"), Some("given"), Some("birth-date"), None, Some("email")];
        assert_eq!(told(&columns), fields);
        let columns = of(Kind::Patients, "Patient Name,DOB", &[]).unwrap();
        assert_eq!(told(&columns), [Some("name"), Some("birth-date")]);
        let columns = of(Kind::Clinicians, "Provider,NPI #,License #,Expires", &[(2, "npi".to_string())]).unwrap();
        assert_eq!(told(&columns), [Some("name"), Some("npi"), Some("licence-number"), Some("licence-until")]);
    }

    #[test]
    fn a_slip_gets_a_suggestion_and_no_heading_is_repeated() {
        let error = of(Kind::Patients, "Lastnam,First Name", &[]).err().unwrap();
        assert!(matches!(error, ImportError::Missing { field: "family", near: Some(1) }));
        assert!(!error.to_string().contains("Lastnam"));
        let without_headings = of(Kind::Patients, "Testperson,Ada,1980-02-29", &[]).err().unwrap();
        assert!(matches!(without_headings, ImportError::Headings { kind: Kind::Patients }));
        let columns = of(Kind::Patients, "Last,First,Brith date", &[]).unwrap();
        assert_eq!(columns.told[2].near.as_deref(), Some("birth-date"));
    }

    #[test]
    fn columns_are_named_by_hand() {
        let by_hand = [(1, "family".to_string()), (2, "given".to_string()), (3, "none".to_string())];
        assert_eq!(
            told(&of(Kind::Patients, "x,y,last name", &by_hand).unwrap()),
            [Some("family"), Some("given"), None]
        );
        let twice = of(Kind::Patients, "Last,First,Surname", &[]).err().unwrap();
        assert!(matches!(twice, ImportError::Twice { field: "family", first: 1, second: 3 }));
        for (number, name) in [(0, "family"), (4, "family"), (1, "Testperson")] {
            let error = of(Kind::Patients, "Last,First", &[(number, name.to_string())]).err().unwrap();
            assert!(matches!(error, ImportError::Named { .. }) && !error.to_string().contains("Testperson"));
        }
    }
}
