import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MINUTE } from '../../functions/abandonment/time.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { type IngestStage, ingestStage, published, START, seen } from './ingest-stage.ts';

const DAYS = fc.oneof(
  fc.double({ min: -410, max: 0, noNaN: true }),
  fc.double({ min: -1, max: 0.01, noNaN: true }),
);
/** 193 bytes: 254 with what stands before it. */
const DOMAIN = [...Array(3).fill('d'.repeat(62)), 'test'].join('.');
const TASK = fc.constantFrom('eveCo/a', 'eveCo/b', 'eveCo/deep/er/c', `eveCo/${'d'.repeat(480)}`);
const STATUS = fc.constantFrom('PRIMARY', 'FAILED', 'PENDING');
const PLANE = fc.constantFrom('eu-1', 'p1', 'p2');
const NUMBER = fc.oneof(
  fc.nat(20),
  fc.nat(),
  fc.constantFrom(2 ** 31, START, START * 1_000, Number.MAX_SAFE_INTEGER),
);
/** As many bytes of addresses as a task may have owners of. */
const MOST_OWNERS = Array.from({ length: 256 }, (_, one) => `${String(one).padStart(60, 'o')}@${DOMAIN}`);
const OWNERS = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(
      fc.nat(500).map((one) => `owner-number-${one}@eve.test`),
      { maxLength: 200 },
    ),
  },
  { weight: 1, arbitrary: fc.constant(MOST_OWNERS) },
);

type Said = (s: IngestStage) => [type: string, detail: Record<string, unknown>];

/** Whatever one source may say of one tenant, true or not. */
const SAID: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ task: TASK, owners: OWNERS, version: NUMBER, days: DAYS, on: fc.boolean(), plane: PLANE }).map(
    ({ task, owners, version, days, on, plane }): Said =>
      (s) => [
        'Task Published',
        {
          ...published(task, { owners, version, enabled: on, dataPlane: plane, publishedAt: s.at(days) }),
          by: version % 2 ? 'user' : 'system',
        },
      ],
  ),
  fc.record({ days: DAYS, tasks: fc.array(fc.tuple(TASK, STATUS), { maxLength: 40 }) }).map(
    ({ days, tasks }): Said =>
      (s) => ['Shards Observed', seen(s.at(days), tasks)],
  ),
  fc.record({ days: DAYS, task: TASK, total: NUMBER, anew: fc.boolean() }).map(
    ({ days, task, total, anew }): Said =>
      (s) => ['Restarts Counted', { at: s.at(days), totals: [{ task, total, countedAnew: anew }] }],
  ),
  fc.record({ days: DAYS, since: DAYS, plane: PLANE, state: fc.constantFrom('up', 'down', 'silent') }).map(
    ({ days, since, plane, state }): Said =>
      (s) => [
        'Data Plane Reported',
        { dataPlane: plane === 'eu-1' ? 'p1' : plane, state, at: s.at(days), since: s.at(since) },
      ],
  ),
  fc.record({ days: DAYS, task: TASK, version: NUMBER, how: fc.boolean() }).map(
    ({ days, task, version, how }): Said =>
      (s) => [
        how ? 'Task Deleted' : 'Task Disabled',
        { task, at: s.at(days), taskVersion: version, version: version % 3 ? 1 : 2 },
      ],
  ),
);

/** The short form; 500 and more where `INGEST_RUNS` says so. */
const RUNS = Number(process.env.INGEST_RUNS ?? 40);

it('whatever one source says of one tenant: no row above 100 KB, no breaker opens, nobody else is harmed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(SAID, { minLength: 20, maxLength: 120 }), async (all) => {
      const s = await ingestStage();
      await s.say('Task Published', published('acmeCo/x'), 'acme');
      await s.say('Shards Observed', seen(s.at(0), [['acmeCo/x', 'FAILED']]), 'acme');
      const others = await loadTask(s.table, 'acmeCo/x');
      const plane = await s.table.get({ pk: 'PLANES', sk: 'eu-1' });
      let off = 0;
      for (const [place, said] of all.entries()) {
        await s.say(...said(s));
        if (place % 10 === 9) off += await s.minutes(1);
      }
      off += await s.minutes(30);
      expect(off).toBe(0);
      expect(await s.feeding()).toBe(0);
      expect((await s.rows()).largest).toBeLessThan(100_000);
      expect(await loadTask(s.table, 'acmeCo/x')).toEqual(others);
      // The time in which nothing was known of the other tenant's plane is what it was.
      expect((await s.table.get({ pk: 'PLANES', sk: 'eu-1' }))?.unknown).toEqual(plane?.unknown);
      // And its next word is taken.
      await s.say(
        'Shards Observed',
        seen(s.at((31 * MINUTE) / 86_400_000), [['acmeCo/x', 'PRIMARY']]),
        'acme',
      );
      expect((await loadTask(s.table, 'acmeCo/x'))?.evidence.statuses).toEqual(['PRIMARY']);
    }),
    { numRuns: RUNS },
  );
});
