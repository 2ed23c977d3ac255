//! What Medicare allows: relative values × indices × conversion factor, and payment limits of drugs.
//!
//! Amounts are whole numbers throughout: relative values in hundredths, indices in thousandths, the conversion factor in
//! ten-thousandths; the product is rounded once, half up, to the cent.

use codes::{Cents, Modifier, ProcedureCode};
use jiff::civil::Date;

use crate::decimal::scaled;
use crate::error::StoreError;
use crate::kind::Kind;
use crate::lookup::{Row, Table};
use crate::store::Store;

/// Of relative value (hundredths) × index (thousandths) × conversion factor (ten-thousandths), to cents.
const PRODUCT_TO_CENTS: i128 = 10_000_000;
/// 42 CFR 414.52 and 414.56: physician assistants, nurse practitioners, clinical nurse specialists.
const NON_PHYSICIAN_PERCENT: i64 = 85;
/// SSA 1848(a)(3).
const NON_PARTICIPATING_PERCENT: i64 = 95;
/// SSA 1848(g)(2)(C), 42 CFR 414.48: of the amount for those who do not participate.
const LIMITING_CHARGE_PERCENT: i64 = 115;
/// Claims Processing Manual, chapter 12, 40.6: the second to fifth procedure of a day.
const SECOND_PROCEDURE_PERCENT: i64 = 50;
const PROCEDURES_RANKED_MAX: usize = 5;
/// Bilateral indicator 1: both sides.
const BOTH_SIDES_PERCENT: i64 = 150;
/// Units of one line that are ranked one by one.
const UNITS_MAX: u32 = 100_000;

/// One code to price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The code.
    pub code: ProcedureCode,
    /// Modifiers that change a payment: 26, TC, 50, 53.
    pub modifiers: Vec<Modifier>,
    /// Units.
    pub units: u32,
}

/// Where, when and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Date of service.
    pub day: Date,
    /// State and locality: `CA-18`.
    pub locality: String,
    /// Whether the place of service is paid the facility amount.
    pub facility: bool,
    /// Whether a nurse practitioner, clinical nurse specialist or physician assistant bills.
    pub non_physician: bool,
    /// Whether the biller participates in Medicare.
    pub participates: bool,
    /// Which conversion factor, since 2026: `qpp` or `nonqpp`.
    pub part: String,
}

/// The price of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What was asked.
    pub asked: Asked,
    /// What Medicare allows for the line, or why that is not known.
    pub allowed: Result<Cents, String>,
    /// How it was reached, each step with its source.
    pub steps: Vec<Step>,
    /// Whether it is a drug: always assigned, never reduced.
    pub drug: bool,
}

/// One step of the arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done: `(1.85 × 1.017 + …) × 32.3465 = 150.36`.
    pub what: String,
    /// Where that is written.
    pub source: String,
}

/// What Medicare allows for a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Each line.
    pub lines: Vec<Priced>,
    /// The sum, if every line has a price.
    pub allowed: Option<Cents>,
    /// What one who does not participate may charge at most when not taking assignment, drugs left out.
    pub limiting_charge: Option<Cents>,
}

/// The tables that a price is made of.
pub struct Schedule {
    values: Vec<Table>,
    indices: Vec<Table>,
    caps: Vec<Table>,
    drugs: Vec<Table>,
}

/// Indices of a locality, in thousandths.
struct Indices {
    work: i64,
    practice: i64,
    malpractice: i64,
    contractor: String,
    said: [String; 3],
}

impl Schedule {
    /// The tables that count on a day.
    ///
    /// # Errors
    /// When one cannot be read or is damaged. One that was never imported is no error: the price says so.
    pub fn on(store: &Store, day: Date) -> Result<Self, StoreError> {
        Ok(Self {
            values: store.tables_on(Kind::RelativeValues, day)?,
            indices: store.tables_on(Kind::Gpci, day)?,
            caps: store.tables_on(Kind::OppsCap, day)?,
            drugs: store.tables_on(Kind::Asp, day)?,
        })
    }

