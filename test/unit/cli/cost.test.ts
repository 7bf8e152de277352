import { expect, it } from 'vitest';
import { cliStage } from './cli-stage.ts';

it('says what a month of a stage costs, the largest part first, and needs no account for it', async () => {
  const { code, out } = await cliStage().taskwarden(['cost', 'dev']);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines[1]).toMatch(/^\d\.\d\d +alarms +\d+ metrics in alarms$/);
  expect(lines.at(-1)).toMatch(/^\d\.\d\d +all +us-east-1, prices of 20\d\d-\d\d-\d\d$/);
});

it('grows with a fleet', async () => {
  const { json } = await cliStage().taskwarden(['cost', 'dev', '--tasks', '1000000', '--json']);
  const [price] = json as { dollars: number; parts: { part: string; dollars: number }[] }[];
  expect(price?.dollars).toBeGreaterThan(50);
  expect(price?.parts.find(({ part }) => part === 'events on the bus')?.dollars).toBeGreaterThan(1);
});

it.each([
  [['cost', 'nosuch'], 'there is no config/nosuch.json; `taskwarden init` writes one'],
  [['cost', '../dev'], 'name is "../dev"; allowed: that of a file in config/'],
  [['cost', 'dev', '--failing', '101'], 'Allowed: from 0 to 100.'],
  [['cost', 'dev', '--tasks', 'many'], 'Allowed: a whole number.'],
])('refuses what it cannot work out: %j', async (args, problem) => {
  const { code, err } = await cliStage().taskwarden(args);
  expect(code).toBe(2);
  expect(err).toContain(problem);
});
