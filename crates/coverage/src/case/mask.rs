//! A copy of a case text that may be shown: same places, without what says who the patient is.

use std::collections::BTreeSet;

use policy::span::Span;

use super::keys::SECTIONS;

/// Replaces every letter and digit by `*`, but for keys, for `true` and `false`, and for the values at `public`.
///
/// Byte offsets stay the same. What is not known to be harmless is masked: comments, the values of private and
/// unknown keys, and everything in a text that could not be read.
pub(super) fn mask(text: &str, public: &[Span]) -> String {
    let known = known_words();
    let mut public: Vec<(usize, usize)> = public.iter().map(|span| (span.start as usize, span.end as usize)).collect();
    public.sort_unstable();
    let mut public = public.into_iter().peekable();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        while public.next_if(|(_, end)| *end <= at).is_some() {}
        let shown_from = public.peek().map_or(text.len(), |(start, _)| *start);
        if shown_from <= at {
            let end = public.peek().map_or(text.len(), |(_, end)| *end);
            masked.push_str(&text[at..end]);
            at = end;
            continue;
        }
        let rest = &text[at..shown_from];
        let word = &rest[..rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())];
        if word.is_empty() {
            let mark = rest.chars().next().expect("the text goes on");
            masked.push(mark);
            at += mark.len_utf8();
        } else if known.contains(word) {
            masked.push_str(word);
            at += word.len();
        } else {
            masked.extend(std::iter::repeat_n('*', word.len()));
            at += word.len();
        }
    }
    masked
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || !character.is_ascii()
}

fn known_words() -> BTreeSet<&'static str> {
    let keys = SECTIONS.iter().flat_map(|section| section.keys.iter().map(|key| key.name));
    let sections = SECTIONS.iter().map(|section| section.name());
    keys.chain(sections).chain(["true", "false"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_and_public_values_stay() {
        let text = "payer = \"aetna\" # Jörg Doe\nbirth_date = 1961-02-03\n";
        let public = [Span::new(8, 15)];
        let masked = mask(text, &public);
        assert_eq!(masked, "payer = \"aetna\" # ***** ***\nbirth_date = ****-**-**\n");
        assert_eq!(masked.len(), text.len());
    }
}
