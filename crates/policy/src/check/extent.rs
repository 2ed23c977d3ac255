//! Where policies speak: ranks, dates, codes and scopes, compared quickly.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::program::{Cell, Compiled, Mask, Node, Program, SlotId, SlotKey};

/// Where each policy of one program speaks.
pub(super) struct Extents {
    pub(super) program: Program,
    scopes: Vec<Scope>,
    services: Vec<Services>,
    /// Index in the program by the position of the file; `None` if it does not compile.
    positions: Vec<Option<usize>>,
}

/// What every case in scope has, as far as single terms of the scope say it.
#[derive(Clone, Debug, Default)]
struct Scope {
    masks: BTreeMap<SlotId, Mask>,
    ranges: BTreeMap<SlotId, Cell>,
}

impl Extents {
    /// The program holds the policies of the files with a position, in their order.
    pub(super) fn new(program: Program, positions: Vec<Option<usize>>) -> Self {
        let scopes = program.policies.iter().map(|policy| scope(&program, policy)).collect();
        let services = program.policies.iter().map(|policy| services(&program, policy)).collect();
        Self { program, scopes, services, positions }
    }

    /// Do both speak about one service, for some contract on some day? May say yes too often, but for one thing: that a code
    /// and a treatment of the menu are the same service is not known here.
    pub(super) fn may_meet(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.program.policies[one], &self.program.policies[other]);
        a.rank == b.rank
            && common_day(a, b)
            && self.scopes[one].meets(&self.scopes[other])
            && self.common_service(one, other, first_common_day(a, b))
    }

    fn common_service(&self, one: usize, other: usize, day: Option<Date>) -> bool {
        let (a, b) = (&self.services[one], &self.services[other]);
        let day = day.unwrap_or_else(|| codes::icd10::window().from);
        let sets = &self.program.code_sets;
        let common_code = a.codes.zip(b.codes).is_some_and(|(one, other)| {
            sets[one].on(day).any(|one| sets[other].on(day).any(|other| one.intersects(other)))
        });
        let common_treatment =
            a.treatments.zip(b.treatments).is_some_and(|(one, other)| both(one, other).iter().any(|word| *word != 0));
        a.any || b.any || common_code || common_treatment
    }

    /// Does another policy of the rank speak about some of the same services on this day?
    pub(super) fn has_successor(&self, file: usize, day: Date) -> bool {
        let Some(ended) = self.positions[file] else { return true };
        let policies = &self.program.policies;
        (0..policies.len()).any(|other| {
            other != ended
                && policies[other].rank == policies[ended].rank
                && policies[other].in_force(day)
                && self.scopes[ended].meets(&self.scopes[other])
                && self.common_service(ended, other, Some(day))
        })
    }
}

impl Scope {
    fn meets(&self, other: &Self) -> bool {
        let masks = self.masks.iter().all(|(slot, mask)| {
            other.masks.get(slot).is_none_or(|other| mask.iter().zip(other).any(|(a, b)| a & b != 0))
        });
        masks
            && self.ranges.iter().all(|(slot, cell)| {
                other.ranges.get(slot).is_none_or(|other| cell.lo <= other.hi && other.lo <= cell.hi)
            })
    }
}

/// What the `for` line names.
#[derive(Clone, Debug, Default)]
struct Services {
    any: bool,
    /// Index of the set of codes.
    codes: Option<usize>,
    treatments: Option<Mask>,
}

/// The compiler puts the `for` line first in the scope: an `any` of a set of codes and of treatments.
fn services(program: &Program, policy: &Compiled) -> Services {
    let mut services = Services { any: policy.file.applies.any, ..Services::default() };
    let line = program.nodes[policy.scope as usize].children().next().filter(|_| !services.any);
    for part in line.into_iter().flat_map(|line| program.nodes[line].children()) {
        match program.nodes[part] {
            Node::InRange { slot, .. } => {
                if let SlotKey::Billed(set) = program.slots[slot as usize].key {
                    services.codes = Some(set);
                }
            }
            Node::InMask { mask, .. } => services.treatments = Some(program.masks[mask as usize]),
            _ => {}
        }
    }
    services
}

fn scope(program: &Program, policy: &Compiled) -> Scope {
    let mut scope = Scope::default();
    for term in program.nodes[policy.scope as usize].children() {
        match program.nodes[term] {
            Node::InMask { slot, mask } => {
                let mask = program.masks[mask as usize];
                scope.masks.entry(slot).and_modify(|all| *all = both(*all, mask)).or_insert(mask);
            }
            Node::InRange { slot, lo, hi } => {
                let cell = Cell::between(lo, hi);
                scope
                    .ranges
                    .entry(slot)
                    .and_modify(|all| *all = Cell::between(all.lo.max(lo), all.hi.min(hi)))
                    .or_insert(cell);
            }
            _ => {}
        }
    }
    scope
}

fn both(a: Mask, b: Mask) -> Mask {
    std::array::from_fn(|word| a[word] & b[word])
}

fn common_day(a: &Compiled, b: &Compiled) -> bool {
    let before = |until: Option<Date>, from: Option<Date>| until.zip(from).is_some_and(|(until, from)| until <= from);
    !before(a.until, b.from) && !before(b.until, a.from)
}

/// The first day on which both are in force; `None` if neither has a first day.
pub(super) fn first_common_day(a: &Compiled, b: &Compiled) -> Option<Date> {
    a.from.max(b.from)
}
