//! Rows as records: what a row says, and what it changes of what is on file. An empty cell never takes anything away.

use jiff::civil::Date;

use super::columns::Columns;
use super::ledger::Reason;
use super::{Kind, Treatments, cells};
use crate::Phi;
use crate::nouns::{Address, Clinician, Interval, Licence, MenuItem, Patient};

/// Why a row is none, and in which field.
pub(super) type Rejection = (Option<&'static str>, Reason);

/// The cells of a row, by field.
pub(super) struct Row<'a> {
    columns: &'a Columns,
    cells: &'a [String],
}

impl<'a> Row<'a> {
    pub(super) fn of(kind: Kind, columns: &'a Columns, cells: &'a [String]) -> Result<Row<'a>, Rejection> {
        if cells.len() < columns.width() || cells[columns.width()..].iter().any(|cell| !cell.is_empty()) {
            return Err((None, Reason::Cells));
        }
        let row = Row { columns, cells };
        for field in kind.fields() {
            row.read(field.name, cells::check)?;
        }
        Ok(row)
    }

    fn text(&self, field: &'static str) -> Option<String> {
        self.columns.cell(self.cells, field).map(str::to_string)
    }

    fn read<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&'a str) -> Result<T, Reason>,
    ) -> Result<Option<T>, Rejection> {
        let cell = self.columns.cell(self.cells, field);
        cell.map(read).transpose().map_err(|reason| (Some(field), reason))
    }

    fn needed(&self, field: &'static str) -> Result<String, Rejection> {
        self.text(field).ok_or((Some(field), Reason::Missing))
    }

    pub(super) fn patient(&self, today: Date) -> Result<Patient, Rejection> {
        let (family, given) = match self.read("name", cells::name)? {
            Some(both) => both,
            None => (self.needed("family")?, self.needed("given")?),
        };
        let owned = |word: &'static str| word.to_string();
        let home_state = self.read("state", cells::state)?.map(owned);
        let patient = Patient {
            family: Phi::new(family),
            given: Phi::new(given),
            preferred: Phi::new(self.text("preferred")),
            birth_date: Phi::new(self.read("birth-date", |cell| cells::birth_date(cell, today))?),
            sex: Phi::new(self.read("sex", cells::sex)?.map(owned)),
            mrn: Phi::new(self.text("mrn")),
            phone: Phi::new(self.read("phone", cells::phone)?),
            email: Phi::new(self.read("email", cells::email)?),
            address: self.address(home_state.as_deref())?,
            home_state: Phi::new(home_state),
        };
        let numbers = [&patient.mrn, &patient.phone, &patient.email];
        if patient.birth_date.reveal().is_none() && numbers.iter().all(|number| number.reveal().is_none()) {
            return Err((None, Reason::Unknowable));
        }
        Ok(patient)
    }

    /// A state alone says where somebody lives, and is no address.
    fn address(&self, state: Option<&str>) -> Result<Option<Phi<Address>>, Rejection> {
        let zip = self.read("zip", cells::zip)?;
        let (street, city) = (self.text("street"), self.text("city"));
        if street.is_none() && city.is_none() && zip.is_none() {
            return Ok(None);
        }
        Ok(Some(Phi::new(Address {
            street: street.unwrap_or_default(),
            street_2: self.text("street-2"),
            city: city.unwrap_or_default(),
            state: state.unwrap_or_default().to_string(),
            zip: zip.unwrap_or_default(),
        })))
    }

    pub(super) fn clinician(&self) -> Result<Clinician, Rejection> {
        let holds =
            Interval { from: self.read("licence-from", cells::day)?, until: self.read("licence-until", cells::day)? };
        let state = self.read("licence-state", cells::state)?.map(str::to_string);
        let number = self.text("licence-number");
        let licences = match self.text("licence") {
            Some(kind) => vec![Licence { kind, number, state, holds }],
            None if number.is_some() || holds != Interval::default() => return Err((Some("licence"), Reason::Missing)),
            None => Vec::new(),
        };
        Ok(Clinician {
            name: self.needed("name")?,
            active: self.read("active", cells::yes_or_no)?.unwrap_or(true),
            npi: self.read("npi", cells::npi)?,
            licences,
            ..Clinician::default()
        })
    }

    pub(super) fn menu_item(&self, treatments: Treatments<'_>) -> Result<MenuItem, Rejection> {
        let name = self.needed("name")?;
        let treatment = match self.read("treatment", |cell| treatments(cell).ok_or(Reason::Treatment))? {
            Some(treatment) => Some(treatment),
            None => treatments(&name),
        };
        Ok(MenuItem {
            treatment,
            active: self.read("active", cells::yes_or_no)?.unwrap_or(true),
            codes: self.read("codes", cells::codes)?.unwrap_or_default(),
            price_cents: self.read("price", cells::price)?,
            facility: None,
            name,
        })
    }

    /// Whether the row says whether the record is active at all.
    pub(super) fn says_active(&self) -> bool {
        self.columns.cell(self.cells, "active").is_some()
    }
}

