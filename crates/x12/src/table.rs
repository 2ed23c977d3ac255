//! Which segments and loops a transaction set may hold, as data.
//!
//! The tables are text files in `tables/`, one for each set, read once:
//!
//! ```text
//! set 837 005010X222 004010X098      ST01 and the versions it describes
//! strict                             absent where the table only serves to find loops
//! unit 2300                          the loop that one claim (or answer) fills
//! hl 20>22 22>23                     HL level codes: parent>child
//! loop 2010AA R 1 billing provider   name, usage, most repeats, title; rows inside are indented
//!   NM1 R 1 01?85 02!1,2 03!         the first row starts the loop
//!   use PARTY                        rows of a named part
//! part PARTY
//! ```
//!
//! Usage is `R` required, `S` situational, `4` only before version 005010. `01?85` tells rows with
//! the same identifier apart by their element 1; `02!1,2` requires element 2 to be one of the
//! codes; `05-1!` is a component. Segments with the same identifier that stand together in a table
//! may come in any order.

mod compile;

use std::collections::HashMap;

use compile::TABLES;

use crate::segment::{Segment, SegmentId};

/// Whether a row must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Each instance of the parent loop must have it.
    Required,
    /// It depends on the case.
    Situational,
    /// Only versions before 005010 have it.
    Former,
}

/// What one element of a row must be.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) element: u8,
    /// 0 for the whole element.
    pub(crate) component: u8,
    /// Empty when any value will do.
    pub(crate) codes: Vec<&'static [u8]>,
    /// The codes as numbers, which compare faster.
    packed: Vec<u64>,
}

/// Up to eight bytes as a number; for longer values one that no code has.
#[inline]
pub(crate) const fn packed(value: &[u8]) -> u64 {
    if value.len() > 8 {
        return u64::MAX;
    }
    let (mut number, mut at) = (0, 0);
    while at < value.len() {
        number = number << 8 | value[at] as u64;
        at += 1;
    }
    number
}

/// A segment or a loop in its place.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Of the segment, or of the segment that starts the loop.
    pub(crate) id: SegmentId,
    /// Segment identifier or loop name.
    pub(crate) name: &'static str,
    /// The name as a number, which compares faster.
    pub(crate) name_number: u64,
    pub(crate) title: &'static str,
    pub(crate) is_loop: bool,
    pub(crate) usage: Usage,
    pub(crate) max: u32,
    /// Order among the rows of the same loop; equal for rows that may come in any order.
    pub(crate) position: u16,
    pub(crate) parent: u16,
    /// Rows of a loop, the one that starts it first.
    pub(crate) children: Vec<u16>,
    /// The children but the first, by the place of their identifiers, then in order.
    by_slot: Vec<Candidate>,
    /// One bit for each place that has a part.
    places: u64,
    /// For each place where its part of `by_slot` starts, and after the last place where all of it ends.
    slots: Vec<u16>,
    /// Positions among the children of those that must be there.
    pub(crate) required: Vec<u16>,
    /// Elements that tell it from other rows with the same identifier.
    pub(crate) when: Vec<Check>,
    /// Elements it must have.
    pub(crate) checks: Vec<Check>,
    /// Those of them that may be anything, one bit for each.
    pub(crate) needed: u64,
    /// The other checks.
    pub(crate) coded: Vec<Check>,
    /// The loop is the table's unit, or holds it.
    pub(crate) holds_unit: bool,
}

/// What is asked of a row before a segment can be it, in one place.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) row: u16,
    /// Position among the children of its loop.
    pub(crate) slot: u16,
    pub(crate) position: u16,
    id: SegmentId,
    pub(crate) max: u32,
    pub(crate) is_loop: bool,
    pub(crate) is_former: bool,
    /// Its codes are fewer than five, and of the first element alone.
    is_short: bool,
    /// Codes of the first element; none for a row that takes any.
    firsts: [u64; 4],
}

