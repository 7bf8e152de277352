import { expect, it } from 'vitest';
import { BOUNDS } from '../../functions/abandonment/bounds.ts';
import { withSpan } from '../../functions/abandonment/spans.ts';
import { DAY, formatInstant, HOUR, type Interval, MINUTE } from '../../functions/abandonment/time.ts';
import { blameFor, noteTaken } from '../../functions/notices/feedback/refusals.ts';
import { afterSoftBounce } from '../../functions/notices/feedback/soft-bounces.ts';
import { placesLeft, withAdmitted } from '../../functions/notices/send/warm-up-places.ts';
import { withMail } from '../../functions/notices/send/windows.ts';
import { pause, resume } from '../../functions/operators/pauses.ts';
import { addAdmin, addSubscription } from '../../functions/operators/people.ts';
import { setPolicy } from '../../functions/operators/policies.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { runScan } from '../../functions/scanner/scan.ts';
import { withinRow } from '../../functions/scanner/steps/rate-limit.ts';
import { dataPlaneWrite, loadDataPlane, newDataPlane } from '../../functions/store/data-planes.ts';
import { newDigest } from '../../functions/store/digests.ts';
import { keys } from '../../functions/store/keys.ts';
import { loadPauses, pausesWrite } from '../../functions/store/pauses.ts';
import {
  loadWarmUpLimit,
  type RateLimitEntry,
  rateLimitWrite,
  warmUpLimitWrite,
} from '../../functions/store/rate-limits.ts';
import { loadRecipient, newRecipient, recipientWrite } from '../../functions/store/recipients.ts';
import { loadRefusals } from '../../functions/store/refusals.ts';
import { loadScans, scansWrite } from '../../functions/store/scans.ts';
import { measureRow, ROW_BYTES } from '../../functions/store/table/row-limits.ts';
import type { Key, Row, Write } from '../../functions/store/table/table.port.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { recordOops } from '../../functions/work/oops.ts';
import { at, failing } from '../simulation/story.ts';
import { hostileWorld } from './hostile-world.ts';
import { type IngestStage, ingestStage, published, START, seen } from './ingest-stage.ts';

/** What a list in a row came to at its bound, and with one more. */
interface Driven {
  at: number;
  beyond: number;
  /** Whether the one more was refused. */
  refused: boolean;
  row: Row | undefined;
}

interface List {
  row: string;
  list: string;
  most: number;
  /** What becomes of one more: it is refused; or taken, and the oldest goes or the nearest are joined. */
  beyond: 'refused' | 'taken';
  /** More than 100 KB where docs/bounds.md says why. */
  bytes?: number;
  drive(s: IngestStage): Promise<Driven>;
}

const LARGEST = 100_000;

/** By JSON's count, which is above DynamoDB's for rows of ours. */
const bytesOf = (row: Row | undefined): number => Buffer.byteLength(JSON.stringify(row));

const by = 'ops';
const days = (count: number) => START + count * DAY;

async function store(s: IngestStage, ...writes: Write[]): Promise<void> {
  const { outcome } = await s.table.transact(writes, `store-${keyText(writes)}`);
  expect(outcome).toBe('applied');
}

const keyText = (writes: Write[]) => JSON.stringify(writes).length;

const rowOf = (s: IngestStage, key: Key) => s.table.get(key);

const policyRow = (s: IngestStage, scope = '') => rowOf(s, keys.policy(scope));

/** A policy is set at a bound, and again with one more. */
async function policies(s: IngestStage, at: object, more: object, count: (document: never) => number) {
  const change = { scope: '', by, ceiling: 'detect' as const };
  const set = (leaves: object) => setPolicy(s.system, { ...change, set: leaves as Record<string, unknown> });
  expect((await set(at)).outcome).toBe('written');
  const before = count((await policyRow(s))?.document as never);
  const { outcome } = await set(more);
  const row = await policyRow(s);
  return { at: before, beyond: count(row?.document as never), refused: outcome === 'refused', row };
}

const dates = (count: number) =>
  Array.from({ length: count }, (_, day) => new Date(days(day)).toISOString().slice(0, 10));
