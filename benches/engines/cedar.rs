//! `cedar-policy`: one set of permits, two for each policy ("surely", "possibly"), and one request that is told which of them hold.
//!
//! Cedar decides yes or no; which permits hold is its reason. That is the verdict of every policy, without a truth for each criterion.

use benches::two_valued::{self, Syntax};
use benches::workload::{POLICIES, Workload};
use cedar_policy::{Authorizer, Context, Entities, EntityUid, Policy, PolicyId, PolicySet, Request, Response};
use policy::program::{MET, NOT_MET, OPEN, Truth};

const SYNTAX: Syntax = Syntax {
    has: |name| format!("context has {name}"),
    value: |name| format!("context.{name}"),
    is_in: |value, values| format!("{values:?}.contains({value})"),
};

pub(crate) struct Engine {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Engine {
    pub(crate) fn new(workload: &Workload) -> Self {
        let mut policies = PolicySet::new();
        for (number, policy) in workload.policies.iter().enumerate() {
            for (id, condition) in [
                (surely(number), two_valued::surely(policy, SYNTAX)),
                (possibly(number), two_valued::possibly(policy, SYNTAX)),
            ] {
                let text = format!("permit(principal, action, resource) when {{ {condition} }};");
                let parsed = Policy::parse(Some(PolicyId::new(id)), &text)
                    .unwrap_or_else(|error| panic!("the generated policy is right: {error}\n{text}"));
                policies.add(parsed).expect("ids are unique");
            }
        }
        Self { authorizer: Authorizer::new(), policies, entities: Entities::empty() }
    }

    pub(crate) fn evaluate(&self, request: &Request) -> Response {
        self.authorizer.is_authorized(request, &self.policies, &self.entities)
    }
}

fn surely(policy: usize) -> String {
    format!("surely-{policy}")
}

fn possibly(policy: usize) -> String {
    format!("possibly-{policy}")
}

pub(crate) fn parse(json: &str) -> Request {
    let value = serde_json::from_str(json).expect("a case is JSON");
    let context = Context::from_json_value(value, None).expect("a case is a context");
    let [principal, action, resource] = ["User::\"clerk\"", "Action::\"ask\"", "Visit::\"one\""]
        .map(|id| id.parse::<EntityUid>().expect("an id that is written here"));
    Request::new(principal, action, resource, context, None).expect("no schema is asked for")
}

/// Not covered, open and covered policies.
pub(crate) fn verdicts(response: &Response) -> [Truth; POLICIES] {
    assert_eq!(response.diagnostics().errors().count(), 0, "no policy fails");
    let held: std::collections::BTreeSet<&str> =
        response.diagnostics().reason().map(|id| AsRef::<str>::as_ref(id)).collect();
    std::array::from_fn(|policy| {
        if held.contains(surely(policy).as_str()) {
            MET
        } else if held.contains(possibly(policy).as_str()) {
            OPEN
        } else {
            NOT_MET
        }
    })
}
