//! What is shown can be read again, and nothing that is typed makes a panic.

use std::fmt::Debug;
use std::str::FromStr;

use codes::dates::{add_days, add_months};
use codes::{
    CarcCode, Cents, CodeSet, IcdCode, IcdSet, Interval, Modifier, Ndc, Npi, Period, PlaceOfService, ProcedureCode,
    RarcCode, StateCode, suggest,
};
use jiff::civil::date;
use proptest::prelude::*;

fn comes_back<T>(text: &str) -> Result<(), TestCaseError>
where
    T: FromStr + ToString + PartialEq + Debug,
    T::Err: Debug,
{
    let value: T = text.parse().expect("the generator makes good texts");
    prop_assert_eq!(value.to_string().parse::<T>().expect("shown text is good"), value);
    Ok(())
}

proptest! {
    #[test]
    fn cents(amount: i64) {
        let cents = Cents(amount);
        prop_assert_eq!(cents.to_string().parse::<Cents>(), Ok(cents));
        prop_assert_eq!(cents.to_decimal().parse::<Cents>(), Ok(cents));
    }

    #[test]
    fn ratios_are_within_half_a_cent(
        amount in -1_000_000_000i64..1_000_000_000,
        numerator in -1000i64..1000,
        denominator in 1i64..1000,
    ) {
        let rounded = Cents(amount).mul_ratio(numerator, denominator).expect("small numbers").0;
        prop_assert!((rounded * denominator - amount * numerator).abs() * 2 <= denominator);
    }

    #[test]
    fn icd_codes(text in "[A-Za-z][0-9][0-9A-Za-z](\\.?[0-9A-Za-z]{1,4})?") {
        comes_back::<IcdCode>(&text)?;
    }

    #[test]
    fn procedure_codes(text in "[0-9]{5}|[0-9]{4}[FTAMU]|[A-Z][0-9]{4}") {
        comes_back::<ProcedureCode>(&text)?;
    }

    #[test]
    fn other_ids(
        modifier in "[0-9A-Za-z]{2}",
        place in "0[1-9]|[1-9][0-9]",
        drug in "[0-9]{11}|[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-([0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9])",
        reason in "[1-9][0-9]{0,2}|[ABPDWY][0-9]{1,2}",
        remark in "(N|M|MA)[0-9]{1,3}",
    ) {
        comes_back::<Modifier>(&modifier)?;
        comes_back::<PlaceOfService>(&place)?;
        comes_back::<Ndc>(&drug)?;
        comes_back::<CarcCode>(&reason)?;
        comes_back::<RarcCode>(&remark)?;
    }

    #[test]
    fn one_last_digit_makes_an_npi(first_nine in "[12][0-9]{8}") {
        let good: Vec<Npi> =
            (0..10).filter_map(|last| format!("{first_nine}{last}").parse().ok()).collect();
        prop_assert_eq!(good.len(), 1);
        comes_back::<Npi>(good[0].as_str())?;
    }

    #[test]
    fn intervals_and_periods(start in 0i32..40_000, days in 1i32..4_000, count in 0u32..1_200) {
        let from = add_days(date(1950, 1, 1), start);
        for until in [None, Some(add_days(from, days))] {
            comes_back::<Interval>(&Interval { from, until }.to_string())?;
        }
        for period in [Period::Days(count), Period::BusinessDays(count), Period::Months(count)] {
            comes_back::<Period>(&period.to_string())?;
        }
        prop_assert_eq!(Period::Months(count % 600).after(from), add_months(from, (count % 600) as i32));
    }

    #[test]
    fn any_text_is_answered_without_a_panic(text in "\\PC{0,12}|[0-9A-Z.*$,-]{0,12}") {
        let _ = text.parse::<Cents>().map_err(|error| error.to_string());
        let _ = text.parse::<Npi>().map_err(|error| error.to_string());
        let _ = text.parse::<IcdCode>().map_err(|error| error.to_string());
        let _ = text.parse::<ProcedureCode>().map_err(|error| error.to_string());
        let _ = text.parse::<Modifier>().map_err(|error| error.to_string());
        let _ = text.parse::<PlaceOfService>().map_err(|error| error.to_string());
        let _ = text.parse::<StateCode>().map_err(|error| error.to_string());
        let _ = text.parse::<Ndc>().map_err(|error| error.to_string());
        let _ = text.parse::<CarcCode>().map_err(|error| error.to_string());
        let _ = text.parse::<RarcCode>().map_err(|error| error.to_string());
        let _ = text.parse::<IcdSet>().map_err(|error| error.to_string());
        let _ = text.parse::<CodeSet>().map_err(|error| error.to_string());
        let _ = text.parse::<Interval>().map_err(|error| error.to_string());
        let _ = text.parse::<Period>().map_err(|error| error.to_string());
    }

    /// A range answers as comparing the texts does, except for the lettered
    /// categories, which the unit tests name one by one.
    #[test]
    fn icd_ranges_agree_with_text_order(
        mut ends in prop::array::uniform2("[A-Z][0-9][0-9][0-9]{2}"),
        code in "[A-Z][0-9][0-9][0-9A-Z]{0,4}",
    ) {
        ends.sort();
        let set: IcdSet = format!("{}-{}", ends[0], ends[1]).parse().expect("a range");
        let expected = code >= ends[0] && (code <= ends[1] || code.starts_with(&ends[1]));
        prop_assert_eq!(set.contains(code.parse().expect("a code")), expected);
    }

    #[test]
    fn suggestions_do_not_depend_on_order(
        word in "[a-d]{1,6}",
        candidates in prop::collection::vec("[a-d]{1,6}", 0..12),
    ) {
        let forwards = suggest(&word, candidates.iter().map(String::as_str));
        let backwards = suggest(&word, candidates.iter().rev().map(String::as_str));
        prop_assert_eq!(forwards, backwards);
        if candidates.contains(&word) && word.len() > 2 {
            prop_assert_eq!(forwards, Some(word.as_str()));
        }
    }
}
