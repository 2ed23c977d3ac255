//! Forms: fields that are described once and drawn alike, each with its label, hint and what is wrong with it.

use askama::Template;

/// A form.
#[derive(Template)]
#[template(path = "form.html")]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) csrf: String,
    /// The version of the record that is changed; of a new one, none.
    pub(crate) version: Option<String>,
    pub(crate) groups: Vec<Group>,
    pub(crate) submit: &'static str,
    /// Where "Cancel" leads.
    pub(crate) cancel: Option<String>,
}

/// Fields under a heading; a heading that is empty groups nothing.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) hint: String,
    pub(crate) trouble: String,
    pub(crate) is_required: bool,
    /// What browsers may fill in; `off` for a patient's.
    pub(crate) autocomplete: &'static str,
}

/// What a field takes.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `type` of an input.
    Input(&'static str),
    /// A number with its unit.
    Number(String),
    /// Value and words; the first one stands for nothing chosen.
    Select(Vec<(String, String)>),
    /// Value and words, all in sight.
    Radios(Vec<(String, String)>),
    /// Ticked or not.
    Check,
}

impl Field {
    pub(crate) fn new(id: impl Into<String>, label: impl Into<String>, kind: Kind, value: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            kind,
            value: value.into(),
            hint: String::new(),
            trouble: String::new(),
            is_required: false,
            autocomplete: "off",
        }
    }

    pub(crate) fn text(id: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(id, label, Kind::Input("text"), value)
    }

    pub(crate) fn date(id: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(id, label, Kind::Input("date"), value)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(crate) fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(crate) fn wrong(mut self, trouble: Option<impl Into<String>>) -> Self {
        self.trouble = trouble.map(Into::into).unwrap_or_default();
        self
    }

    pub(super) fn described(&self) -> String {
        let hint = if self.hint.is_empty() { String::new() } else { format!("{}-hint ", self.id) };
        format!("{hint}{}-trouble", self.id)
    }
}

/// Value and words of a list of choices, from words alone.
pub(crate) fn choices(words: &[&str]) -> Vec<(String, String)> {
    let nothing = std::iter::once((String::new(), "Not recorded".to_owned()));
    nothing.chain(words.iter().map(|word| ((*word).to_owned(), word.replace(['-', '_'], " ")))).collect()
}

impl Form {
    /// The fields that are wrong, for the summary above the form.
    fn troubles(&self) -> Vec<&Field> {
        self.groups.iter().flat_map(|group| &group.fields).filter(|field| !field.trouble.is_empty()).collect()
    }
}
