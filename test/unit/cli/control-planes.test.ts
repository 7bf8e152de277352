import { describe, expect, it } from 'vitest';
import { readControlPlanes } from '../../../functions/platform/control-plane-settings.ts';
import { missingWrites } from '../../../functions/store/listed-pages.ts';
import {
  type ListingEnd,
  type ListingRecord,
  listingEndWrite,
  listingWrite,
  loadListing,
  NOTHING_LISTED,
  newListingRecord,
} from '../../../functions/store/listings.ts';
import { cliStage, day, T } from './cli-stage.ts';

const HOUR = 3_600_000;
const PLANES = [
  {
    type: 'kafka-connect',
    name: 'connect',
    prefix: 'kafka/',
    dataPlane: 'eu-1',
    url: 'http://connect.test:8083',
    credentials: { scheme: 'basic', from: { secret: 'taskwarden/connect' } },
  },
  { type: 'events', name: 'pipelines', prefix: 'pipelines/' },
];
const WHOLE = { number: 4, startedAt: T - HOUR, endedAt: T - HOUR + 5_000, pages: 1, tasks: 12 };

async function stageWith(record: Partial<ListingRecord> = {}) {
  const stage = cliStage();
  stage.system.config.controlPlanes = readControlPlanes(JSON.stringify(PLANES));
  const listing = { ...newListingRecord('connect', T - 24 * HOUR), number: 4, whole: WHOLE, ...record };
  await stage.table.transact([listingWrite({ ...listing, heardAt: WHOLE.endedAt })], 'listing');
  const run = (...args: string[]) => stage.taskwarden(args);
  return { ...stage, run, record: () => loadListing(stage.table, 'connect') };
}

const standing = async (record: Partial<ListingRecord>) => {
  const stage = await stageWith(record);
  const { out } = await stage.run('control-planes', 'list');
  return out.split('\n')[1]?.split(/ {2,}/).at(-1);
};

describe('control-planes list', () => {
  it('shows those of the configuration, with the tasks of the newest whole listing', async () => {
    const { run } = await stageWith();
    const { json } = await run('control-planes', 'list', '--json');
    expect(json).toMatchObject([
      { name: 'connect', type: 'kafka-connect', prefix: 'kafka/', standing: 'waiting', tasks: 12 },
      { name: 'pipelines', type: 'events', standing: 'heard', tasks: null, listedAt: null },
    ]);
  });

  it('says so where there is none', async () => {
    expect((await cliStage().taskwarden(['control-planes', 'list'])).out).toBe(
      'the configuration names none: all tasks are of `controlPlane`\n',
    );
  });

  it.each<[string, Partial<ListingRecord>, string]>([
    ['never listed', { whole: null, number: 0 }, 'not listed yet'],
    ['paused', { paused: { by: 'olga', at: T } }, `paused by olga since ${day(0)}`],
    ['held', { held: { number: 5, since: T, missing: 30, before: 42 } }, 'held: 30 of 42 tasks are missing'],
    [
      'listed at this moment',
      {
        current: {
          ...{ number: 5, startedAt: T, step: 'pages', page: 2, cursor: 'x', movedAt: T, failures: 0 },
          ...{ why: null, notBefore: 0, takenUp: 0, counts: { ...NOTHING_LISTED, pages: 2, tasks: 2_000 } },
          ...{ refused: [], planes: [] },
        },
      },
      `listed since ${day(0)}: at page 3, 2000 tasks`,
    ],
  ])('says how one stands that is %s', async (_what, record, expected) => {
    expect(await standing(record)).toBe(expected);
  });

  it('says why one cannot be asked, and since when', async () => {
    const stage = await stageWith();
    const row = { controlPlane: 'connect', failures: 7, since: T - HOUR, notBefore: T + HOUR, wait: HOUR };
    const breaker = { pk: 'PLANE-BREAKERS', sk: 'connect', v: 1, ...row, triedUntil: null, rev: 1 };
    await stage.table.transact([{ put: { ...breaker, why: 'answers 503' } }], 'breaker');
    const { out } = await stage.run('control-planes', 'list');
    expect(out).toContain('cannot be asked since 2025-12-31T23:00:00Z: answers 503');
    expect((await stage.run('control-planes', 'list', '--json')).json[0]).toMatchObject({
      standing: 'failing',
      askedAgainAt: '2026-01-01T01:00:00Z',
    });
  });
});

