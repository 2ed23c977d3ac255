//! Collects findings, with their place.

use std::collections::BTreeMap;
use std::sync::Arc;

use codes::CodeLists;

use crate::judge::Options;
use crate::judge::finding::{Finding, Snippet};
use crate::judge::known::{Key, Known};
use crate::judge::overlay::Asked;
use crate::judge::rules::{Rule, Severity};
use crate::segment::{Segment, Span};
use crate::tree::{LoopView, NO_NODE, NodeIndex, Tree};

/// Where a finding is. Most places are made for findings that never come, so the bytes are looked up at the end.
///
/// Small, because several are made and handed over for each segment.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    segment: Option<&'a Segment<'a>>,
    /// The bytes, where they are not those of the segment, element or component.
    bytes: Option<Span>,
    element: u32,
    component: u32,
    view: Option<LoopView<'a>>,
    missing: Option<&'static str>,
    asked: Option<&'a Arc<Asked>>,
}

impl<'a> At<'a> {
    /// Bytes that belong to no segment.
    pub(crate) fn bytes(span: Span) -> Self {
        Self { segment: None, bytes: Some(span), element: 0, component: 0, view: None, missing: None, asked: None }
    }

    /// A whole segment, in the loop `node`.
    #[inline]
    pub(crate) fn segment(segment: &'a Segment<'a>, tree: &'a Tree<'_>, node: NodeIndex) -> Self {
        let view = (node != NO_NODE).then(|| tree.view(node));
        Self { view, ..Self::loose(segment) }
    }

    /// A whole segment of a loop.
    #[inline]
    pub(crate) fn inside(segment: &'a Segment<'a>, view: LoopView<'a>) -> Self {
        Self { view: Some(view), ..Self::loose(segment) }
    }

    /// A whole segment whose loop is no longer known.
    #[inline]
    pub(crate) fn loose(segment: &'a Segment<'a>) -> Self {
        Self { segment: Some(segment), bytes: None, element: 0, component: 0, view: None, missing: None, asked: None }
    }

    /// Element `number` of the segment.
    #[inline]
    pub(crate) fn element(mut self, number: usize) -> Self {
        self.element = small(number);
        self
    }

    /// Component `component` of element `number`.
    #[inline]
    pub(crate) fn component(mut self, number: usize, component: usize) -> Self {
        self.element = small(number);
        self.component = small(component);
        self
    }

    /// A receiver asks for it.
    pub(crate) fn asking(mut self, asked: &'a Arc<Asked>) -> Self {
        self.asked = Some(asked);
        self
    }

    /// What the segment's loop lacks.
    pub(crate) fn lacking(mut self, id: &'static str) -> Self {
        self.missing = Some(id);
        self
    }

    /// Other bytes of the segment.
    pub(crate) fn spanning(mut self, span: Span) -> Self {
        self.bytes = Some(span);
        self
    }

    fn span(&self) -> Span {
        match (self.bytes, self.segment) {
            (Some(span), _) => span,
            (None, None) => Span::default(),
            (None, Some(segment)) => match (self.element as usize, self.component as usize) {
                (0, _) => segment.span(),
                (element, 0) => segment.element(element).span(),
                (element, component) => segment.element(element).component(component).span(),
            },
        }
    }
}

/// The number of an element; a segment has far fewer than four billion.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Keeps findings up to the limit, and counts all.
pub(crate) struct Sink {
    pub(crate) options: Options,
    pub(crate) lists: Arc<dyn CodeLists>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
    /// Control number and ordinal of the open transaction's ST segment.
    pub(crate) transaction: Option<(String, u64)>,
    /// Codes that were found right.
    known: Known,
    /// Claims that ended so far in the file.
    pub(crate) claims: u64,
    /// How often a finding was reported, whatever became of it.
    reported: u64,
}

impl Sink {
    pub(crate) fn new(options: Options, lists: Arc<dyn CodeLists>) -> Self {
        Self {
            options,
            lists,
            findings: Vec::new(),
            counts: BTreeMap::new(),
            errors: 0,
            warnings: 0,
            transaction: None,
            known: Known::default(),
            claims: 0,
            reported: 0,
        }
    }

    /// Judges a code, unless it was found right before: files hold the same codes again and again.
    #[inline]
    pub(crate) fn once(&mut self, key: Option<Key>, judge: impl FnOnce(&mut Self)) {
        let Some(key) = key else { return judge(self) };
        if self.known.has(key) {
            return;
        }
        let before = self.reported;
        judge(self);
        if self.reported == before {
            self.known.keep(key);
        }
    }

    /// Whether rules of this level are asked for.
    pub(crate) fn judges(&self, level: u8) -> bool {
        // A receiver's demands are there only where they are asked for.
        level <= self.options.level_max || level == 7
    }

    pub(crate) fn report(&mut self, rule: &'static Rule, at: At<'_>, message: impl Into<String>) {
        self.reported += 1;
        let Some(severity) = self.options.overlay.severity(rule) else {
            return;
        };
        if !self.judges(rule.level) {
            return;
        }
        *self.counts.entry(rule.id).or_default() += 1;
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => {}
        }
        if self.findings.len() >= self.options.findings_max {
            return;
        }
        let position = match (&self.transaction, at.segment) {
            (Some((_, start)), Some(segment)) => (segment.ordinal + 1).saturating_sub(*start),
            _ => 0,
        };
        let show_phi = self.options.show_phi;
        let span = at.span();
        let number = |number: u32| u8::try_from(number).ok().filter(|number| *number > 0);
        self.findings.push(Finding {
            rule,
            severity,
            message: message.into(),
            span,
            segment: at.segment.map(|segment| segment.id().text()).unwrap_or_default(),
            missing: at.missing,
            position,
            element: at.segment.and_then(|_| number(at.element)),
            component: at.segment.and_then(|_| number(at.component)),
            loop_path: at.view.map(|view| view.path()).unwrap_or_default(),
            claim: at.view.and_then(claim_of),
            transaction: self.transaction.as_ref().map(|(control, _)| control.clone()),
            asked: at.asked.cloned(),
            snippet: at.segment.map(|segment| Snippet::of(segment, span, show_phi)),
        });
    }
}

/// The provider's number of the claim a loop belongs to.
fn claim_of(view: LoopView<'_>) -> Option<String> {
    let segment = view
        .enclosing("2300")
        .and_then(|claim| claim.first("CLM"))
        .or_else(|| view.enclosing("2100").and_then(|claim| claim.first("CLP")))?;
    let text = String::from_utf8_lossy(segment.value(1)).into_owned();
    (!text.is_empty()).then_some(text)
}
