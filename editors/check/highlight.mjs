// Colours every policy of the library with the highlighter of VS Code, and fails if a word is left without a colour.
//
//     editors/check/run [FOLDER…]
//
// Besides, what the language itself knows must look like it: a string is a string to its end and a comment a comment, whatever stands
// in them, and no state leaks from one line into the next.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(`${process.env.MODULES ?? here}/`);
const oniguruma = require('vscode-oniguruma');
const { INITIAL, Registry, parseRawGrammar } = require('vscode-textmate');

const SCOPE = 'source.covered';
const grammar = join(here, '../vscode/covered.tmLanguage.json');

await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scope) => (scope === SCOPE ? parseRawGrammar(readFileSync(grammar, 'utf8'), grammar) : null),
});
const policy = await registry.loadGrammar(SCOPE);

// Brackets and commas need no colour.
const PLAIN = /^[\s{}(),:]*$/;

function* words(path) {
  let state = INITIAL;
  for (const [at, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    const { tokens, ruleStack, stoppedEarly } = policy.tokenizeLine(line, state);
    if (stoppedEarly) throw new Error(`${path}:${at + 1}: the highlighter gave up`);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const text = line.slice(startIndex, endIndex);
      yield { text, scopes: scopes.slice(1), place: `${path}:${at + 1}:${startIndex + 1}`, line, start: startIndex };
    }
  }
}

// Where a line's strings and comment are, as the language has it.
function regions(line) {
  const found = [];
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '#') return [...found, { kind: 'comment', from: at, to: line.length }];
    if (line[at] !== '"') continue;
    const from = at;
    for (at++; at < line.length && line[at] !== '"'; at++) if (line[at] === '\\') at++;
    found.push({ kind: 'string', from, to: Math.min(at + 1, line.length) });
  }
  return found;
}

function fault({ text, scopes, line, start }) {
  const region = regions(line).find(({ from, to }) => from <= start && start < to);
  const is = (kind) => scopes.some((scope) => scope.startsWith(kind));
  if (region?.kind === 'comment') return is('comment') ? null : 'is not coloured as a comment';
  if (region?.kind === 'string') {
    return is('string') && start + text.length <= region.to ? null : 'is not coloured as a string';
  }
  if (is('comment') || is('string')) return 'is coloured as a comment or a string';
  const word = text.trim();
  if (start === 0 && /^[a-z]/.test(text) && !is('keyword.control')) return 'is not coloured as a statement';
  if (/^\d{4}-\d{2}-\d{2}$/.test(word) && !is('constant.numeric.date')) return 'is not coloured as a date';
  if (/^[<>=!]=?>?$/.test(word) && !is('keyword.operator')) return 'is not coloured as a comparison';
  return scopes.length === 0 && !PLAIN.test(text) ? 'has no colour' : null;
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : [join(here, '../../library/policies')];
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.cov')).map((name) => join(folder, name)),
);
let count = 0;
const faults = [];
for (const path of files.sort()) {
  for (const word of words(path)) {
    count += 1;
    const what = fault(word);
    if (what) faults.push(`${word.place}: \`${word.text.trim()}\` ${what}`);
  }
}
console.log(`${files.length} policies, ${count} tokens, ${faults.length} faults`);
for (const line of faults.slice(0, 40)) console.log(line);
process.exit(files.length > 0 && faults.length === 0 ? 0 : 1);
