//! Notices, contracts, letters and papers.

use coverage::reference::PayerClass;
use jiff::civil::Date;

use super::deadlines::classes;
use super::{Authority, Law, authority};
use crate::reader::{Entry, Reader};

/// A notice, contract, letter or paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Identifier: `private-contract`.
    pub id: String,
    /// Its kind in a case file, if a case may have it.
    pub case: Option<String>,
    /// What it is called.
    pub name: String,
    /// Kinds of coverage; empty: any.
    pub classes: Vec<PayerClass>,
    /// When it is due.
    pub when: String,
    /// What it must hold.
    pub holds: Vec<String>,
    /// What it often holds besides.
    pub often: Vec<String>,
    /// What else must be so.
    pub limits: Vec<String>,
    /// What makes it worthless.
    pub worthless: Vec<String>,
    /// Licences of those who may use it; empty: any.
    pub licenses: Vec<String>,
    /// What each modifier that goes with it says.
    pub modifiers: Vec<(String, String)>,
    /// Editions of the form.
    pub editions: Vec<Edition>,
    /// Where it stands.
    pub authority: Authority,
}

/// An edition of a form, known by the expiry that is printed on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The expiry that is printed on it.
    pub expires: Date,
    /// The day from which it must be used.
    pub from: Option<Date>,
    /// Until when it may be used, in words.
    pub until: Option<String>,
    /// The day on which this was read.
    pub read: Option<Date>,
    /// Where it stands.
    pub authority: Authority,
}

pub(super) fn read(law: &mut Law, reader: &mut Reader<'_>, root: &mut Entry<'_>) {
    for mut entry in reader.entries(root, "notice") {
        let notice = notice(reader, &mut entry);
        reader.finish(entry);
        law.notices.extend(notice);
    }
}

fn notice(reader: &mut Reader<'_>, entry: &mut Entry<'_>) -> Option<Notice> {
    let id = reader.id(entry);
    let case = reader.text_if_any(entry, "case").map(|case| case.value);
    let name = reader.text(entry, "name");
    let classes = classes(reader, entry);
    let when = reader.text(entry, "when");
    let mut list = |key| reader.texts(entry, key).into_iter().map(|text| text.value).collect::<Vec<_>>();
    let (holds, often, limits) = (list("holds"), list("often"), list("limits"));
    let (worthless, licenses) = (list("worthless"), list("licenses"));
    let modifiers = reader.named_texts(entry, "modifiers");
    let mut editions = Vec::new();
    for mut edition in reader.entries(entry, "edition") {
        let expires = reader.date_if_any(&mut edition, "expires");
        let from = reader.date_if_any(&mut edition, "from");
        let until = reader.text_if_any(&mut edition, "until").map(|until| until.value);
        let read = reader.date_if_any(&mut edition, "read");
        let authority = authority(reader, &mut edition);
        reader.finish(edition);
        let known = expires.zip(authority);
        editions.extend(known.map(|(expires, authority)| Edition { expires, from, until, read, authority }));
    }
    let authority = authority(reader, entry);
    Some(Notice {
        id: id?.value,
        case,
        name: name?.value,
        classes,
        when: when?.value,
        holds,
        often,
        limits,
        worthless,
        licenses,
        modifiers,
        editions,
        authority: authority?,
    })
}
