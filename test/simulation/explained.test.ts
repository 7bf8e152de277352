import { describe, expect, it } from 'vitest';
import { STATES } from '../../functions/operators/overview/verdict.ts';
import { explained } from './explained.ts';
import { at, failing } from './story.ts';

type Scenario = Parameters<typeof explained>[0];

const RUNS = [{ id: '0', status: 'PRIMARY' }];
const many = (count: number, more: (at: number) => Record<string, unknown> = () => ({})) =>
  Array.from({ length: count }, (_, place) =>
    failing(place === 0 ? 'acmeCo/a' : `acmeCo/t${place}`, more(place)),
  );
const act = (days: number, action: string, more = {}) => ({
  at: at(days),
  type: 'action',
  task: 'acmeCo/a',
  by: 'ana@acme.test',
  action,
  ...more,
});
const operator = (days: number, action: string, of: string) => ({
  at: at(days),
  type: 'operator',
  action,
  of,
});
const published = (days: number, by: string, more = {}) => ({
  at: at(days),
  type: 'published',
  task: 'acmeCo/a',
  by,
  ...more,
});
const plane = (days: number, state: string) => ({
  at: at(days),
  type: 'data-plane',
  dataPlane: 'eu-1',
  state,
});
const fault = (days: number, target: string, mode: string, lasts: string) => ({
  at: at(days),
  type: 'fault',
  target,
  mode,
  for: lasts,
});
const job = (more = {}) => ({ ...failing('acmeCo/a', { kind: 'job', startedAt: at(0), ...more }) });
const unwatched = (more: Record<string, unknown>) => {
  const { lastPrimaryAt: _, ...task } = failing('acmeCo/a', more);
  return task;
};

/** The state, a part of the sentence, and the command that changes it. */
type Expected = [state: string, says: string, command: string | null];

