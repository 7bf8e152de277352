import { expect, it } from 'vitest';
import { GENERATORS } from '../../../functions/scanner/generators.ts';
import { STEPS } from '../../../functions/scanner/scan.ts';
import { textFiles, textOf } from '../architecture/pages.ts';

it('steps keep their order, and the names under which their rows stand', () => {
  expect(STEPS.map(({ name }) => name)).toEqual([
    'silence',
    'health',
    'canary',
    'watches',
    'feedback',
    'scopes',
    'revivals',
    'repair',
    'watchdog',
    'ladder',
    'deadlines',
    'disabling',
    'abandonment',
    'digests',
  ]);
  // Mails wait until all that is decided is.
  expect(STEPS.filter(({ afterDecisions }) => afterDecisions).map(({ name }) => name)).toEqual(['digests']);
});

it('generators keep the names under which their rows stand', () => {
  expect(GENERATORS.map(({ name }) => name)).toEqual([
    'operators',
    'operator-work',
    'listings',
    'facts',
    'reports',
    'webhooks',
    'offices',
    'garbage',
  ]);
});

/** The names that a file of a step or generator writes: its own, and those under which items that fail are recorded. */
function namesIn(file: string): string[] {
  const written =
    /: (?:Step|Generator) = \{\s*name: '([\w-]+)'|\bsweep\(run, \{\s*name: '([\w-]+)'|\beachListed\(run, '([\w-]+)'/g;
  return [...textOf(file).matchAll(written)].map(([, own, swept, listed]) => own ?? swept ?? listed ?? '');
}

it('what fails or is given up is recorded under the name of its step or generator', () => {
  const files = textFiles().filter((file) => /^functions\/scanner\/(?:steps|generators)\//.test(file));
  const written = files.map((file) => [...new Set(namesIn(file))]);
  expect(written.filter((names) => names.length > 1)).toEqual([]);
  const all = [...STEPS, ...GENERATORS].map(({ name }) => name);
  expect([...new Set(written.flat())].sort()).toEqual(all.sort());
});
