//! Units of number facts.

/// What a number fact is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Thousandths of a second (venous reflux).
    Milliseconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Seven days.
    Weeks,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
    /// Billing units of a code.
    Units,
    /// How many of something.
    Count,
    /// Points on a rating scale.
    Points,
    /// Sessions of a treatment.
    Sessions,
    /// Parts of a hundred.
    Percent,
    /// Degrees of arc (visual field).
    Degrees,
    /// Tenths of a millimetre (eyelid measurements).
    TenthsMm,
    /// Millimetres.
    Mm,
    /// Centimetres.
    Cm,
    /// Square centimetres.
    Cm2,
    /// Square metres (body surface).
    M2,
    /// Millilitres.
    Ml,
    /// Milligrams.
    Mg,
    /// Grams (resected tissue).
    Grams,
    /// Kilograms.
    Kg,
    /// Kilograms per square metre (body-mass index).
    KgM2,
    /// Nanograms per decilitre (hormones).
    NgDl,
    /// Nanograms per millilitre.
    NgMl,
    /// Milligrams per decilitre.
    MgDl,
    /// Millimetres of mercury.
    MmHg,
}

impl Unit {
    /// All units, each with the words that may be written for it; the first is the one that is printed.
    pub const ALL: [(Self, &'static [&'static str]); 27] = [
        (Self::Milliseconds, &["milliseconds", "millisecond", "ms"]),
        (Self::Minutes, &["minutes", "minute"]),
        (Self::Hours, &["hours", "hour"]),
        (Self::Days, &["days", "day"]),
        (Self::Weeks, &["weeks", "week"]),
        (Self::Months, &["months", "month"]),
        (Self::Years, &["years", "year"]),
        (Self::Units, &["units", "unit"]),
        (Self::Count, &["count"]),
        (Self::Points, &["points", "point"]),
        (Self::Sessions, &["sessions", "session"]),
        (Self::Percent, &["percent"]),
        (Self::Degrees, &["degrees", "degree"]),
        (Self::TenthsMm, &["tenths_mm"]),
        (Self::Mm, &["mm"]),
        (Self::Cm, &["cm"]),
        (Self::Cm2, &["cm2"]),
        (Self::M2, &["m2"]),
        (Self::Ml, &["ml"]),
        (Self::Mg, &["mg"]),
        (Self::Grams, &["grams", "gram", "g"]),
        (Self::Kg, &["kg"]),
        (Self::KgM2, &["kg_m2"]),
        (Self::NgDl, &["ng_dl"]),
        (Self::NgMl, &["ng_ml"]),
        (Self::MgDl, &["mg_dl"]),
        (Self::MmHg, &["mmhg"]),
    ];

    /// The unit that is written so, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, words)| words.contains(&word)).map(|(unit, _)| *unit)
    }

    /// The word that is printed: `days`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(unit, _)| *unit == self).map(|(_, words)| words[0]).expect("every unit is in the table")
    }

    /// The unit as it is read aloud after a number: `day`, `days`, `tenths of a millimetre`; nothing for plain counts.
    pub fn phrase(self, one: bool) -> &'static str {
        match self {
            Self::Count => "",
            Self::TenthsMm if one => "tenth of a millimetre",
            Self::TenthsMm => "tenths of a millimetre",
            Self::Cm2 => "cm²",
            Self::M2 => "m²",
            Self::KgM2 => "kg/m²",
            Self::NgDl => "ng/dL",
            Self::NgMl => "ng/mL",
            Self::MgDl => "mg/dL",
            Self::MmHg => "mm Hg",
            Self::Ml => "mL",
            _ => {
                let (_, words) = Self::ALL.iter().find(|(unit, _)| *unit == self).expect("every unit is in the table");
                // The second word, where there is one, is the singular.
                if one { words.get(1).copied().unwrap_or(words[0]) } else { words[0] }
            }
        }
    }

    /// How many `smaller` make one of `self`, where that is a whole and constant number: weeks to days, years to months,
    /// centimetres to tenths of a millimetre. None where it is not, as between months and days.
    pub fn in_units_of(self, smaller: Self) -> Option<u32> {
        if self == smaller {
            return Some(1);
        }
        match (self, smaller) {
            (Self::Weeks, Self::Days) => Some(7),
            (Self::Years, Self::Months) => Some(12),
            (Self::Hours, Self::Minutes) => Some(60),
            (Self::Mm, Self::TenthsMm) | (Self::Cm, Self::Mm) => Some(10),
            (Self::Cm, Self::TenthsMm) => Some(100),
            (Self::Kg, Self::Grams) | (Self::Grams, Self::Mg) => Some(1000),
            _ => None,
        }
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