// `warnAfter` is 14 days and `disableAfter` 7, with scans each hour, unless a story says otherwise: a task that fails from T on is
// warned about at T + 14 d, reminded of it at T + 18 d and T + 20 d, and disabled at T + 21 d.
const STORIES: [name: string, scenario: Scenario, expected: Expected][] = [
  [
    'never failed',
    { until: at(4), tasks: [failing('acmeCo/a', { shards: RUNS })] },
    ['healthy', 'It is not disabled: it runs. No alert about it ever fired.', null],
  ],
  [
    'recovered',
    { until: at(17), events: [{ at: at(16), type: 'shards', task: 'acmeCo/a', shards: RUNS }] },
    ['healthy', `Its newest alert (#1) was over on ${at(16)}: recovered.`, null],
  ],
  [
    // Fired by the scan of T + 20 d; that of T + 30 d finds that it runs.
    'runs again since the newest scan',
    {
      until: at(26),
      scanEvery: '10d',
      events: [{ at: at(25), type: 'shards', task: 'acmeCo/a', shards: RUNS }],
    },
    ['ending', 'its alert is over with the next scan (recovered)', null],
  ],
  [
    'fails, not long enough yet',
    { until: at(4) },
    ['failing', `4d of 4d count towards warnAfter 14d (from default). An alert fires on ${at(14)}`, null],
  ],
  [
    'abandoned, before the next scan',
    { until: at(14, 1), scanEvery: '10d' },
    ['fires', 'An alert fires with the next scan.', null],
  ],
  [
    'its warning waits for its recipient to be awake',
    { until: at(14, 2), recipients: { 'ana@acme.test': { quietHours: { from: '22:00', to: '06:00' } } } },
    ['being-warned', 'A warning to ana@acme.test is on its way', null],
  ],
  [
    'warned',
    { until: at(15) },
    ['warned', `A warning to ana@acme.test was accepted on ${at(14)}. It is disabled on ${at(21)}`, null],
  ],
  ['reminded', { until: at(18, 1) }, ['reminded', 'and a reminder was due 3d before the date', null]],
  [
    // Scans at T + 20 d (warned) and T + 30 d: the date is T + 27 d.
    'due',
    { until: at(29), scanEvery: '10d' },
    ['due', `It is due since ${at(27)}`, 'taskwarden pause disable'],
  ],
  [
    'its owning system says nothing',
    { until: at(21, 0.25), events: [fault(20, 'control-plane', 'down', '5d')] },
    ['disabling', 'and has not confirmed it', null],
  ],
  [
    'disabled by us',
    { until: at(22) },
    [
      'disabled-by-us',
      `Taskwarden disabled it on ${at(21)}: abandoned; its grace is over. It had not run since ${at(0)}: 21d were counted of warnAfter 14d (from default). The announced date was ${at(21)}.`,
      'taskwarden undo --task acmeCo/a',
    ],
  ],
  [
    'disabled as its owner asked',
    { until: at(16), events: [act(15, 'disable')] },
    [
      'disabled-by-owner',
      `It was disabled on ${at(15)} because ana@acme.test asked for it.`,
      'taskwarden undo --task acmeCo/a',
    ],
  ],
  [
    'disabled by others',
    { until: at(16), events: [published(15, 'user', { enabled: false })] },
    ['disabled-by-others', 'not by Taskwarden', null],
  ],
  [
    'disabled by us, enabled, and disabled by others',
    {
      until: at(24),
      events: [published(22, 'user', { enabled: true }), published(23, 'user', { enabled: false })],
    },
    ['disabled-by-others', `Taskwarden had disabled it on ${at(21)}, and it was enabled since.`, null],
  ],
  [
    'undone',
    { until: at(24), events: [operator(23, 'undo', 'acmeCo/a')] },
    ['undone', `operator had it enabled again on ${at(23)}`, null],
  ],
  [
    'reverted by a system',
    { until: at(40), events: [published(22, 'system', { enabled: true })] },
    [
      'reverted',
      `Taskwarden disabled it on ${at(21)}, and a system enabled it again`,
      'taskwarden dismiss acmeCo/a',
    ],
  ],
  [
    'kept',
    { until: at(16), events: [act(15, 'keep', { for: '30d' })] },
    ['kept', `kept by ana@acme.test since ${at(15)} (asked for by a person). It ends on ${at(45)}.`, null],
  ],
  [
    'kept before anything fired',
    { until: at(6), events: [act(5, 'keep', { for: '30d' })] },
    ['kept', `ana@acme.test had it kept until ${at(35)}.`, null],
  ],
  [
    'snoozed',
    { until: at(16), events: [act(15, 'snooze', { for: '7d' })] },
    ['snoozed', `snoozed by ana@acme.test since ${at(15)}`, null],
  ],
  [
    'vetoed',
    { until: at(16), events: [published(13, 'user')] },
    ['vetoed', `publicationVeto 14d holds after that). It ends on ${at(27)}.`, null],
  ],
  [
    'deleted',
    { until: at(23), events: [{ at: at(22), type: 'deleted', task: 'acmeCo/a' }] },
    [
      'deleted',
      `It was deleted on ${at(22)}: nothing is decided of it. Taskwarden had disabled it on ${at(21)}.`,
      null,
    ],
  ],
  [
    'parked by a deleted data plane',
    { until: at(22), chaos: [], events: [plane(5, 'deleted')] },
    ['parked', `its data plane eu-1 was deleted on ${at(5)}`, 'taskwarden dismiss eu-1'],
  ],
  [
    'of a kind that is not watched',
    { until: at(22), tasks: [unwatched({ kind: 'collection' })] },
    ['not-watched', 'a collection has no shards', null],
  ],
  [
    'a job with a deadline',
    {
      until: at(1),
      policy: { mode: 'disable', failAfter: '3d', stopNotice: '1d', atDeadline: 'disable' },
      tasks: [job()],
    },
    ['job', `Its deadline is ${at(3)}; atDeadline is disable.`, null],
  ],
  [
    // Announced at T + 2 d, one day before: nothing binds before both are over, at T + 3 d.
    'a job that outlived its deadline',
    {
      until: at(4),
      policy: { mode: 'disable', failAfter: '3d', stopNotice: '1d', atDeadline: 'disable' },
      tasks: [job()],
    },
    [
      'disabled-by-us',
      `past its deadline; its notice is over. Its own deadline was ${at(3)}.`,
      'taskwarden undo --task acmeCo/a',
    ],
  ],
  [
    'mode detect',
    { until: at(22), policy: { mode: 'detect' } },
    ['recorded', 'Mode detect (from global) records only.', null],
  ],
  [
    'mode notify, of its prefix',
    { until: at(22), policies: { 'acmeCo/': { mode: 'notify' } } },
    ['notified', 'Mode notify (from acmeCo/) notifies, and announces no date.', null],
  ],
  [
    'evaluation is paused',
    { until: at(16), events: [operator(15, 'pause', 'evaluate')] },
    ['held', `paused (evaluate) since ${at(15)}`, 'taskwarden resume evaluate'],
  ],
  [
    'mail is paused',
    { until: at(16), events: [operator(13, 'pause', 'notify')] },
    ['held', `paused (notify) since ${at(13)}`, 'taskwarden resume notify'],
  ],
  [
    'disabling is paused',
    { until: at(22), events: [operator(15, 'pause', 'disable')] },
    ['held', `paused (disable) since ${at(15)}`, 'taskwarden resume disable'],
  ],
  [
    'its data plane is down',
    { until: at(16), events: [plane(5, 'down')] },
    ['unknown', 'data plane eu-1 is down', null],
  ],
  [
    // All twelve of the plane, of two tenants, stopped in the same hour.
    'it is part of an outage',
    {
      until: at(20),
      tasks: [...many(11, () => ({ lastPrimaryAt: at(1) })), failing('otherCo/b', { lastPrimaryAt: at(1) })],
    },
    ['unknown', '12 tasks of eu-1 stopped together', 'taskwarden dismiss eu-1'],
  ],
  [
    'it runs again, but not for long enough',
    {
      until: at(16, 1),
      policy: { mode: 'disable', minHealthy: '2h' },
      events: [{ at: at(16), type: 'shards', task: 'acmeCo/a', shards: RUNS }],
    },
    ['recovering', `minHealthy 2h to have recovered). It ends on ${at(16, 2)}.`, null],
  ],
  [
    'nobody owns it',
    { until: at(15), tasks: [failing('acmeCo/a', { owners: [] })] },
    ['held', 'it has no owner, subscriber or admin', 'taskwarden admins add acmeCo/ ADDRESS'],
  ],
  [
    'nobody can be reached',
    {
      until: at(16),
      events: [{ at: at(15), type: 'mail-event', recipient: 'ana@acme.test', event: 'bounce' }],
    },
    [
      'held',
      `no mail reaches ana@acme.test (bounce ${at(15)})`,
      'taskwarden recipients revive ana@acme.test',
    ],
  ],
  [
    'SES takes no warning',
    { until: at(14, 2), events: [fault(13, 'ses', 'down', '5d')] },
    ['held', 'SES took no warning to ana@acme.test yet', 'taskwarden queues list'],
  ],
  [
    // Twelve are more than ten, and more than a tenth of the twelve that there are.
    'a spike holds it',
    { until: at(21, 1), tasks: many(12) },
    ['held', '12 tasks are due', 'taskwarden approve'],
  ],
  [
    'in quiet hours',
    {
      until: at(21, 1),
      policy: { mode: 'disable', quietHours: { from: '00:00', to: '06:00', zone: 'UTC' } },
    },
    ['held', `It ends on ${at(21, 6)}.`, null],
  ],
];

