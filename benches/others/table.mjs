// Prints the times, and how often this engine's go into each.

import { readFileSync } from 'node:fs';

const [ours, others] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const mine = Object.entries(JSON.parse(ours));
const rows = others.trim().split('\n').map((line) => JSON.parse(line));
const micro = (nanoseconds) => (nanoseconds / 1000).toFixed(2);

console.log('\n| one case, 30 policies | cases | µs |' + mine.map(([name]) => ` ÷ ${name} |`).join(''));
console.log('|---|---:|---:|' + mine.map(() => '---:|').join(''));
for (const [name, nanoseconds] of mine) {
  console.log(`| covered: ${name} | | ${micro(nanoseconds)} |${mine.map(() => ' |').join('')}`);
}
for (const { name, cases, nanoseconds } of rows) {
  const ratios = mine.map(([, own]) => ` ${(nanoseconds / own).toFixed(1)} × |`).join('');
  console.log(`| ${name} | ${cases} | ${micro(nanoseconds)} |${ratios}`);
}
