import { expect, it } from 'vitest';
import { aCase, day, graced } from '../abandonment/decide-builders.ts';
import { Scratch } from './scratch.ts';

const POLICIES = 'functions/abandonment';

/** What somebody who follows the recipe writes: so long after its creation a task is never disabled. */
const RULE = `
  const { untouchedFor } = policy;
  const { createdAt } = view.taskCase.task;
  if (untouchedFor !== null && view.now < createdAt + untouchedFor) return hold('quiet-hours', createdAt + untouchedFor);
`;

it('the recipe "A policy leaf" needs key, reader, default and rule, and it holds where it is set', async () => {
  const scratch = new Scratch('functions', 'emails', 'package.json');
  const key = '  stillOff: Duration | null;\n';
  scratch.addBehind(`${POLICIES}/policy.ts`, key, '  untouchedFor: Duration | null;\n');
  const reader = '  stillOff: durationFrom(1),\n';
  scratch.addBehind(`${POLICIES}/policy-keys.ts`, reader, '  untouchedFor: durationFrom(1),\n');
  scratch.addBehind(`${POLICIES}/policy-book.ts`, '  stillOff: null,\n', '  untouchedFor: null,\n');
  scratch.addBehind(
    `${POLICIES}/decide.ts`,
    "if (quiet !== null) return hold('quiet-hours', quiet);\n",
    RULE,
  );
  const { PolicyBook } = await scratch.load<typeof import('../../../functions/abandonment/policy-book.ts')>(
    `${POLICIES}/policy-book.ts`,
  );
  const { decide } = await scratch.load<typeof import('../../../functions/abandonment/decide.ts')>(
    `${POLICIES}/decide.ts`,
  );

  const bookOf = (documents: Record<string, object>) =>
    PolicyBook.fromDocuments(new Map(Object.entries(documents)));
  const written = { mode: 'disable', reminders: [] };
  const book = bookOf({ '': written, 'acmeCo/': { untouchedFor: '122d' } });
  expect(book.for('acmeCo/a').source.untouchedFor).toBe('acmeCo/');
  expect(() => bookOf({ '': { untouchedFor: '0s' } })).toThrow(
    'untouchedFor "0s" is too short; allowed is more than zero',
  );
  // Its task was made 100 days before the first day, and its grace ends on day 21.
  const at = (now: number, task: string) =>
    decide(aCase(now, { episode: graced(), policy: book.for(task) }), now);
  expect(at(day(21), 'other/a').answer).toBe('disable');
  expect(at(day(22) - 1, 'acmeCo/a')).toMatchObject({ answer: 'hold', nextLookAt: day(22) });
  expect(at(day(22), 'acmeCo/a').answer).toBe('disable');
});
