import { afterEach, describe, expect, it } from 'vitest';
import { missingWrites } from '../../../functions/store/listed-pages.ts';
import { listingWrite, loadListing, newListingRecord } from '../../../functions/store/listings.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, cliStage, day, failingFleet, T, taskLine } from '../cli/cli-stage.ts';
import { consoleOf, fieldsOf, type TestConsole } from './console-stage.ts';

const DAY = 86_400_000;
const IDS = ['acmeCo/a', 'acmeCo/b', 'betaCo/c', 'betaCo/d'];
let console: TestConsole;
afterEach(() => console.close());

/** Four tasks of two tenants on one data plane, which a spike holds on day 21. */
async function spikeStage(): Promise<CliStage> {
  const limits = ['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'blastRadius.shareFloor=1'];
  const stage = await failingFleet(IDS, limits);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  console = await consoleOf(stage, { allowsChanges: true });
  return stage;
}

/** Twelve tasks of a data plane that lost `PRIMARY` in the same hour of day 1. */
async function outageStage(): Promise<CliStage> {
  const stage = cliStage();
  const line = (status: string) => (_: unknown, at: number) =>
    taskLine(`${at < 8 ? 'acmeCo' : 'betaCo'}/t${at}`, {
      shards: [{ id: '0', status }],
      lastPrimaryAt: undefined,
    });
  const load = (status: string) =>
    stage.taskwarden(['tasks', 'import', '-'], Array.from({ length: 12 }, line(status)).join('\n'));
  await load('PRIMARY');
  await stage.scanOn(0.5);
  stage.setNow(T + DAY);
  await load('FAILED');
  await stage.scanOn(1.01);
  console = await consoleOf(stage, { allowsChanges: true });
  return stage;
}

/** What a page says, without its tags. */
function wordsOf({ text }: { text: string }): string {
  const main = text.slice(text.indexOf('<main'), text.indexOf('</main>'));
  return main.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

const off = async ({ table }: CliStage) => {
  const tasks = await Promise.all(IDS.map((id) => loadTask(table, id)));
  return tasks.flatMap((record) => (record?.task.enabled === false ? [record.task.id] : []));
};

const auditOf = async ({ table }: CliStage) =>
  (await table.scan()).rows
    .filter(({ sk }) => sk.startsWith('L#'))
    .map(({ act, reason }) => `${act}: ${reason}`);

describe('the page of a hold', () => {
  it('reads each task once, however much it says of it', async () => {
    const stage = await spikeStage();
    const read: string[] = [];
    const { batchGet } = stage.table;
    stage.table.batchGet = (asked) => {
      read.push(...asked.map(({ pk }) => pk));
      return batchGet.call(stage.table, asked);
    };
    await console.browser.get('/holds/show?hold=blast-radius');
    expect(read.sort()).toEqual(IDS.map((id) => `T#${id}`));
  });

  it('shows a spike with how many of which tenant, data plane, owner and cause, and which tasks', async () => {
    await spikeStage();
    const list = wordsOf(await console.browser.get('/holds'));
    expect(list).toContain('blast-radius 2026-01-22 00:00 4 tenant acmeCo 2, plane eu-1 4');
    const page = wordsOf(await console.browser.get('/holds/show?hold=blast-radius'));
    expect(page).toContain('Tasks 4 Since 2026-01-22 00:00');
    expect(page).toMatch(/acmeCo Approve… 2 betaCo Approve… 2/);
    for (const words of ['eu-1 4', 'ana@acme.test 4', 'not told 4', ...IDS]) expect(page).toContain(words);
  });

  it('reads the tasks that have a date once for all that a page says of them', async () => {
    const stage = await spikeStage();
    await console.browser.get('/holds');
    const { query } = stage.table;
    const asked: string[] = [];
    stage.table.query = (request) => {
      asked.push(`${request.index ?? ''} ${request.pk}`);
      return query.call(stage.table, request);
    };
    for (const page of ['/holds', '/holds/show?hold=blast-radius']) {
      asked.length = 0;
      expect((await console.browser.get(page)).status).toBe(200);
      const dated = asked.filter((read) => read.startsWith('g1 X#'));
      expect(dated.length).toBeGreaterThan(0);
      expect(new Set(dated).size).toBe(dated.length);
    }
  });

  it('offers nothing that acts where the console is read-only', async () => {
    const stage = await spikeStage();
    const readOnly = await consoleOf(stage);
    for (const path of ['/holds', '/holds/show?hold=blast-radius', '/task?id=acmeCo/a'])
      expect((await readOnly.browser.get(path)).text).not.toContain('/act/');
    await readOnly.close();
  });

  it('says of one that is over, or never was, that it is not there', async () => {
    await spikeStage();
    expect((await console.browser.get('/holds/show?hold=correlated-failure:eu-9')).status).toBe(404);
  });

  it('shows evidence that is too old, with since when', async () => {
    const stage = await failingFleet(['acmeCo/a', 'acmeCo/b'], ['evidenceMaxAge=1d']);
    stage.setNow(T + 3 * DAY);
    console = await consoleOf(stage, { allowsChanges: true });
    const words = wordsOf(await console.browser.get('/holds'));
    // It is to be observed each day: from day 1 on nobody knows.
    expect(words).toContain('evidence-stale 2026-01-02 00:00 2 tenant acmeCo 2, plane eu-1 2');
    const page = wordsOf(await console.browser.get('/holds/show?hold=evidence-stale'));
    expect(page).toContain('Tasks 2 Since 2026-01-02 00:00');
  });
});

describe('an approval on the console', () => {
  it('of those below a prefix lets go no others, ends when it says, and is shown until then', async () => {
    const stage = await spikeStage();
    const asked = await console.browser.get('/act/approve?prefix=acmeCo/&expect=2');
    expect(wordsOf(asked)).toContain('Approve 2 tasks below acmeCo/ that the blast radius holds');
    // At 200 a day they take a day, and the approval outlives it by a week.
    expect(asked.text).toContain(`value="${day(29)}"`);
    const typed = { reason: 'asked in INC-7', until: '3d' };
    const done = await console.browser.post('/act/approve', { ...fieldsOf(asked.text), ...typed });
    expect(wordsOf(done)).toContain(`2 tasks are approved until ${day(24)}`);
    expect(wordsOf(await console.browser.get('/holds'))).toContain(
      'Approved Ends Tasks 2026-01-22 00:00 2026-01-25 00:00 2',
    );
    expect(await auditOf(stage)).toContain('approved: asked in INC-7');
    await stage.scanOn(21.5);
    expect(await off(stage)).toEqual(['acmeCo/a', 'acmeCo/b']);
    expect(wordsOf(await console.browser.get('/holds'))).not.toContain('Approved, and not disabled yet');
  });

  it('of another number than was expected, or than was shown, is refused and lets nothing go', async () => {
    const stage = await spikeStage();
    const other = await console.browser.get('/act/approve?expect=5');
    expect([other.status, wordsOf(other)]).toEqual([
      409,
      expect.stringContaining('4 are held now, and 5 were expected; nothing was approved.'),
    ]);
    const fields = fieldsOf((await console.browser.get('/act/approve')).text);
    await stage.taskwarden(['holds', 'approve', '--task', 'acmeCo/a']);
    const late = await console.browser.post('/act/approve', fields);
    expect([late.status, wordsOf(late)]).toEqual([
      409,
      expect.stringContaining('3 are held now, and 4 were expected; nothing was approved.'),
    ]);
    // What somebody writes into the form in its place was not shown.
    const again = fieldsOf((await console.browser.get('/act/approve')).text);
    const forged = await console.browser.post('/act/approve', { ...again, prefix: '', expect: '4' });
    expect(forged.status).toBe(403);
    await stage.scanOn(21.5);
    expect(await off(stage)).toEqual(['acmeCo/a']);
  });

  it('of more than 200 is a bulk command, which the next scan works', async () => {
    const ids = Array.from({ length: 201 }, (_, at) => `acmeCo/t${at}`);
    const limits = ['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'blastRadius.shareFloor=1'];
    const stage = await failingFleet(ids, limits);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    console = await consoleOf(stage, { allowsChanges: true });
    const done = await console.browser.act('/act/approve', { reason: 'the old fleet', until: '9d' });
    expect(wordsOf(done)).toContain(`201 tasks are to be approved until ${day(30)}`);
    expect((await stage.taskwarden(['work', 'list', '--json'])).json).toMatchObject([
      { kind: 'approve', items: 201, by: 'olga', reason: 'the old fleet' },
    ]);
    await stage.scanOn(22);
    expect(wordsOf(await console.browser.get('/holds'))).not.toContain('blast-radius');
  });

  it('asks for an end that is to come, and can be sent again with another', async () => {
    const stage = await spikeStage();
    const fields = fieldsOf((await console.browser.get('/act/approve')).text);
    for (const until of [day(20), 'tomorrow'])
      expect((await console.browser.post('/act/approve', { ...fields, until })).status).toBe(422);
    expect((await console.browser.post('/act/approve', { ...fields, until: '2d' })).status).toBe(200);
    await stage.scanOn(21.5);
    expect(await off(stage)).toEqual(IDS);
  });

  it('takes no prefix without its slash', async () => {
    await spikeStage();
    expect((await console.browser.get('/act/approve?prefix=acmeCo')).status).toBe(409);
  });
});

describe('a rejection on the console', () => {
  it('says why, keeps all held, and lets the alert rest for four weeks', async () => {
    const stage = await spikeStage();
    const asked = await console.browser.get('/act/reject-hold?hold=blast-radius');
    expect(wordsOf(asked)).toContain('operators do not hear of it again for four weeks');
    const fields = fieldsOf(asked.text);
    const silent = await console.browser.post('/act/reject-hold', { ...fields, reason: ' ' });
    expect([silent.status, await auditOf(stage)]).toEqual([
      422,
      expect.not.arrayContaining([expect.stringContaining('reject')]),
    ]);
    const reason = 'the feed of acmeCo is wrong';
    expect((await console.browser.post('/act/reject-hold', { ...fields, reason })).status).toBe(200);
    expect(await auditOf(stage)).toContain(`reject blast-radius: ${reason}`);
    expect(wordsOf(await console.browser.get('/holds'))).toContain(
      `rejected by olga, quiet until 2026-02-19 00:00 : ${reason}`,
    );
    await stage.scanOn(22);
    expect(await off(stage)).toEqual([]);
  });
});

describe('an outage of a data plane', () => {
  it('is shown with how many of whom, and dismissed: the clocks of its tasks run on', async () => {
    const stage = await outageStage();
    const page = wordsOf(await console.browser.get('/holds/show?hold=correlated-failure:eu-1'));
    expect(page).toContain('Tasks 12 Since 2026-01-02 00:00');
    expect(page).toContain('acmeCo 8 betaCo 4');
    const done = await console.browser.act('/act/dismiss-hold?hold=correlated-failure:eu-1', {
      reason: 'no outage',
    });
    expect(wordsOf(done)).toContain('the clocks of its tasks run on from now');
    expect(await auditOf(stage)).toContain('dismiss eu-1: no outage');
    expect(wordsOf(await console.browser.get('/holds'))).toContain('Nothing holds many tasks at once.');
  });

  it('cannot be approved', async () => {
    await outageStage();
    const asked = await console.browser.get('/act/approve-hold?hold=correlated-failure:eu-1');
    expect([asked.status, wordsOf(asked)]).toEqual([
      409,
      expect.stringContaining('What can be done with correlated-failure:eu-1: dismiss, reject.'),
    ]);
  });
});

describe('a listing that shrank', () => {
  /** A listing that misses 25 of 42 tasks, from the start on. */
  async function held(): Promise<CliStage> {
    const stage = cliStage();
    const listing = newListingRecord('connect', T - DAY);
    const hold = { number: 5, since: T, missing: 25, before: 42 };
    await stage.table.transact([listingWrite({ ...listing, number: 5, held: hold })], 'listing');
    await miss(stage, 0, 25);
    console = await consoleOf(stage, { allowsChanges: true });
    return stage;
  }

  const miss = ({ table }: CliStage, from: number, to: number) => {
    const ids = Array.from({ length: to - from }, (_, at) => `kafka/t${from + at}`);
    return table.transact(missingWrites('connect', { listing: 5, part: from }, ids), 'missing');
  };

  it('is approved with the number that was shown, and not with another', async () => {
    const stage = await held();
    expect(wordsOf(await console.browser.get('/holds/show?hold=listing-shrank:connect'))).toContain(
      'Tasks 25',
    );
    const path = '/act/approve-hold?hold=listing-shrank:connect';
    const fields = fieldsOf((await console.browser.get(path)).text);
    await miss(stage, 25, 26);
    const late = await console.browser.post('/act/approve-hold', fields);
    expect([late.status, wordsOf(late)]).toEqual([
      409,
      expect.stringContaining('26 are held now, and 25 were expected; nothing was approved.'),
    ]);
    expect((await loadListing(stage.table, 'connect'))?.held?.approved).toBeUndefined();
    await console.browser.act(path);
    expect((await loadListing(stage.table, 'connect'))?.held?.approved).toMatchObject({ by: 'olga' });
  });

  it('is dismissed: its tasks stay', async () => {
    const stage = await held();
    await console.browser.act('/act/dismiss-hold?hold=listing-shrank:connect', { reason: 'a bad proxy' });
    expect((await loadListing(stage.table, 'connect'))?.held).toBeNull();
    expect(await auditOf(stage)).toContainEqual(expect.stringContaining('a bad proxy'));
  });
});
