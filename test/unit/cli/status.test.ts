import { describe, expect, it } from 'vitest';
import { run } from '../../../cli/program.ts';
import { loadStatus, type Status } from '../../../functions/operators/overview/status.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Table } from '../../../functions/store/table/table.port.ts';
import { type CliStage, cliStage, day, failingFleet, fileWith, T, taskLine } from './cli-stage.ts';

const DAY = 86_400_000;

async function statusOf(stage: CliStage): Promise<Status & { stage: string }> {
  const ran = await stage.taskwarden(['status', '--json']);
  if (ran.code !== 0) throw new Error(ran.err);
  return ran.json[0] as Status & { stage: string };
}

const RUNS = { shards: [{ id: '0', status: 'PRIMARY' }] };

/** Two that fail since T in mode `disable`, one in mode `notify`, one that runs, one of a plane of its own. */
async function mixedFleet() {
  const stage = await failingFleet(['acmeCo/a', 'acmeCo/b']);
  await stage.taskwarden(['policy', 'set', 'noteCo/', 'mode=notify']);
  const lines = [
    taskLine('noteCo/c', { owners: ['bob@note.test'] }),
    taskLine('acmeCo/runs', RUNS),
    taskLine('acmeCo/far', { ...RUNS, dataPlane: 'us-1' }),
  ];
  await stage.taskwarden(['tasks', 'import', fileWith(lines.join('\n'))]);
  return stage;
}

describe('status', () => {
  it('of a stage that nothing ever happened on says so', async () => {
    const { out, code } = await cliStage().taskwarden(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(/^last scan +none was completed yet$/m);
    expect(out).toMatch(/^tasks +0 watched: 0 run, 0 fail$/m);
    expect(out).toMatch(/^open alerts +none$/m);
    expect(out).toMatch(/^held +none$/m);
    expect(out).not.toContain('PAUSED');
  });

  it('tells what is open by mode and cause, and what is due on which day', async () => {
    const stage = await mixedFleet();
    await stage.scanOn(14);
    stage.setNow(T + 16 * DAY);
    const status = await statusOf(stage);
    expect(status).toMatchObject({
      stage: 'local',
      scan: { completedAt: day(14), agoMs: 2 * DAY, late: false },
      fleet: { eligible: 5, alive: 2, jobs: 0 },
      alerts: { open: 3, byMode: { detect: 0, notify: 1, disable: 2 }, byCause: { failed: 3 } },
      held: [],
      looked: { found: 3, read: 3 },
    });
    // Warned on day 14, disabled a week later: the sixth of the days from the 16th on.
    expect(status.due).toEqual({
      past: 0,
      days: [17, 18, 19, 20, 21, 22, 23].map((date) => ({
        day: `2026-01-${date}`,
        tasks: date === 22 ? 2 : 0,
      })),
      later: 0,
    });
    expect(status.yesterday).toMatchObject({ scans: 0, fired: 0, disabled: 0 });
  });

  it('tells of the last 24 hours what fired, what was disabled, and what operators did', async () => {
    const stage = await mixedFleet();
    for (const days of [14, 18, 20]) await stage.scanOn(days);
    await stage.taskwarden(['pause', 'evaluate', '--reason', 'a test']);
    await stage.taskwarden(['resume', 'evaluate']);
    await stage.scanOn(21);
    const { yesterday, alerts } = await statusOf(stage);
    // Of the three that fired on day 14 two are disabled, by the scan of day 21.
    expect(alerts.open).toBe(1);
    expect(yesterday).toMatchObject({ since: day(20), scans: 2, fired: 0, over: 0, disabled: 2, undone: 0 });
    expect(yesterday.acts.map(({ act, by, reason }) => [act, by, reason])).toEqual([
      ['resume evaluate', 'olga', ''],
      ['pause evaluate', 'olga', 'a test'],
    ]);
  });

  it('counts what people ended and took back', async () => {
    const stage = await mixedFleet();
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    stage.setNow(T + 21.5 * DAY);
    await stage.taskwarden(['undo', '--task', 'acmeCo/a']);
    await stage.taskwarden(['tasks', 'import', fileWith(taskLine('noteCo/c', RUNS))]);
    await stage.scanOn(21.75);
    const { yesterday } = await statusOf(stage);
    expect(yesterday).toMatchObject({
      since: day(20.75),
      scans: 2,
      fired: 0,
      over: 1,
      disabled: 2,
      undone: 1,
    });
  });

  it('says loudly and first what is paused, by whom and why', async () => {
    const stage = await mixedFleet();
    await stage.taskwarden(['pause', 'disable', '--reason', 'wrong owners', '--until', '2d']);
    const [first, second] = (await stage.taskwarden(['status'])).out.split('\n');
    expect(first).toBe(`local at ${day(0)}`);
    expect(second).toBe(`PAUSED since ${day(0)}: disable until ${day(2)} (by olga: wrong owners)`);
  });

  it('tells what is held, whom no mail reaches, and what operators were notified of', async () => {
    const stage = await mixedFleet();
    await stage.scanOn(14);
    await stage.bounce('ana@acme.test');
    await stage.scanOn(15);
    const status = await statusOf(stage);
    expect(status.held).toEqual([{ reason: 'no-reachable-owner', tasks: 2, since: day(15) }]);
    expect(status.unreachable).toEqual({
      addresses: 1,
      first: [{ address: 'ana@acme.test', why: 'bounce', since: day(14) }],
    });
    expect(status.operatorAlerts.map(({ code, subject }) => [code, subject])).toContainEqual([
      'no-reachable-owner',
      'acmeCo/a',
    ]);
    const { out } = await stage.taskwarden(['status']);
    expect(out).toMatch(/^held +2 no-reachable-owner, since 2026-01-16T00:00:00Z/m);
    expect(out.match(/^operators +no-reachable-owner/gm)).toHaveLength(1);
  });

  it('counts what is held without an alert', async () => {
    const stage = await mixedFleet();
    stage.setNow(T + 14 * DAY);
    await stage.taskwarden(['pause', 'evaluate']);
    await stage.scanOn(14);
    // Each of the three reached its threshold as evaluation was paused: none fires.
    const { held, alerts } = await statusOf(stage);
    expect(alerts.open).toBe(0);
    expect(held).toMatchObject([{ reason: 'paused', tasks: 3 }]);
  });

  it('says that scans are late after two periods', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['mode=disable', 'scanEvery=1h']);
    await stage.scanOn(1);
    stage.setNow(T + DAY + 2 * 3_600_000);
    expect((await statusOf(stage)).scan).toMatchObject({ late: false });
    stage.setNow(T + DAY + 2 * 3_600_000 + 1);
    expect((await statusOf(stage)).scan).toMatchObject({ late: true });
    expect((await stage.taskwarden(['status'])).out).toContain('LATE, nobody is warned or disabled');
  });

  it('names queues that are not worked, and shows the rest where they cannot be asked', async () => {
    const stage = await mixedFleet();
    await stage.taskwarden(['queues', 'pause', 'notify']);
    expect((await stage.taskwarden(['status'])).out).toMatch(
      /^queues +notify OFF \(paused by olga\); the others are worked$/m,
    );
    stage.workers.isPaused = () => Promise.reject(new Error('not allowed'));
    const { queues, queuesProblem, fleet } = await statusOf(stage);
    expect({ queues, queuesProblem }).toEqual({ queues: [], queuesProblem: 'Error: not allowed' });
    expect(fleet).not.toBeNull();
  });

  it('shows it again with --watch until it is stopped', async () => {
    const stage = await mixedFleet();
    const waits: number[] = [];
    let out = '';
    const code = await run(['status', '--watch', '60', '--json'], {
      open: stage.open,
      stdin: (async function* () {})(),
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: () => {} },
      env: { TASKWARDEN_STAGE: 'local' },
      pause: async (duration) => {
        waits.push(duration);
        if (waits.length === 2) throw new Error('stopped');
      },
    });
    expect({ code, waits }).toEqual({ code: 1, waits: [60_000, 60_000] });
    expect(out.trim().split('\n')).toHaveLength(2);
    expect((await stage.taskwarden(['status', '--watch', '1'])).code).toBe(2);
  });

  it('changes nothing', async () => {
    const stage = await mixedFleet();
    await stage.scanOn(14);
    const before = JSON.stringify(await stage.table.scan());
    await stage.taskwarden(['status']);
    expect(JSON.stringify(await stage.table.scan())).toBe(before);
  });
});

