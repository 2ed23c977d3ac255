// json-rules-engine: two rules for each policy, "surely covered" and "possibly covered", whose events are its verdict.
//
// This engine knows no third value, so "surely" asks for what is recorded and fits, "possibly" also takes what is not recorded.
// Operators of our own say both in one condition, which is its fastest form; rules run once for each case.

import { createRequire } from 'node:module';
import { CRITERIA, differs, load, time } from './workload.mjs';

const [folder, modules, wanted, rounds] = process.argv.slice(2);
const { Engine } = createRequire(`${modules}/`)('json-rules-engine');
const { rules, cases, proof } = load(folder, Number(wanted));

const TESTS = {
  yes: (fact) => fact === true,
  no: (fact) => fact === false,
  'at least': (fact, least) => fact >= least,
  'at most': (fact, most) => fact <= most,
  in: (fact, values) => values.includes(fact),
  'not in': (fact, values) => !values.includes(fact),
};

const engine = new Engine([], { allowUndefinedFacts: true });
for (const [name, test] of Object.entries(TESTS)) {
  engine.addOperator(`surely ${name}`, (fact, value) => fact !== undefined && test(fact, value));
  engine.addOperator(`possibly ${name}`, (fact, value) => fact === undefined || test(fact, value));
  engine.addOperator(`surely not ${name}`, (fact, value) => fact !== undefined && !test(fact, value));
  engine.addOperator(`possibly not ${name}`, (fact, value) => fact === undefined || !test(fact, value));
}

function condition(criteria, how) {
  const one = ({ fact, test, value }, not = '') => ({
    fact: rules.facts[fact].name,
    operator: `${how} ${not}${test}`,
    value: value ?? true,
  });
  const [a, b, c] = criteria.slice(10).map((criterion) => one(criterion));
  return {
    all: [
      ...criteria.slice(0, 2).map((criterion) => one(criterion, 'not ')),
      ...criteria.slice(2, 8).map((criterion) => one(criterion)),
      { any: criteria.slice(8, 10).map((criterion) => one(criterion)) },
      { any: [{ all: [a, b] }, { all: [a, c] }, { all: [b, c] }] },
    ],
  };
}

rules.policies.forEach((criteria, policy) => {
  engine.addRule({ conditions: condition(criteria, 'possibly'), event: { type: 'possibly', params: { policy } } });
  engine.addRule({ conditions: condition(criteria, 'surely'), event: { type: 'surely', params: { policy } } });
});

async function verdicts(known) {
  const { events } = await engine.run(known);
  const says = new Uint8Array(rules.policies.length);
  for (const { type, params } of events) {
    says[params.policy] = Math.max(says[params.policy], type === 'surely' ? 2 : 1);
  }
  return says;
}

for (const [at, known] of cases.entries()) {
  const [says, expected] = [await verdicts(known), proof(at)];
  if (says.some((verdict, policy) => verdict !== expected[policy * (CRITERIA + 1)])) differs('json-rules-engine', at);
}
await time('json-rules-engine, verdicts', cases.length, Number(rounds), async () => {
  for (const known of cases) await engine.run(known);
});
