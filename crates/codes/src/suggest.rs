//! "Did you mean …?"

/// Longest word compared, in characters; no name or code here is longer.
const CHARACTERS_MAX: usize = 64;

/// The candidate that `word` was most likely meant to be, if any is near.
///
/// Nearness is counted in slips (a character added, dropped or changed, or two
/// neighbours swapped), without regard to case; one slip in three characters
/// is allowed, at least one, at most three. Of equally near candidates the one
/// that shares the longer beginning wins, then the alphabetically first, so
/// the order of the candidates does not matter.
///
/// ```
/// use codes::suggest;
/// let payers = ["aetna", "cigna", "medicare"];
/// assert_eq!(suggest("medicaer", payers), Some("medicare"));
/// assert_eq!(suggest("tricare", payers), None);
/// ```
#[must_use]
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = Folded::new(word)?;
    let slips_max = (typed.length / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded = Folded::new(candidate)?;
            let shared = typed.shared_start(&folded);
            // A single character, or two with nothing in common, would match anything.
            if typed.length <= 2 && shared == 0 {
                return None;
            }
            let slips = slips_between(&typed, &folded, slips_max)?;
            Some(((slips, std::cmp::Reverse(shared), candidate), candidate))
        })
        .min_by(|(a, _), (b, _)| a.cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A word in lower case, on the stack.
struct Folded {
    characters: [char; CHARACTERS_MAX],
    length: usize,
}

impl Folded {
    /// `None` if the word is empty or too long to be a slip of anything.
    fn new(word: &str) -> Option<Self> {
        let mut characters = ['\0'; CHARACTERS_MAX];
        let mut length = 0;
        for character in word.chars() {
            *characters.get_mut(length)? = character.to_lowercase().next().unwrap_or(character);
            length += 1;
        }
        (length > 0).then_some(Self { characters, length })
    }

    fn as_slice(&self) -> &[char] {
        &self.characters[..self.length]
    }

    fn shared_start(&self, other: &Self) -> usize {
        self.as_slice().iter().zip(other.as_slice()).take_while(|(a, b)| a == b).count()
    }
}

/// The optimal string alignment distance, if at most `slips_max`.
fn slips_between(a: &Folded, b: &Folded, slips_max: usize) -> Option<usize> {
    if a.length.abs_diff(b.length) > slips_max {
        return None;
    }
    let (a, b) = (a.as_slice(), b.as_slice());
    let mut before_last = [0usize; CHARACTERS_MAX + 1];
    let mut last: [usize; CHARACTERS_MAX + 1] = std::array::from_fn(|column| column);
    for row in 1..=a.len() {
        let mut current = [0usize; CHARACTERS_MAX + 1];
        current[0] = row;
        for column in 1..=b.len() {
            let changed = usize::from(a[row - 1] != b[column - 1]);
            let mut slips = (last[column] + 1).min(current[column - 1] + 1).min(last[column - 1] + changed);
            let swapped = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if swapped {
                slips = slips.min(before_last[column - 2] + 1);
            }
            current[column] = slips;
        }
        before_last = last;
        last = current;
    }
    (last[b.len()] <= slips_max).then_some(last[b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_each_kind() {
        let names = ["headache_days_per_month", "mrd", "visual_field_loss", "age"];
        assert_eq!(suggest("headache_day_per_month", names), Some("headache_days_per_month"));
        assert_eq!(suggest("mdr", names), Some("mrd"));
        assert_eq!(suggest("Visual_Feild_Loss", names), Some("visual_field_loss"));
        assert_eq!(suggest("agee", names), Some("age"));
        assert_eq!(suggest("bmi", names), None);
        assert_eq!(suggest("", names), None);
        assert_eq!(suggest(&"x".repeat(100), names), None);
    }

    #[test]
    fn ties_do_not_depend_on_order() {
        assert_eq!(suggest("cat", ["bat", "cab", "car"]), Some("cab"));
        assert_eq!(suggest("cat", ["car", "cab", "bat"]), Some("cab"));
    }

    #[test]
    fn very_short_words_need_something_in_common() {
        assert_eq!(suggest("x", ["a", "b"]), None);
        assert_eq!(suggest("pp", ["ppo", "hmo"]), Some("ppo"));
    }

    #[test]
    fn an_equal_word_is_its_own_suggestion() {
        assert_eq!(suggest("PPO", ["epo", "ppo"]), Some("ppo"));
    }
}