const leads = (count: number) => Array.from({ length: count }, (_, lead) => `${lead + 1}h`);

/** Closed spans with gaps between them, one less than a row keeps. */
function spansBefore(now: number): Interval[] {
  let spans: Interval[] = [];
  for (let place = BOUNDS.spans.most - 1; place > 0; place -= 1)
    spans = withSpan(spans, { from: now - (2 * place + 4) * HOUR, to: now - (2 * place + 3) * HOUR });
  return spans;
}

/** So many events, of which none is refused. */
async function fill(s: IngestStage, count: number, say: (place: number) => Promise<void>): Promise<void> {
  for (let place = 0; place < count; place += 1) await say(place);
  expect(s.deadLetters).toEqual([]);
}

/** How many entries a list has; none where there is no list. */
const lengthOf = (row: Row | undefined, list: string) => ((row?.[list] ?? []) as unknown[]).length;

/** Old observations of a task, a day and an hour apart: all between is evidence that was too old. */
const oldObservation = (s: IngestStage, task: string) => (place: number) =>
  s.say('Shards Observed', seen(s.at(-399 + place * (25 / 24)), [[task, 'FAILED']]));

/** Observations of one instant. */
const sameInstant = (s: IngestStage, task: string) => (place: number) =>
  s.say('Shards Observed', seen(s.at(-1), [[task, place % 2 ? 'FAILED' : 'PRIMARY']]));

const evidence = (list: 'stale' | 'heard') => (row: Row | undefined) =>
  lengthOf(row?.evidence as Row | undefined, list);

async function evidenceOf(
  s: IngestStage,
  key: Key,
  list: 'stale' | 'heard',
  most: number,
  say: (place: number) => Promise<void>,
): Promise<Driven> {
  await fill(s, list === 'stale' ? most + 1 : most, say);
  const at = evidence(list)(await rowOf(s, key));
  await say(most + 2);
  const row = await rowOf(s, key);
  return { at, beyond: evidence(list)(row), refused: s.deadLetters.length > 0, row };
}

const owners = (count: number, name = '') =>
  Array.from({ length: count }, (_, place) => `${`${place}-`.padEnd(name.length, name)}o@acme.test`);

async function ownersOf(s: IngestStage, at: string[], more: string[]): Promise<Driven> {
  await s.say('Task Published', published('eveCo/a', { owners: at }));
  const key = keys.task('eveCo/a');
  const count = async () => lengthOf((await rowOf(s, key))?.task as Row | undefined, 'owners');
  const before = await count();
  await s.say('Task Published', published('eveCo/a', { owners: more, version: 2 }));
  return { at: before, beyond: await count(), refused: s.deadLetters.length === 1, row: await rowOf(s, key) };
}

