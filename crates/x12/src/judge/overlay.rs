//! A receiver's own demands (SNIP level 7), as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::judge::demand::{Demand, VERBS};
use crate::judge::overlay_error::OverlayError;
use crate::judge::place::Malformed;
use crate::judge::rules::{Rule, Severity, rule};
use crate::make::Change;

/// Overlays that come with the program, by name. Each rule of theirs was read where its source says.
pub const OVERLAYS: &[(&str, &str)] =
    &[("medicare-ngs", include_str!("../overlays/medicare-ngs.txt")), ("stedi", include_str!("../overlays/stedi.txt"))];

/// What one receiver handles differently.
///
/// ```text
/// receiver Example Health Plan            # its name, for messages
/// source   837P companion guide, 2026-01  # where the demands below it can be read
///
/// X1024 error                             # severity of a rule: error, warning, info or off
/// X4018 off
///
/// require 2000A PRV                       # each loop 2000A must have the segment
/// require 2300 2310B when CLM05-1 11      # or the loop, or the element, where another says so
/// require 2300 REF*F8 when CLM05-3 7,8
/// forbid  2300 K3 unless 2000B SBR09 MC
/// only    2000B SBR09 CI,MC               # where it is sent, it must be one of these
/// longest 2300 CLM01 20                   # at most so many characters
/// shape   2010BA NM109 [A-Z][0-9][0-9]    # it has this form
/// least   2300 CLM02 0.01                 # an amount, at least so much
/// claims  5000                            # at most so many in a file
/// ```
///
/// A segment may be told apart by its first element or component (`REF*F8`); an element of such a segment stands after a
/// colon (`REF*F8:02`). A level or claim is spoken of by its own first segment: `forbid 2000C HL`. Loops that have the same
/// name in several places are told by those around them: `2000C/2300`.
///
/// A demand may be a rule with a name, with its own words, with its source in full, and with changes to the examples of
/// [`make`](crate::make) that break and keep it:
///
/// ```text
/// address https://example.com/guide.pdf
/// read    2026-08-05
/// rule    EXAMPLE-1
/// set     837P
/// section 10.2, loop 2300
/// quote   K3 is not used
/// says    file information is not taken
/// do      leave K3 out
/// forbid  2300 K3
/// break   add CLM K3*X
/// keep    add CLM NTE*ADD*X
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    severities: BTreeMap<&'static str, Option<Severity>>,
    demands: Arc<[Demand]>,
    rules: Arc<[OverlayRule]>,
}

/// Who asks for something, why, and where that can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The receiver.
    pub receiver: String,
    /// The rule's name; empty for a demand without one, whose other texts are empty too, but for the source.
    pub rule: String,
    /// What is wrong where it is broken, in our own words.
    pub says: String,
    /// What to do about it.
    pub next_step: String,
    /// Title of the guide.
    pub source: String,
    /// Address of the guide.
    pub address: String,
    /// The place in the guide.
    pub section: String,
    /// A few of its words; may be empty.
    pub quote: String,
    /// The day it was read.
    pub read: Option<Date>,
}

/// A demand with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlayRule {
    /// Name, words and source.
    pub asked: Arc<Asked>,
    /// The transaction set it is about, such as `837P`; none for every set.
    pub set: Option<String>,
    /// Changes to an example that break it.
    pub(crate) breaks: Vec<Change>,
    /// Changes to an example that come near to breaking it.
    pub(crate) keeps: Vec<Change>,
}

impl Overlay {
    /// Reads an overlay from text.
    ///
    /// # Errors
    /// When a line is none of those above, a demand has no receiver or source, or a rule lacks its words or source.
    pub fn parse(text: &str) -> Result<Self, OverlayError> {
        let mut reader = Reader::default();
        for (line, number) in text.lines().zip(1..) {
            reader.line(content(line), number)?;
        }
        reader.rule_ends()?;
        Ok(Self { severities: reader.severities, demands: reader.demands.into(), rules: reader.rules.into() })
    }

    /// The overlay of this name that comes with the program.
    ///
    /// # Panics
    /// Never: tests read all of them.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = OVERLAYS.iter().find(|(known, _)| *known == name)?;
        Some(Self::parse(text).expect("overlays of the program are right"))
    }

    /// The severity of a rule for this receiver; none when it is switched off.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        self.severities.get(rule.id).copied().unwrap_or(Some(rule.severity))
    }

    /// The demands that have a name.
    #[must_use]
    pub fn rules(&self) -> &[OverlayRule] {
        &self.rules
    }

    pub(crate) fn demands(&self) -> Arc<[Demand]> {
        Arc::clone(&self.demands)
    }
}