/// A number that is no [`packed`] value of eight bytes or less.
const NO_CODE: u64 = u64::MAX - 1;

impl Candidate {
    fn of(table: &Table, loop_row: u16, slot: u16) -> Self {
        let row = table.row(loop_row).children[usize::from(slot)];
        let Row { id, max, position, is_loop, usage, when, .. } = table.row(row);
        let mut firsts = [NO_CODE; 4];
        let is_short = match &when[..] {
            [] => true,
            [Check { element: 1, component: 0, packed, .. }] if packed.len() <= firsts.len() => {
                firsts[..packed.len()].copy_from_slice(packed);
                true
            }
            _ => false,
        };
        Self {
            row,
            slot,
            position: *position,
            id: *id,
            max: *max,
            is_loop: *is_loop,
            is_former: *usage == Usage::Former,
            is_short,
            firsts,
        }
    }

    /// As [`Table::matches`].
    #[inline]
    pub(crate) fn matches(&self, table: &Table, id: SegmentId, segment: &Segment<'_>, first: u64) -> bool {
        if self.id != id {
            return false;
        }
        if !self.is_short {
            return table.matches(self.row, id, segment, first);
        }
        let found = self.firsts.iter().fold(false, |found, code| found | (*code == first));
        found | (self.firsts[0] == NO_CODE)
    }
}

/// Places for identifiers in the index of a loop; most loops are passed by with one look.
const SLOTS: usize = 64;

/// The place of an identifier in the index of every loop.
#[inline]
pub(crate) fn slot(id: SegmentId) -> usize {
    id.slot(SLOTS)
}

impl Row {
    /// The children that may have the identifier with this [`slot`], in order.
    #[inline]
    pub(crate) fn may_be(&self, slot: usize) -> &[Candidate] {
        if self.places >> slot & 1 == 0 {
            return &[];
        }
        match self.slots.get(slot..slot + 2) {
            Some(&[start, end]) => &self.by_slot[usize::from(start)..usize::from(end)],
            _ => &[],
        }
    }
}

/// The rows of one transaction set.
#[derive(Debug)]
pub(crate) struct Table {
    /// Position among all tables.
    pub(crate) number: u16,
    pub(crate) set: &'static str,
    versions: Vec<&'static str>,
    /// Name of the loop that one claim or answer fills.
    pub(crate) unit: &'static str,
    /// The table holds all that the standard allows; others are for finding loops only.
    pub(crate) strict: bool,
    /// HL level codes, child and its parent.
    pub(crate) levels: Vec<(&'static str, &'static str)>,
    pub(crate) rows: Vec<Row>,
    /// Rows with each identifier, so that a segment out of place costs no search of all rows.
    by_id: HashMap<SegmentId, Vec<u16>>,
    /// One bit for each [`slot`] with a row that the first element tells from others.
    told_by_first: u64,
    /// One bit for each [`slot`] with a row that something else tells from others.
    told_otherwise: u64,
}

/// What of a segment tells its rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Its identifier, and this first element as a number; [`NO_CODE`] where the element does not matter.
    By(u64),
    /// Other elements too.
    Otherwise,
}

impl Table {
    /// The row of the transaction itself.
    pub(crate) const ROOT: u16 = 0;

