//! Decimal numbers as they stand in official files, kept as whole numbers of their last place.

/// Reads `1.017` with four places as 10170; blanks, a dollar sign and thousands commas are left out.
///
/// `None` for anything else, for more places than asked for (unless they are zeros), and for what does not fit.
#[must_use]
pub fn scaled(text: &str, places: u32) -> Option<i64> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | ',' | '$')).collect();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let places = places as usize;
    let (kept, dropped) = fraction.split_at(fraction.len().min(places));
    if dropped.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let value: i64 = format!("{whole}{kept:0<places$}").parse().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn decimals() {
        assert_eq!(scaled("1.017", 4), Some(10170));
        assert_eq!(scaled("1", 3), Some(1000));
        assert_eq!(scaled(".5", 2), Some(50));
        assert_eq!(scaled("$1,234.50", 2), Some(123_450));
        assert_eq!(scaled("-0.01", 2), Some(-1));
        assert_eq!(scaled("1.5000", 1), Some(15));
        assert_eq!(scaled("1.55", 1), None);
        assert_eq!(scaled("", 2), None);
        assert_eq!(scaled(".", 2), None);
        assert_eq!(scaled("1e3", 2), None);
        assert_eq!(scaled("99999999999999999999", 2), None);
    }
}