describe('control-planes show', () => {
  const END: ListingEnd = {
    ...{ number: 4, startedAt: WHOLE.startedAt, endedAt: WHOLE.endedAt, outcome: 'whole', why: null },
    counts: { ...NOTHING_LISTED, pages: 1, tasks: 12, added: 3, refused: 1 },
    refused: [{ task: 'kafka/x', reason: 'its owner is no address' }],
  };

  it('has settings and history, and names a secret without what it holds', async () => {
    const stage = await stageWith();
    await stage.table.transact([listingEndWrite('connect', END)], 'end');
    const { out } = await stage.run('control-planes', 'show', 'connect');
    expect(out).toContain('url: http://connect.test:8083');
    expect(out).toContain('listed every 10m, at most 10 calls a second, each within 10s');
    expect(out).toContain('4  2025-12-31T23:00:00Z  whole: 12 tasks, 3 new, 0 changed, 0 gone, 1 refused');
    expect(out).toContain('refused kafka/x: its owner is no address');
    const [json] = (await stage.run('control-planes', 'show', 'connect', '--json')).json;
    expect(json).toMatchObject({
      settings: { credentials: { scheme: 'basic', from: { secret: 'taskwarden/connect' } } },
      listings: [{ number: 4, outcome: 'whole', added: 3, refusedTasks: [{ task: 'kafka/x' }] }],
    });
  });

  it('of one that the configuration does not have is a mistake', async () => {
    const { code, err } = await (await stageWith()).run('control-planes', 'show', 'nonesuch');
    expect(code).toBe(2);
    expect(err).toContain('control plane "nonesuch": the configuration has none of that name');
  });
});

describe('control-planes poll, pause and resume', () => {
  it('ask for a listing at once', async () => {
    const stage = await stageWith();
    expect((await stage.run('control-planes', 'poll', 'connect')).out).toBe('connect is listed now\n');
    expect(await stage.record()).toMatchObject({ pollAt: T });
    expect(stage.waiting().map(({ queue }) => queue)).toEqual(['listing']);
  });

  it('stop listings in the name of the operator, and let them go on', async () => {
    const stage = await stageWith();
    await stage.run('control-planes', 'pause', 'connect');
    expect(await stage.record()).toMatchObject({ paused: { by: 'olga', at: T } });
    expect((await stage.run('control-planes', 'poll', 'connect')).err).toContain('it is paused');
    expect((await stage.run('control-planes', 'resume', 'connect', '--json')).json).toEqual([
      { controlPlane: 'connect', resumed: true },
    ]);
    expect(await stage.record()).toMatchObject({ paused: null, pollAt: T });
  });

  it.each(['poll', 'pause', 'resume'])('%s of one that is heard by events is a mistake', async (act) => {
    const { code, err } = await (await stageWith()).run('control-planes', act, 'pipelines');
    expect(code).toBe(2);
    expect(err).toContain('control plane "pipelines": it is not listed');
  });
});

describe('holds', () => {
  async function held() {
    const stage = await stageWith({ held: { number: 5, since: T, missing: 25, before: 42 } });
    const ids = Array.from({ length: 25 }, (_, at) => `kafka/${String(at).padStart(2, '0')}`);
    await stage.table.transact(missingWrites('connect', { listing: 5, part: 0 }, ids), 'missing');
    return stage;
  }

  it('say how many tasks are missing, and name the first', async () => {
    const stage = await held();
    const [hold] = (await stage.run('holds', 'list', '--json')).json;
    expect(hold).toMatchObject({
      id: 'listing-shrank:connect',
      subject: 'connect',
      tasks: 25,
      acts: ['approve', 'dismiss', 'reject'],
      groups: { tenant: [{ name: 'kafka', tasks: 25 }] },
    });
    const { out } = await stage.run('holds', 'show', 'connect');
    expect(out).toContain('listing-shrank:connect: 25 tasks since 2026-01-01T00:00:00Z');
    expect(out).toContain('  kafka/19\n  and 5 more; --all names them\n');
  });

  it('are approved and dismissed by operators', async () => {
    const approved = await held();
    await approved.run('holds', 'approve', 'connect');
    expect(await approved.record()).toMatchObject({ held: { approved: { by: 'olga', at: T } } });
    const dismissed = await held();
    await dismissed.run('holds', 'dismiss', 'connect');
    expect(await dismissed.record()).toMatchObject({ held: null });
    expect((await dismissed.run('holds', 'list')).out).toBe('nothing holds many tasks at once\n');
  });

  it('cannot be approved where nothing is held', async () => {
    const { code, err } = await (await stageWith()).run('holds', 'approve', 'connect');
    expect(code).toBe(2);
    expect(err).toContain('"connect": nothing of it is held');
  });
});
