import { describe, expect, it } from 'vitest';
import { cliStage, day, failingFleet, fileWith, T } from './cli-stage.ts';

const DAY = 86_400_000;

/** Warned on day 14, reminded, disabled on day 21 and enabled again on day 22. */
async function undone() {
  const stage = await failingFleet(['acmeCo/a']);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  stage.setNow(T + 22 * DAY);
  await stage.taskwarden(['undo', '--task', 'acmeCo/a', '--reason', 'still needed']);
  return stage;
}

interface Row {
  at: string;
  what: string;
  by: string | null;
  says: string;
}

async function history(stage: Awaited<ReturnType<typeof undone>>, ...args: string[]): Promise<Row[]> {
  const ran = await stage.taskwarden(['history', 'acmeCo/a', '--json', ...args]);
  if (ran.code !== 0) throw new Error(ran.err);
  return ran.json as Row[];
}

describe('history', () => {
  it('tells all that happened to a task, by whom, and what became of its mails', async () => {
    const stage = await undone();
    await stage.bounce('ana@acme.test');
    const rows = await history(stage);
    expect(rows.map(({ at, what, by }) => [at, what, by])).toEqual([
      ['2025-06-01T00:00:00Z', 'known', null],
      [day(0), 'known', null],
      // The policy of the stage was written before its tasks were loaded, at the same instant.
      [day(0), 'failed', null],
      [day(0), 'policy', 'olga'],
      [day(14), 'fired', null],
      [day(14), 'notified', null],
      [day(18), 'notified', null],
      [day(20), 'notified', null],
      [day(21), 'disabled', 'taskwarden'],
      [day(21), 'notified', null],
      [day(22), 'enabled', 'olga'],
    ]);
    expect(rows.filter(({ what }) => what === 'notified').map(({ says }) => says)).toEqual([
      `warning to ana@acme.test: sent, names ${day(21)}`,
      `reminder to ana@acme.test: sent, names ${day(21)}`,
      `reminder to ana@acme.test: sent, names ${day(21)}`,
      'disabled to ana@acme.test: bounced',
    ]);
    expect(rows.at(-1)?.says).toBe('enabled again: still needed');
  });

  it('says what changed of the policies that hold for the task, and from what to what', async () => {
    const stage = await undone();
    const says = async () => (await history(stage, '--since', day(23))).map((row) => row.says);
    stage.setNow(T + 23 * DAY);
    const set = ['warnAfter=30d', 'reminders=3d,1d', 'blastRadius.share=0.2'];
    await stage.taskwarden(['policy', 'set', 'global', ...set, '--yes', '--reason', 'slow batches']);
    await stage.taskwarden(['policy', 'set', 'betaCo/', 'warnAfter=90d', '--yes']);
    stage.setNow(T + 24 * DAY);
    await stage.taskwarden(['policy', 'set', 'acmeCo/', 'warnAfter=20d', '--yes']);
    stage.setNow(T + 25 * DAY);
    const file = { version: 1, policies: { global: { mode: 'disable', warnAfter: '10d' } } };
    const path = fileWith(JSON.stringify(file));
    expect((await stage.taskwarden(['policy', 'import', path, '--yes'])).code).toBe(0);
    expect(await says()).toEqual([
      'policy set global: blastRadius.share not set -> 0.2, reminders not set -> 3d,1d, warnAfter not set -> 30d (slow batches)',
      'policy set acmeCo/: warnAfter not set -> 20d',
      expect.stringMatching(
        /^policy import global: .*\bwarnAfter 30d -> 10d; acmeCo\/: warnAfter 20d -> not set$/,
      ),
    ]);
  });

  it('shows what is newer than an instant, and the newest', async () => {
    const stage = await undone();
    expect((await history(stage, '--since', day(21))).map(({ what }) => what)).toEqual([
      'disabled',
      'notified',
      'enabled',
    ]);
    const { out } = await stage.taskwarden(['history', 'acmeCo/a', '--limit', '1']);
    expect(out).toMatch(/^2026-01-23T00:00:00Z {2}enabled {2}- +olga {2}enabled again: still needed$/m);
    expect(out).toContain('the newest 1 of 11; --limit shows more\n');
  });

  it('keeps what is known of a task whose row is gone, and explain says where', async () => {
    const stage = await undone();
    await stage.table.transact([{ delete: { pk: 'T#acmeCo/a', sk: 'T' } }], 'gone');
    expect((await history(stage)).map(({ what }) => what)).toContain('disabled');
    const ran = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('is not known any more; `taskwarden history acmeCo/a` has what is kept of it');
  });

  it('changes nothing', async () => {
    const stage = await undone();
    const before = JSON.stringify(await stage.table.scan());
    await history(stage);
    expect(JSON.stringify(await stage.table.scan())).toBe(before);
  });

  it('names a task that is not known', async () => {
    const ran = await cliStage().taskwarden(['history', 'acmeCo/a']);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.err).toContain('error: no task "acmeCo/a" is known in stage local;');
  });
});