const LISTS: readonly List[] = [
  {
    row: 'a policy',
    list: 'reminders',
    most: 10,
    beyond: 'refused',
    drive: (s) =>
      policies(
        s,
        { reminders: leads(10) },
        { reminders: leads(11) },
        ({ reminders }: never[] & { reminders: [] }) => reminders.length,
      ),
  },
  {
    row: 'a policy',
    list: 'quiet dates',
    most: 400,
    beyond: 'refused',
    drive: (s) => {
      const quiet = (count: number) => ({ quietDays: { dates: dates(count), zone: 'UTC' } });
      return policies(
        s,
        quiet(400),
        quiet(401),
        ({ quietDays }: never[] & { quietDays: { dates: [] } }) => quietDays.dates.length,
      );
    },
  },
  {
    row: 'a policy',
    list: 'bytes of alive statuses, repeated',
    most: BOUNDS.policy.most,
    beyond: 'refused',
    drive: (s) => {
      // {"aliveStatuses":["PRIMARY",...,"PENDING"]} with nothing else.
      const policyWith = (count: number) => ({
        aliveStatuses: Array.from({ length: count }, () => 'BACKFILL'),
      });
      const frame = Buffer.byteLength(JSON.stringify(policyWith(0)));
      const most = Math.floor((BOUNDS.policy.most - frame + 1) / 11);
      return policies(s, policyWith(most), policyWith(most + 1), (document) =>
        Buffer.byteLength(JSON.stringify(document)) > BOUNDS.policy.most - 11 ? BOUNDS.policy.most : 0,
      );
    },
  },
  {
    row: 'a subscription',
    list: 'alert types',
    most: 3,
    beyond: 'refused',
    async drive({ system, ...s }) {
      const types = ['task_abandoned', 'task_auto_disabled', 'task_overdue'];
      const subscribe = (alertTypes: string[]) =>
        addSubscription(system, { prefix: 'eveCo/', email: 'ana@acme.test', alertTypes }, by);
      await subscribe(types);
      const key = keys.subscription('eveCo/', 'ana@acme.test');
      const at = lengthOf(await s.table.get(key), 'alertTypes');
      await subscribe([...types, ...types]);
      const { outcome } = await subscribe([...types, 'another']);
      const row = await s.table.get(key);
      return { at, beyond: lengthOf(row, 'alertTypes'), refused: outcome === 'refused', row };
    },
  },
  {
    row: 'an admin',
    list: 'bytes of the prefix',
    most: BOUNDS.taskId.most,
    beyond: 'refused',
    async drive(s) {
      const prefixOf = (bytes: number) => `${'p'.repeat(bytes - 1)}/`;
      const email = `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.test`;
      const add = async (bytes: number) =>
        (await addAdmin(s.system, { prefix: prefixOf(bytes), email }, by)).outcome;
      expect(await add(BOUNDS.taskId.most)).toBe('added');
      const refused = (await add(BOUNDS.taskId.most + 1)) === 'refused';
      const { rows } = await s.table.scan();
      const admins = rows.filter((row) => row.sk.includes(' A#'));
      expect(admins).toHaveLength(1);
      const row = admins[0];
      const bytes = Buffer.byteLength(String(row?.prefix));
      return { at: bytes, beyond: bytes, refused, row };
    },
  },
  {
    row: 'the warm-up limit',
    list: 'admissions of a day',
    most: BOUNDS.admissions.most,
    beyond: 'taken',
    async drive(s) {
      const later = (place: number) => START + place * 30_000;
      let record = await loadWarmUpLimit(s.table);
      for (let place = 0; place < BOUNDS.admissions.most; place += 1)
        record = withAdmitted(record, 1, later(place));
      await store(s, warmUpLimitWrite(record));
      const at = (await loadWarmUpLimit(s.table)).runs.length;
      await store(
        s,
        warmUpLimitWrite(withAdmitted(await loadWarmUpLimit(s.table), 1, later(BOUNDS.admissions.most))),
      );
      const limit = await loadWarmUpLimit(s.table);
      const now = later(BOUNDS.admissions.most);
      // Nobody's place of the day is free before a day is over.
      expect(placesLeft(limit, 5_000, now)).toBe(5_000 - BOUNDS.admissions.most - 1);
      expect(placesLeft(limit, 5_000, START + DAY)).toBeLessThanOrEqual(5_000 - BOUNDS.admissions.most);
      return { at, beyond: limit.runs.length, refused: false, row: await rowOf(s, keys.ramp()) };
    },
  },
  {
    row: 'the pace',
    list: 'tenants and data planes of a day',
    most: BOUNDS.paced.most,
    beyond: 'refused',
    // A name of a data plane has up to 128 characters, one of a tenant 40.
    bytes: 0.9 * ROW_BYTES,
    async drive(s) {
      const due = Array.from({ length: BOUNDS.paced.most + 1 }, (_, place) => ({
        tenant: `${place}`.padStart(40, 't'),
        dataPlane: `${place}`.padStart(128, 'p'),
        approved: false,
      }));
      const entryOf = (some: typeof due, at: number): RateLimitEntry => ({
        at,
        run: formatInstant(at),
        count: some.length,
        unapproved: some.map(({ tenant, dataPlane }) => ({ tenant, dataPlane, count: 1 })),
      });
      const chosen = withinRow(due, []);
      // And a scan a minute all day that turned off what was approved.
      const others = Array.from({ length: 1_440 }, (_, place) => entryOf([], START + place * MINUTE));
      await store(s, rateLimitWrite({ runs: [entryOf(chosen, START), ...others], rev: 0 }));
      const more = withinRow(due.slice(chosen.length), [entryOf(chosen, START)]);
      const approved = withinRow(
        [{ ...(due[0] as (typeof due)[0]), approved: true }],
        [entryOf(chosen, START)],
      );
      expect(approved).toHaveLength(1);
      const row = await rowOf(s, keys.pace());
      return { at: chosen.length, beyond: chosen.length + more.length, refused: more.length === 0, row };
    },
  },
  {
    row: 'the refusals of SES',
    list: 'mails whose recipient was taken for dead',
    most: BOUNDS.blamed.most,
    beyond: 'taken',
    async drive(s) {
      const refused = {
        outcome: 'refused',
        cause: 'recipient',
        code: 'MessageRejected',
        message: 'x'.repeat(300),
      } as const;
      const refuse = (place: number) => {
        const id = `digest-${String(place).padStart(19, '0')}`;
        const of = { recipient: recipientKey('ana@acme.test'), address: 'ana@acme.test' };
        const digest = newDigest({ id, ...of, claimedAt: START, leaseUntil: START });
        // Revived each time by an operator, as nobody else can be.
        return blameFor(s.system, digest, refused, undefined).then((who) => expect(who).toBe('recipient'));
      };
      await fill(s, BOUNDS.blamed.most, refuse);
      const at = (await loadRefusals(s.table)).blamed.length;
      await refuse(BOUNDS.blamed.most);
      const { blamed } = await loadRefusals(s.table);
      // The oldest is left out.
      expect([blamed[0], blamed.at(-1)].map((id) => Number(id?.slice(7)))).toEqual([1, BOUNDS.blamed.most]);
      const row = await rowOf(s, keys.refusals());
      await noteTaken(s.system);
      expect((await loadRefusals(s.table)).blamed).toEqual([]);
      return { at, beyond: blamed.length, refused: false, row };
    },
  },
  {
    row: 'the refusals of SES',
    list: 'recipients refused in the same words',
    most: 4,
    beyond: 'taken',
    async drive(s) {
      const refused = {
        outcome: 'refused',
        cause: 'recipient',
        code: 'MessageRejected',
        message: 'no',
      } as const;
      const refuse = async (place: number) => {
        const address = `o${place}@acme.test`;
        const of = { recipient: recipientKey(address), address };
        const digest = newDigest({ id: `digest-${place}`, ...of, claimedAt: START, leaseUntil: START });
        await blameFor(s.system, digest, refused, undefined);
      };
      await fill(s, 4, refuse);
      const at = (await loadRefusals(s.table)).recipients.length;
      for (let place = 4; place < 50; place += 1) await refuse(place);
      const row = await rowOf(s, keys.refusals());
      return { at, beyond: lengthOf(row, 'recipients'), refused: false, row };
    },
  },
  ...(['eveCo/unknown', 'eveCo/known'] as const).flatMap((task): List[] => {
    const isKnown = task === 'eveCo/known';
    const row = isKnown ? 'a task' : 'an observation that waits for its task';
    const key = isKnown ? keys.task(task) : keys.waitingObservation(task);
    const begin = async (s: IngestStage) => {
      const then = { publishedAt: s.at(-400), createdAt: s.at(-400) };
      if (isKnown) await s.say('Task Published', published(task, then));
    };
    return [
      {
        row,
        list: 'spans of old evidence',
        most: BOUNDS.staleSpans.most,
        beyond: 'taken',
        async drive(s) {
          await begin(s);
          return evidenceOf(s, key, 'stale', BOUNDS.staleSpans.most, oldObservation(s, task));
        },
      },
      {
        row,
        list: 'observations of one instant',
        most: BOUNDS.namings.most,
        beyond: 'taken',
        async drive(s) {
          await begin(s);
          return evidenceOf(s, key, 'heard', BOUNDS.namings.most, sameInstant(s, task));
        },
      },
    ];
  }),
  {
    row: 'a task',
    list: 'owners',
    most: BOUNDS.owners.most,
    beyond: 'refused',
    drive: (s) => ownersOf(s, owners(1_000), owners(1_001)),
  },
  {
    row: 'a task',
    list: 'bytes of owners',
    most: 1_000,
    beyond: 'refused',
    drive: (s) => ownersOf(s, owners(1_000, 'x'.repeat(54)), owners(1_000, 'x'.repeat(58))),
  },
  {
    row: 'a data plane',
    list: 'spans of unknown health',
    most: BOUNDS.spans.most,
    beyond: 'taken',
    async drive(s) {
      const plane = { ...newDataPlane('p1', days(-1)), unknown: spansBefore(days(-1)), lifeSignAt: days(-1) };
      await store(s, dataPlaneWrite(plane));
      const turn = async (hours: number) => {
        const report = { dataPlane: 'p1', since: formatInstant(days(-1) + hours * HOUR) };
        await s.say('Data Plane Reported', { ...report, state: 'down', at: report.since });
        const at = formatInstant(days(-1) + (hours + 1) * HOUR);
        await s.say('Data Plane Reported', { dataPlane: 'p1', state: 'up', at });
      };
      await turn(1);
      const at = (await loadDataPlane(s.table, 'p1'))?.unknown.length ?? 0;
      await turn(3);
      const row = await rowOf(s, keys.dataPlane('p1'));
      return { at, beyond: lengthOf(row, 'unknown'), refused: s.deadLetters.length > 0, row };
    },
  },
  {
    row: 'the pauses',
    list: 'spans without decisions',
    most: BOUNDS.spans.most,
    beyond: 'taken',
    async drive(s) {
      await store(s, pausesWrite({ ...(await loadPauses(s.table)), evaluatePaused: spansBefore(START) }));
      const again = async () => {
        await pause(s.system, 'evaluate', by);
        s.pass(60);
        await resume(s.system, 'evaluate', by);
        s.pass(60);
      };
      await again();
      const at = (await loadPauses(s.table)).evaluatePaused.length;
      await again();
      const row = await rowOf(s, keys.pauses());
      return { at, beyond: lengthOf(row, 'evaluatePaused'), refused: false, row };
    },
  },
  {
    row: 'the scans',
    list: 'gaps between them',
    most: BOUNDS.spans.most,
    beyond: 'taken',
    async drive(s) {
      const past = { claimed: START, completedAt: START, gaps: spansBefore(START) };
      await store(s, scansWrite({ ...(await loadScans(s.table)), ...past }));
      const late = async () => {
        s.pass(180);
        await runScan(s.system, { scheduledAt: s.now(), remainingMs: () => 900_000 });
        return (await loadScans(s.table)).gaps.length;
      };
      const at = await late();
      return { at, beyond: await late(), refused: false, row: await rowOf(s, keys.scans()) };
    },
  },
  {
    row: 'a recipient',
    list: 'mails of a day',
    most: 24,
    beyond: 'taken',
    async drive(s) {
      const key = recipientKey('ana@acme.test');
      const mail = async (place: number) => {
        const recipient = (await loadRecipient(s.table, key)) ?? newRecipient(key, 'ana@acme.test');
        const bounced = afterSoftBounce(
          recipient,
          { digest: `digest-${place % 24}`, at: START + place },
          START,
        );
        await store(s, recipientWrite({ ...bounced, mailedAt: withMail(recipient, START + place * MINUTE) }));
      };
      await fill(s, 24, mail);
      const at = (await loadRecipient(s.table, key))?.mailedAt?.length ?? 0;
      await mail(24);
      const row = await rowOf(s, keys.recipient(key));
      // No more come back than went.
      expect(lengthOf(row, 'soft')).toBe(24);
      return { at, beyond: lengthOf(row, 'mailedAt'), refused: false, row };
    },
  },
  {
    row: 'an OOPS',
    list: 'characters of its sample',
    most: 300,
    beyond: 'taken',
    async drive(s) {
      const fail = (length: number) => {
        const error = new Error('word '.repeat(length / 5));
        return recordOops(s.system, {
          worker: 'ingest',
          item: 'x'.repeat(256),
          attempt: 1,
          cause: 'permanent',
          error,
        });
      };
      const fingerprint = await fail(300);
      const sample = async () => (await rowOf(s, keys.oops(fingerprint)))?.sample as string;
      const at = (await sample()).length;
      expect(await fail(1_000_000)).toBe(fingerprint);
      return {
        at,
        beyond: (await sample()).length,
        refused: false,
        row: await rowOf(s, keys.oops(fingerprint)),
      };
    },
  },
];