/** Counts what is read of a table. */
function counted(table: Table) {
  const read = { calls: 0, rows: 0 };
  const note = <Rows extends readonly unknown[]>(rows: Rows): Rows => {
    read.calls += 1;
    read.rows += rows.length;
    return rows;
  };
  const seen: Table = {
    get: async (key, options) => {
      const row = await table.get(key, options);
      note(row ? [row] : []);
      return row;
    },
    batchGet: async (asked, options) => note(await table.batchGet(asked, options)),
    query: async (query) => {
      const page = await table.query(query);
      note(page.rows);
      return page;
    },
    transact: () => Promise.reject(new Error('status writes nothing')),
    scan: () => Promise.reject(new Error('status reads no whole table')),
  };
  return { seen, read };
}

/** `STATUS_TASKS=100000` is what its cost is told for. */
const RUNNING = Number(process.env.STATUS_TASKS ?? 2_000);

it('reads nothing of tasks that run, however many there are', async () => {
  const stage = await mixedFleet();
  await stage.scanOn(14);
  const readBy = async () => {
    const { seen, read } = counted(stage.table);
    await loadStatus({ ...stage.system, table: seen }, stage.workers);
    return read;
  };
  const few = await readBy();
  const running = (await stage.table.get(keys.task('acmeCo/runs')))!;
  for (let from = 0; from < RUNNING; from += 50) {
    const writes = Array.from({ length: 50 }, (_, place) => {
      const id = `acmeCo/more-${from + place}`;
      return { put: { ...running, ...keys.task(id), task: { ...(running.task as object), id } } };
    });
    await stage.table.transact(writes, `more-${from}`);
  }
  const many = await readBy();
  expect(many).toEqual(few);
  // Of three open tasks: two entries in indexes and a row of each, and what there is of the stage.
  expect(few.rows).toBeLessThan(40);
  if (process.env.STATUS_TASKS) process.stdout.write(`${JSON.stringify({ tasks: RUNNING, ...many })}\n`);
});
