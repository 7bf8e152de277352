import { describe, expect, it } from 'vitest';
import { dataPlaneProblem, scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { parseConfig } from '../../lib/config.ts';
import { LEAST } from '../infra/synth.ts';

/**
 * Attack: who may write a stage's configuration copies a prefix with what nobody sees, and it is deployed and never
 * matches; or it matches what ids could not be. The figure is how many of these are taken: none; before, all but `a://`.
 */
const HOSTILE = [
  ' acmeCo/',
  'acmeCo /',
  'acmeCo/ ',
  'acmeCo/ orders',
  'acmeCo/two  words',
  'acmeCo/\u00a0',
  'acmeCo\u200b/',
  'acmeCo\u2060/',
  '\ufeffacmeCo/',
  'acmeCo\u00ad/',
  'acmeCo/\u202eorders',
  'acmeCo\u3164/',
  'acmeCo\u2800/',
  '\u0301/',
  'https://acmeCo/',
  `${'a/'.repeat(17)}`,
  `${'é'.repeat(256)}/`,
  'acmeCo/\ud800',
];

const taken = (source: object) => () =>
  parseConfig('prod', { ...LEAST, sources: [{ name: 'fleet', prefixes: [], dataPlanes: [], ...source }] });

describe('the names that a source may speak of', () => {
  it.each(HOSTILE)('hold no prefix that no id can have: %j', (prefix) => {
    expect(scopeProblem(prefix)).toBeDefined();
    expect(taken({ prefixes: [prefix] })).toThrow(/^config\/prod\.json: sources\.0\.prefixes\.0 is [^\n]*$/);
  });

  it.each([
    'acmeCo/',
    'acmeCo/two words/',
    'Größe/größer',
    `${'a/'.repeat(16)}`,
    `${'a'.repeat(511)}/`,
    'a:/b',
  ])('hold every other one: %s', (prefix) => {
    expect(scopeProblem(prefix)).toBeUndefined();
    expect(taken({ prefixes: [prefix] })).not.toThrow();
  });

  it.each([' eu-1', 'eu 1', 'eu-1\u2060', 'eu\u202e-1', 'eu\u00ad1', 'eu\u200f', 'https://eu', 'eu\ud800'])(
    'hold no plane that no event can name: %j',
    (plane) => {
      expect(dataPlaneProblem(plane)).toBeDefined();
      expect(taken({ dataPlanes: [plane] })).toThrow(/sources\.0\.dataPlanes\.0 is /);
    },
  );

  it.each(['eu-1', 'größte', 'aws:eu/1'])('hold every other plane: %s', (plane) => {
    expect(dataPlaneProblem(plane)).toBeUndefined();
    expect(taken({ dataPlanes: [plane] })).not.toThrow();
  });
});