it.each(LISTS.map((list) => [list.row, list.list, list] as const))(
  'the row of %s: %s, to the bound and one beyond',
  async (_row, _list, { most, beyond, bytes = LARGEST, drive }) => {
    const driven = await drive(await ingestStage());
    expect(driven.at).toBe(most);
    expect(driven.beyond).toBe(most);
    expect(driven.refused).toBe(beyond === 'refused');
    expect(driven.row).toBeDefined();
    expect(measureRow(driven.row as Row)).toBeLessThan(ROW_BYTES);
    expect(bytesOf(driven.row)).toBeLessThan(bytes);
  },
);

it('the row of a task: reminders given out in one episode, whose leads operators change each hour', async () => {
  const hours = 110;
  const { lines, table } = await hostileWorld(
    {
      until: at(5),
      policy: { mode: 'disable', warnAfter: '2d', disableAfter: '10d', reminders: [] },
      tasks: [failing('acmeCo/a', { lastPrimaryAt: at(-3) })],
      // Each lead is due with the scan of its hour, ten days less so many hours before the date.
      events: Array.from({ length: hours }, (_, hour) => ({
        at: at(0, hour + 1),
        type: 'policy',
        scope: 'acmeCo/',
        set: { reminders: [`${240 - hour - 1}h`] },
      })),
    },
    { name: 'nobody', prefixes: [], dataPlanes: [] },
    [],
  );
  const reminders = lines.filter(
    (line) => line.type === 'mail' && line.items.some(({ notice }) => notice === 'reminder'),
  );
  expect(reminders.length).toBeGreaterThan(BOUNDS.rungs.most);
  const row = await table.get(keys.task('acmeCo/a'));
  const { rungs } = (row as Row).open as { rungs: { lead: number }[] };
  expect(rungs).toHaveLength(BOUNDS.rungs.most);
  expect(rungs.at(-1)?.lead).toBe((240 - hours) * HOUR);
  expect(bytesOf(row)).toBeLessThan(LARGEST);
});