describe('why a task was disabled, or was not', () => {
  it('has a story for every state', () => {
    const states = new Set(STORIES.map(([, , [state]]) => state));
    // An owning system that takes its time to enable a task: test/unit/cli/explain.test.ts.
    expect(STATES.filter((state) => !states.has(state))).toEqual(['undo-asked']);
  });

  it.each(STORIES)('%s', async (_, scenario, [state, says, command]) => {
    const { verdict } = await explained(scenario);
    expect({ state: verdict.state, command: verdict.command }).toEqual({ state, command });
    expect(verdict.says).toContain(says);
    expect(verdict.disabled).toBe(state.startsWith('disabled') || state === 'undo-asked');
  });

  it('of a task that fails since it was enabled again by us, tells the decision of that day and who acted since', async () => {
    const { disabling, acts } = await explained({
      until: at(25),
      policies: { 'acmeCo/': { warnAfter: '10d' } },
      events: [
        // What changes later changes nothing of that day.
        { at: at(18), type: 'policy', scope: 'acmeCo/', set: { warnAfter: '12d' } },
        operator(20, 'undo', 'acmeCo/a'),
      ],
    });
    // Warned at T + 10 d, disabled a week later.
    expect(disabling).toMatchObject({
      confirmedAt: at(17),
      by: 'taskwarden',
      episode: 1,
      run: at(17),
      announcedFor: at(17),
      evidence: { statuses: ['FAILED'], restarts: 0 },
      counted: { notPrimarySince: at(0), countedMs: 17 * 86_400_000, abandonedAt: at(10) },
    });
    expect(disabling?.thresholds).toContainEqual({ leaf: 'warnAfter', value: '10d', from: 'acmeCo/' });
    expect(disabling?.thresholds).toContainEqual({ leaf: 'stage', value: 'disable', from: 'global' });
    expect(disabling?.thresholds).toContainEqual({ leaf: 'disableAfter', value: '7d', from: 'default' });
    expect(disabling?.mails.map(({ notice, state, sentAt }) => [notice, state, sentAt])).toEqual([
      ['warning', 'delivered', at(10)],
      ['reminder', 'delivered', at(14)],
      ['reminder', 'delivered', at(16)],
      // Gathered for ten minutes.
      ['disabled', 'delivered', at(17, 1 / 6)],
      ['enabled', 'delivered', at(20)],
    ]);
    expect(acts.map(({ at: when, what, by }) => [when, what, by])).toEqual([[at(20), 'enabled', 'operator']]);
  });

  it('tells of an instant that is past what its history has', async () => {
    const scenario = { until: at(25), events: [operator(23, 'undo', 'acmeCo/a')] };
    const past = async (days: number) => (await explained(scenario, { of: at(days) })).past?.state;
    expect([await past(5), await past(16), await past(22), await past(24)]).toEqual([
      'no-alert',
      'alert-open',
      'disabled',
      'no-alert',
    ]);
    const { past: then, disabling } = await explained(scenario, { of: at(19) });
    expect(then?.says).toBe(
      `Alert #1 was open since ${at(14)}; 2 mails about it had been accepted; the newest date that they name is ${at(21)}.`,
    );
    expect(disabling).toBeNull();
  });
});

