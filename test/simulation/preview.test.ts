import { describe, expect, it } from 'vitest';
import { runPreview } from '../../cli/commands/preview.ts';
import { runSimulate } from '../../cli/commands/simulate.ts';
import type { PreviewChange } from '../../simulation/preview/preview.ts';

const OTHER = { kind: 'capture', enabled: true, createdAt: '2025-06-01T00:00:00Z', dataPlane: 'eu-1' };

/** Fails since 30 December; by the defaults it fires on 13 January and is disabled on the 20th. */
function failing(id: string, owner: string) {
  const shards = [{ id: '0', status: 'FAILED' }];
  const seen = { lastPrimaryAt: '2025-12-30T00:00:00Z', observedSince: '2025-06-01T00:00:00Z' };
  return { ...OTHER, ...seen, id, owners: [owner], shards };
}

const SCENARIO = {
  version: 1,
  start: '2026-01-01T00:00:00Z',
  until: '2026-02-15T00:00:00Z',
  scanEvery: '1h',
  policy: { stage: 'notify' },
  tasks: [failing('acmeCo/a', 'ana@acme.test'), failing('betaCo/b', 'bea@beta.test')],
  events: [
    {
      at: '2026-01-05T00:00:00Z',
      type: 'shards',
      task: 'acmeCo/a',
      shards: [{ id: '0', status: 'PRIMARY' }],
    },
  ],
};

type Line = Record<string, unknown>;
const linesOf = (output: string) =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

async function previewed(change: Partial<PreviewChange>, scenario: object = SCENARIO): Promise<Line[]> {
  const text = JSON.stringify(scenario);
  const { output, problems, exitCode } = await runPreview(
    { text },
    { scope: '', set: {}, ...change },
    'json',
  );
  expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
  return linesOf(output);
}

const NOTHING = { fired: 0, warned: 0, reminded: 0, disabled: 0, held: 0, withdrawn: 0 };
const day = (at: string, tenant: string, today: object, proposed: object) => ({
  type: 'day',
  day: at,
  tenant,
  today: { ...NOTHING, ...today },
  proposed: { ...NOTHING, ...proposed },
});

describe('a preview of a scenario', () => {
  it('sets what would happen beside what happens today, by day and tenant, its events left out', async () => {
    const lines = await previewed({ scope: 'betaCo/', set: { mode: 'disable', reminders: ['1d'] } });
    const warned = { fired: 1, warned: 1 };
    expect(lines).toEqual([
      {
        type: 'preview',
        from: '2026-01-01T00:00:00Z',
        until: '2026-02-15T00:00:00Z',
        tasks: 2,
        set: { mode: 'disable', reminders: ['1d'] },
        scope: 'betaCo/',
      },
      day('2026-01-13', 'acmeCo', warned, warned),
      day('2026-01-13', 'betaCo', warned, warned),
      day('2026-01-19', 'betaCo', {}, { reminded: 1 }),
      day('2026-01-20', 'betaCo', {}, { disabled: 1 }),
      {
        type: 'total',
        today: { ...NOTHING, fired: 2, warned: 2 },
        proposed: { ...NOTHING, fired: 2, warned: 2, reminded: 1, disabled: 1 },
        recipients: { today: 2, proposed: 2 },
      },
    ]);
  });

  it('has the same on both sides where nothing is set: what simulate does without events', async () => {
    const scenario = { ...SCENARIO, policy: { mode: 'disable' } };
    const lines = await previewed({}, scenario);
    for (const { today, proposed } of lines.slice(1)) expect(proposed).toEqual(today);
    const text = JSON.stringify({ ...scenario, events: [] });
    const summary = linesOf((await runSimulate({ text }, true)).output).at(-1);
    expect(lines.at(-1)).toMatchObject({
      today: { fired: summary?.alertsFired, disabled: summary?.disabled },
    });
    expect(summary).toMatchObject({ alertsFired: 2, disabled: 2 });
  });

  it('looks so many days ahead', async () => {
    const lines = await previewed({ days: 12 });
    expect(lines[0]).toMatchObject({ until: '2026-01-13T00:00:00Z' });
    expect(lines.at(-1)).toMatchObject({ today: { fired: 2, warned: 2 } });
  });

  it('keeps the other leaves of the scope, and takes one back to its default', async () => {
    const scenario = { ...SCENARIO, policies: { 'betaCo/': { mode: 'disable', warnAfter: '60d' } } };
    const lines = await previewed({ scope: 'betaCo/', set: { warnAfter: null } }, scenario);
    expect(lines.at(-1)).toMatchObject({
      today: { fired: 1, disabled: 0 },
      proposed: { fired: 2, disabled: 1 },
    });
  });

  it('takes the older name of a key for the same key', async () => {
    const lines = await previewed({ set: { mode: 'detect' } });
    expect(lines.at(-1)).toMatchObject({ today: { warned: 2 }, proposed: { warned: 0 } });
  });

  it.each([
    [{ scope: '', set: { warnAfter: 'soon' } }, /^error: --set\.warnAfter: is "soon"; durations are/],
    [
      { scope: '', set: { warnafter: '1d' } },
      /^error: --set: unknown key "warnafter"|^error: --set\.warnafter: unknown key/,
    ],
    [{ scope: '', set: { scanEvery: '1h' } }, /^error: --set\.scanEvery: is no policy key here/],
    [{ scope: 'a//b', set: { mode: 'notify' } }, /^error: --scope: "a\/\/b" has an empty part/],
  ])('refuses %j with one line', async (change, problem) => {
    const text = JSON.stringify(SCENARIO);
    const { output, problems, exitCode } = await runPreview({ text }, change, 'json');
    expect({ output, exitCode }).toEqual({ output: '', exitCode: 2 });
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a preview for people and for spreadsheets', () => {
  const change = { scope: 'betaCo/', set: { mode: 'disable' } };

  it('shows what differs', async () => {
    const { output } = await runPreview({ text: JSON.stringify(SCENARIO) }, change, 'table');
    expect(output).toContain('with mode=disable at betaCo/');
    expect(output).toMatch(/2026-01-20 +betaCo +0 +0 +0 +0 -> 1 +0 +0\n/);
    expect(output).toContain('People mailed: 2.');
  });

  it('has a row for each day, tenant and policy, and no formula', async () => {
    const tasks = [failing('=1+1/b', 'bea@beta.test')];
    const { output } = await runPreview(
      { text: JSON.stringify({ ...SCENARIO, tasks, events: [] }) },
      change,
      'csv',
    );
    expect(output.split('\n').slice(0, 3)).toEqual([
      'day,tenant,policy,fired,warned,reminded,disabled,held,withdrawn',
      "2026-01-13,'=1+1,today,1,1,0,0,0,0",
      "2026-01-13,'=1+1,proposed,1,1,0,0,0,0",
    ]);
  });

  it('is one page with a plot of what happens, its words escaped, that loads nothing', async () => {
    const tasks = [failing('<b>x/b', 'bea@beta.test')];
    const scenario = JSON.stringify({ ...SCENARIO, tasks, events: [] });
    const { output } = await runPreview({ text: scenario }, { scope: '', set: { mode: 'disable' } }, 'html');
    expect(output).toContain('&lt;b&gt;x');
    expect(output).not.toContain('<b>x');
    expect(output.match(/<svg /g)).toHaveLength(4);
    expect(output).toContain('<h2>Tasks disabled</h2>');
    expect(output).not.toMatch(/<script|<link|@import|src=|url\(/);
  });
});
