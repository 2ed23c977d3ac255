//! Other parsers, each made to read all of a file; nothing without the feature `peers`.

/// A parser: its name, and what reads a whole file and says how many claims or segments it saw.
pub type Peer = (&'static str, fn(&str) -> u64);

/// The other parsers that read files of this transaction set (ST01).
#[cfg(feature = "peers")]
#[must_use]
pub fn peers(set: &str) -> Vec<Peer> {
    let typed: fn(&str) -> u64 = match set {
        "837" => typed::claims,
        _ => typed::payments,
    };
    vec![("edi 0.4: generic document", typed::document), ("x12-types 0.12: typed set", typed)]
}

/// The other parsers that read files of this transaction set (ST01).
#[cfg(not(feature = "peers"))]
#[must_use]
pub fn peers(_set: &str) -> Vec<Peer> {
    Vec::new()
}

#[cfg(feature = "peers")]
mod typed {
    use x12_types::util::Parser;
    use x12_types::v005010::{_835, _837, Transmission};

    pub(crate) fn document(text: &str) -> u64 {
        let document = edi::parse(text).expect("edi reads the file");
        document.interchanges.len() as u64
    }

    pub(crate) fn claims(text: &str) -> u64 {
        let (_, read) = Transmission::<_837>::parse(text).expect("x12-types reads the file");
        read.functional_group.iter().map(|group| group.segments.len() as u64).sum()
    }

    pub(crate) fn payments(text: &str) -> u64 {
        let (_, read) = Transmission::<_835>::parse(text).expect("x12-types reads the file");
        read.functional_group.iter().map(|group| group.segments.len() as u64).sum()
    }
}