    /// The table for a set (ST01) in a version (ST03 or GS08).
    pub(crate) fn of(set: &[u8], version: &[u8]) -> Option<&'static Table> {
        TABLES.iter().find(|table| {
            table.set.as_bytes() == set && table.versions.iter().any(|known| version.starts_with(known.as_bytes()))
        })
    }

    /// The table with this position.
    pub(crate) fn numbered(number: u16) -> Option<&'static Table> {
        TABLES.get(usize::from(number))
    }

    /// The usual name of its set, such as `837P`.
    pub(crate) fn name(&self) -> &'static str {
        match (self.set, self.versions.first()) {
            ("837", Some(&"005010X222")) => "837P",
            ("837", Some(&"005010X223")) => "837I",
            ("837", Some(&"005010X224")) => "837D",
            ("277", Some(&"005010X214")) => "277CA",
            (set, _) => set,
        }
    }

    /// Whether it describes professional claims.
    pub(crate) fn is_professional(&self) -> bool {
        self.versions.contains(&"005010X222")
    }

    pub(crate) fn row(&self, index: u16) -> &Row {
        &self.rows[usize::from(index)]
    }

    /// The rows with this identifier, in the order of the table.
    pub(crate) fn rows_of(&self, id: SegmentId) -> &[u16] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What of the segment tells its rows apart.
    #[inline]
    pub(crate) fn told(&self, place: usize, segment: &Segment<'_>) -> Told {
        if self.told_otherwise >> place & 1 != 0 {
            Told::Otherwise
        } else if self.told_by_first >> place & 1 != 0 {
            Told::By(packed(segment.value(1)))
        } else {
            Told::By(NO_CODE)
        }
    }

    /// Whether the segment can be this row, by identifier and discriminating elements.
    ///
    /// `first` is the segment's first element as a number, which nearly every row looks at.
    #[inline]
    pub(crate) fn matches(&self, row: u16, id: SegmentId, segment: &Segment<'_>, first: u64) -> bool {
        let row = self.row(row);
        let allows = |check: &Check| match (check.element, check.component) {
            (1, 0) => check.packed.contains(&first),
            _ => check.has(check.value(segment)),
        };
        row.id == id && row.when.iter().all(allows)
    }
}