describe('history', () => {
  it('tells what held an alert and for how long, also once it is over', async () => {
    const pause = operator(20, 'pause', 'disable');
    const held = async (until: string, ...events: Record<string, unknown>[]) => {
      const { moments } = await explained({ until, events: [pause, ...events] });
      return moments.filter(({ what }) => what === 'held').map((moment) => [moment.at, moment.says]);
    };
    // Due at T + 21 d; the scan of T + 23 d finds that the pause is over, and disables it.
    expect(await held(at(22))).toEqual([[at(21), 'held: paused']]);
    expect(await held(at(24), operator(23, 'resume', 'disable'))).toEqual([
      [at(21), `held: paused until ${at(23)}`],
    ]);
  });

  it('is one line of time with who did what', async () => {
    const { moments } = await explained({
      until: at(46),
      events: [act(15, 'keep', { for: '10d' }), operator(40, 'pause', 'disable')],
    });
    expect(moments.map(({ at: when, what, by }) => [when, what, by])).toEqual([
      ['2025-06-01T00:00:00Z', 'known', null],
      [at(0), 'known', null],
      [at(0), 'failed', null],
      [at(14), 'fired', null],
      [at(14), 'notified', null],
      [at(15), 'kept', 'ana@acme.test'],
      [at(15), 'over', null],
      // The keep ends at T + 25 d: a new alert, a new grace.
      [at(25), 'fired', null],
      [at(25), 'notified', null],
      [at(29), 'notified', null],
      [at(31), 'notified', null],
      [at(32), 'disabled', 'taskwarden'],
      [at(32, 1 / 6), 'notified', null],
      [at(40), 'acted', 'operator'],
    ]);
  });
});
