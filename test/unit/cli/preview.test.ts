import { expect, it } from 'vitest';
import { cliStage, day, fileWith, taskLine } from './cli-stage.ts';

const FLEET = [taskLine('acmeCo/a'), taskLine('betaCo/b', { owners: ['bea@beta.test'] })].join('\n');

interface Day {
  type: string;
  day: string;
  tenant: string;
  today: Record<string, number>;
  proposed: Record<string, number>;
}

/** Two tasks that fail since `T`, warned without a date on day 14; now it is day 16. */
async function warnedStage() {
  const stage = cliStage();
  await stage.taskwarden(['tasks', 'import', fileWith(FLEET)]);
  await stage.taskwarden([
    'policy',
    'set',
    '--yes',
    'global',
    'mode=notify',
    'evidenceMaxAge=90d',
    'scanEvery=12h',
  ]);
  for (let half = 0; half <= 32; half += 1) await stage.scanOn(half / 2);
  return stage;
}

it('previews what a change would do to a stage as it is: what is open goes on, and nothing is changed', async () => {
  const stage = await warnedStage();
  const before = (await stage.table.scan()).rows;
  const change = ['--scope', 'betaCo/', '--set', 'mode=disable'];
  const { code, json, err } = await stage.taskwarden(['preview', ...change, '--days', '10', '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(json[0]).toMatchObject({ type: 'preview', tasks: 2, scope: 'betaCo/', set: { mode: 'disable' } });
  const days = (json as Day[]).filter(({ type }) => type === 'day');
  expect(days.map((line) => [line.day, line.tenant, line.proposed])).toEqual([
    [day(16).slice(0, 10), 'betaCo', { ...NOTHING, warned: 1 }],
    [day(20).slice(0, 10), 'betaCo', { ...NOTHING, reminded: 1 }],
    [day(22).slice(0, 10), 'betaCo', { ...NOTHING, reminded: 1 }],
    [day(23).slice(0, 10), 'betaCo', { ...NOTHING, disabled: 1 }],
  ]);
  for (const { today } of days) expect(today).toEqual(NOTHING);
  expect((await stage.table.scan()).rows).toEqual(before);
});

it('has foretold what then happens', async () => {
  const stage = await warnedStage();
  const { json } = await stage.taskwarden(['preview', '--set', 'mode=disable', '--days', '10', '--json']);
  const foretold = (json as Day[]).at(-1)?.proposed;
  const mailsBefore = stage.mails.length;
  await stage.taskwarden(['policy', 'set', '--yes', 'global', 'mode=disable']);
  for (let half = 33; half <= 48; half += 1) await stage.scanOn(half / 2);
  const enabled = (id: string) => stage.taskwarden(['tasks', 'show', id, '--json']);
  const shown = [await enabled('acmeCo/a'), await enabled('betaCo/b')].map(({ out }) => out);
  for (const task of shown) expect(task).toContain('"enabled":false');
  // A warning, two reminders and the word that it is disabled, to each of two owners.
  expect(stage.mails.length - mailsBefore).toBe(8);
  expect(foretold).toEqual({ ...NOTHING, warned: 2, reminded: 4, disabled: 2 });
});

it('finds no gaps between its own scans, however often the stage is scanned', async () => {
  const stage = cliStage();
  await stage.taskwarden(['tasks', 'import', fileWith(FLEET)]);
  await stage.taskwarden(['policy', 'set', '--yes', 'global', 'mode=notify', 'evidenceMaxAge=90d']);
  await stage.scanOn(14);
  const args = ['--set', 'mode=disable', '--days', '10', '--json'];
  const { json } = await stage.taskwarden(['preview', ...args]);
  const off = (json as Day[]).filter(({ type, proposed }) => type === 'day' && proposed.disabled === 1);
  // A full grace of 7 days from the warning of day 14.
  expect(off.map(({ day: at }) => at)).toEqual([day(21).slice(0, 10), day(21).slice(0, 10)]);
});

it('hears of the fleet all the time, whoever tells the stage of it', async () => {
  const stage = cliStage();
  await stage.taskwarden(['tasks', 'import', fileWith(FLEET)]);
  const { json } = await stage.taskwarden(['preview', '--set', 'mode=disable', '--days', '30', '--json']);
  const days = (json as Day[]).filter(({ type }) => type === 'day');
  const on = (kind: string) => days.filter(({ proposed }) => proposed[kind] === 1).map((line) => line.day);
  expect(on('held')).toEqual([]);
  // Both fail since `T`; evidence is worth nothing after some hours.
  expect(on('warned')).toEqual([day(14).slice(0, 10), day(14).slice(0, 10)]);
  expect(on('disabled')).toEqual([day(21).slice(0, 10), day(21).slice(0, 10)]);
});

it('refuses a change that the policy would refuse', async () => {
  const { code, err } = await cliStage().taskwarden(['preview', '--set', 'warnAfter=soon']);
  expect(code).toBe(2);
  expect(err).toMatch(/^error: --set\.warnAfter: is "soon"; durations are .*\n$/);
});

const NOTHING = { fired: 0, warned: 0, reminded: 0, disabled: 0, held: 0, withdrawn: 0 };
