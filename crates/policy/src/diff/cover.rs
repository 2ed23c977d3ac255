//! From a condition as a diagram to boxes that people can read: for each fact the cells in which it may lie.

use std::collections::HashSet;

use super::diagram::{Diagrams, Edge, Exhausted, NO, Operation, YES, as_value};

/// For each fact of the order, which of its cells are in.
pub(super) type Cells = Vec<Vec<bool>>;

/// Boxes that together are exactly where `wanted` holds, but for what `tolerated` allows besides, and whether that is all of them.
/// Each box is as large as it can be made.
pub(super) fn cover(
    diagrams: &mut Diagrams,
    wanted: Edge,
    tolerated: Edge,
    counts: &[usize],
    boxes_max: usize,
) -> Result<(Vec<Cells>, bool), Exhausted> {
    let mut left = wanted;
    let mut boxes = Vec::new();
    while left != NO {
        if boxes.len() == boxes_max {
            return Ok((boxes, false));
        }
        let mut cells: Cells = counts.iter().map(|count| vec![true; *count]).collect();
        for (level, cell) in path(diagrams, left) {
            cells[level].fill(false);
            cells[level][cell] = true;
        }
        grow(diagrams, tolerated, &mut cells);
        let inside = of_box(diagrams, &cells)?;
        let outside = diagrams.not(inside)?;
        left = diagrams.apply(Operation::And, left, outside)?;
        boxes.push(cells);
    }
    Ok((boxes, true))
}

/// One way through a diagram to "yes".
pub(super) fn path(diagrams: &Diagrams, mut edge: Edge) -> Vec<(usize, usize)> {
    let mut path = Vec::new();
    while let Some(level) = diagrams.level(edge) {
        let children = diagrams.children(edge);
        // Every node of a reduced condition leads to "yes"; the shortest way says least.
        let cell = children.iter().position(|child| *child == YES).or_else(|| children.iter().position(|c| *c != NO));
        let cell = cell.expect("INVARIANT: a condition that is not `no` holds somewhere");
        path.push((level, cell));
        edge = children[cell];
    }
    path
}

/// Frees one fact after the other, or cell after cell, while the whole box stays inside.
fn grow(diagrams: &Diagrams, inside: Edge, cells: &mut Cells) {
    for level in (0..cells.len()).rev() {
        if cells[level].iter().all(|cell| *cell) {
            continue;
        }
        let before = cells[level].clone();
        cells[level].fill(true);
        if holds_throughout(diagrams, inside, cells) {
            continue;
        }
        cells[level] = before;
        for cell in 0..cells[level].len() {
            if !cells[level][cell] {
                cells[level][cell] = true;
                cells[level][cell] = holds_throughout(diagrams, inside, cells);
            }
        }
    }
}

/// Does a condition hold everywhere in the box?
fn holds_throughout(diagrams: &Diagrams, condition: Edge, cells: &Cells) -> bool {
    let (mut seen, mut pending) = (HashSet::from([condition]), vec![condition]);
    while let Some(edge) = pending.pop() {
        match diagrams.level(edge) {
            None if as_value(edge) == Some(0) => return false,
            None => {}
            Some(level) => {
                let inside = diagrams.children(edge).iter().zip(&cells[level]).filter(|(_, inside)| **inside);
                pending.extend(inside.map(|(child, _)| *child).filter(|child| seen.insert(*child)));
            }
        }
    }
    true
}

/// The box as a diagram.
pub(super) fn of_box(diagrams: &mut Diagrams, cells: &Cells) -> Result<Edge, Exhausted> {
    let mut below = YES;
    for (level, inside) in cells.iter().enumerate().rev() {
        if inside.iter().any(|cell| !cell) {
            let children = inside.iter().map(|inside| if *inside { below } else { NO }).collect();
            below = diagrams.node(level, children)?;
        }
    }
    Ok(below)
}
