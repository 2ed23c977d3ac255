//! Segments to rows.

use crate::batch::columns::{Batch, NONE, PartyColumns, Text, row as rows};
use crate::batch::kind::{Kind, packed};
use crate::batch::row::{NEAR, Row, day};
use crate::completeness::{Counter, GapKind, Set};
use crate::number::{AmountError, amount};
use crate::segment::{Segment, SegmentId, Span};
use codes::Cents;

const ST: SegmentId = SegmentId::new(b"ST");

/// Where in a transaction the reader is, as far as columns need to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Level,
    Claim,
    /// Another payer of the claim; its parties are not those of the claim.
    OtherPayer,
    Line,
    /// In the rest of a claim that was given up.
    GivenUp,
}

/// Puts segments into the batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Filler {
    pub(super) batch: Batch,
    pub(super) counter: Counter,
    /// The buffer of the text before, to be filled again.
    pub(super) spare: Vec<u8>,
    /// The parties of the batch before, whose columns are filled again.
    spare_parties: PartyColumns,
    /// Places of separators in a segment that was not listed.
    marks: Vec<u32>,
    place: Place,
    /// The open transaction set, where it has columns.
    set: Option<Set>,
    /// A line's earlier adjudication; its adjustments are not those of this payer.
    is_prior: bool,
    /// Rows of billing provider, subscriber, payer and patient for the claims to come.
    parties: [u32; 4],
    /// Row of the party that address and date of birth belong to; [`NONE`] for nobody.
    party: u32,
}

impl Filler {
    /// Gives up the claim that is too long; its rows so far were handed out.
    pub(super) fn give_up(&mut self, span: Span) {
        self.place = Place::GivenUp;
        self.counter.gap(GapKind::LongClaim, span);
    }

    /// The open transaction set, where its segments can be put into columns.
    #[inline]
    pub(super) fn fills(&self) -> Option<Set> {
        self.set.filter(|_| self.place != Place::GivenUp)
    }