    /// Whether there is anything to price with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.drugs.is_empty()
    }

    /// Which releases it is made of: `2026-07-01.nonqpp`.
    #[must_use]
    pub fn vintage(&self) -> String {
        let tables = self.values.iter().chain(&self.drugs).map(|table| table.manifest.vintage());
        tables.collect::<Vec<_>>().join(" and ")
    }

    /// Localities of a state, by number, with their names.
    #[must_use]
    pub fn localities(&self, state: &str) -> Vec<(String, String)> {
        let rows = self.indices.iter().flat_map(|table| table.beginning_with(&format!("{state}-")).collect::<Vec<_>>());
        rows.map(|row| (row.cell(0).to_owned(), row.cell(2).to_owned())).collect()
    }

    /// Prices a visit.
    #[must_use]
    pub fn price(&self, asked: &[Asked], setting: &Setting) -> Price {
        let mut lines: Vec<Priced> = asked.iter().map(|asked| self.line(asked, setting)).collect();
        self.rank(&mut lines, setting);
        for line in &mut lines {
            let Ok(amount) = line.allowed.clone() else { continue };
            if line.drug || setting.participates {
                continue;
            }
            line.allowed =
                percent(amount, NON_PARTICIPATING_PERCENT, line, "who does not participate", "SSA 1848(a)(3)");
        }
        let sum = |drugs: bool| {
            let amounts: Option<Vec<Cents>> =
                lines.iter().filter(|line| drugs || !line.drug).map(|line| line.allowed.clone().ok()).collect();
            Cents::checked_sum(amounts?)
        };
        let limiting_charge = (!setting.participates && !setting.non_physician)
            .then(|| sum(false)?.mul_ratio(LIMITING_CHARGE_PERCENT, 100))
            .flatten();
        Price { allowed: sum(true), limiting_charge, lines }
    }

    /// The amount by the outpatient values of the schedule, which CMS publishes as a cap on imaging.
    ///
    /// # Errors
    /// Why there is none.
    pub fn outpatient_amount(&self, asked: &Asked, setting: &Setting) -> Result<Cents, String> {
        let (table, row) =
            self.values(asked, &setting.part).ok_or_else(|| "it is not in the fee schedule".to_owned())?;
        let indices = self.indices(&setting.locality).ok_or_else(|| "its place has no indices".to_owned())?;
        let practice = row.cell(if setting.facility { 14 } else { 13 });
        let mut line = Priced { asked: asked.clone(), allowed: Ok(Cents::ZERO), steps: Vec::new(), drug: false };
        let vintage = table.manifest.vintage();
        self.amount([row.cell(3), practice, row.cell(15)], row.cell(12), &indices, &mut line, &vintage)
    }

    fn line(&self, asked: &Asked, setting: &Setting) -> Priced {
        let mut line = Priced { asked: asked.clone(), allowed: Err(String::new()), steps: Vec::new(), drug: false };
        line.allowed = if asked.units == 0 || asked.units > UNITS_MAX {
            Err(format!("units have to be from 1 to {UNITS_MAX}"))
        } else if let Some(result) = self.drug(asked, &mut line) {
            result
        } else {
            self.physician(asked, setting, &mut line)
        };
        line
    }

    /// The payment limit of a drug × its units; `None` if it is none.
    fn drug(&self, asked: &Asked, line: &mut Priced) -> Option<Result<Cents, String>> {
        let (table, row) =
            self.drugs.iter().find_map(|table| Some((table, table.rows(asked.code.as_str()).next()?)))?;
        line.drug = true;
        let limit = scaled(row.cell(3), 3)?;
        let amount = rounded(i128::from(limit) * i128::from(asked.units), 10);
        line.steps.push(Step {
            what: format!("{} × {} units of {} = {}", row.cell(3), asked.units, row.cell(2), shown(&amount)),
            source: format!("{}, {}; 42 CFR 414.904", Kind::Asp.title(), table.manifest.vintage()),
        });
        Some(amount)
    }

    /// The row of a code in the relative values.
    fn values(&self, asked: &Asked, part: &str) -> Option<(&Table, Row<'_>)> {
        let component =
            asked.modifiers.iter().map(|modifier| modifier.as_str()).find(|m| matches!(*m, "26" | "TC" | "53"));
        let tables = self.values.iter().filter(|table| table.manifest.part.as_deref().is_none_or(|own| own == part));
        tables.rev().find_map(|table| {
            let row = table.rows(asked.code.as_str()).find(|row| row.cell(1) == component.unwrap_or_default())?;
            Some((table, row))
        })
    }

    fn indices(&self, locality: &str) -> Option<Indices> {
        let row = self.indices.iter().find_map(|table| table.rows(locality).next())?;
        let said = [3, 4, 5].map(|column| row.cell(column).to_owned());
        let [work, practice, malpractice] = said.each_ref().map(|cell| scaled(cell, 3));
        Some(Indices {
            work: work?,
            practice: practice?,
            malpractice: malpractice?,
            contractor: row.cell(1).to_owned(),
            said,
        })
    }

    fn physician(&self, asked: &Asked, setting: &Setting, line: &mut Priced) -> Result<Cents, String> {
        if self.values.is_empty() {
            return Err(format!("no relative values for {} have been imported", setting.day));
        }
        let (table, row) = self
            .values(asked, &setting.part)
            .ok_or_else(|| format!("{} is not in the fee schedule of {}", asked.code, setting.day))?;
        let part = table.manifest.vintage();
        match row.cell(2) {
            "A" | "R" | "T" => {}
            "C" => return Err("the contractor sets the price (status C)".to_owned()),
            "E" => {
                return Err(format!(
                    "it is paid by other rules (status E); no drug payment limit for it on {} has been imported",
                    setting.day
                ));
            }
            "N" => return Err("Medicare does not cover it (status N)".to_owned()),
            "B" | "P" => return Err(format!("it is paid within another service (status {})", row.cell(2))),
            status => return Err(format!("the fee schedule does not pay it (status {status})")),
        }
        let (practice, not_applicable) = if setting.facility { (5, 8) } else { (4, 7) };
        if row.cell(not_applicable) == "NA" {
            let place = if setting.facility { "a facility" } else { "an office" };
            return Err(format!("it is not usually done in {place} (indicator NA)"));
        }
        let indices = self
            .indices(&setting.locality)
            .ok_or_else(|| format!("no indices of {} for {} have been imported", setting.locality, setting.day))?;
        let each = self.amount([row.cell(3), row.cell(practice), row.cell(6)], row.cell(12), &indices, line, &part)?;
        let each = self.capped(asked, setting, &indices, each, line);
        let each = if setting.non_physician {
            percent(
                each,
                NON_PHYSICIAN_PERCENT,
                line,
                "a nurse practitioner or physician assistant",
                "42 CFR 414.52, 414.56",
            )?
        } else {
            each
        };
        let both_sides = asked.modifiers.iter().any(|modifier| modifier.as_str() == "50");
        match row.cell(11) {
            "1" if both_sides => percent(each, BOTH_SIDES_PERCENT, line, "both sides", "bilateral indicator 1"),
            _ if both_sides => Err(format!("modifier 50 does not fit (bilateral indicator {})", row.cell(11))),
            _ => Ok(each),
        }
    }

    fn amount(
        &self,
        values: [&str; 3],
        factor: &str,
        indices: &Indices,
        line: &mut Priced,
        vintage: &str,
    ) -> Result<Cents, String> {
        let unread = || "its row in the fee schedule cannot be read".to_owned();
        let [work, practice, malpractice] = values.map(|value| scaled(value, 2));
        let factor_scaled = scaled(factor, 4).ok_or_else(unread)?;
        let product = |value: Option<i64>, index: i64| Some(i128::from(value?) * i128::from(index));
        let sum = [
            product(work, indices.work),
            product(practice, indices.practice),
            product(malpractice, indices.malpractice),
        ]
        .into_iter()
        .sum::<Option<i128>>()
        .ok_or_else(unread)?;
        let amount = rounded(sum * i128::from(factor_scaled), PRODUCT_TO_CENTS);
        let [work, practice, malpractice] = values;
        let [by_work, by_practice, by_malpractice] = &indices.said;
        line.steps.push(Step {
            what: format!(
                "({work} × {by_work} + {practice} × {by_practice} + {malpractice} × {by_malpractice}) × {factor} = {}",
                shown(&amount)
            ),
            source: format!("{}, {vintage}; 42 CFR 414.20", Kind::RelativeValues.title()),
        });
        amount
    }

    fn capped(&self, asked: &Asked, setting: &Setting, indices: &Indices, amount: Cents, line: &mut Priced) -> Cents {
        let component =
            asked.modifiers.iter().map(|modifier| modifier.as_str()).find(|m| *m == "TC").unwrap_or_default();
        let number = setting.locality.rsplit('-').next().unwrap_or_default();
        let cap = self.caps.iter().find_map(|table| {
            let mut rows = table.rows(asked.code.as_str());
            let row = rows
                .find(|row| row.cell(1) == component && row.cell(3) == indices.contractor && row.cell(4) == number)?;
            scaled(row.cell(if setting.facility { 5 } else { 6 }), 2).map(Cents)
        });
        match cap {
            Some(cap) if cap < amount => {
                line.steps.push(Step {
                    what: format!("not more than the outpatient amount, {cap}"),
                    source: Kind::OppsCap.title().to_owned(),
                });
                cap
            }
            _ => amount,
        }
    }

    /// Pays the second to fifth procedure of the day by half, and multiplies what is not ranked by its units.
    fn rank(&self, lines: &mut [Priced], setting: &Setting) {
        let indicator = |line: &Priced| {
            let row = self.values(&line.asked, &setting.part);
            row.map_or_else(String::new, |(_, row)| row.cell(10).to_owned())
        };
        let mut ranked: Vec<(usize, Cents)> = Vec::new();
        for (index, line) in lines.iter_mut().enumerate() {
            let Ok(each) = line.allowed.clone() else { continue };
            if line.drug {
                continue;
            }
            let units = line.asked.units;
            match indicator(line).as_str() {
                "2" if units as usize <= PROCEDURES_RANKED_MAX => {
                    ranked.extend(std::iter::repeat_n((index, each), units as usize));
                    line.allowed = Ok(Cents::ZERO);
                }
                "2" => line.allowed = Err(format!("more than {PROCEDURES_RANKED_MAX} are paid by report")),
                special @ ("3" | "4" | "5" | "6" | "7") => {
                    line.allowed = each.checked_mul(i64::from(units)).ok_or_else(too_large);
                    line.steps.push(Step {
                        what: "a special reduction applies if others like it are done the same day; it is not computed"
                            .to_owned(),
                        source: format!("multiple procedure indicator {special}"),
                    });
                }
                _ => line.allowed = each.checked_mul(i64::from(units)).ok_or_else(too_large),
            }
        }
        ranked.sort_by_key(|(index, each)| (std::cmp::Reverse(*each), *index));
        for (rank, (index, each)) in ranked.into_iter().enumerate() {
            let line = &mut lines[index];
            let source = "multiple procedure indicator 2; Claims Processing Manual, chapter 12, 40.6";
            let amount = match rank {
                0 => Ok(each),
                _ if rank < PROCEDURES_RANKED_MAX => {
                    percent(each, SECOND_PROCEDURE_PERCENT, line, &format!("procedure {} of the day", rank + 1), source)
                }
                _ => Err(format!("more than {PROCEDURES_RANKED_MAX} procedures of a day are paid by report")),
            };
            line.allowed = match (line.allowed.clone(), amount) {
                (Ok(sum), Ok(amount)) => sum.checked_add(amount).ok_or_else(too_large),
                (Err(why), _) | (_, Err(why)) => Err(why),
            };
        }
    }
}

fn too_large() -> String {
    "the amount is larger than any price".to_owned()
}

fn percent(amount: Cents, percent: i64, line: &mut Priced, why: &str, source: &str) -> Result<Cents, String> {
    let result = amount.mul_ratio(percent, 100).ok_or_else(too_large)?;
    line.steps.push(Step { what: format!("{percent} % for {why}: {result}"), source: source.to_owned() });
    Ok(result)
}

/// Half up.
fn rounded(value: i128, by: i128) -> Result<Cents, String> {
    i64::try_from((value + by / 2) / by).map(Cents).map_err(|_| too_large())
}

fn shown(amount: &Result<Cents, String>) -> String {
    amount.as_ref().map_or_else(Clone::clone, ToString::to_string)
}
