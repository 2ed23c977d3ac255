// The exported workload as the runners take it, and how they time themselves.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const NOT_RECORDED = 255;
export const CRITERIA = 13;

export function load(folder, wanted) {
  const rules = JSON.parse(readFileSync(join(folder, 'rules.json'), 'utf8'));
  const bytes = readFileSync(join(folder, 'facts.bin'));
  const proofs = readFileSync(join(folder, 'proofs.bin'));
  const width = rules.facts.length;
  const all = bytes.length / width;
  const each = rules.policies.length * (CRITERIA + 1);
  // Evenly spread over all cases, as the peers of the bench are.
  const rows = Array.from({ length: wanted }, (_, at) => Math.floor((at * all) / wanted));
  const value = (fact, byte) =>
    fact.kind === 'yes-no' ? byte === 1 : fact.kind === 'number' ? byte : rules.choices[byte];
  const cases = rows.map((row) => {
    const known = {};
    rules.facts.forEach((fact, at) => {
      const byte = bytes[row * width + at];
      if (byte !== NOT_RECORDED) known[fact.name] = value(fact, byte);
    });
    return known;
  });
  return { rules, cases, proof: (at) => proofs.subarray(rows[at] * each, (rows[at] + 1) * each) };
}

// Processor time of the process, the median of the rounds after one to warm up; prints nanoseconds for a case.
export async function time(name, cases, rounds, pass) {
  await pass();
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await pass();
    const { user, system } = process.cpuUsage(before);
    times.push(((user + system) * 1000) / cases);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ name, nanoseconds: times[Math.floor(rounds / 2)], cases }));
}

export function differs(name, at) {
  throw new Error(`${name} says something else than the proof of case ${at}`);
}