it('the row of a task: those who were told and left, where its owners change each hour', async () => {
  const [hours, each] = [28, 20];
  const ownersAt = (hour: number) => owners(each).map((owner) => `h${hour}-${owner}`);
  const { summary, table } = await hostileWorld(
    {
      until: at(0, hours + 2),
      policy: { mode: 'notify', warnAfter: '2d', rampPerDay: 10_000 },
      tasks: [failing('acmeCo/a', { owners: ownersAt(0), lastPrimaryAt: at(-3) })],
      events: Array.from({ length: hours }, (_, hour) => ({
        at: at(0, hour + 1),
        type: 'owners',
        task: 'acmeCo/a',
        owners: ownersAt(hour + 1),
      })),
    },
    { name: 'nobody', prefixes: [], dataPlanes: [] },
    [],
  );
  // All were warned, and all but the last twenty have left.
  expect(summary.mails).toBe((hours + 1) * each);
  const parts = Object.values((await loadTask(table, 'acmeCo/a'))?.open?.told ?? {});
  expect(parts.filter(({ left }) => left)).toHaveLength(BOUNDS.toldLeft.most);
  expect(parts.filter(({ left }) => !left).map(({ address }) => address)).toEqual(
    expect.arrayContaining(ownersAt(hours)),
  );
  expect(bytesOf(await table.get(keys.task('acmeCo/a')))).toBeLessThan(LARGEST);
});
