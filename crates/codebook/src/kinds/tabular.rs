//! The ICD-10-CM tabular list: titles, notes, exclusions and seventh characters, as XML.

use std::io::{BufReader, Read};

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::row;
use crate::layout::Taken;

/// What the table's columns hold. A code may be a section or chapter: `L80-L99`.
pub(crate) const TABLE: &[&str] = &["code", "type", "text"];

/// Elements nest nine deep.
const DEPTH_MAX: usize = 32;

/// Whether these are the first bytes of a tabular list.
pub(crate) fn is_tabular_list(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(1_024)]);
    text.contains("<ICD10CM.tabular")
}

/// The year that the list says it is of.
pub(crate) fn version(head: &[u8]) -> Option<i16> {
    let text = String::from_utf8_lossy(&head[..head.len().min(4_096)]);
    let (_, rest) = text.split_once("<version>")?;
    rest.split_once('<')?.0.trim().parse().ok()
}

/// The note types that are kept, by element.
fn kind_of(element: &str) -> Option<&'static str> {
    Some(match element {
        "includes" => "includes",
        "inclusionTerm" => "inclusion-term",
        "excludes1" => "excludes1",
        "excludes2" => "excludes2",
        "codeFirst" => "code-first",
        "useAdditionalCode" => "use-additional-code",
        "codeAlso" => "code-also",
        "sevenChrDef" => "seventh-character",
        _ => return None,
    })
}

#[derive(Default)]
struct Walk {
    /// Elements that are open.
    path: Vec<String>,
    /// Codes, sections and chapters that are open.
    owners: Vec<String>,
    /// The character of the extension that is open.
    character: String,
    text: String,
}

impl Walk {
    fn ends(&mut self, element: &str) -> Option<[String; 3]> {
        let text = std::mem::take(&mut self.text).split_whitespace().collect::<Vec<_>>().join(" ");
        self.path.pop();
        let within = self.path.last().map_or("", String::as_str);
        match (within, element) {
            (_, "diag" | "section" | "chapter") => {
                self.owners.pop();
                None
            }
            ("diag", "name") => {
                if let Some(owner) = self.owners.last_mut() {
                    *owner = text.replace('.', "");
                }
                None
            }
            ("diag", "desc") => Some([self.owners.last()?.clone(), "title".to_owned(), text]),
            // `Certain infectious and parasitic diseases (A00-B99)`
            ("chapter", "desc") => {
                let range = text.rsplit_once('(')?.1.trim_end_matches(')').to_owned();
                let owner = self.owners.last_mut()?;
                owner.clone_from(&range);
                Some([range, "title".to_owned(), text])
            }
            ("sevenChrDef", "extension") => {
                let said = format!("{} {text}", std::mem::take(&mut self.character));
                Some([self.owners.last()?.clone(), "seventh-character".to_owned(), said])
            }
            (kind, "note") => Some([self.owners.last()?.clone(), kind_of(kind)?.to_owned(), text]),
            _ => None,
        }
    }
}

/// Reads every note.
pub(crate) fn read(
    from: impl Read,
    each: &mut dyn FnMut(u64, Taken) -> std::io::Result<()>,
) -> Result<(), (u64, String)> {
    let mut reader = Reader::from_reader(BufReader::new(from));
    let (mut buffer, mut walk) = (Vec::new(), Walk::default());
    loop {
        let at = reader.buffer_position();
        let damaged = |cause: String| (at, cause);
        let event = reader.read_event_into(&mut buffer).map_err(|error| damaged(error.to_string()))?;
        match event {
            Event::Start(start) => {
                let element = start.local_name().as_ref().to_owned();
                if walk.path.len() == DEPTH_MAX {
                    return Err(damaged(format!("elements nest deeper than {DEPTH_MAX}")));
                }
                let attribute = |name: &str| {
                    let found = start.try_get_attribute(name).ok().flatten()?;
                    let value = found.normalized_value(XmlVersion::Implicit1_0).ok()?;
                    Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
                };
                match element.as_str() {
                    "section" => walk.owners.push(attribute("id").unwrap_or_default()),
                    "diag" | "chapter" => walk.owners.push(String::new()),
                    "extension" => walk.character = attribute("char").unwrap_or_default(),
                    _ => {}
                }
                walk.text.clear();
                walk.path.push(element);
            }
            Event::Text(text) => {
                walk.text.push_str(&text);
            }
            Event::GeneralRef(entity) => walk.text.push_str(&resolved(&entity)),
            Event::End(end) => {
                let element = end.local_name().as_ref().to_owned();
                if let Some(line) = walk.ends(&element) {
                    // A note that comes before the name of its code, or in a section without one, is nobody's.
                    each(at, row(&line.each_ref().map(String::as_str))).map_err(|error| damaged(error.to_string()))?;
                }
            }
            Event::Eof if walk.path.is_empty() => return Ok(()),
            Event::Eof => return Err(damaged("it breaks off".to_owned())),
            _ => {}
        }
        buffer.clear();
    }
}

/// The character that an entity stands for; others stay as they are written.
fn resolved(entity: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return character.to_string();
    }
    match entity.as_ref() {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        other => format!("&{other};"),
    }
}

#[cfg(test)]
mod tests {
    use crate::layout::Taken;

    fn read(xml: &str) -> Vec<Taken> {
        let mut taken = Vec::new();
        let each: &mut dyn FnMut(u64, Taken) -> std::io::Result<()> = &mut |_, row| {
            taken.push(row);
            Ok(())
        };
        super::read(xml.as_bytes(), each).expect("it is well formed");
        taken
    }

    #[test]
    fn a_note_without_an_owner_is_refused() {
        let orphans = "<a><section><excludes1><note>x</note></excludes1></section><diag><desc>y</desc></diag></a>";
        let taken = read(orphans);
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|taken| matches!(taken, Taken::Refused(_))), "nobody's notes are kept");
        let own = "<a><section id=\" L80-L99\"><excludes1><note>x</note></excludes1></section></a>";
        let [Taken::Rows(rows)] = &read(own)[..] else { panic!("one row") };
        assert_eq!(rows[0], ["L80-L99", "excludes1", "x"]);
    }
}