/// A line without what stands after `#`, which begins a word.
fn content(line: &str) -> &str {
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    let comment = marks.find(|at| line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    line[..comment.unwrap_or(line.len())].trim()
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    severities: BTreeMap<&'static str, Option<Severity>>,
    demands: Vec<Demand>,
    rules: Vec<OverlayRule>,
    /// What the next demand is asked by; words of a rule are only there inside it.
    asked: Asked,
    set: Option<String>,
    /// The line where the open rule begins, and whether it has its demand.
    open: Option<(usize, bool)>,
}

impl Reader {
    fn line(&mut self, text: &str, line: usize) -> Result<(), OverlayError> {
        let (word, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()));
        match word {
            "" => {}
            "receiver" => rest.clone_into(&mut self.asked.receiver),
            "source" => rest.clone_into(&mut self.asked.source),
            "address" => rest.clone_into(&mut self.asked.address),
            "read" => {
                let day = rest.parse().map_err(|_| OverlayError::Day { line, day: rest.to_owned() })?;
                self.asked.read = Some(day);
            }
            "rule" => self.rule(rest, line)?,
            "set" | "section" | "quote" | "says" | "do" | "break" | "keep" => self.attribute(word, rest, line)?,
            verb if VERBS.contains(&verb) => self.demand(text, line)?,
            _ => self.severity(word, rest, line)?,
        }
        Ok(())
    }

    fn severity(&mut self, id: &str, word: &str, line: usize) -> Result<(), OverlayError> {
        let severity = match word {
            "error" => Some(Severity::Error),
            "warning" => Some(Severity::Warning),
            "info" => Some(Severity::Info),
            "off" => None,
            _ => return Err(OverlayError::Form { line }),
        };
        let Some(known) = rule(id) else {
            return Err(OverlayError::Rule { line, rule: id.to_owned() });
        };
        self.severities.insert(known.id, severity);
        Ok(())
    }

    fn rule(&mut self, name: &str, line: usize) -> Result<(), OverlayError> {
        self.rule_ends()?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || !name.bytes().all(letters) || rule(name).is_some() {
            return Err(OverlayError::Name { line, name: name.to_owned() });
        }
        if self.rules.iter().any(|known| known.asked.rule == name) {
            return Err(OverlayError::Same { line, rule: name.to_owned() });
        }
        let Asked { receiver, source, address, read, .. } = std::mem::take(&mut self.asked);
        self.asked = Asked { receiver, source, address, read, rule: name.to_owned(), ..Asked::default() };
        self.set = None;
        self.open = Some((line, false));
        Ok(())
    }

    /// Sees that the open rule has its demand.
    fn rule_ends(&mut self) -> Result<(), OverlayError> {
        match self.open.take() {
            Some((line, false)) => Err(OverlayError::Incomplete { line, lacks: "a demand, such as `forbid 2300 K3`" }),
            _ => Ok(()),
        }
    }

    fn attribute(&mut self, word: &str, text: &str, line: usize) -> Result<(), OverlayError> {
        let Some((_, has_demand)) = self.open else {
            return Err(OverlayError::Outside { line, word: word.to_owned() });
        };
        let of_example = matches!(word, "break" | "keep");
        if of_example != has_demand {
            return Err(OverlayError::Place { line, word: word.to_owned() });
        }
        match word {
            "set" => self.set = Some(text.to_owned()),
            "section" => text.clone_into(&mut self.asked.section),
            "quote" => text.clone_into(&mut self.asked.quote),
            "says" => text.clone_into(&mut self.asked.says),
            "do" => text.clone_into(&mut self.asked.next_step),
            _ => {
                let change = Change::parse(text).ok_or(OverlayError::Change { line })?;
                let rule = self.rules.last_mut().expect("INVARIANT: the open rule has its demand, so it is the last");
                let changes = if word == "break" { &mut rule.breaks } else { &mut rule.keeps };
                changes.push(change);
            }
        }
        Ok(())
    }

    fn demand(&mut self, text: &str, line: usize) -> Result<(), OverlayError> {
        if self.asked.receiver.is_empty() || self.asked.source.is_empty() {
            return Err(OverlayError::Nameless { line });
        }
        let asked = &self.asked;
        if self.open.is_some() {
            let parts = [
                (asked.says.is_empty(), "`says`, what is wrong in your own words"),
                (asked.next_step.is_empty(), "`do`, what to do about it"),
                (asked.address.is_empty(), "`address`, where its guide can be had"),
                (asked.section.is_empty(), "`section`, the place in the guide"),
                (asked.read.is_none(), "`read`, the day it was read"),
            ];
            if let Some((_, lacks)) = parts.into_iter().find(|(is_missing, _)| *is_missing) {
                return Err(OverlayError::Incomplete { line, lacks });
            }
        }
        let words: Vec<_> = text.split_whitespace().collect();
        let asked = Arc::new(asked.clone());
        let demand = Demand::parse(&words, self.set.clone(), &asked);
        self.demands.push(demand.map_err(|Malformed(why)| OverlayError::Demand { line, why })?);
        if let Some((_, has_demand)) = &mut self.open
            && !std::mem::replace(has_demand, true)
        {
            self.rules.push(OverlayRule { asked, set: self.set.clone(), ..OverlayRule::default() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_can_raise_and_drop_rules() {
        let overlay = Overlay::parse("# accents\nX1024 error\nX4018 off # boxes\n\n").unwrap();
        assert_eq!(overlay.severity(rule("X1024").unwrap()), Some(Severity::Error));
        assert_eq!(overlay.severity(rule("X4018").unwrap()), None);
        assert_eq!(overlay.severity(rule("X1001").unwrap()), Some(Severity::Warning));
    }

    #[test]
    fn mistakes_are_located() {
        let message = |text: &str| Overlay::parse(text).unwrap_err().to_string();
        assert_eq!(message("\nX9999 off"), "line 2: there is no rule `X9999`");
        assert!(message("X1024 loud").starts_with("line 1: write a rule"));
        assert!(message("require 2300 REF*G1").starts_with("line 1: name the receiver"));
        let named = |text: &str| message(&format!("receiver A\nsource B\n{text}"));
        assert_eq!(named("only 2300 CLM05-3"), "line 3: name the values that are allowed, such as `CI,MC`");
        assert_eq!(named("longest 2300 CLM01 many"), "line 3: say how many characters are allowed, such as `20`");
        assert_eq!(
            named("require 2300 R*"),
            "line 3: name a segment, an element or a loop, such as `REF*F8`, `CLM05-3` or `2310B`"
        );
        assert!(named("forbid 2000B 2000C").contains("in its own loop"));
        assert_eq!(
            named("require 2300 K3 if CLM05-3 7"),
            "line 3: a condition is `when` or `unless`, a place and its values, such as `when CLM05-3 7,8`"
        );
    }
    /// A rule that is right, with these lines in place of others that begin the same.
    fn rule_with(lines: &[&str]) -> String {
        let usual = [
            "receiver A",
            "source B",
            "address https://example.com",
            "read 2026-08-05",
            "rule A-1",
            "set 837P",
            "section 3",
            "says it is wrong",
            "do mend it",
            "forbid 2300 K3",
            "break add CLM K3*X",
        ];
        let word = |line: &str| line.split(' ').next().unwrap().to_owned();
        let other =
            |line: &&str| lines.iter().find(|other| word(other) == word(line)).copied().unwrap_or(line).to_owned();
        let more = lines.iter().filter(|line| !usual.iter().any(|usual| word(usual) == word(line)));
        usual.iter().map(other).chain(more.map(|line| (*line).to_owned())).map(|line| line + "\n").collect()
    }

    #[test]
    fn a_rule_has_its_words_and_its_source() {
        let overlay = Overlay::parse(&rule_with(&["quote  not # used", "keep set CLM 1 A B"])).map(|_| ());
        assert_eq!(
            overlay.map_err(|error| error.to_string()),
            Err("line 12: `quote` stands before the demand of its rule".to_owned())
        );
        let overlay = Overlay::parse(&rule_with(&["section a#b # c"])).unwrap();
        let [rule] = overlay.rules() else { panic!("one rule") };
        assert_eq!(
            (&*rule.asked.section, &*rule.asked.says, rule.set.as_deref()),
            ("a#b", "it is wrong", Some("837P"))
        );
        assert_eq!(rule.breaks.len(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_rule_has_a_code_of_its_own() {
        let said = |lines: &[&str]| {
            let error = Overlay::parse(&rule_with(lines)).unwrap_err();
            assert!(!error.help().is_empty());
            (error.code(), error.to_string())
        };
        let expected = [
            (&["says"][..], "X0105", "line 10: the rule lacks `says`, what is wrong in your own words"),
            (&["rule A-1\nrule A-2"], "X0105", "line 5: the rule lacks a demand, such as `forbid 2300 K3`"),
            (&["keep add CLM K3*X\nrule A-1"], "X0106", "line 13: there is another rule `A-1` above"),
            (&["rule"], "X0107", "line 5: `` is no name for a rule"),
            (&["rule X4018"], "X0107", "line 5: `X4018` is no name for a rule"),
            (&["read soon"], "X0108", "line 4: `soon` is no day"),
            (&["receiver A\nsays wrong"], "X0109", "line 2: `says` stands outside a rule"),
            (&["set 837P\nkeep add CLM K3"], "X0110", "line 7: `keep` stands after the demand of its rule"),
            (&["break move CLM"], "X0111", "line 11: the example cannot be changed so"),
            (
                &["forbid 2300 K3 when"],
                "X0103",
                "line 10: a condition is `when` or `unless`, a place and its values, such as `when CLM05-3 7,8`",
            ),
        ];
        for (lines, code, message) in expected {
            assert_eq!(said(lines), (code, message.to_owned()));
        }
    }
}
