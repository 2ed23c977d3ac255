//! Laying a policy's conditions out flat: roots first, children after parents, the children of a group side by side.

use crate::program::{Node, SlotId};

/// A condition before it is laid out.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) shape: Shape,
    /// The labelled criterion that this is, by its number in the policy.
    pub(super) criterion: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    InRange(SlotId, i64, i64),
    OutOfRange(SlotId, i64, i64),
    InMask(SlotId, u32),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    AtLeast(u16, Vec<Tree>),
}

impl From<Shape> for Tree {
    fn from(shape: Shape) -> Self {
        Self { shape, criterion: None }
    }
}

impl Tree {
    pub(super) fn all(members: Vec<Self>) -> Self {
        Shape::All(members).into()
    }

    pub(super) fn any(members: Vec<Self>) -> Self {
        Shape::Any(members).into()
    }
}

/// Appends the roots and all below them; tells where each labelled criterion came to stand.
pub(super) fn flatten(roots: Vec<Tree>, nodes: &mut Vec<Node>, mut placed: impl FnMut(usize, u32)) {
    let mut level: Vec<(usize, Tree)> = Vec::new();
    let at = |index: usize| u32::try_from(index).expect("INVARIANT: nodes are numbered in 32 bits");
    let first = nodes.len();
    for (offset, tree) in roots.into_iter().enumerate() {
        nodes.push(Node::All { first: 0, count: 0 });
        level.push((first + offset, tree));
    }
    let mut queue = std::collections::VecDeque::from(level);
    while let Some((index, tree)) = queue.pop_front() {
        if let Some(criterion) = tree.criterion {
            placed(criterion, at(index));
        }
        let children_first = at(nodes.len());
        let mut children = |members: Vec<Tree>| {
            let count = members.len();
            for member in members {
                queue.push_back((nodes.len(), member));
                nodes.push(Node::All { first: 0, count: 0 });
            }
            at(count)
        };
        let node = match tree.shape {
            Shape::InRange(slot, lo, hi) => Node::InRange { slot, lo, hi },
            Shape::OutOfRange(slot, lo, hi) => Node::OutOfRange { slot, lo, hi },
            Shape::InMask(slot, mask) => Node::InMask { slot, mask },
            Shape::All(members) => Node::All { first: children_first, count: children(members) },
            Shape::Any(members) => Node::Any { first: children_first, count: children(members) },
            Shape::AtLeast(least, members) => {
                let count = children(members);
                Node::AtLeast {
                    first: children_first,
                    count: u16::try_from(count).expect("INVARIANT: the parser bounds the members of a group"),
                    least,
                }
            }
        };
        nodes[index] = node;
    }
}
