import { describe, expect, it } from 'vitest';
import { keys } from '../../functions/store/keys.ts';

/**
 * Attack: a tenant calls a task, a plane or a tenant so that its row stands where another kind's does. The figure is how
 * many rows meet: none; before, those of a task called `operators` met the audit of operators.
 */
const NAMES = [
  ...[
    'operators',
    'recipients',
    'R',
    'T',
    'S',
    'A',
    'O',
    'G',
    'L',
    'N',
    'H',
    'ALL',
    'POLICY',
    'META',
    'PAUSES',
  ],
  ...[
    'a',
    'a#1',
    'a#000001',
    'a/b',
    'a/',
    'a b',
    'a S#',
    '#',
    'T#a',
    'AUDIT#operators',
    'OPERATORS',
    'PEOPLE#a',
  ],
];
const AT = Date.parse('2026-01-01T00:00:00Z');
const TARGET = 'ana@acme.test';

/** Each key that a name gives, by what it is of. */
function keysOf(name: string): [string, { pk: string; sk: string }][] {
  return [
    ['task', keys.task(name)],
    ['waiting', keys.waitingObservation(name)],
    ['alert', keys.alert(name, 1)],
    ['holder', keys.holder(name, 1, 'hash')],
    ['audit', keys.audit(name, AT, 'keep', 'mark')],
    ['notice', keys.notice('hash', name, 1)],
    ['subscription', keys.subscription(name, TARGET)],
    ['admin', keys.admin(name, TARGET)],
    ['plane', keys.dataPlane(name)],
    ['policy', keys.policy(name)],
    ['count', keys.count(name, 'acmeCo')],
    ['count of tenant', keys.count('plane', name)],
    ['look', keys.look(`P#${name}`)],
    ['look of a plane', keys.look(`D#${name}`)],
    ['operator alert', keys.operatorAlert('no-reachable-owner', name)],
    ['turned off', keys.turnedOff('run', name)],
    ['refusal', keys.refusal('fingerprint', name)],
    ['work', keys.work('disable', name, 'message')],
  ];
}

/** Keys that no name goes into. */
const FIXED: [string, { pk: string; sk: string }][] = [
  ['audit of operators', keys.auditBeside('operators', AT, 'keep', 'mark')],
  ['audit of recipients', keys.auditBeside('recipients', AT, 'keep', 'mark')],
  ['pauses', keys.pauses()],
  ['scans', keys.scans()],
  ['recipient', keys.recipient('hash')],
  ['global policy', keys.policy('')],
  ['look at all', keys.look('ALL')],
  ['subscription of all', keys.subscription('', TARGET)],
  ['admin of all', keys.admin('', TARGET)],
  ['failure', keys.oops('fingerprint')],
  ['pause of a queue', keys.queuePause('notify')],
];

describe('names that a tenant chooses', () => {
  it('never give the key of another row', () => {
    const met = new Map<string, string>();
    const clashes: string[] = [];
    const all = [
      ...FIXED,
      ...NAMES.flatMap((name) => keysOf(name).map(([of, key]) => [`${of} ${name}`, key] as const)),
    ];
    for (const [of, { pk, sk }] of all) {
      const place = `${pk}\u0000${sk}`;
      const earlier = met.get(place);
      if (earlier !== undefined) clashes.push(`${of} meets ${earlier}`);
      met.set(place, of);
    }
    expect(clashes).toEqual([]);
    expect(met.size).toBe(FIXED.length + NAMES.length * keysOf('a').length);
  });
});
