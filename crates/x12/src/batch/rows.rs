//! The tables of a batch.

use codes::Cents;

use crate::number::AmountError;

/// No row: a party that was not sent, a line of an adjustment that is the claim's.
pub const NONE: u32 = u32::MAX;

/// A run of bytes in the text of a batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text {
    start: u32,
    length: u32,
}

impl Text {
    #[inline(always)]
    pub(super) fn new(start: u32, length: u32) -> Self {
        Self { start, length }
    }

    /// Whether nothing was sent.
    #[must_use]
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    #[inline(always)]
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    #[inline(always)]
    pub(super) fn end(self) -> usize {
        self.start.wrapping_add(self.length) as usize
    }

    #[inline(always)]
    pub(super) fn len(self) -> usize {
        self.length as usize
    }

    /// Eight bytes before its end; far behind every text when there are fewer.
    #[inline(always)]
    pub(super) fn eight_before_end(self) -> usize {
        self.start.wrapping_add(self.length).wrapping_sub(8) as usize
    }

    /// A part of it.
    #[inline(always)]
    pub(super) fn part(self, from: u32, length: u32) -> Self {
        Self { start: self.start.wrapping_add(from), length }
    }
}

/// An 837P claim or an 835 claim payment.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimRow {
    /// Offset of CLM or CLP in the file.
    pub offset: u64,
    /// CLM01 or CLP01.
    pub number: Text,
    /// CLM02 or CLP03, in cents; 0 where [`Batch::amounts_unread`] counts it.
    pub charge_cents: i64,
    /// CLP04.
    pub paid_cents: i64,
    /// CLP05.
    pub patient_cents: i64,
    /// CLM05-1, or CLP08.
    pub place_of_service: Text,
    /// CLM05-3, or CLP02.
    pub status: Text,
    /// CLP07, or REF*F8 of a claim.
    pub payer_number: Text,
    /// REF*G1.
    pub authorization: Text,
    /// Rows of [`Batch::parties`]: billing provider (payee), subscriber, payer, patient.
    pub parties: [u32; 4],
}

/// A service line.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineRow {
    /// Row of the claim.
    pub claim: u32,
    /// Code list qualifier, such as `HC`, procedure code, and up to four modifiers.
    pub codes: [Text; 6],
    /// SV102 or SVC02.
    pub charge_cents: i64,
    /// SVC03.
    pub paid_cents: i64,
    /// Units as sent.
    pub units: Text,
    /// Positions of diagnoses; 0 where there is none.
    pub pointers: [u8; 4],
    /// First and last day, `YYYYMMDD`; 0 where none was sent.
    pub days: [u32; 2],
    /// REF*6R.
    pub control_number: Text,
    /// LIN03.
    pub drug: Text,
}

/// A diagnosis.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiagnosisRow {
    /// Row of the claim.
    pub claim: u32,
    /// `ABK`, `ABF` and others.
    pub kind: Text,
    /// The code as sent.
    pub code: Text,
}

/// A person or an organization.
#[derive(Clone, Copy, Debug, Default)]
pub struct PartyRow {
    /// Row of the claim it was named in; [`NONE`] for those of a level above.
    pub claim: u32,
    /// NM101 or N101.
    pub role: Text,
    /// Last name or organization.
    pub last_name: Text,
    /// First name.
    pub first_name: Text,
    /// Kind of identifier.
    pub identifier_kind: Text,
    /// Identifier.
    pub identifier: Text,
    /// State.
    pub state: Text,
    /// ZIP code.
    pub postal_code: Text,
    /// Date of birth, `YYYYMMDD`.
    pub birth_day: u32,
    /// Sex.
    pub sex: Text,
}

/// An adjustment: one reason of a CAS.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdjustmentRow {
    /// Row of the claim.
    pub claim: u32,
    /// Row of the line, [`NONE`] for the claim as a whole.
    pub line: u32,
    /// CAS01.
    pub group: Text,
    /// Reason code.
    pub reason: Text,
    /// Amount.
    pub cents: i64,
}

/// Some claims of a file, as tables whose rows name rows of each other by number.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) text: Vec<u8>,
    /// Claims.
    pub claims: Vec<ClaimRow>,
    /// Lines.
    pub lines: Vec<LineRow>,
    /// Diagnoses.
    pub diagnoses: Vec<DiagnosisRow>,
    /// Parties.
    pub parties: Vec<PartyRow>,
    /// Adjustments.
    pub adjustments: Vec<AdjustmentRow>,
    /// Amounts that are no amounts; their rows hold 0, so sums over this batch are too low.
    pub amounts_unread: u64,
}

impl Batch {
    /// The bytes of a value.
    #[must_use]
    pub fn bytes(&self, text: Text) -> &[u8] {
        &self.text[text.start()..text.end()]
    }

    /// The cents of an amount that was read from `bytes`.
    #[inline(always)]
    pub(super) fn read(&mut self, bytes: &[u8], amount: Result<Cents, AmountError>) -> i64 {
        match amount {
            Ok(amount) => amount.0,
            Err(_) => {
                self.amounts_unread += u64::from(!bytes.is_empty());
                0
            }
        }
    }

    /// Empties all tables; the text is not theirs.
    pub(super) fn clear(&mut self) {
        self.amounts_unread = 0;
        self.claims.clear();
        self.lines.clear();
        self.diagnoses.clear();
        self.parties.clear();
        self.adjustments.clear();
    }
}

impl PartyRow {
    /// The same party for the next batch: what it holds of `text` is added to `carried`.
    pub(super) fn carry(&self, text: &[u8], carried: &mut Vec<u8>) -> Self {
        let mut copy = |old: Text| {
            // INVARIANT: the parties of one claim are far shorter than 4 GiB.
            let start = carried.len() as u32;
            carried.extend_from_slice(&text[old.start()..old.end()]);
            Text { start, ..old }
        };
        Self {
            claim: NONE,
            role: copy(self.role),
            last_name: copy(self.last_name),
            first_name: copy(self.first_name),
            identifier_kind: copy(self.identifier_kind),
            identifier: copy(self.identifier),
            state: copy(self.state),
            postal_code: copy(self.postal_code),
            birth_day: self.birth_day,
            sex: copy(self.sex),
        }
    }
}

/// A count of rows as the number of one.
#[inline(always)]
pub(super) fn row(length: usize) -> u32 {
    u32::try_from(length).expect("a batch has fewer than four billion rows")
}
