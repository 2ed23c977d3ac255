//! Segments to rows.

use crate::batch::fields::{Fields, NEAR, day};
use crate::batch::kind::{Kind, packed};
use crate::batch::rows::{AdjustmentRow, Batch, DiagnosisRow, LineRow, NONE, PartyRow, Text, row as rows};
use crate::completeness::{Counter, GapKind, Set};
use crate::number::amount;
use crate::segment::{Segment, SegmentId, Span};
use x12_marks::BEYOND;

const ST: SegmentId = SegmentId::new(b"ST");

/// Where in a transaction the reader is, as far as the tables need to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    Level,
    Claim,
    /// Another payer of the claim; its parties are not those of the claim.
    OtherPayer,
    /// At a line whose service is not told yet, or is none that has a row.
    LineNumber,
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
    /// The parties of the batch before, whose memory is filled again.
    spare_parties: Vec<PartyRow>,
    /// Places of separators in a segment that was not listed.
    marks: Vec<u32>,
    place: Place,
    /// The open transaction set, where it has tables.
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

    /// The open transaction set, where its segments can be put into tables.
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
        let start = segment.marks_into(&mut marks);
        let count = marks.len();
        marks.resize(count + NEAR, BEYOND);
        if let (Some(near), Some(end)) = (marks.first_chunk(), count.checked_sub(1)) {
            // INVARIANT: segments and the text of a batch are far shorter than 4 GiB.
            let fields = Fields {
                text,
                base: (at as u32).wrapping_sub(start),
                offset: segment.offset.wrapping_sub(u64::from(start)),
                component: segment.delimiters.component,
                near,
                places: &marks,
                from: 0,
                end: end as u32,
                last: marks[end],
                start,
            };
            self.put(kind, set, &fields);
        }
        self.marks = marks;
    }

    /// Puts a segment of an open transaction set into the tables.
    #[inline(always)]
    pub(super) fn put(&mut self, kind: Kind, set: Set, fields: &Fields<'_>) {
        match kind {
            Kind::Unknown | Kind::Envelope | Kind::Passed => {}
            Kind::Level => {
                self.counter.pass_level();
                self.level(fields);
            }
            Kind::Name => {
                let [role, _, last_name, first_name, _, _, _, identifier_kind, identifier] = fields.first();
                self.name(fields, [role, last_name, first_name, identifier_kind, identifier]);
            }
            Kind::Organization => {
                let [role, name, identifier_kind, identifier] = fields.first();
                self.name(fields, [role, name, Text::default(), identifier_kind, identifier]);
            }
            Kind::Address => self.address(fields),
            Kind::Birth => self.birth(fields),
            Kind::Diagnoses => self.diagnoses(fields),
            Kind::LineNumber => {
                if self.place != Place::Level {
                    self.place = Place::LineNumber;
                }
            }
            Kind::Coverage => {
                if self.place == Place::Claim {
                    self.place = Place::OtherPayer;
                }
            }
            Kind::Claim if set == Set::Claims => self.claim(fields),
            Kind::ProfessionalLine if set == Set::Claims => {
                self.counter.pass_line();
                self.line(fields);
            }
            Kind::OtherLine if set == Set::Claims => self.counter.pass_line(),
            Kind::Payment if set == Set::Remittance => self.payment(fields),
            Kind::Service if set == Set::Remittance => {
                self.counter.pass_line();
                if self.place != Place::Level {
                    self.paid_line(fields);
                }
            }
            Kind::Claim | Kind::ProfessionalLine | Kind::OtherLine | Kind::Payment | Kind::Service => {}
            Kind::Adjudication => self.is_prior = true,
            Kind::Period => self.days(fields),
            Kind::Day => self.day_of_service(fields),
            Kind::Reference => self.reference(fields),
            Kind::Adjustments => self.adjustments(fields),
            Kind::Drug => {
                if let (Place::Line, Some(line)) = (self.place, self.line_row()) {
                    self.batch.lines[line].drug = fields.element(3);
                }
            }
            Kind::ProviderAdjustment => self.place = Place::Level,
        }
    }

    #[inline(always)]
    fn claim_row(&self) -> Option<usize> {
        self.batch.claims.len().checked_sub(1)
    }

    #[inline(always)]
    fn line_row(&self) -> Option<usize> {
        self.batch.lines.len().checked_sub(1)
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
                let party = self.spare_parties[index as usize].carry(text, &mut carried);
                self.batch.parties.push(party);
            }
        }
        let new = |index: u32| moved.iter().find(|(from, _)| *from == index).map_or(NONE, |(_, to)| *to);
        self.parties = self.parties.map(new);
        self.party = new(self.party);
        carried
    }

    #[inline(always)]
    fn level(&mut self, fields: &Fields<'_>) {
        self.place = Place::Level;
        self.party = NONE;
        // A level ends what the levels below it said.
        let [_, _, level] = fields.first();
        match fields.code(level) {
            code if code == const { packed(b"20") } => self.parties = [NONE; 4],
            code if code == const { packed(b"22") } => self.parties[1..].fill(NONE),
            _ => self.parties[3] = NONE,
        }
    }

    /// A party: role, last and first name, kind of identifier and identifier.
    #[inline(always)]
    fn name(&mut self, fields: &Fields<'_>, texts: [Text; 5]) {
        const BILLING: u32 = packed(b"85");
        const PAYEE: u32 = packed(b"PE");
        const INSURED: u32 = packed(b"IL");
        const PAYER: u32 = packed(b"PR");
        const PATIENT: u32 = packed(b"QC");
        let new = rows(self.batch.parties.len());
        let row = add(&mut self.batch.parties);
        row.claim = match self.place {
            Place::Level | Place::Outside => NONE,
            _ => rows(self.batch.claims.len()).wrapping_sub(1),
        };
        [row.role, row.last_name, row.first_name, row.identifier_kind, row.identifier] = texts;
        self.party = new;
        let slot = match (fields.code(texts[0]), self.place) {
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

    #[inline(always)]
    fn own_party(&mut self, slot: usize, party: u32) {
        if let Some(claim) = self.batch.claims.last_mut() {
            claim.parties[slot] = party;
        }
    }

    #[inline(always)]
    fn address(&mut self, fields: &Fields<'_>) {
        // INVARIANT: no batch has so many parties that one has the number of nobody.
        if let Some(party) = self.batch.parties.get_mut(self.party as usize) {
            [_, party.state, party.postal_code] = fields.first();
        }
    }

    #[inline(always)]
    fn birth(&mut self, fields: &Fields<'_>) {
        if let Some(party) = self.batch.parties.get_mut(self.party as usize) {
            let [_, day, sex] = fields.first();
            party.birth_day = fields.day(day);
            party.sex = sex;
        }
    }

    /// An amount of a claim, which counts in the totals: blanks around it do not matter.
    #[inline(always)]
    fn claim_amount(&mut self, fields: &Fields<'_>, text: Text) -> Option<i64> {
        match fields.money(text) {
            Some(cents) => Some(cents),
            None => self.any_claim_amount(fields.bytes(text)),
        }
    }

    #[inline(never)]
    fn any_claim_amount(&mut self, bytes: &[u8]) -> Option<i64> {
        let cents = amount(bytes.trim_ascii()).ok();
        self.batch.amounts_unread += u64::from(cents.is_none() && !bytes.is_empty());
        cents.map(|cents| cents.0)
    }

    /// An amount of a line or an adjustment; nothing counts as zero.
    #[inline(always)]
    fn cents(&mut self, fields: &Fields<'_>, text: Text) -> i64 {
        match fields.money(text) {
            Some(cents) => cents,
            None => self.any_cents(fields.bytes(text)),
        }
    }

    #[inline(never)]
    fn any_cents(&mut self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() { 0 } else { self.batch.read(bytes, amount(bytes)) }
    }

    #[inline(always)]
    fn claim(&mut self, fields: &Fields<'_>) {
        self.place = Place::Claim;
        self.party = NONE;
        let [number, charge, _, _, facility] = fields.first();
        let charge = self.claim_amount(fields, charge);
        self.counter.pass_claim(charge, || fields.span(2));
        let [place, _, status] = fields.components(facility);
        let mut parties = self.parties;
        if parties[3] == NONE {
            parties[3] = parties[1];
        }
        let row = add(&mut self.batch.claims);
        row.offset = fields.place();
        row.number = number;
        row.place_of_service = place;
        row.status = status;
        row.charge_cents = charge.unwrap_or(0);
        row.parties = parties;
    }

    #[inline(always)]
    fn payment(&mut self, fields: &Fields<'_>) {
        self.place = Place::Claim;
        self.party = NONE;
        let [number, status, charge, paid, share, _, payer_number, place] = fields.first();
        let charge = self.claim_amount(fields, charge);
        let paid = self.claim_amount(fields, paid);
        let share = self.claim_amount(fields, share);
        self.counter.pass_payment(charge, paid, |element| fields.span(element));
        let row = add(&mut self.batch.claims);
        row.offset = fields.place();
        row.number = number;
        row.place_of_service = place;
        row.status = status;
        row.payer_number = payer_number;
        row.charge_cents = charge.unwrap_or(0);
        row.paid_cents = paid.unwrap_or(0);
        row.patient_cents = share.unwrap_or(0);
        row.parties = self.parties;
    }

    #[inline(always)]
    fn diagnoses(&mut self, fields: &Fields<'_>) {
        const KINDS: [u32; 4] = [packed(b"ABK"), packed(b"ABF"), packed(b"BK"), packed(b"BF")];
        if self.place != Place::Claim {
            return;
        }
        let claim = rows(self.batch.claims.len()).wrapping_sub(1);
        for element in 1..=fields.len() {
            let [kind, code] = fields.components(fields.element(element));
            if KINDS.contains(&fields.code(kind)) {
                self.batch.diagnoses.push(DiagnosisRow { claim, kind, code });
            }
        }
    }

    /// A line of a claim.
    #[inline(always)]
    fn line(&mut self, fields: &Fields<'_>) {
        let [codes, charge, _, units, _, _, to_diagnoses] = fields.first();
        let charge = self.cents(fields, charge);
        let Some(row) = self.new_line() else { return };
        fields.components_into(codes, &mut row.codes);
        row.charge_cents = charge;
        row.units = units;
        row.pointers = fields.pointers(to_diagnoses);
    }

    /// A line of a payment.
    #[inline(always)]
    fn paid_line(&mut self, fields: &Fields<'_>) {
        let [codes, charge, paid, _, units] = fields.first();
        let charge = self.cents(fields, charge);
        let paid = self.cents(fields, paid);
        let Some(row) = self.new_line() else { return };
        fields.components_into(codes, &mut row.codes);
        row.charge_cents = charge;
        row.paid_cents = paid;
        row.units = units;
    }

    #[inline(always)]
    fn new_line(&mut self) -> Option<&mut LineRow> {
        let claim = self.claim_row()?;
        self.place = Place::Line;
        self.is_prior = false;
        let row = add(&mut self.batch.lines);
        row.claim = rows(claim);
        Some(row)
    }

    #[inline(always)]
    fn days(&mut self, fields: &Fields<'_>) {
        let [qualifier, _, period] = fields.first();
        if self.place != Place::Line || fields.code(qualifier) != const { packed(b"472") } {
            return;
        }
        let Some(line) = self.batch.lines.last_mut() else { return };
        let value = fields.bytes(period);
        line.days = match value.len() {
            8 => [day(value); 2],
            _ => match value.iter().position(|byte| *byte == b'-') {
                Some(dash) => [day(&value[..dash]), day(&value[dash + 1..])],
                None => [0; 2],
            },
        };
    }

    #[inline(always)]
    fn day_of_service(&mut self, fields: &Fields<'_>) {
        const FIRST: u32 = packed(b"150");
        const LAST: u32 = packed(b"151");
        const ONLY: u32 = packed(b"472");
        let (Place::Line, Some(line)) = (self.place, self.line_row()) else { return };
        let days = &mut self.batch.lines[line].days;
        let [qualifier, day] = fields.first();
        match fields.code(qualifier) {
            ONLY => *days = [fields.day(day); 2],
            FIRST => days[0] = fields.day(day),
            LAST => days[1] = fields.day(day),
            _ => {}
        }
    }

    #[inline(always)]
    fn reference(&mut self, fields: &Fields<'_>) {
        const PAYER_NUMBER: u32 = packed(b"F8");
        const AUTHORIZATION: u32 = packed(b"G1");
        const CONTROL_NUMBER: u32 = packed(b"6R");
        let [qualifier, value] = fields.first();
        let (line, claim) = (self.batch.lines.last_mut(), self.batch.claims.last_mut());
        let place = match (self.place, fields.code(qualifier)) {
            (Place::Line, CONTROL_NUMBER) => line.map(|line| &mut line.control_number),
            (Place::Claim, PAYER_NUMBER) => claim.map(|claim| &mut claim.payer_number),
            (Place::Claim, AUTHORIZATION) => claim.map(|claim| &mut claim.authorization),
            _ => None,
        };
        if let Some(place) = place {
            *place = value;
        }
    }

    /// The payer's own adjustments; what earlier payers adjusted is theirs.
    #[inline(always)]
    fn adjustments(&mut self, fields: &Fields<'_>) {
        if self.is_prior || !matches!(self.place, Place::Claim | Place::Line) {
            return;
        }
        let Some(claim) = self.claim_row() else { return };
        let line = match self.place {
            Place::Line => rows(self.batch.lines.len()).wrapping_sub(1),
            _ => NONE,
        };
        // Most have one reason; the others have three elements each.
        let [group, code, amount] = fields.first();
        self.adjustment(fields, [rows(claim), line], [group, code, amount]);
        let mut reason = 5;
        while reason <= fields.len().min(17) {
            self.adjustment(fields, [rows(claim), line], [group, fields.element(reason), fields.element(reason + 1)]);
            reason += 3;
        }
    }

    #[inline(always)]
    fn adjustment(&mut self, fields: &Fields<'_>, [claim, line]: [u32; 2], [group, reason, amount]: [Text; 3]) {
        if reason.is_empty() && amount.is_empty() {
            return;
        }
        let cents = self.cents(fields, amount);
        self.batch.adjustments.push(AdjustmentRow { claim, line, group, reason, cents });
    }
}

/// Adds a row of nothing, to be filled where it stands: a row that is made elsewhere and moved costs more than its fields.
#[inline(always)]
fn add<T: Default>(rows: &mut Vec<T>) -> &mut T {
    let index = rows.len();
    rows.push(T::default());
    &mut rows[index]
}
