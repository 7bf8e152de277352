import { expect, it } from 'vitest';
import { type Duration, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { DigestItem } from '../../../../functions/store/digests.ts';
import { FleetFacts } from '../../../../simulation/verify/fleet-facts.ts';
import { SpacingVerifier } from '../../../../simulation/verify/spacing-verifier.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const ANA = 'ana@acme.test';

function disabled(count: number): DigestItem[] {
  const item = {
    episode: 1,
    notice: 'disabled',
    grace: 1,
    disableAt: null,
    since: START,
    restarts: 0,
    asked: START,
  } as const;
  return Array.from({ length: count }, (_, place) => ({ ...item, task: `acmeCo/${place}` }));
}

/** What is found of two mails about so many disabled tasks each, so long one after the other. */
function brokenBy(first: number, second: number, apart: Duration): string[] {
  const broken: string[] = [];
  const check = (_promise: number, holds: boolean, what: () => string) => {
    if (!holds) broken.push(what());
  };
  const checks = {
    check,
    checkWhere: (_atStake: boolean, promise: number, holds: boolean, what: () => string) =>
      check(promise, holds, what),
  };
  const verifier = new SpacingVerifier(checks, {
    facts: new FleetFacts(),
    now: () => START,
    gathered: 10 * MINUTE,
  });
  const mail = { to: ANA, subject: '', text: '', html: '', headers: {}, digest: '' };
  const sent = (at: number, items: DigestItem[]) =>
    verifier.accepted(ANA, { at, to: ANA, digest: String(at), messageId: String(at), items, mail });
  sent(START, disabled(first));
  sent(START + apart, disabled(second));
  return broken;
}

it.each<[string, number, number, Duration, boolean]>([
  ['two small mails at once are one that was not gathered', 1, 1, 0, true],
  ['so are two within the minutes of gathering', 2, 1, 9 * MINUTE, true],
  ['what was disabled later has a mail of its own', 1, 1, 10 * MINUTE, false],
  ['what found no room in a large one goes at once (promise 7)', 190, 21, 0, false],
])('%s', (_what, first, second, apart, isBroken) => {
  const alarm = 'what was disabled went out in two mails where one gathers it';
  expect(brokenBy(first, second, apart)).toEqual(isBroken ? [alarm] : []);
});
