//! People and organizations: NM1 (or N1) with address and numbers.

use crate::segment::Segment;
use crate::tree::LoopView;
use crate::view::Phi;

/// A person or organization named by a loop, or by an NM1 of its own.
#[derive(Clone, Copy, Debug)]
pub struct Party<'t> {
    name: Segment<'t>,
    around: Option<LoopView<'t>>,
}

impl<'t> Party<'t> {
    /// The party that a loop names.
    #[must_use]
    pub fn of(view: LoopView<'t>) -> Option<Self> {
        let name = view.first("NM1").or_else(|| view.first("N1"))?;
        Some(Self { name, around: Some(view) })
    }

    /// The party that an NM1 segment names.
    #[must_use]
    pub fn named(name: Segment<'t>) -> Self {
        Self { name, around: None }
    }

    fn is_n1(&self) -> bool {
        self.name.id_text().len() == 2
    }

    /// The role, NM101 or N101, such as `85`.
    #[must_use]
    pub fn role(&self) -> &'t [u8] {
        self.name.value(1)
    }

    /// Whether it is a person (NM102 is 1).
    #[must_use]
    pub fn is_person(&self) -> bool {
        !self.is_n1() && self.name.value(2) == b"1"
    }

    /// Last name, or the name of an organization.
    #[must_use]
    pub fn last_name(&self) -> Phi<'t> {
        Phi(self.name.value(if self.is_n1() { 2 } else { 3 }))
    }

    /// First name.
    #[must_use]
    pub fn first_name(&self) -> Phi<'t> {
        Phi(if self.is_n1() { &[] } else { self.name.value(4) })
    }

    /// Middle name or initial.
    #[must_use]
    pub fn middle_name(&self) -> Phi<'t> {
        Phi(if self.is_n1() { &[] } else { self.name.value(5) })
    }

    /// Which kind of number [`Party::identifier`] is, such as `XX` for an NPI.
    #[must_use]
    pub fn identifier_kind(&self) -> &'t [u8] {
        self.name.value(if self.is_n1() { 3 } else { 8 })
    }

    /// The identifier.
    #[must_use]
    pub fn identifier(&self) -> Phi<'t> {
        Phi(self.name.value(if self.is_n1() { 4 } else { 9 }))
    }

    /// The NPI, when that is the identifier.
    #[must_use]
    pub fn npi(&self) -> Option<&'t [u8]> {
        (self.identifier_kind() == b"XX").then(|| self.identifier().0)
    }

    /// First line of the street address.
    #[must_use]
    pub fn street(&self) -> Phi<'t> {
        Phi(self.value("N3", 1))
    }

    /// City.
    #[must_use]
    pub fn city(&self) -> Phi<'t> {
        Phi(self.value("N4", 1))
    }

    /// State or territory.
    #[must_use]
    pub fn state(&self) -> &'t [u8] {
        self.value("N4", 2)
    }

    /// ZIP code.
    #[must_use]
    pub fn postal_code(&self) -> Phi<'t> {
        Phi(self.value("N4", 3))
    }

    /// Date of birth as written.
    #[must_use]
    pub fn birth_date(&self) -> Phi<'t> {
        Phi(self.value("DMG", 2))
    }

    /// A number of the kind `qualifier` (REF01).
    #[must_use]
    pub fn reference(&self, qualifier: &str) -> Option<Phi<'t>> {
        let found = self.around?.qualified("REF", &[qualifier])?;
        Some(Phi(found.value(2)))
    }

    /// The NM1 or N1 segment.
    #[must_use]
    pub fn segment(&self) -> Segment<'t> {
        self.name
    }

    fn value(&self, id: &str, element: usize) -> &'t [u8] {
        self.around.and_then(|view| view.first(id)).map_or(&[], |segment| segment.value(element))
    }
}