    /// Takes the next segment, which stands at `at` in the text of the batch.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, text: &[u8], at: usize) {
        let kind = Kind::of_id(segment.id());
        if kind == Kind::Envelope || self.counter.open_set().is_none() {
            self.counter.segment(segment);
            self.set = self.counter.open_set().filter(|set| *set != Set::Other);
            self.place = Place::Level;
            if segment.id() == ST {
                self.parties = [NONE; 4];
                self.party = NONE;
            }
            return;
        }
        self.counter.pass(1);
        let Some(set) = self.set else {
            if kind == Kind::Level {
                self.counter.pass_level();
            }
            return;
        };
        let goes_on = matches!(kind, Kind::Level | Kind::Claim | Kind::Payment | Kind::ProviderAdjustment);
        if self.place == Place::GivenUp && !goes_on {
            let is_claim_line = matches!(kind, Kind::ProfessionalLine | Kind::OtherLine) && set == Set::Claims;
            if is_claim_line || kind == Kind::Service && set == Set::Remittance {
                self.counter.pass_line();
            }
            return;
        }
        let mut marks = std::mem::take(&mut self.marks);
        marks.clear();
        segment.marks_into(&mut marks);
        let count = marks.len();
        marks.resize(count + NEAR, 0);
        if let Some(near) = marks.first_chunk() {
            let row = Row {
                window: &text[at..],
                near,
                marks: &marks,
                count,
                base: at,
                offset: segment.offset,
                start: 0,
                component: segment.delimiters.component,
            };
            self.put(kind, set, &row);
        }
        self.marks = marks;
    }

    /// Puts a segment of an open transaction set into the columns.
    #[inline(always)]
    pub(super) fn put(&mut self, kind: Kind, set: Set, row: &Row<'_>) {
        match kind {
            Kind::Unknown | Kind::Envelope | Kind::Passed => {}
            Kind::Level => {
                self.counter.pass_level();
                self.level(row);
            }
            Kind::Name => self.name(row, 3, Some(4), [8, 9]),
            Kind::Organization => self.name(row, 2, None, [3, 4]),
            Kind::Address => self.address(row),
            Kind::Birth => self.birth(row),
            Kind::Diagnoses => self.diagnoses(row),
            Kind::LineNumber => {
                if self.place != Place::Level {
                    self.place = Place::Line;
                }
            }
            Kind::Coverage => {
                if self.place == Place::Claim {
                    self.place = Place::OtherPayer;
                }
            }
            Kind::Claim if set == Set::Claims => self.claim(row),
            Kind::ProfessionalLine if set == Set::Claims => {
                self.counter.pass_line();
                self.line(row, 4, false);
            }
            Kind::OtherLine if set == Set::Claims => self.counter.pass_line(),
            Kind::Payment if set == Set::Remittance => self.payment(row),
            Kind::Service if set == Set::Remittance => {
                self.counter.pass_line();
                if self.place != Place::Level {
                    self.line(row, 5, true);
                }
            }
            Kind::Claim | Kind::ProfessionalLine | Kind::OtherLine | Kind::Payment | Kind::Service => {}
            Kind::Adjudication => self.is_prior = true,
            Kind::Period => self.days(row),
            Kind::Day => self.day_of_service(row),
            Kind::Reference => self.reference(row),
            Kind::Adjustments => self.adjustments(row),
            Kind::Drug => {
                if let (Place::Line, Some(line)) = (self.place, self.line_row()) {
                    self.batch.lines.drug[line] = row.text(3);
                }
            }
            Kind::ProviderAdjustment => self.place = Place::Level,
        }
    }

    #[inline(always)]
    fn claim_row(&self) -> Option<usize> {
        self.batch.claims.rows.checked_sub(1)
    }

    #[inline(always)]
    fn line_row(&self) -> Option<usize> {
        self.batch.lines.rows.checked_sub(1)
    }

    /// Empties the batch but for the parties that later claims still refer to, and gives their text.
    pub(super) fn next_batch(&mut self, text: &[u8]) -> Vec<u8> {
        let mut carried = std::mem::take(&mut self.spare);
        carried.clear();
        std::mem::swap(&mut self.spare_parties, &mut self.batch.parties);
        self.batch.clear();
        let mut moved: Vec<(u32, u32)> = Vec::new();
        for index in self.parties.iter().copied().chain([self.party]).filter(|index| *index != NONE) {
            if moved.iter().all(|(from, _)| *from != index) {
                moved.push((index, rows(moved.len())));
                self.batch.parties.carry(&self.spare_parties, index as usize, text, &mut carried);
            }
        }
        let new = |index: u32| moved.iter().find(|(from, _)| *from == index).map_or(NONE, |(_, to)| *to);
        self.parties = self.parties.map(new);
        self.party = new(self.party);
        carried
    }

    #[inline(always)]
    fn level(&mut self, row: &Row<'_>) {
        self.place = Place::Level;
        self.party = NONE;
        // A level ends what the levels below it said.
        match row.code(3) {
            code if code == const { packed(b"20") } => self.parties = [NONE; 4],
            code if code == const { packed(b"22") } => self.parties[1..].fill(NONE),
            _ => self.parties[3] = NONE,
        }
    }

    /// A party: the elements of last name, first name, and of kind of identifier and identifier.
    #[inline(always)]
    fn name(&mut self, row: &Row<'_>, last_name: usize, first_name: Option<usize>, identifier: [usize; 2]) {
        const BILLING: u32 = packed(b"85");
        const PAYEE: u32 = packed(b"PE");
        const INSURED: u32 = packed(b"IL");
        const PAYER: u32 = packed(b"PR");
        const PATIENT: u32 = packed(b"QC");
        let columns = &mut self.batch.parties;
        let new = columns.add();
        columns.claim[new] = match self.place {
            Place::Level | Place::Outside => NONE,
            _ => rows(self.batch.claims.rows).wrapping_sub(1),
        };
        columns.role[new] = row.text(1);
        columns.last_name[new] = row.text(last_name);
        if let Some(first_name) = first_name {
            columns.first_name[new] = row.text(first_name);
        }
        columns.identifier_kind[new] = row.text(identifier[0]);
        columns.identifier[new] = row.text(identifier[1]);
        let new = rows(new);
        self.party = new;
        let slot = match (row.code(1), self.place) {
            (BILLING | PAYEE, Place::Level) => 0,
            (INSURED, Place::Level) => 1,
            (PAYER, Place::Level) => 2,
            (PATIENT, Place::Level) => 3,
            // A remittance names patient and subscriber inside the claim.
            (PATIENT, Place::Claim) => return self.own_party(3, new),
            (INSURED, Place::Claim) => return self.own_party(1, new),
            _ => return,
        };
        self.parties[slot] = new;
    }

    fn own_party(&mut self, slot: usize, party: u32) {
        if let Some(claim) = self.claim_row() {
            self.batch.claims.parties[claim][slot] = party;
        }
    }

    #[inline(always)]
    fn address(&mut self, row: &Row<'_>) {
        if self.party == NONE {
            return;
        }
        let party = self.party as usize;
        self.batch.parties.state[party] = row.text(2);
        self.batch.parties.postal_code[party] = row.text(3);
    }

    #[inline(always)]
    fn birth(&mut self, row: &Row<'_>) {
        if self.party == NONE {
            return;
        }
        let party = self.party as usize;
        self.batch.parties.birth_day[party] = row.day(2);
        self.batch.parties.sex[party] = row.text(3);
    }

    /// An amount of a claim, which counts in the totals: blanks around it do not matter.
    #[inline(always)]
    fn claim_amount(row: &Row<'_>, element: usize) -> Result<Cents, AmountError> {
        match row.money(element) {
            Some(cents) => Ok(Cents(cents)),
            None => amount(row.bytes(element).trim_ascii()),
        }
    }

    /// An amount of a line or an adjustment; nothing counts as zero.
    #[inline(always)]
    fn cents(&mut self, row: &Row<'_>, element: usize) -> i64 {
        match row.money(element) {
            Some(cents) => cents,
            None => self.any_cents(row.bytes(element)),
        }
    }

    #[inline(never)]
    fn any_cents(&mut self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() { 0 } else { self.batch.read(bytes, amount(bytes)) }
    }

    #[inline(always)]
    fn claim(&mut self, row: &Row<'_>) {
        self.place = Place::Claim;
        self.party = NONE;
        let charge = Self::claim_amount(row, 2);
        self.counter.pass_claim((charge, || span(row, 2)), None::<(_, fn() -> Span)>);
        let charge = self.batch.read(row.bytes(2), charge);
        let [place, _, status] = row.components(5);
        let mut parties = self.parties;
        if parties[3] == NONE {
            parties[3] = parties[1];
        }
        let columns = &mut self.batch.claims;
        let new = columns.add();
        columns.offset[new] = row.place();
        columns.number[new] = row.text(1);
        columns.place_of_service[new] = place;
        columns.status[new] = status;
        columns.charge_cents[new] = charge;
        columns.parties[new] = parties;
    }

    #[inline(always)]
    fn payment(&mut self, row: &Row<'_>) {
        self.place = Place::Claim;
        self.party = NONE;
        let charge = Self::claim_amount(row, 3);
        let paid = Self::claim_amount(row, 4);
        let share = Self::claim_amount(row, 5);
        self.counter.pass_claim((charge, || span(row, 3)), Some((paid, || span(row, 4))));
        let charge = self.batch.read(row.bytes(3), charge);
        let paid = self.batch.read(row.bytes(4), paid);
        let share = self.batch.read(row.bytes(5), share);
        let columns = &mut self.batch.claims;
        let new = columns.add();
        columns.offset[new] = row.place();
        columns.number[new] = row.text(1);
        columns.place_of_service[new] = row.text(8);
        columns.status[new] = row.text(2);
        columns.payer_number[new] = row.text(7);
        columns.charge_cents[new] = charge;
        columns.paid_cents[new] = paid;
        columns.patient_cents[new] = share;
        columns.parties[new] = self.parties;
    }

    #[inline(always)]
    fn diagnoses(&mut self, row: &Row<'_>) {
        const KINDS: [u32; 4] = [packed(b"ABK"), packed(b"ABF"), packed(b"BK"), packed(b"BF")];
        if self.place != Place::Claim {
            return;
        }
        let claim = rows(self.batch.claims.rows).wrapping_sub(1);
        let columns = &mut self.batch.diagnoses;
        for element in 1..=row.len() {
            let [kind, code] = row.components(element);
            if KINDS.contains(&row.code_of(kind)) {
                let new = columns.add();
                columns.claim[new] = claim;
                columns.kind[new] = kind;
                columns.code[new] = code;
            }
        }
    }

    /// A line of a claim or of a payment.
    #[inline(always)]
    fn line(&mut self, row: &Row<'_>, units: usize, is_payment: bool) {
        let Some(claim) = self.claim_row() else { return };
        self.place = Place::Line;
        self.is_prior = false;
        let charge = self.cents(row, 2);
        let paid = if is_payment { self.cents(row, 3) } else { 0 };
        let columns = &mut self.batch.lines;
        let new = columns.add();
        columns.claim[new] = rows(claim);
        row.components_into(1, &mut columns.codes[new]);
        columns.charge_cents[new] = charge;
        columns.paid_cents[new] = paid;
        columns.units[new] = row.text(units);
        if !is_payment {
            columns.pointers[new] = pointers(row, 7);
        }
    }

    #[inline(always)]
    fn days(&mut self, row: &Row<'_>) {
        if self.place != Place::Line || row.code(1) != const { packed(b"472") } {
            return;
        }
        let Some(line) = self.line_row() else { return };
        let value = row.bytes(3);
        self.batch.lines.days[line] = match value.len() {
            8 => [day(value); 2],
            _ => match value.iter().position(|byte| *byte == b'-') {
                Some(dash) => [day(&value[..dash]), day(&value[dash + 1..])],
                None => [0; 2],
            },
        };
    }

    #[inline(always)]
    fn day_of_service(&mut self, row: &Row<'_>) {
        const FIRST: u32 = packed(b"150");
        const LAST: u32 = packed(b"151");
        const ONLY: u32 = packed(b"472");
        let (Place::Line, Some(line)) = (self.place, self.line_row()) else { return };
        let days = &mut self.batch.lines.days[line];
        match row.code(1) {
            ONLY => *days = [row.day(2); 2],
            FIRST => days[0] = row.day(2),
            LAST => days[1] = row.day(2),
            _ => {}
        }
    }

    #[inline(always)]
    fn reference(&mut self, row: &Row<'_>) {
        const PAYER_NUMBER: u32 = packed(b"F8");
        const AUTHORIZATION: u32 = packed(b"G1");
        const CONTROL_NUMBER: u32 = packed(b"6R");
        let (line, claim) = (self.line_row(), self.claim_row());
        let (column, last) = match (self.place, row.code(1)) {
            (Place::Line, CONTROL_NUMBER) => (&mut self.batch.lines.control_number, line),
            (Place::Claim, PAYER_NUMBER) => (&mut self.batch.claims.payer_number, claim),
            (Place::Claim, AUTHORIZATION) => (&mut self.batch.claims.authorization, claim),
            _ => return,
        };
        if let Some(last) = last {
            column[last] = row.text(2);
        }
    }

    /// The payer's own adjustments; what earlier payers adjusted is theirs.
    #[inline(always)]
    fn adjustments(&mut self, row: &Row<'_>) {
        if self.is_prior || !matches!(self.place, Place::Claim | Place::Line) {
            return;
        }
        let Some(claim) = self.claim_row() else { return };
        let line = match self.place {
            Place::Line => rows(self.batch.lines.rows).wrapping_sub(1),
            _ => NONE,
        };
        let group = row.text(1);
        let mut reason = 2;
        while reason <= row.len().min(17) {
            let code = row.text(reason);
            let amount_at = reason + 1;
            reason += 3;
            if code == Text::default() && row.bytes(amount_at).is_empty() {
                continue;
            }
            let cents = self.cents(row, amount_at);
            let columns = &mut self.batch.adjustments;
            let new = columns.add();
            columns.claim[new] = rows(claim);
            columns.line[new] = line;
            columns.group[new] = group;
            columns.reason[new] = code;
            columns.cents[new] = cents;
        }
    }
}

fn span(row: &Row<'_>, element: usize) -> Span {
    let (start, end) = row.span(element);
    Span { start, end }
}

#[inline(always)]
fn pointers(row: &Row<'_>, element: usize) -> [u8; 4] {
    let mut pointers = [0; 4];
    let bytes = row.bytes(element);
    // One digit each, which is nearly always so.
    let mut is_usual = matches!(bytes.len(), 1 | 3 | 5 | 7);
    for (pointer, pair) in pointers.iter_mut().zip(bytes.chunks(2)) {
        *pointer = pair[0].wrapping_sub(b'0');
        is_usual &= *pointer <= 9 && pair.get(1).is_none_or(|byte| *byte == row.component);
    }
    if is_usual {
        return pointers;
    }
    pointers = [0; 4];
    if !bytes.is_empty() {
        for (pointer, text) in pointers.iter_mut().zip(row.parts(element)) {
            *pointer = crate::number::count(text).and_then(|text| u8::try_from(text).ok()).unwrap_or(0);
        }
    }
    pointers
}
