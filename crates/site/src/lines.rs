//! Which lines of a text went and which came.

/// Most lines of one text that are compared one by one; a policy has a hundred.
const LINES_MAX: usize = 3_000;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'t> {
    /// It is in both texts.
    Stayed(&'t str),
    /// Only in the old text.
    Went(&'t str),
    /// Only in the new text.
    Came(&'t str),
}

/// The lines of both texts in order, with as few that went and came as there can be. Of longer texts than `LINES_MAX` lines, all
/// went and all came.
#[must_use]
pub fn compare<'t>(old: &'t str, new: &'t str) -> Vec<Line<'t>> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    if old.len() > LINES_MAX || new.len() > LINES_MAX {
        return old.into_iter().map(Line::Went).chain(new.into_iter().map(Line::Came)).collect();
    }
    // Lengths of the longest common sequences of the ends from each pair of lines on.
    let width = new.len() + 1;
    let mut common = vec![0_u16; (old.len() + 1) * width];
    for (i, old_line) in old.iter().enumerate().rev() {
        for (j, new_line) in new.iter().enumerate().rev() {
            common[i * width + j] = if old_line == new_line {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Stayed(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            lines.push(Line::Went(old[i]));
            i += 1;
        } else {
            lines.push(Line::Came(new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_went_and_came() {
        let lines = compare("a\nb\nc\n", "a\nx\nc\nd\n");
        assert_eq!(lines, [Line::Stayed("a"), Line::Went("b"), Line::Came("x"), Line::Stayed("c"), Line::Came("d")]);
        assert_eq!(compare("", "a"), [Line::Came("a")]);
        assert_eq!(compare("a", ""), [Line::Went("a")]);
    }

    /// Both texts can be put together again from the comparison.
    #[test]
    fn nothing_is_lost() {
        let old = "policy\nrank\n\nall\n  a\n  b\nend\n";
        let new = "policy\nrank\n\nall\n  b\n  a\n  c\nend\nmore\n";
        let side = |keep: fn(&Line<'_>) -> bool| {
            compare(old, new)
                .iter()
                .filter(|line| keep(line))
                .map(|line| match line {
                    Line::Stayed(text) | Line::Went(text) | Line::Came(text) => format!("{text}\n"),
                })
                .collect::<String>()
        };
        assert_eq!(side(|line| !matches!(line, Line::Came(_))), old);
        assert_eq!(side(|line| !matches!(line, Line::Went(_))), new);
    }
}
