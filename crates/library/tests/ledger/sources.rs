//! The rows of `library/sources`, read.

use std::path::PathBuf;
use std::sync::LazyLock;

use policy::ast::Grade;
use saphyr::{LoadableYamlNode, Scalar, Yaml};

/// Files of the sources that have a reader here, by their base in the ledger.
pub(crate) const BASES: [&str; 6] = ["injectables", "skin", "addendum", "lcds", "macs", "aux"];

/// One record, or one row of it.
pub(crate) struct Source {
    /// As in the ledger: `skin/warts/2`.
    pub(crate) key: String,
    /// Keys of the records that it belongs to: `skin/warts`; none for a record itself.
    pub(crate) records: Vec<String>,
    /// Empty for a record.
    pub(crate) payer: String,
    /// None for a record.
    pub(crate) grade: Option<Grade>,
    /// The latest day that the source names.
    pub(crate) dated: String,
    /// All that it says; of a record without its rows.
    pub(crate) value: Node,
}

/// A piece of YAML. Scalars are their text.
pub(crate) enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

static EMPTY: Node = Node::Null;

impl Node {
    /// The value under a key; null if there is none.
    pub(crate) fn get(&self, key: &str) -> &Self {
        let Self::Map(entries) = self else { return &EMPTY };
        entries.iter().find(|(name, _)| name == key).map_or(&EMPTY, |(_, value)| value)
    }

    /// The members of a list; none of anything else.
    pub(crate) fn members(&self) -> &[Self] {
        if let Self::List(members) = self { members } else { &[] }
    }

    /// A scalar as text; null and everything else is empty.
    pub(crate) fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// Every scalar in it, with the key that it stands under.
    pub(crate) fn texts(&self) -> Vec<(&str, &str)> {
        let mut texts = Vec::new();
        self.collect("", &mut texts);
        texts
    }

    fn collect<'n>(&'n self, key: &'n str, texts: &mut Vec<(&'n str, &'n str)>) {
        match self {
            Self::Null => {}
            Self::Text(text) => texts.push((key, text)),
            Self::List(members) => members.iter().for_each(|member| member.collect(key, texts)),
            Self::Map(entries) => entries.iter().for_each(|(key, value)| value.collect(key, texts)),
        }
    }

    fn of(yaml: Yaml<'_>) -> Self {
        match yaml {
            Yaml::Value(Scalar::String(text)) => Self::Text(text.into_owned()),
            Yaml::Value(Scalar::Integer(number)) => Self::Text(number.to_string()),
            Yaml::Value(Scalar::FloatingPoint(number)) => Self::Text(number.to_string()),
            Yaml::Value(Scalar::Boolean(value)) => Self::Text(value.to_string()),
            Yaml::Sequence(members) => Self::List(members.into_iter().map(Self::of).collect()),
            Yaml::Mapping(entries) => {
                let key = |yaml| match Self::of(yaml) {
                    Self::Text(text) => text,
                    _ => panic!("a key that is no text"),
                };
                Self::Map(entries.into_iter().map(|(name, value)| (key(name), Self::of(value))).collect())
            }
            _ => Self::Null,
        }
    }

    /// Takes the value under a key out.
    fn take(&mut self, key: &str) -> Self {
        let Self::Map(entries) = self else { return Self::Null };
        let at = entries.iter().position(|(name, _)| name == key);
        at.map_or(Self::Null, |at| entries.remove(at).1)
    }
}

/// Every record and row.
pub(crate) fn all() -> &'static [Source] {
    static ALL: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let mut rows = Vec::new();
        for base in ["injectables", "skin"] {
            list(load(base)).into_iter().for_each(|record| add_record(base, record, &mut rows));
        }
        rows.extend(list(load("addendum")).into_iter().zip(1..).map(|(row, number)| addendum(row, number)));
        rows.extend(numbered("lcds", list(load("lcds").take("rows")), "contractor", |_| Grade::Header));
        // `read` there means that the contractor was found in the index of the CMS database.
        let of_mac = |row: &Node| if row.get("confidence").text() == "known" { Grade::Known } else { Grade::Header };
        rows.extend(numbered("macs", list(load("macs").take("macs")), "contractor", of_mac));
        rows.extend(auxiliary(load("aux")));
        rows
    });
    &ALL
}

