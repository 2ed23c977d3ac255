//! The columns of a batch.

use codes::Cents;

use crate::number::AmountError;

/// Rows made ready at least.
const ROWS_MIN: usize = 16;

/// No row: a party that was not sent, a line of an adjustment that is the claim's.
pub const NONE: u32 = u32::MAX;

/// A run of bytes in the text of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    start: u32,
    length: u32,
}

impl Text {
    #[inline]
    pub(super) fn new(start: usize, length: usize) -> Self {
        if length == 0 {
            return Self::default();
        }
        // INVARIANT: the text of a batch and each segment are far shorter than 4 GiB.
        Self { start: start as u32, length: length as u32 }
    }

    #[inline(always)]
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    #[inline(always)]
    pub(super) fn len(self) -> usize {
        self.length as usize
    }
}

/// Columns of the same length. While they are filled, rows of nothing stand ready behind those that are there, so that a new
/// row costs one look at the length instead of one for each column.
macro_rules! columns {
    ($($(#[$about:meta])* $name:ident { $($(#[$says:meta])* pub $field:ident: Vec<$kind:ty>,)* })*) => { $(
        $(#[$about])*
        #[derive(Clone, Debug, Default)]
        pub struct $name {
            $($(#[$says])* pub $field: Vec<$kind>,)*
            /// Rows that are there.
            pub(super) rows: usize,
            /// Rows that stand ready, those included.
            ready: usize,
        }

        impl $name {
            /// Adds a row of nothing and gives its number.
            #[inline(always)]
            pub(super) fn add(&mut self) -> usize {
                let row = self.rows;
                if row == self.ready {
                    self.grow();
                }
                self.rows = row + 1;
                row
            }

            #[cold]
            #[inline(never)]
            fn grow(&mut self) {
                self.ready = self.rows * 2 + ROWS_MIN;
                $(self.$field.resize(self.ready, <$kind>::default());)*
            }

            /// Leaves only the rows that are there.
            pub(super) fn finish(&mut self) {
                $(self.$field.truncate(self.rows);)*
            }

            /// Takes all rows away, and makes as many ready.
            pub(super) fn clear(&mut self) {
                self.ready = self.rows + self.rows / 8 + ROWS_MIN;
                self.rows = 0;
                $(self.$field.clear();)*
                $(self.$field.resize(self.ready, <$kind>::default());)*
            }
        }
    )* };
}

columns! {
    /// Rows of 837P claims or 835 claim payments.
    ClaimColumns {
        /// Offset of CLM or CLP in the file.
        pub offset: Vec<u64>,
        /// CLM01 or CLP01.
        pub number: Vec<Text>,
        /// CLM02 or CLP03, in cents; 0 where [`Batch::amounts_unread`] counts it.
        pub charge_cents: Vec<i64>,
        /// CLP04.
        pub paid_cents: Vec<i64>,
        /// CLP05.
        pub patient_cents: Vec<i64>,
        /// CLM05-1, or CLP08.
        pub place_of_service: Vec<Text>,
        /// CLM05-3, or CLP02.
        pub status: Vec<Text>,
        /// CLP07, or REF*F8 of a claim.
        pub payer_number: Vec<Text>,
        /// REF*G1.
        pub authorization: Vec<Text>,
        /// Rows of [`PartyColumns`]: billing provider (payee), subscriber, payer, patient.
        pub parties: Vec<[u32; 4]>,
    }

    /// Rows of service lines.
    LineColumns {
        /// Row of the claim.
        pub claim: Vec<u32>,
        /// Code list qualifier, such as `HC`, procedure code, and up to four modifiers.
        pub codes: Vec<[Text; 6]>,
        /// SV102 or SVC02.
        pub charge_cents: Vec<i64>,
        /// SVC03.
        pub paid_cents: Vec<i64>,
        /// Units as sent.
        pub units: Vec<Text>,
        /// Positions of diagnoses; 0 where there is none.
        pub pointers: Vec<[u8; 4]>,
        /// First and last day, `YYYYMMDD`; 0 where none was sent.
        pub days: Vec<[u32; 2]>,
        /// REF*6R.
        pub control_number: Vec<Text>,
        /// LIN03.
        pub drug: Vec<Text>,
    }

    /// Rows of diagnoses.
    DiagnosisColumns {
        /// Row of the claim.
        pub claim: Vec<u32>,
        /// `ABK`, `ABF` and others.
        pub kind: Vec<Text>,
        /// The code as sent.
        pub code: Vec<Text>,
    }

    /// Rows of people and organizations.
    PartyColumns {
        /// Row of the claim it was named in; [`NONE`] for those of a level above.
        pub claim: Vec<u32>,
        /// NM101 or N101.
        pub role: Vec<Text>,
        /// Last name or organization.
        pub last_name: Vec<Text>,
        /// First name.
        pub first_name: Vec<Text>,
        /// Kind of identifier.
        pub identifier_kind: Vec<Text>,
        /// Identifier.
        pub identifier: Vec<Text>,
        /// State.
        pub state: Vec<Text>,
        /// ZIP code.
        pub postal_code: Vec<Text>,
        /// Date of birth, `YYYYMMDD`.
        pub birth_day: Vec<u32>,
        /// Sex.
        pub sex: Vec<Text>,
    }

    /// Rows of adjustments: one for each reason of a CAS.
    AdjustmentColumns {
        /// Row of the claim.
        pub claim: Vec<u32>,
        /// Row of the line, [`NONE`] for the claim as a whole.
        pub line: Vec<u32>,
        /// CAS01.
        pub group: Vec<Text>,
        /// Reason code.
        pub reason: Vec<Text>,
        /// Amount.
        pub cents: Vec<i64>,
    }
}

/// Some claims of a file, as columns.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub(super) text: Vec<u8>,
    /// Claims.
    pub claims: ClaimColumns,
    /// Lines.
    pub lines: LineColumns,
    /// Diagnoses.
    pub diagnoses: DiagnosisColumns,
    /// Parties.
    pub parties: PartyColumns,
    /// Adjustments.
    pub adjustments: AdjustmentColumns,
    /// Amounts that are no amounts; their rows hold 0, so sums over this batch are too low.
    pub amounts_unread: u64,
}

impl Batch {
    /// The bytes of a value.
    #[must_use]
    pub fn bytes(&self, text: Text) -> &[u8] {
        let start = text.start as usize;
        &self.text[start..start + text.length as usize]
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

    /// Leaves only the rows that are there, for the reader of the batch.
    pub(super) fn finish(&mut self) {
        self.claims.finish();
        self.lines.finish();
        self.diagnoses.finish();
        self.parties.finish();
        self.adjustments.finish();
    }

    /// Empties all columns; the text is not theirs.
    pub(super) fn clear(&mut self) {
        self.amounts_unread = 0;
        self.claims.clear();
        self.lines.clear();
        self.diagnoses.clear();
        self.parties.clear();
        self.adjustments.clear();
    }
}

impl PartyColumns {
    /// Adds a row of an earlier batch, whose text was `text`, and its text to `carried`.
    pub(super) fn carry(&mut self, from: &Self, index: usize, text: &[u8], carried: &mut Vec<u8>) {
        let mut copy = |old: Text| {
            let start = carried.len();
            carried.extend_from_slice(&text[old.start()..old.start() + old.len()]);
            Text::new(start, old.len())
        };
        let row = self.add();
        self.claim[row] = NONE;
        self.role[row] = copy(from.role[index]);
        self.last_name[row] = copy(from.last_name[index]);
        self.first_name[row] = copy(from.first_name[index]);
        self.identifier_kind[row] = copy(from.identifier_kind[index]);
        self.identifier[row] = copy(from.identifier[index]);
        self.state[row] = copy(from.state[index]);
        self.postal_code[row] = copy(from.postal_code[index]);
        self.birth_day[row] = from.birth_day[index];
        self.sex[row] = copy(from.sex[index]);
    }
}

/// A count of rows as the number of one.
#[inline(always)]
pub(super) fn row(length: usize) -> u32 {
    u32::try_from(length).expect("a batch has fewer than four billion rows")
}
