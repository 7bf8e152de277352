import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEEKDAYS } from '../../functions/abandonment/policy.ts';
import { DEFAULTS, PolicyBook } from '../../functions/abandonment/policy-book.ts';
import { type ParsedPolicy, parsePolicy } from '../../functions/abandonment/policy-parse.ts';
import { noDisablingUntil, quietUntil } from '../../functions/abandonment/quiet-hours.ts';
import { MODES, SHARD_STATUSES } from '../../functions/abandonment/task.ts';
import { DAY, formatDuration, HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { isAsleep, isQuietDay } from '../../simulation/engine/sleep.ts';
import { holds } from './seeds.ts';

const part = fc.constantFrom('a', 'b', 'ab', 'global', 'default');
const taskId = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const scope = fc.oneof(
  taskId,
  taskId.map((id) => `${id}/`),
);
const duration = fc.integer({ min: MINUTE, max: 100 * DAY });

function orNull<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null, freq: 4 });
}

const scopedKeys = {
  mode: orNull(fc.constantFrom(...MODES)),
  warnAfter: orNull(duration),
  disableAfter: orNull(duration),
  reminders: orNull(fc.uniqueArray(duration, { maxLength: 3 })),
  aliveStatuses: orNull(fc.subarray([...SHARD_STATUSES], { minLength: 1 })),
  recoveryMail: orNull(fc.boolean()),
  minHealthy: orNull(fc.constantFrom(0, HOUR)),
  quietHours: orNull(fc.constant({ from: '22:00', to: '06:00', zone: 'UTC' })),
  quietDays: orNull(fc.constant({ dates: ['2026-12-25'], zone: 'UTC' })),
};
const scopedDocument = fc.record(scopedKeys, { requiredKeys: [] });
const globalDocument = fc.record(
  {
    ...scopedKeys,
    scanEvery: orNull(duration),
    blastRadius: orNull(
      fc.record({ perRun: orNull(fc.nat()), share: orNull(fc.constant(0.5)) }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: [] },
);
const documents = fc
  .tuple(fc.dictionary(scope, scopedDocument, { maxKeys: 6 }), fc.option(globalDocument, { nil: undefined }))
  .map(([scoped, global]) => {
    const all = new Map<string, ParsedPolicy>(Object.entries(scoped) as [string, ParsedPolicy][]);
    if (global !== undefined) all.set('', global as ParsedPolicy);
    return all;
  });

/** What a reader of the rule would do by hand for one leaf: go through all scopes, the widest first. */
function byHand(
  all: ReadonlyMap<string, ParsedPolicy>,
  id: string,
  leaf: string,
): { value: unknown; from: string } {
  const path = leaf.split('.');
  const inside = (from: unknown): unknown =>
    path.reduce<unknown>(
      (value, key) => (value === null ? null : (value as Record<string, unknown>)?.[key]),
      from,
    );
  const byDefault = { value: inside(DEFAULTS), from: 'default' };
  let found = byDefault;
  const wideFirst = [...all.keys()].sort((a, b) => a.length - b.length);
  for (const name of wideFirst.filter(
    (name) => name === '' || name === id || (name.endsWith('/') && id.startsWith(name)),
  )) {
    const value = inside(all.get(name));
    if (value !== undefined)
      found = value === null ? byDefault : { value, from: name === '' ? 'global' : name };
  }
  return found;
}

describe('merging policies', () => {
  it('gives each leaf the value and the source of the narrowest scope that names it', () => {
    holds(
      fc.property(documents, taskId, (all, id) => {
        const policy = new PolicyBook(all).for(id);
        for (const [leaf, from] of Object.entries(policy.source)) {
          const [key = '', part] = leaf.split('.');
          const value = policy[key as 'blastRadius'];
          const expected = byHand(all, id, leaf);
          expect(part === undefined ? value : value[part as 'share']).toEqual(expected.value);
          expect(from).toBe(expected.from);
        }
        const leaves = Object.keys(DEFAULTS).length - 1 + Object.keys(DEFAULTS.blastRadius).length;
        expect(Object.keys(policy.source)).toHaveLength(leaves);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of the documents or of the questions', () => {
    holds(
      fc.property(documents, fc.array(taskId, { maxLength: 6 }), (all, ids) => {
        const book = new PolicyBook(all);
        const other = new PolicyBook(new Map([...all].reverse()));
        const answers = ids.map((id) => book.for(id));
        expect(
          [...ids]
            .reverse()
            .map((id) => other.for(id))
            .reverse(),
        ).toEqual(answers);
      }),
    );
  });

  it('lists a scope as warning sooner exactly where a task under it does by that scope', () => {
    const count = { listed: 0, left: 0 };
    holds(
      fc.property(documents, (all) => {
        const book = new PolicyBook(all);
        const global = byHand(all, '', 'warnAfter').value as number;
        // A task that no narrower scope concerns: the scope's own, or one in it with a name that no scope has.
        const tasks = [...all.keys()]
          .filter((name) => name !== '')
          .map((scope) => ({ scope, task: scope.endsWith('/') ? `${scope}~` : scope }));
        const sooner = tasks
          .map(({ scope, task }) => ({ scope, warnAfter: byHand(all, task, 'warnAfter').value as number }))
          .filter(({ warnAfter }) => warnAfter < global)
          .sort((a, b) => (a.scope < b.scope ? -1 : 1));
        count.listed += sooner.length;
        count.left += tasks.length - sooner.length;
        expect(book.lowerThresholdScopes()).toEqual(sooner);
      }),
    );
    expect(count.listed).toBeGreaterThan(20);
    expect(count.left).toBeGreaterThan(20);
  });

  it('lets no task warn sooner than the global policy that no scope on that list covers', () => {
    let sooner = 0;
    holds(
      fc.property(documents, taskId, (all, id) => {
        const book = new PolicyBook(all);
        if (book.for(id).warnAfter >= book.global.warnAfter) return;
        sooner += 1;
        const listed = book.lowerThresholdScopes();
        expect(
          listed.some(({ scope }) => scope === id || (scope.endsWith('/') && id.startsWith(scope))),
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(sooner).toBeGreaterThan(5);
  });
});

describe('reading policies', () => {
  it('answers whatever it is given, and each problem on one line', () => {
    holds(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.anything(),
        fc.boolean(),
        (anyScope, document, production) => {
          const result = parsePolicy(anyScope, document, { production });
          if (!result.ok) {
            expect(result.problems.length).toBeGreaterThan(0);
            for (const { message } of result.problems) expect(message).not.toMatch(/[\r\n\u2028\u2029]/);
          }
        },
      ),
    );
  });

  it('reads back every duration it can write', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 36_500 * DAY }), (warnAfter) => {
        const result = parsePolicy('', { warnAfter: formatDuration(warnAfter) }, { production: true });
        expect(result).toEqual({ ok: true, policy: { warnAfter } });
      }),
    );
  });
});

describe('the end of quiet hours', () => {
  const timeOfDay = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((digits) => String(digits).padStart(2, '0')).join(':'));
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const nights = [
    '2026-03-28T12:00:00Z',
    '2026-10-24T12:00:00Z',
    '2026-04-04T06:00:00Z',
    '2026-11-01T00:00:00Z',
  ];
  const now = fc
    .tuple(fc.constantFrom(...nights), fc.integer({ min: 0, max: 24 * 60 * 60 }))
    .map(([night, seconds]) => Date.parse(night) + seconds * 1000);

  it('is the first minute that is not quiet', () => {
    holds(
      fc.property(timeOfDay, timeOfDay, zone, now, (from, to, inZone, at) => {
        fc.pre(from !== to);
        const clock = new Intl.DateTimeFormat('en-GB', {
          timeZone: inZone,
          hour: '2-digit',
          minute: '2-digit',
        });
        const quiet = (instant: number): boolean => {
          const wall = clock.format(instant);
          return from < to ? from <= wall && wall < to : wall >= from || wall < to;
        };
        const end = quietUntil({ from, to, zone: inZone }, at);
        expect(end !== null).toBe(quiet(at));
        if (end === null) return;
        expect(end).toBeGreaterThan(at);
        expect(quiet(end)).toBe(false);
        for (let minute = Math.ceil(at / MINUTE) * MINUTE; minute < end; minute += MINUTE) {
          expect(quiet(minute)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('quiet hours and quiet days together', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'Africa/Cairo',
    'Pacific/Auckland',
    'America/Los_Angeles',
  );
  const time = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, '0')}:00`);
  const hours = fc.record({ from: time, to: time, zone }).filter(({ from, to }) => from !== to);
  const days = fc.record({ weekdays: fc.subarray([...WEEKDAYS], { maxLength: 5 }), zone });
  // Times of the two changes of clocks among them.
  const start = fc
    .integer({ min: 0, max: 365 * 24 })
    .map((hour) => Date.parse('2026-01-01T00:00:00Z') + hour * HOUR);

  it('hold exactly until a clock and a calendar on the wall show neither', () => {
    holds(
      fc.property(fc.option(hours), days, start, (quietHours, quietDays, now) => {
        const isQuiet = (at: number) => isAsleep(quietHours ?? undefined, at) || isQuietDay(quietDays, at);
        let free = now;
        while (isQuiet(free)) free += 15 * MINUTE;
        expect(noDisablingUntil({ quietHours, quietDays }, now) ?? now).toBe(free);
      }),
    );
  });
});
