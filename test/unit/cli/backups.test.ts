import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../functions/abandonment/time.ts';
import { isExported } from '../../../functions/operators/table-export.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import type { Row, Table } from '../../../functions/store/table/table.port.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, cliStage, day, failingFleet, fileWith, T, taskLine } from './cli-stage.ts';

const FLEET = ['acmeCo/a', 'acmeCo/b'];
/** Names a file that is not there yet. */
const newFile = () => `${fileWith('')}.export`;

/** A fleet of which everybody was warned on day 14, that was disabled on day 21, and its export of then. */
async function exported() {
  const stage = await failingFleet(FLEET);
  await stage.scanOn(14);
  const file = newFile();
  const ran = await stage.taskwarden(['export', file, '--json']);
  expect(ran.err).toBe('');
  return { stage, file, summary: ran.json[0] as { rows: number; sha256: string } };
}

const textOf = (file: string) => readFileSync(file, 'utf8');
async function rowsOf(table: Table): Promise<Row[]> {
  return (await table.scan()).rows;
}
/** Rows by their keys, without what a restore itself writes, and without who wrote them. */
const contentOf = (rows: Row[]) =>
  rows
    .filter(isExported)
    .filter(({ pk, sk }) => !['AUDIT#operators', 'LOOKS'].includes(pk) && sk !== 'PAUSES')
    .map(({ w: _, restoredAt: __, ...row }) => row)
    .sort((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1));

const restored = async (stage: CliStage, ...args: string[]) => stage.taskwarden(['restore', ...args]);

describe('export', () => {
  it('writes a header, each row and an end, to a file that only its owner may read', async () => {
    const { file, summary } = await exported();
    const lines = textOf(file)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ export: 1, v: 1, stage: 'local', at: day(14) });
    expect(lines.at(-1)).toEqual({ end: { rows: summary.rows, sha256: summary.sha256 } });
    expect(lines).toHaveLength(summary.rows + 2);
    expect(
      lines
        .filter(({ sk }) => sk === 'T')
        .map(({ pk }) => pk)
        .sort(),
    ).toEqual(['T#acmeCo/a', 'T#acmeCo/b']);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('leaves out what only says how the deployment runs', async () => {
    const stage = await failingFleet(FLEET);
    await stage.taskwarden(['queues', 'pause', 'notify']);
    expect((await rowsOf(stage.table)).filter(({ pk }) => pk === 'BREAKER')).toHaveLength(1);
    const file = newFile();
    await stage.taskwarden(['export', file]);
    expect(textOf(file)).not.toContain('"pk":"BREAKER"');
  });

  it('does not write over a file', async () => {
    const { stage, file } = await exported();
    const before = textOf(file);
    const ran = await stage.taskwarden(['export', file]);
    expect(ran).toMatchObject({
      code: 2,
      err: `error: ${file}: there is such a file already; name another\n`,
    });
    expect(textOf(file)).toBe(before);
  });

  it('reads another table where it is told to', async () => {
    const { stage } = await exported();
    const other = cliStage();
    other.others.set('restored-by-aws', stage.table);
    const file = newFile();
    await other.taskwarden(['export', file, '--table', 'restored-by-aws']);
    expect(textOf(file)).toContain('"pk":"T#acmeCo/a"');
  });

  it('leaves no half of a file where the table cannot be read', async () => {
    const stage = cliStage();
    stage.table.scan = () => Promise.reject(new Error('away'));
    const file = newFile();
    expect((await stage.taskwarden(['export', file])).code).toBe(1);
    expect(existsSync(file)).toBe(false);
  });
});