fn add_record(base: &str, mut record: Node, rows: &mut Vec<Source>) {
    let name = format!("{base}/{}", record.get("id").text());
    let payers = list(record.take("payers"));
    let (payer, dated) = (String::new(), String::new());
    rows.push(Source { key: name.clone(), records: Vec::new(), payer, grade: None, dated, value: record });
    for (row, number) in payers.into_iter().zip(1..) {
        let is_skin = base == "skin";
        let kind = if is_skin { row.get("source").get("kind") } else { row.get("read_depth") };
        rows.push(Source {
            key: format!("{name}/{number}"),
            records: vec![name.clone()],
            payer: row.get("payer").text().to_owned(),
            grade: Some(grade(&row, kind.text())),
            dated: latest(&if is_skin { days_of_source(&row) } else { days_of_sources(&row) }),
            value: row,
        });
    }
}

fn addendum(row: Node, number: usize) -> Source {
    let records = row.get("record_id");
    let names = if records.members().is_empty() {
        vec![records.text()]
    } else {
        records.members().iter().map(Node::text).collect()
    };
    // The addendum names a record without its file; both names are tried.
    let records = names.iter().flat_map(|name| ["injectables", "skin"].map(|base| format!("{base}/{name}"))).collect();
    Source {
        key: format!("addendum/{number}"),
        records,
        payer: row.get("payer").text().to_owned(),
        grade: Some(grade(&row, row.get("source").get("kind").text())),
        dated: latest(&days_of_source(&row)),
        value: row,
    }
}

/// Rows that belong to no record, numbered from 1.
fn numbered(base: &str, rows: Vec<Node>, payer: &str, grade: impl Fn(&Node) -> Grade) -> Vec<Source> {
    let source = |(row, number): (Node, usize)| Source {
        key: format!("{base}/{number}"),
        records: Vec::new(),
        payer: row.get(payer).text().to_owned(),
        grade: Some(grade(&row)),
        dated: latest(&[row.get("effective").text()]),
        value: row,
    };
    rows.into_iter().zip(1..).map(source).collect()
}

/// What the injectables side says beside its records: contractors, their toxin LCDs, denial codes, rules for all.
/// Vocabularies of that file are names only.
fn auxiliary(mut aux: Node) -> Vec<Source> {
    let mut rows = list(aux.take("mac_map").take("macs"));
    rows.extend(list(aux.take("botulinum_lcd_index")));
    rows.extend(list(aux.take("cross_cutting")));
    for codes in ["carc", "rarc", "ncpdp_reject"] {
        let Node::Map(entries) = aux.take(codes) else { panic!("{codes} is no table") };
        rows.extend(entries.into_iter().map(|(code, _)| Node::Map(vec![("mac".to_owned(), Node::Text(code))])));
    }
    numbered("aux", rows, "mac", |_| Grade::Known)
}

fn load(base: &str) -> Node {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../library/sources", &format!("{base}.yaml")].iter().collect();
    let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut documents = Yaml::load_from_str(&file).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Node::of(documents.remove(0))
}

fn list(node: Node) -> Vec<Node> {
    let Node::List(members) = node else { panic!("not a list") };
    members
}

/// The scale of `docs/policy-language.md`.
fn grade(row: &Node, kind: &str) -> Grade {
    if row.get("confidence").text() == "known" {
        return Grade::Known;
    }
    match kind {
        "full_text" | "primary" => Grade::Text,
        "mac_page" | "excerpt" => Grade::Page,
        "mirror" => Grade::Mirror,
        "third_party_summary" | "secondary_summary" => Grade::Digest,
        "header_only" => Grade::Header,
        "none" => Grade::Known,
        other => panic!("`{other}` is no kind of source"),
    }
}

fn days_of_source(row: &Node) -> Vec<&str> {
    ["effective", "revised"].map(|key| row.get("source").get(key).text()).to_vec()
}

fn days_of_sources(row: &Node) -> Vec<&str> {
    row.get("sources").members().iter().map(|source| source.get("date").text()).collect()
}

/// The latest `2019`, `2019-09` or `2019-09-11` in these texts.
fn latest(texts: &[&str]) -> String {
    let is_part = |char: char| char.is_ascii_digit() || char == '-';
    let words = texts.iter().flat_map(|text| text.split(move |char| !is_part(char)));
    let days = words.filter(|word| {
        let form: String = word.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect();
        matches!(form.as_str(), "0000" | "0000-00" | "0000-00-00") && (word.starts_with("19") || word.starts_with("20"))
    });
    days.max().unwrap_or_default().to_owned()
}
