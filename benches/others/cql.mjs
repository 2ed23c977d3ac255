// cql-execution: a library of one definition for each criterion and verdict, in CQL's own three values.
//
// The library is written as ELM, the form that its translator gives and that it runs; all patients go through one executor, which is
// how it takes many. A fact that is not recorded is null.

import { createRequire } from 'node:module';
import { differs, load, time } from './workload.mjs';

const [folder, modules, wanted, rounds] = process.argv.slice(2);
const cql = createRequire(`${modules}/`)('cql-execution');
const { rules, cases, proof } = load(folder, Number(wanted));

const MODEL = 'https://github.com/cqframework/cql-execution/simple';
const TYPES = 'urn:hl7-org:elm-types:r1';

const literal = (value) =>
  typeof value === 'number'
    ? { type: 'Literal', valueType: `{${TYPES}}Integer`, value: String(value) }
    : { type: 'Literal', valueType: `{${TYPES}}String`, value };
const defined = (name) => ({ type: 'ExpressionRef', name });
const all = (operands) => operands.reduce((a, b) => ({ type: 'And', operand: [a, b] }));
const any = (operands) => operands.reduce((a, b) => ({ type: 'Or', operand: [a, b] }));
const not = (operand) => ({ type: 'Not', operand });

function criterion({ fact, test, value }) {
  const recorded = { type: 'Property', path: rules.facts[fact].name, source: defined('Patient') };
  const equal = () => any(value.map((one) => ({ type: 'Equal', operand: [recorded, literal(one)] })));
  switch (test) {
    case 'yes': return recorded;
    case 'no': return not(recorded);
    case 'at least': return { type: 'GreaterOrEqual', operand: [recorded, literal(value)] };
    case 'at most': return { type: 'LessOrEqual', operand: [recorded, literal(value)] };
    case 'in': return equal();
    case 'not in': return not(equal());
    default: throw new Error(`no test ${test}`);
  }
}

const statements = [
  { name: 'Patient', context: 'Patient', expression: {
    type: 'SingletonFrom', operand: { type: 'Retrieve', dataType: `{${MODEL}}Patient` } } },
];
const define = (name, expression) =>
  statements.push({ name, context: 'Patient', accessLevel: 'Public', expression });
rules.policies.forEach((criteria, policy) => {
  criteria.forEach((one, at) => define(`p${policy} c${at}`, criterion(one)));
  const c = criteria.map((_, at) => defined(`p${policy} c${at}`));
  const several = any([all([c[10], c[11]]), all([c[10], c[12]]), all([c[11], c[12]])]);
  define(`p${policy} verdict`, all([not(c[0]), not(c[1]), ...c.slice(2, 8), any([c[8], c[9]]), several]));
});

const library = new cql.Library({
  library: {
    identifier: { id: 'Bench', version: '1' },
    schemaIdentifier: { id: 'urn:hl7-org:elm', version: 'r1' },
    usings: { def: [
      { localIdentifier: 'System', uri: TYPES },
      { localIdentifier: 'Simple', uri: MODEL },
    ] },
    statements: { def: statements },
  },
});
const executor = new cql.Executor(library);
const patients = cases.map((known, at) => ({ id: String(at), recordType: 'Patient', ...known }));

async function results() {
  // A source takes the patients out of its list as it goes.
  const { patientResults } = await executor.exec(new cql.PatientSource([...patients]));
  return patientResults;
}

const truth = (value) => (value === true ? 2 : value === false ? 0 : 1);
const found = await results();
for (const at of cases.keys()) {
  const says = rules.policies.flatMap((criteria, policy) => [
    truth(found[at][`p${policy} verdict`]),
    ...criteria.map((_, criterion) => truth(found[at][`p${policy} c${criterion}`])),
  ]);
  if (says.some((value, place) => value !== proof(at)[place])) differs('cql-execution', at);
}
await time('cql-execution, every criterion', cases.length, Number(rounds), results);
