//! The workload of the bench `engines`: the same policies in several languages, and the same cases.
//!
//! One seed gives [`workload::Workload`]: policies and cases in a neutral form. [`covered`], [`rego`] and [`jdm`] write those
//! policies for this engine, for `regorus` and for `zen-engine`,
//! [`two_valued`] for `cedar-policy` and `cel`. The engines themselves are dependencies of the bench alone.

pub mod covered;
pub mod jdm;
pub mod rego;
pub mod two_valued;
pub mod workload;
