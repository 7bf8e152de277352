import { expect, it } from 'vitest';
import { GENERATORS } from '../../../functions/scanner/generators.ts';
import { STEPS } from '../../../functions/scanner/scan.ts';

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