/// The fields of a record that a row changes.
pub(super) struct Changes(pub(super) Vec<String>);

impl Changes {
    fn set<T: PartialEq>(&mut self, field: &'static str, on_file: &mut T, row: T) {
        if *on_file != row {
            *on_file = row;
            self.0.push(field.to_string());
        }
    }

    fn fill<T: PartialEq>(&mut self, field: &'static str, on_file: &mut Option<T>, row: Option<T>) {
        if row.is_some() {
            self.set(field, on_file, row);
        }
    }

    fn fill_phi<T: PartialEq>(&mut self, field: &'static str, on_file: &mut Phi<Option<T>>, row: Phi<Option<T>>) {
        self.fill(field, on_file.reveal_mut(), row.into_inner());
    }
}

pub(super) fn change_patient(on_file: &mut Patient, row: Patient) -> Changes {
    let mut changes = Changes(Vec::new());
    changes.set("family", &mut on_file.family, row.family);
    changes.set("given", &mut on_file.given, row.given);
    changes.fill_phi("preferred", &mut on_file.preferred, row.preferred);
    changes.fill_phi("birth-date", &mut on_file.birth_date, row.birth_date);
    changes.fill_phi("sex", &mut on_file.sex, row.sex);
    changes.fill_phi("state", &mut on_file.home_state, row.home_state);
    changes.fill_phi("mrn", &mut on_file.mrn, row.mrn);
    changes.fill_phi("phone", &mut on_file.phone, row.phone);
    changes.fill_phi("email", &mut on_file.email, row.email);
    if let Some(row) = row.address {
        change_address(&mut changes, on_file.address.get_or_insert_default().reveal_mut(), row.into_inner());
    }
    changes
}

fn change_address(changes: &mut Changes, on_file: &mut Address, row: Address) {
    changes.fill("street-2", &mut on_file.street_2, row.street_2);
    for (field, on_file, row) in [
        ("street", &mut on_file.street, row.street),
        ("city", &mut on_file.city, row.city),
        ("state", &mut on_file.state, row.state),
        ("zip", &mut on_file.zip, row.zip),
    ] {
        if !row.is_empty() {
            changes.set(field, on_file, row);
        }
    }
}

pub(super) fn change_clinician(on_file: &mut Clinician, row: Clinician, says_active: bool) -> Changes {
    let mut changes = Changes(Vec::new());
    changes.set("name", &mut on_file.name, row.name);
    changes.fill("npi", &mut on_file.npi, row.npi);
    if says_active {
        changes.set("active", &mut on_file.active, row.active);
    }
    for licence in row.licences {
        let same = |other: &&mut Licence| {
            other.kind == licence.kind
                && other.state == licence.state
                && (other.number == licence.number || other.number.is_none())
        };
        match on_file.licences.iter_mut().find(same) {
            Some(other) => changes.set("licence", other, licence),
            None => {
                on_file.licences.push(licence);
                changes.0.push("licence".to_string());
            }
        }
    }
    changes
}

pub(super) fn change_menu_item(on_file: &mut MenuItem, row: MenuItem, says_active: bool) -> Changes {
    let mut changes = Changes(Vec::new());
    changes.set("name", &mut on_file.name, row.name);
    changes.fill("treatment", &mut on_file.treatment, row.treatment);
    changes.fill("price", &mut on_file.price_cents, row.price_cents);
    if !row.codes.is_empty() {
        changes.set("codes", &mut on_file.codes, row.codes);
    }
    if says_active {
        changes.set("active", &mut on_file.active, row.active);
    }
    changes
}
