import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { type CliStage, cliStage, failingFleet, T, taskLine } from './cli-stage.ts';

const A = 'acmeCo/a';
const KEY = recipientKey('ana@acme.test');

const disableBody = (task: string, { episode = 1, notAfter = T + 400 * DAY } = {}) =>
  JSON.stringify({ v: 1, kind: 'disable', key: task, episode, notAfter, correlationId: 'c' });
const notifyBody = (key: string, correlationId = 'c') =>
  JSON.stringify({ v: 1, kind: 'notify', key, notAfter: T + 400 * DAY, correlationId });
const eventBody = (id: string, task: string) =>
  JSON.stringify({ id, 'detail-type': 'Task Deleted', source: 's', detail: { version: 1, task } });

const dlq = (stage: CliStage, ...args: string[]) => stage.taskwarden(['dlq', ...args]);
const audits = async (stage: CliStage) => {
  const { rows } = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
  return rows.filter(({ act }) => String(act).includes('dead letters'));
};

/** A few letters of every sort. */
function filled(): CliStage {
  const stage = cliStage();
  const put = stage.deadLetters.put.bind(stage.deadLetters);
  put({ queue: 'disable', id: 'd1', body: disableBody(A), reason: 'AccessDenied: no role' });
  put({ queue: 'disable', id: 'd2', body: disableBody('betaCo/b'), sentAt: T - 3 * DAY });
  put({ queue: 'notify', id: 'n1', body: notifyBody(KEY) });
  put({ queue: 'ingest', id: 'i1', body: eventBody('e1', A), reason: 'unknown-source: x' });
  put({ queue: 'ingest', id: 'i2', body: 'no { JSON', reason: 'not JSON' });
  put({ queue: 'scanner-failed', id: 't1', body: '{}', reason: 'Error: out of memory' });
  return stage;
}

describe('dlq list', () => {
  it('shows each letter with its reason and what would become of it now', async () => {
    const { code, json } = await dlq(filled(), 'list', '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject([
      { id: 'i1', kind: 'Task Deleted', tasks: [A], reason: 'unknown-source: x' },
      { id: 'i2', kind: 'unreadable', reason: 'not JSON' },
      { id: 'n1', kind: 'notify', subject: KEY, reason: 'received too often' },
      {
        id: 'd1',
        kind: 'disable',
        tasks: [A],
        now: { would: 'be skipped', reason: 'the task is not known' },
      },
      { id: 'd2', tasks: ['betaCo/b'], reason: 'received too often' },
      { id: 't1', kind: 'tick', now: { would: 'never be sent back' } },
    ]);
  });

  it.each([
    [
      ['--queue', 'disable'],
      ['d1', 'd2'],
    ],
    [['--kind', 'Task Deleted'], ['i1']],
    [['--reason', 'accessdenied'], ['d1']],
    [
      ['--reason', 'received too often'],
      ['n1', 'd2'],
    ],
    [['--age', '2d'], ['d2']],
    [
      ['--task', A],
      ['i1', 'd1'],
    ],
    [['--task', A, '--queue', 'disable'], ['d1']],
    [['--id', 'n1'], ['n1']],
  ])('selects by %j', async (options, ids) => {
    const { json } = await dlq(filled(), 'list', ...options, '--json');
    expect(json.map((line) => (line as { id: string }).id)).toEqual(ids);
  });

  it('leaves every letter where others can read it', async () => {
    const stage = filled();
    await dlq(stage, 'list');
    expect((await dlq(stage, 'list', '--json')).json).toHaveLength(6);
  });

  it('says what a task that recovered means for its disabling', async () => {
    const stage = await failingFleet(
      [A],
      ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'disableAfter=2d'],
    );
    await stage.scanOn(14);
    stage.deadLetters.put({ queue: 'disable', id: 'd1', body: disableBody(A) });
    const alive = { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined };
    await stage.taskwarden(['tasks', 'import', '-'], taskLine(A, alive));
    await stage.scanOn(15);
    const [line] = (await dlq(stage, 'list', '--json')).json;
    expect(line).toMatchObject({ now: { would: 'be skipped', reason: 'recovered' } });
    expect((await dlq(stage, 'list')).out).toContain('would be skipped: recovered');
  });
});