describe('restore', () => {
  it('gives an unused stage all that the other had, and pauses it', async () => {
    const { stage, file, summary } = await exported();
    const fresh = cliStage();
    fresh.setNow(T + 20 * 86_400_000);
    const ran = await restored(fresh, file, '--json');
    expect(ran).toMatchObject({
      code: 0,
      json: [{ stage: 'local', at: day(14), rows: summary.rows, restoredAt: day(20) }],
    });
    expect(contentOf(await rowsOf(fresh.table))).toEqual(contentOf(await rowsOf(stage.table)));
    const at = T + 20 * 86_400_000;
    expect(await loadPauses(fresh.table)).toMatchObject({
      evaluate: at,
      notify: at,
      disable: at,
      restoredAt: at,
    });
  });

  it('goes over many pages and transactions', async () => {
    const ids = Array.from({ length: 250 }, (_, number) => `acmeCo/${number}`);
    const stage = await failingFleet(ids);
    const file = newFile();
    await stage.taskwarden(['export', file]);
    const fresh = cliStage();
    await restored(fresh, file);
    const found = await Promise.all(ids.map((id) => loadTask(fresh.table, id)));
    expect(found.filter((record) => record === undefined)).toEqual([]);
  });

  it('refuses a table in use, unless it is to be replaced and somebody says yes', async () => {
    const { file } = await exported();
    const used = await failingFleet(['beta/x']);
    expect(await restored(used, file)).toMatchObject({ code: 2, err: expect.stringContaining('--replace') });
    expect(await restored(used, file, '--replace')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--yes'),
    });
    expect(await loadTask(used.table, 'beta/x')).toBeDefined();
    expect((await loadPauses(used.table)).restoredAt).toBeUndefined();
    expect((await restored(used, file, '--replace', '--yes')).code).toBe(0);
    expect(await loadTask(used.table, 'beta/x')).toBeUndefined();
    expect(await loadTask(used.table, 'acmeCo/a')).toBeDefined();
  });

  it('keeps what the backup says of pauses and owner rules', async () => {
    const stage = await failingFleet(FLEET);
    stage.setNow(T + 3 * 86_400_000);
    await stage.taskwarden(['pause', 'disable']);
    const file = newFile();
    await stage.taskwarden(['export', file]);
    const fresh = cliStage();
    fresh.setNow(T + 9 * 86_400_000);
    await restored(fresh, file);
    expect(await loadPauses(fresh.table)).toMatchObject({
      disable: T + 3 * 86_400_000,
      notify: T + 9 * 86_400_000,
    });
  });

  it('lets no pause of the backup end by itself', async () => {
    const stage = await failingFleet(FLEET);
    await stage.taskwarden(['pause', 'disable', '--until', '2d']);
    const file = newFile();
    await stage.taskwarden(['export', file]);
    const fresh = cliStage();
    fresh.setNow(T + 86_400_000);
    await restored(fresh, file);
    const { notes } = await loadPauses(fresh.table);
    expect(notes).toMatchObject({
      disable: { until: null },
      notify: { until: null },
      evaluate: { until: null },
    });
  });

  it.each([
    ['a file that is cut off', (lines: string[]) => lines.slice(0, -1), 'it has no end: it is not whole'],
    ['a missing row', (lines: string[]) => lines.toSpliced(2, 1), 'rows, and says'],
    [
      'a changed row',
      (lines: string[]) => lines.with(1, (lines[1] as string).replace('"v":1', '"v":2')),
      'its checksum does not fit: it was changed',
    ],
    ['what is no row', (lines: string[]) => lines.with(2, '{"pk":1}'), 'line 3: is no row'],
    ['another file', (lines: string[]) => lines.slice(1), 'line 1: is no header of an export'],
    [
      'rows of a newer version',
      (lines: string[]) => lines.with(0, (lines[0] as string).replace('"v":1', '"v":2')),
      'rows of form 2 are of a newer version',
    ],
  ])('refuses %s, and changes nothing', async (_, spoil, problem) => {
    const { file } = await exported();
    const spoilt = fileWith(`${spoil(textOf(file).trimEnd().split('\n')).join('\n')}\n`);
    const fresh = cliStage();
    expect(await restored(fresh, spoilt)).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
    expect(await rowsOf(fresh.table)).toEqual([]);
  });

  it('refuses the export of another stage, unless it is meant', async () => {
    const { file } = await exported();
    const dev = cliStage({ name: 'dev' });
    expect(await restored(dev, file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from local'),
    });
    expect((await restored(dev, file, '--from', 'local')).code).toBe(0);
  });

  it('comes to the same where it was broken off and is begun again; until then everything is paused', async () => {
    const { stage, file } = await exported();
    const fresh = cliStage();
    const { transact } = fresh.table;
    let left = 2;
    fresh.table.transact = async (writes, writer) => {
      left -= 1;
      if (left < 0) throw new Error('broken off');
      return transact.call(fresh.table, writes, writer);
    };
    expect((await restored(fresh, file)).code).toBe(1);
    expect((await loadPauses(fresh.table)).evaluate).not.toBeNull();
    fresh.table.transact = transact;
    expect((await restored(fresh, file, '--replace', '--yes')).code).toBe(0);
    expect(contentOf(await rowsOf(fresh.table))).toEqual(contentOf(await rowsOf(stage.table)));
  });
});

describe('restored', () => {
  it('asks before it pauses a stage, and changes nothing where nobody can be asked', async () => {
    const stage = await failingFleet(FLEET);
    const before = await rowsOf(stage.table);
    expect(await stage.taskwarden(['restored'])).toMatchObject({
      code: 2,
      err: 'error: this would pause all of stage local, and let nothing count that was known before; --yes lets it\n',
    });
    expect(await rowsOf(stage.table)).toEqual(before);
  });

  it('pauses a stage whose table AWS restored; nothing goes on before it is resumed and observed again', async () => {
    const stage = await failingFleet(FLEET);
    await stage.scanOn(14);
    stage.setNow(T + 20 * 86_400_000);
    expect((await stage.taskwarden(['restored', '--yes', '--json'])).json).toEqual([{ restoredAt: day(20) }]);
    for (const what of ['evaluate', 'notify', 'disable']) await stage.taskwarden(['resume', what]);
    await stage.scanOn(22);
    const explained = await stage.taskwarden(['explain', 'acmeCo/a', '--json']);
    expect(explained.json[0]).toMatchObject({ decision: { answer: 'hold', reason: 'unknown' } });
    expect(stage.mails).toHaveLength(1);
  });

  it('takes what is observed first at once, though it says the same as before, and then seldom again', async () => {
    const stage = await failingFleet(FLEET);
    await stage.scanOn(14);
    stage.setNow(T + 20 * 86_400_000);
    await stage.taskwarden(['restored', '--yes']);
    // A change of policy does not make it forget.
    await stage.taskwarden(['policy', 'set', 'global', 'rampPerDay=400', '--yes']);
    for (const what of ['evaluate', 'notify', 'disable']) await stage.taskwarden(['resume', what]);
    const observedAt = async () => (await loadTask(stage.table, 'acmeCo/a'))?.evidence.observedAt;
    const observe = async (hours: number) => {
      stage.setNow(T + 20 * 86_400_000 + hours * 3_600_000);
      const lines = FLEET.map((id) => taskLine(id, { observedAt: formatInstant(stage.system.clock.now()) }));
      await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
    };
    // Half of evidenceMaxAge, after which it would be stored as ever, is half a year here.
    await observe(1);
    expect(await observedAt()).toBe(T + 20 * 86_400_000 + 3_600_000);
    const explained = await stage.taskwarden(['explain', 'acmeCo/a', '--json']);
    expect(explained.json[0]).not.toMatchObject({ decision: { reason: 'unknown' } });
    await observe(2);
    expect(await observedAt()).toBe(T + 20 * 86_400_000 + 3_600_000);
  });
});
