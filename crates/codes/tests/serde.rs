//! With the feature `serde`, every type is its text.
#![cfg(feature = "serde")]

use std::fmt::Debug;

use codes::{
    AdjustmentGroup, CarcCode, Cents, CentsInterval, IcdCode, Interval, Modifier, Ndc, Npi, Period, PlaceOfService,
    ProcedureCode, RarcCode, StateCode,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[track_caller]
fn is<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &str) {
    let value: T = serde_json::from_str(json).expect("good text");
    assert_eq!(serde_json::to_string(&value).expect("text"), json);
}

#[test]
fn text_forms() {
    is::<Cents>(r#""-1234.05""#);
    is::<Npi>(r#""1234567893""#);
    is::<IcdCode>(r#""G43.709""#);
    is::<ProcedureCode>(r#""J0585""#);
    is::<Modifier>(r#""JZ""#);
    is::<PlaceOfService>(r#""02""#);
    is::<StateCode>(r#""TX""#);
    is::<Ndc>(r#""00023-1145-01""#);
    is::<CarcCode>(r#""B7""#);
    is::<RarcCode>(r#""N383""#);
    is::<AdjustmentGroup>(r#""PR""#);
    is::<Interval>(r#""2025-10-01..""#);
    is::<Period>(r#""120 days""#);
    is::<CentsInterval>(r#"{"low":"5.00","high":null}"#);
}

#[test]
fn bad_text_is_refused_with_its_reason() {
    let error = serde_json::from_str::<Npi>(r#""1234567890""#).unwrap_err();
    assert!(error.to_string().contains("call for a last digit of 3"), "{error}");
    assert!(serde_json::from_str::<Cents>("12.5").is_err(), "money is never a float");
    let error = serde_json::from_str::<CentsInterval>(r#"{"low":"5.00","high":"4.00"}"#).unwrap_err();
    assert!(error.to_string().contains("below the lower"), "{error}");
    assert!(serde_json::from_str::<CentsInterval>(r#"{"low":"5.00","hihg":"9.00"}"#).is_err());
}
