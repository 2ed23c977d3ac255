//! Findings as text for people.

use std::fmt;

use crate::judge::Finding;

/// `error[X3001] CLM02 is 1170, the lines sum to 1175`, place, snippet and next step below.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}[{}] {}", self.severity.as_str(), self.rule.id, self.message)?;
        write!(formatter, "  at byte {}", self.span.start)?;
        if let Some(transaction) = &self.transaction
            && self.position > 0
        {
            write!(formatter, ", segment {} of set {transaction}", self.position)?;
        }
        if !self.loop_path.is_empty() {
            write!(formatter, ", loop {}", self.loop_path)?;
        }
        if let Some(claim) = &self.claim {
            write!(formatter, ", claim {claim}")?;
        }
        writeln!(formatter)?;
        if let Some(snippet) = &self.snippet {
            writeln!(formatter, "    {}\n    {}", snippet.text, snippet.caret())?;
        }
        writeln!(formatter, "  do: {}", self.next_step())?;
        writeln!(formatter, "  rule: {}", self.source())
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::{Options, judge};

    #[test]
    fn a_finding_reads_well() {
        let bytes = crate::make::broken("X3001").unwrap();
        let report = judge(&bytes, Options::default());
        let text = report.findings[0].to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "error[X3001] CLM02 is 1170, the lines sum to 1175");
        assert!(lines[1].ends_with("loop 2000A/2000B/2300, claim EX0001"), "{text}");
        assert_eq!(lines[2], "    CLM*EX0001*1170***11:B:1*Y*A*Y*Y");
        assert_eq!(lines[3], "               ^^^^");
        assert!(lines[4].starts_with("  do: ") && lines[5].starts_with("  rule: "), "{text}");
    }
}
