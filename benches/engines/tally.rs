//! What the engines must agree on.

use std::fmt;

use benches::workload::CRITERIA;

/// The truth of one policy about one case: 0 not met, 1 open, 2 met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// 0 not covered, 1 open, 2 covered.
    pub(crate) verdict: u8,
    /// Each criterion.
    pub(crate) criteria: [u8; CRITERIA],
}

/// Counts over many proofs, and a digest of all of them in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Not covered, open, covered.
    pub(crate) verdicts: [u64; 3],
    /// Not met, open, met.
    pub(crate) criteria: [u64; 3],
    /// FNV-1a.
    digest: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self { verdicts: [0; 3], criteria: [0; 3], digest: 0xCBF2_9CE4_8422_2325 }
    }
}

impl Tally {
    pub(crate) fn add(&mut self, proof: &Proof) {
        self.verdicts[usize::from(proof.verdict)] += 1;
        for truth in proof.criteria {
            self.criteria[usize::from(truth)] += 1;
        }
        for byte in std::iter::once(proof.verdict).chain(proof.criteria) {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [not_covered, open, covered] = self.verdicts;
        write!(f, "{covered} yes, {open} open, {not_covered} no (digest {:08x})", self.digest >> 32)
    }
}
