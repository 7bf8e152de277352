import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { DAY } from '../../functions/abandonment/time.ts';
import { createTable } from '../../functions/store/table/create-table.ts';
import { DynamoDbTable, documentClient } from '../../functions/store/table/dynamodb-table.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { cliStage, day, fileWith, T, taskLine } from '../unit/cli/cli-stage.ts';

const endpoint = process.env.TASKWARDEN_TABLE_ENDPOINT;
const ANA = 'ana@acme.test';
/** More rows than one transaction of a restore takes. */
const IDS = Array.from({ length: 40 }, (_, at) => `acmeCo/t${String(at).padStart(3, '0')}`);

describe.skipIf(endpoint === undefined)('export and restore, on tables in DynamoDB', () => {
  const credentials = { accessKeyId: 'fakeid', secretAccessKey: 'fakesecret' };
  const client = new DynamoDBClient({ ...(endpoint && { endpoint }), region: 'eu-west-1', credentials });
  const names: string[] = [];

  afterAll(async () => {
    for (const TableName of names) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  }, 60_000);

  /** A stage on an empty table of its own. */
  async function stageOnDynamoDb() {
    const stage = cliStage();
    const name = `restore-${process.pid}-${names.length}`;
    await createTable(client, name);
    names.push(name);
    const table = new DynamoDbTable(documentClient(client), name, { now: () => stage.system.clock.now() });
    stage.system.table = table;
    return { ...stage, table, task: async (id: string) => (await loadTask(table, id))! };
  }

  const observed = (observedAt: string) => IDS.map((id) => taskLine(id, { observedAt })).join('\n');

  /** A fleet whose owner was warned on day 14 that it ends on day 21, and its export of day 17. */
  async function exported(): Promise<string> {
    const stage = await stageOnDynamoDb();
    const policy = ['mode=disable', 'evidenceMaxAge=4d', 'scanEvery=30d', 'blastRadius.share=1'];
    const limits = ['blastRadius.perRun=1000', 'blastRadius.perDay=1000', 'rampPerDay=1000'];
    await stage.taskwarden(['policy', 'set', '--yes', 'global', ...policy, ...limits]);
    for (const days of [0, 3, 6, 9, 12]) {
      stage.setNow(T + days * DAY);
      expect((await stage.taskwarden(['tasks', 'import', '-'], observed(day(days)))).err).toBe('');
    }
    await stage.scanOn(14);
    expect((await stage.task(IDS[0] ?? '')).open).toMatchObject({ number: 1, grace: 1 });
    expect(stage.mails.filter(({ to }) => to === ANA).length).toBeGreaterThan(0);
    stage.setNow(T + 17 * DAY);
    const file = `${fileWith('')}.export`;
    const ran = await stage.taskwarden(['export', file, '--json']);
    expect(ran).toMatchObject({ code: 0, json: [{ rows: expect.any(Number) }] });
    return file;
  }

  it('begin paused, want to see each task again, and warn anew with a full grace', async () => {
    const file = await exported();
    const stage = await stageOnDynamoDb();
    const off = async () => {
      const tasks = await Promise.all(IDS.map(stage.task));
      return tasks.filter(({ task }) => !task.enabled).length;
    };
    stage.setNow(T + 20 * DAY);
    const ran = await stage.taskwarden(['restore', file, '--json']);
    expect(ran).toMatchObject({ code: 0, json: [{ stage: 'local', at: day(17), restoredAt: day(20) }] });

    // Paused, whatever had come due by then.
    expect((await stage.taskwarden(['pause', '--json'])).json).toMatchObject(
      ['evaluate', 'notify', 'disable'].map((what) => ({ what, since: day(20) })),
    );
    await stage.scanOn(22);
    expect([stage.mails.length, await off()]).toEqual([0, 0]);

    // Resumed: what was known before the restore is no evidence.
    for (const what of ['evaluate', 'notify', 'disable']) await stage.taskwarden(['resume', what]);
    await stage.scanOn(23);
    const explained = await stage.taskwarden(['explain', IDS[0] ?? '', '--json']);
    expect(explained.json[0]).toMatchObject({ decision: { answer: 'hold', reason: 'unknown' } });
    expect([stage.mails.length, await off()]).toEqual([0, 0]);

    // Seen again, they are warned anew, and nothing goes at the date that was announced before the backup.
    stage.setNow(T + 24 * DAY);
    await stage.taskwarden(['tasks', 'import', '-'], observed(day(24)));
    await stage.scanOn(24);
    const { open } = await stage.task(IDS[0] ?? '');
    expect(open?.grace).toBe(2);
    expect(stage.mails.filter(({ to }) => to === ANA).length).toBeGreaterThan(0);
    expect(await off()).toBe(0);
    for (const days of [27, 30]) {
      stage.setNow(T + days * DAY);
      await stage.taskwarden(['tasks', 'import', '-'], observed(day(days)));
      await stage.scanOn(days);
      expect(await off()).toBe(0);
    }
    await stage.scanOn(31);
    expect(await off()).toBe(IDS.length);
  }, 300_000);

  it('refuse a table in use, and put the rows of a backup in the place of its own where that is meant', async () => {
    const file = await exported();
    const used = await stageOnDynamoDb();
    await used.taskwarden(['tasks', 'import', '-'], taskLine('betaCo/x'));
    expect((await used.taskwarden(['restore', file])).err).toContain('--replace');
    expect(await loadTask(used.table, 'betaCo/x')).toBeDefined();
    expect((await used.taskwarden(['restore', file, '--replace', '--yes'])).code).toBe(0);
    expect(await loadTask(used.table, 'betaCo/x')).toBeUndefined();
    const found = await Promise.all(IDS.map((id) => loadTask(used.table, id)));
    expect(found.filter((record) => record === undefined)).toEqual([]);
  }, 300_000);
});