impl Check {
    #[inline]
    pub(crate) fn value<'a>(&self, segment: &Segment<'a>) -> &'a [u8] {
        let element = usize::from(self.element);
        match self.component {
            0 => segment.value(element),
            component => segment.component(element, usize::from(component)),
        }
    }

    /// Whether the value is one of the codes.
    #[inline]
    pub(crate) fn has(&self, value: &[u8]) -> bool {
        let value = packed(value);
        self.packed.contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_compiles_and_names_its_unit() {
        for table in TABLES.iter() {
            assert!(!table.versions.is_empty(), "{}", table.set);
            assert_eq!(table.row(Table::ROOT).id, SegmentId::new(b"ST"));
            let unit = table.rows.iter().any(|row| row.name == table.unit);
            assert!(unit || table.unit.is_empty(), "{} {}", table.set, table.unit);
            for row in &table.rows {
                assert_ne!(row.id, SegmentId::NONE, "{}", row.name);
            }
        }
    }

    /// The loop path of each segment of a set, `-` where the table has no place for it.
    fn paths(body: &str, version: &str) -> Vec<String> {
        let (set, group) = (&body[..3], if body.starts_with("278") { "HI" } else { "HC" });
        let count = body.matches('~').count();
        let file = format!(
            "ISA*00*          *00*          *ZZ*EXAMPLESENDER  *ZZ*EXAMPLEPAYER   *260805*0930*^*00501*000000001*0*T*:~\
             GS*{group}*S*R*20260805*0930*1*X*{version}~ST*{set}*0001*{version}~{}SE*{}*0001~GE*1*1~IEA*1*000000001~",
            &body[4..],
            count + 2
        );
        let document = crate::Document::read(file.as_bytes());
        assert!(document.completeness().is_ok(), "{:?}", document.completeness());
        let place = |index| document.tree.loop_of(index).map(|view| view.path());
        (0..document.tree.len() as u32).filter_map(place).collect()
    }

    #[test]
    fn reviews_hang_events_below_subscriber_or_dependent() {
        let body = "278 BHT*0007*13*A1*20260805*0930~HL*1**20*1~NM1*X3*2*EXAMPLE PLAN~HL*2*1*21*1~NM1*1P*2*EXAMPLE SPA~\
                    HL*3*2*22*1~NM1*IL*1*EXAMPLE*ALEX~HL*4*3*EV*1~UM*HS*I~HI*ABK:L700~NM1*SJ*1*CLINICIAN*SAM~\
                    HL*5*4*SS*0~SV1*HC:17110*164.5~HL*6*3*23*1~NM1*QC*1*EXAMPLE*PAT~HL*7*6*EV*0~UM*HS*I~";
        let paths = paths(body, "005010X217");
        let at = |index: usize| paths[index].as_str();
        assert_eq!(at(3), "2000A/2010A");
        assert_eq!(at(7), "2000A/2000B/2000C/2010C");
        assert_eq!(at(9), "2000A/2000B/2000C/2000E");
        assert_eq!(at(11), "2000A/2000B/2000C/2000E/2010EA");
        assert_eq!(at(13), "2000A/2000B/2000C/2000E/2000F");
        assert_eq!(at(17), "2000A/2000B/2000C/2000D/2000E");
        assert_eq!(paths.len(), body.matches('~').count() + 2);
    }

    #[test]
    fn former_reviews_hang_services_below_their_provider() {
        let body = "278 BHT*0078*13*A1*20020805*0930~HL*1**20*1~NM1*X3*2*EXAMPLE PLAN~HL*2*1*21*1~NM1*1P*2*EXAMPLE SPA~\
                    HL*3*2*22*1~HI*BF:7020~NM1*IL*1*EXAMPLE*ALEX~HL*4*3*19*1~NM1*SJ*1*CLINICIAN*SAM~HL*5*4*SS*0~UM*HS*I~\
                    HL*6*3*23*1~NM1*QC*1*EXAMPLE*PAT~NM1*X3*1*REVIEWER*KIM~HL*7*6*19*1~NM1*1T*2*EXAMPLE CLINIC~HL*8*7*SS*0~\
                    UM*HS*I~HCR*A1*1~NM1*2B*2*EXAMPLE DESK~";
        let paths = paths(body, "004010X094A1");
        let at = |index: usize| paths[index].strip_prefix("2000A/2000B/2000C").unwrap_or(&paths[index]);
        assert_eq!([3, 5, 6].map(at), ["2000A/2010A", "2000A/2000B/2010B", ""]);
        assert_eq!([7, 8, 9, 10, 11].map(at), ["", "/2010CA", "/2000E", "/2000E/2010E", "/2000E/2000F"]);
        assert_eq!([13, 14, 15].map(at), ["/2000D", "/2000D/2010DA", "/2000D/2010DB"]);
        assert_eq!([17, 19, 21].map(at), ["/2000D/2000E/2010E", "/2000D/2000E/2000F", "/2000D/2000E/2000F/2010F"]);
        assert!(!paths.iter().any(|path| path == "-"));
    }

    #[test]
    fn parties_to_an_event_are_told_by_their_role() {
        let body = "278 BHT*0007*13*A1*20260805*0930~HL*1**20*1~NM1*X3*2*EXAMPLE PLAN~HL*2*1*21*1~NM1*1P*2*EXAMPLE SPA~HL*3*2*22*1~\
                    NM1*IL*1*EXAMPLE*ALEX~HL*4*3*EV*1~UM*HS*I~NM1*PW*2*A~NM1*SJ*1*B~NM1*CA*2*C~NM1*L5*1*D~NM1*82*1*E~\
                    HL*5*4*SS*0~SV1*HC:17110*164.5~NM1*L5*1*F~NM1*SJ*1*G~";
        let paths = paths(body, "005010X217");
        let last = |index: usize| paths[index].rsplit('/').next().unwrap().to_owned();
        assert_eq!([10, 11, 12, 13, 14].map(last), ["2010EB", "2010EA", "2010EC", "2010EB", "2010E"]);
        assert_eq!([17, 18].map(last), ["2010FB", "2010F"]);
    }

    #[test]
    fn another_insurer_of_a_member_stays_with_the_coverage() {
        let former = "834 BGN*00*1*20260805~N1*P5*EXAMPLE EMPLOYER~N1*IN*EXAMPLE PLAN~INS*Y*18*030~NM1*IL*1*EXAMPLE*ALEX~NM1*ES*2*WORK~\
                      HD*030**HLT~COB*P*123*1~N1*IN*OTHER PLAN~INS*N*19*030~";
        let paths = paths(former, "004010X095A1");
        assert_eq!(paths[5..10], ["2000/2100A", "2000/2100D", "2000/2300", "2000/2300/2320", "2000/2300/2320"]);
        assert_eq!(paths[10], "2000");
        assert!(Table::of(b"834", b"004010X096A1").is_none());
    }

    #[test]
    fn premiums_are_for_a_group_or_a_person() {
        let body = "820 BPR*I*100*C*ACH~TRN*1*1~N1*PE*EXAMPLE PLAN~N1*PR*EXAMPLE EMPLOYER~ENT*1*2L*FI*1~RMR*IK*1**60~IT1*1~\
                    SLN*1**O*2*IE~ENT*2*2J*EI*2~NM1*IL*1*EXAMPLE*ALEX~RMR*AZ*2**40~ADX*-5*52~";
        let paths = paths(body, "005010X218");
        assert_eq!(paths[5..9], ["2000A", "2000A/2300A", "2000A/2300A/2310A", "2000A/2300A/2310A/2315A"]);
        assert_eq!(paths[9..13], ["2000B", "2000B/2100B", "2000B/2300B", "2000B/2300B/2320B"]);
    }

    #[test]
    fn providers_of_each_kind_of_claim_have_loops_of_their_own() {
        let start = "837 BHT*0019*00*1*20260805*0930*CH~HL*1**20*1~NM1*85*2*EXAMPLE~HL*2*1*22*0~SBR*P*18~NM1*IL*1*EXAMPLE*ALEX~";
        let dental = format!(
            "{start}CLM*A1*100***11:B:1~DN1*36~NM1*DN*1*A~NM1*82*1*B~NM1*DD*1*C~SBR*S*18~NM1*IL*1*A~NM1*PR*2*B~LX*1~SV3*AD:D0120*100~\
             TOO*JP*12*L~NM1*82*1*D~"
        );
        let paths_of = |body: &str, version| {
            let names = paths(body, version).into_iter().skip(8);
            names.map(|path| path.replace("2000A/2000B/2300", "")).take_while(|path| path != "TS").collect::<Vec<_>>()
        };
        let expected = [
            "",
            "/2310A",
            "/2310B",
            "/2310D",
            "/2320",
            "/2320/2330A",
            "/2320/2330B",
            "/2400",
            "/2400",
            "/2400",
            "/2400/2420A",
        ];
        assert_eq!(paths_of(&dental, "005010X224A2")[..expected.len()], expected);
        let hospital = format!(
            "{start}CLM*A1*100***11:A:1~CL1*1~NM1*71*1*A~NM1*72*1*B~NM1*ZZ*1*C~NM1*82*1*D~NM1*77*2*E~NM1*DN*1*F~LX*1~SV2*0450**100~"
        );
        let expected = ["", "/2310A", "/2310B", "/2310C", "/2310D", "/2310E", "/2310F", "/2400", "/2400"];
        assert_eq!(paths_of(&hospital, "005010X223A2")[..expected.len()], expected);
    }

    #[test]
    fn a_table_is_found_by_set_and_version() {
        let unit = |set: &[u8], version: &[u8]| Table::of(set, version).map(|table| table.unit);
        assert_eq!(unit(b"837", b"005010X222A2"), Some("2300"));
        assert_eq!(unit(b"277", b"005010X214"), Some("2200D"));
        assert_eq!(unit(b"277", b"005010X212"), Some("2200"));
        assert_eq!(unit(b"837", b"005010X999"), None);
    }
}
