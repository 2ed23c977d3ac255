//! Services as people name them, as the `for` line writes them.

use library::Library;

/// `64615 with J0585`, `15820-15823, 67900`, `laser hair removal`.
pub(crate) fn of(typed: &str, library: &Library) -> Result<String, String> {
    if typed.eq_ignore_ascii_case("any") || typed.eq_ignore_ascii_case("all") {
        return Ok("any".to_owned());
    }
    let (services, with) = typed.split_once(" with ").map_or((typed, None), |(services, with)| (services, Some(with)));
    let mut text = items(services, library)?;
    if let Some(with) = with {
        text = format!("{text} with {}", items(with, library)?);
    }
    Ok(text)
}

fn items(typed: &str, library: &Library) -> Result<String, String> {
    let (mut codes, mut treatments) = (Vec::new(), Vec::new());
    for part in typed.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if part.split_whitespace().all(is_code) {
            codes.extend(part.split_whitespace().map(str::to_uppercase));
            continue;
        }
        let name = part.strip_prefix("treatment ").unwrap_or(part);
        let found = library.menu().find(name).map_err(|error| format!("{error}; codes look like 64615 or J0585"))?;
        treatments.push(found.treatment.id.clone());
    }
    let codes = codes.join(" ");
    match (codes.is_empty(), treatments.is_empty()) {
        (true, true) => Err("name a code or a treatment".to_owned()),
        (false, true) => Ok(codes),
        (true, false) => Ok(format!("treatment {}", treatments.join(" "))),
        (false, false) => Ok(format!("{codes} or treatment {}", treatments.join(" "))),
    }
}

/// A code or a range of codes; a wrong one is reported by the compiler.
fn is_code(word: &str) -> bool {
    let code = |code: &str| {
        code.len() == 5
            && code.chars().all(|letter| letter.is_ascii_alphanumeric())
            && code.chars().filter(char::is_ascii_digit).count() >= 4
    };
    match word.split_once('-') {
        Some((first, last)) => code(first) && code(last),
        None => code(word),
    }
}