describe('dlq show', () => {
  it('shows the failed attempts at the work, and how often it was sent back', async () => {
    const stage = filled();
    const error = new Error('no role');
    const failed = { worker: 'disable', item: `${A}#1`, attempt: 10, cause: 'environment' as const, error };
    const fingerprint = await recordOops(stage.system, failed);
    const [shown] = (await dlq(stage, 'show', 'd1', '--json')).json;
    expect(shown).toMatchObject({
      id: 'd1',
      body: disableBody(A),
      failures: [{ attempt: 10, fingerprint }],
      redriven: [],
      redrivesLeft: 3,
    });
    expect((await dlq(stage, 'show', 'd1')).out).toContain(`oops show ${fingerprint}`);
  });

  it('says so where there is no such letter', async () => {
    const { code, err } = await dlq(filled(), 'show', 'zz');
    expect(code).toBe(2);
    expect(err).toContain('no dead letter "zz"');
  });
});

describe('dlq redrive', () => {
  it('refuses to guess what is meant, and says what is allowed', async () => {
    for (const act of ['redrive', 'discard']) {
      const { code, err } = await dlq(filled(), act, '--yes');
      expect(code).toBe(2);
      for (const name of ['queue', 'kind', 'reason', 'age', 'task', 'id', 'all'])
        expect(err).toContain(`--${name}`);
    }
  });

  it('changes nothing without --yes', async () => {
    const stage = filled();
    const { out } = await dlq(stage, 'redrive', '--all');
    expect(out).toContain('5 of 6 would be sent back; nothing was changed');
    expect(out).toContain('ticks are never sent back');
    expect(stage.waiting()).toEqual([]);
    expect(await audits(stage)).toEqual([]);
    expect((await dlq(stage, 'list', '--json')).json).toHaveLength(6);
  });

  it('sends what is selected to its queue as it was, and leaves the rest', async () => {
    const stage = filled();
    const { json } = await dlq(
      stage,
      'redrive',
      '--queue',
      'disable',
      '--reason',
      'accessdenied',
      '--yes',
      '--json',
    );
    expect(json).toMatchObject([{ redriven: 1, selected: 1, looked: 2 }]);
    expect(stage.waiting()).toEqual([{ queue: 'disable', body: disableBody(A) }]);
    expect(stage.deadLetters.idsOf('disable')).toEqual(['d2']);
    expect(await audits(stage)).toMatchObject([
      { act: 'begin to redrive dead letters', by: 'olga' },
      {
        act: 'redrive dead letters',
        evidence: { redriven: 1, meant: 'queue "disable", reason "accessdenied"' },
      },
    ]);
  });

  it('sends no tick back, and says why', async () => {
    const stage = filled();
    const { out } = await dlq(stage, 'redrive', '--queue', 'scanner-failed', '--yes');
    expect(out).toContain('1 left: ticks are never sent back');
    expect(stage.deadLetters.idsOf('scanner-failed')).toEqual(['t1']);
  });

  it('sends an item back three times in its life, by whichever letters', async () => {
    const stage = cliStage();
    for (const round of [1, 2, 3, 4]) {
      stage.setNow(T + round * HOUR);
      stage.deadLetters.put({ queue: 'disable', id: `d${round}`, body: disableBody(A) });
      const { out } = await dlq(stage, 'redrive', '--all', '--yes');
      if (round === 4) expect(out).toContain('1 left: sent back 3 times already');
    }
    expect(stage.waiting()).toHaveLength(3);
    expect(stage.deadLetters.idsOf('disable')).toEqual(['d4']);
    expect((await dlq(stage, 'redrive', '--all')).out).toContain('0 of 1 would be sent back');
    expect((await dlq(stage, 'show', 'd4')).out).toContain('redriven  3 of 3 times');
  });

  it('counts the same event by what it says, whatever id its letter has', async () => {
    const stage = cliStage();
    for (const round of [1, 2, 3, 4]) {
      stage.setNow(T + round * HOUR);
      stage.deadLetters.put({ queue: 'ingest', id: `i${round}`, body: eventBody('e1', A) });
      stage.deadLetters.put({ queue: 'ingest', id: `j${round}`, body: eventBody(`e-${round}`, A) });
      await dlq(stage, 'redrive', '--all', '--yes');
    }
    expect(stage.deadLetters.idsOf('ingest')).toEqual(['i4']);
    expect(stage.waiting()).toHaveLength(7);
  });

  it('sends one of two hints at the same work', async () => {
    const stage = cliStage();
    stage.deadLetters.put({ queue: 'notify', id: 'n1', body: notifyBody(KEY, 'c1') });
    stage.deadLetters.put({ queue: 'notify', id: 'n2', body: notifyBody(KEY, 'c2') });
    const { json } = await dlq(stage, 'redrive', '--all', '--yes', '--json');
    expect(json).toMatchObject([{ redriven: 1, alreadySent: 1 }]);
    expect(stage.waiting()).toHaveLength(1);
    expect(stage.deadLetters.idsOf('notify')).toEqual([]);
  });

  it('leaves what comes back while it runs', async () => {
    const stage = cliStage();
    stage.deadLetters.put({ queue: 'disable', id: 'd1', body: disableBody(A), arrivedAt: T + HOUR });
    const { out } = await dlq(stage, 'redrive', '--all', '--yes');
    expect(out).toContain('1 left: it came back while this ran');
    expect(stage.waiting()).toEqual([]);
  });

  it('keeps what its queue does not take, and sends it with the next run without counting it again', async () => {
    const stage = filled();
    stage.deadLetters.refused.add('d1');
    const first = await dlq(stage, 'redrive', '--queue', 'disable', '--yes');
    expect(first.code).toBe(1);
    expect(stage.deadLetters.idsOf('disable')).toEqual(['d1']);
    stage.deadLetters.refused.clear();
    expect((await dlq(stage, 'redrive', '--queue', 'disable', '--yes')).code).toBe(0);
    expect(stage.waiting()).toHaveLength(2);
    stage.deadLetters.put({ queue: 'disable', id: 'd9', body: disableBody(A) });
    expect((await dlq(stage, 'show', 'd9')).out).toContain('redriven  1 of 3 times');
  });

  it('lets SQS move a whole queue that is long, once each letter is counted', async () => {
    const stage = cliStage();
    stage.deadLetters.canMove = true;
    for (let n = 0; n < 1_000; n += 1)
      stage.deadLetters.put({ queue: 'disable', id: `d${n}`, body: disableBody(`acmeCo/${n}`) });
    const { json } = await dlq(stage, 'redrive', '--queue', 'disable', '--yes', '--json');
    expect(json).toMatchObject([{ redriven: 1_000 }]);
    expect(stage.deadLetters.moves).toBe(1);
    expect(stage.waiting()).toHaveLength(1_000);
    stage.deadLetters.put({ queue: 'disable', id: 'e', body: disableBody('acmeCo/7') });
    expect((await dlq(stage, 'show', 'e')).out).toContain('redriven  1 of 3 times');
  });

  it('moves no whole queue that holds one which may not go', async () => {
    const stage = cliStage();
    stage.deadLetters.canMove = true;
    for (const round of [1, 2, 3]) {
      stage.setNow(T + round * HOUR);
      stage.deadLetters.put({ queue: 'disable', id: `a${round}`, body: disableBody(A) });
      await dlq(stage, 'redrive', '--all', '--yes');
    }
    for (let n = 0; n < 1_000; n += 1)
      stage.deadLetters.put({ queue: 'disable', id: `d${n}`, body: disableBody(`acmeCo/${n}`) });
    stage.deadLetters.put({ queue: 'disable', id: 'a4', body: disableBody(A) });
    stage.setNow(T + 4 * HOUR);
    const { json } = await dlq(stage, 'redrive', '--queue', 'disable', '--yes', '--json');
    expect(json).toMatchObject([{ redriven: 1_000, atLimit: 1 }]);
    expect(stage.deadLetters.moves).toBe(0);
    expect(stage.deadLetters.idsOf('disable')).toEqual(['a4']);
  });
});

describe('dlq discard', () => {
  it('deletes what is selected, ticks too, and says why in the audit', async () => {
    const stage = filled();
    const { out } = await dlq(stage, 'discard', '--queue', 'scanner-failed', '--yes', '--why', 'mended');
    expect(out).toBe('1 discarded\n');
    expect(stage.deadLetters.idsOf('scanner-failed')).toEqual([]);
    expect((await dlq(stage, 'list', '--json')).json).toHaveLength(5);
    expect(stage.waiting()).toEqual([]);
    expect(await audits(stage)).toMatchObject([
      { act: 'begin to discard dead letters', reason: 'mended' },
      { act: 'discard dead letters', reason: 'mended', evidence: { discarded: 1 } },
    ]);
  });
});
