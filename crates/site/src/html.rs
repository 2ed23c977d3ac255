//! HTML, written so that nothing in a text can become markup.
//!
//! Names of elements and attributes are constants of this program; whatever comes from a library goes through [`Html::text`] or an
//! attribute's value, and both are escaped. Addresses become links only if they are `http` or `https`.

/// A page that is being written.
#[derive(Debug, Default)]
pub(crate) struct Html {
    out: String,
}

/// Attributes of an element.
type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// An element with content.
    pub(crate) fn within(
        &mut self,
        element: &'static str,
        attributes: Attributes<'_>,
        content: impl FnOnce(&mut Self),
    ) {
        self.start(element, attributes);
        content(self);
        self.out.extend(["</", element, ">"]);
        if !["a", "b", "code", "span", "small"].contains(&element) {
            self.out.push('\n');
        }
    }

    /// An element with text only.
    pub(crate) fn leaf(&mut self, element: &'static str, attributes: Attributes<'_>, text: &str) {
        self.within(element, attributes, |html| html.text(text));
    }

    /// An element that has no content and no end.
    pub(crate) fn void(&mut self, element: &'static str, attributes: Attributes<'_>) {
        self.start(element, attributes);
        self.out.push('\n');
    }

    fn start(&mut self, element: &'static str, attributes: Attributes<'_>) {
        self.out.extend(["<", element]);
        for (name, value) in attributes {
            self.out.extend([" ", name, "=\""]);
            escape(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
    }

    pub(crate) fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    /// A link to an address of the library's: a click leads there, nothing is loaded. Anything but `http` and `https` stays text.
    pub(crate) fn address(&mut self, address: &str) {
        if address.starts_with("https://") || address.starts_with("http://") {
            self.leaf("a", &[("href", address), ("rel", "external noreferrer")], address);
        } else {
            self.text(address);
        }
    }

    /// Text of this program that is no markup to escape: its own style and script.
    pub(crate) fn own(&mut self, text: &'static str) {
        self.out.push_str(text);
    }

    /// JSON inside of a `script` element that is not run: only `<` could end it.
    pub(crate) fn json(&mut self, json: &str) {
        self.out.push_str(&json.replace('<', "\\u003c"));
    }

    /// The first line of a document.
    pub(crate) fn doctype(&mut self) {
        self.out.push_str("<!doctype html>\n");
    }
}

/// Characters that mean something in HTML become references; control characters become a mark that something was there.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}
