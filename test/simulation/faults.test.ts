import { expect, test } from 'vitest';
import { at, failing, type Played, play, unheard } from './story.ts';

const ANA = 'ana@acme.test';

/** Tasks that fail one after the other, `apart` hours between them. */
function staggered(count: number, apart: number, owner: (task: number) => string): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, task) =>
    failing(`tenant${task % 6}/task${task}`, { owners: [owner(task)], lastPrimaryAt: at(0, task * apart) }),
  );
}

const isOf = (type: string) => (line: { type: string }) => line.type === type;

test('a disabler that is broken for 36 hours: the breaker opens, and after the fix all is disabled without a command', async () => {
  const tasks = staggered(60, 0, (task) => `owner${task % 6}@acme.test`);
  const { lines, summary } = await play({
    until: at(24),
    scanEvery: '15m',
    policy: { mode: 'disable', blastRadius: { share: 1, shareFloor: 100 } },
    tasks,
    events: [{ at: at(20), type: 'fault', target: 'disabler', mode: 'down', for: '60h' }],
  });
  const opened = lines.find((line) => line.type === 'operator-alert' && line.code === 'breaker-open');
  expect(Date.parse(opened?.at ?? '')).toBeLessThanOrEqual(Date.parse(at(21)) + 10 * 60_000);
  const disabled = lines.filter(isOf('task-disabled'));
  expect(disabled).toHaveLength(60);
  expect(disabled.every((line) => line.at >= at(22, 12) && line.at <= at(22, 14))).toBe(true);
  expect(summary.deadLettered).toBe(0);
  expect(summary.oops).toBeGreaterThanOrEqual(5);
});

test('the table is down for six hours: what the bus brought meanwhile is heard after it, and vetoes hold', async () => {
  const { story, summary } = await play({
    until: at(23),
    scanEvery: '15m',
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bob@acme.test'] })],
    events: [
      { at: at(20, 19), type: 'fault', target: 'table', mode: 'down', for: '6h' },
      { at: at(20, 20), type: 'published', task: 'acmeCo/a', by: 'user' },
    ],
  });
  expect(summary.deadLettered).toBe(0);
  // The table is back at T+21d1h: the first probe after that scan resumes the queue, and the next scan sees it.
  expect(story).toContain('T+21d1h15m resolved acmeCo/a #1 user-published');
  expect(story.filter((line) => line.includes(' disabled acmeCo/'))).toEqual([
    expect.stringMatching(/^T\+21d6h disabled acmeCo\/b #1/),
    expect.stringMatching(/mail bob@acme.test: disabled acmeCo\/b #1/),
  ]);
  expect(story.filter((line) => line.includes('breaker-open'))).toEqual([
    expect.stringMatching(/^T\+20d20h operators breaker-open.*ingest/),
  ]);
});

test('one message of a notifier that dies at once for six hours is mailed after the fix', async () => {
  const { story, summary } = await play({
    until: at(15),
    scanEvery: '15m',
    events: [{ at: at(14), type: 'fault', target: 'notifier', mode: 'down', for: '6h' }],
  });
  expect(summary.deadLettered).toBe(0);
  expect(story.filter((line) => line.includes('breaker-open'))).toEqual([
    // Five probes failed, one a minute.
    expect.stringMatching(/^T\+14d5m operators breaker-open.*notify/),
  ]);
  expect(story.filter((line) => line.includes(' mail '))).toEqual([
    expect.stringMatching(/^T\+14d6h.* mail ana@acme.test: warning acmeCo\/a #1/),
  ]);
});

test('SES is down for three days: nothing is lost, and every date counts from the acceptance', async () => {
  const { story, summary } = await play({
    until: at(35),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bob@acme.test'] })],
    events: [{ at: at(13), type: 'fault', target: 'ses', mode: 'down', for: '4d' }],
  });
  const mails = story.filter((line) => line.includes(' mail ') && line.includes('warning'));
  expect(mails).toHaveLength(2);
  for (const mail of mails) {
    expect(mail).toMatch(/^T\+17d/);
    expect(mail).toMatch(/until T\+24d/);
  }
  const disabled = story.filter((line) => line.includes(' disabled acmeCo'));
  expect(disabled.map((line) => line.replace(/.* disabled/, 'disabled'))).toHaveLength(4);
  expect(story.filter((line) => /^T\+24d.* disabled acmeCo\/. #1 due T\+24d/.test(line))).toHaveLength(2);
  expect(summary.deadLettered).toBe(0);
});

test('a notifier that crashes three times sends one warning, after its third visibility', async () => {
  const { story, summary } = await play({
    until: at(22),
    events: [{ at: at(14), type: 'fault', target: 'notifier', mode: 'crash', times: 3 }],
  });
  expect(story.filter((line) => line.includes('warning'))).toEqual([
    'T+14d9m mail ana@acme.test: warning acmeCo/a #1 until T+21d9m',
  ]);
  expect(summary.oops).toBe(3);
  expect(summary.disabled).toBe(1);
});

test('every tick doubled and every message twice: nothing is done twice', async () => {
  const plain = await play({});
  const doubled = await play({
    events: [
      { at: at(0), type: 'fault', target: 'scanner', mode: 'duplicate', for: '30d' },
      { at: at(0), type: 'fault', target: 'queue', mode: 'duplicate', for: '30d' },
      { at: at(0), type: 'fault', target: 'control-plane', mode: 'duplicate', for: '30d' },
      { at: at(0), type: 'fault', target: 'table', mode: 'duplicate', for: '30d' },
    ],
  });
  expect(doubled.story).toEqual(plain.story);
  expect(doubled.summary.scans).toBe(2 * plain.summary.scans - 1);
});

test('every notifier and disabler works each message twice at once: nothing is done twice', async () => {
  const plain = await play({});
  const doubled = await play({
    events: [
      { at: at(0), type: 'fault', target: 'notifier', mode: 'duplicate', for: '30d' },
      { at: at(0), type: 'fault', target: 'disabler', mode: 'duplicate', for: '30d' },
      { at: at(0), type: 'fault', target: 'notifier', mode: 'timeout-after-accept', times: 3 },
      { at: at(0), type: 'fault', target: 'disabler', mode: 'timeout-after-accept', times: 3 },
    ],
  });
  expect(doubled.story).toEqual(plain.story);
});

test('one address that SES refuses among 20: 19 mails', async () => {
  const { lines } = await play({
    until: at(15),
    tasks: staggered(20, 0, (task) => `owner${task}@acme.test`),
    events: [
      { at: at(0), type: 'fault', target: 'ses', mode: 'reject', recipient: 'owner7@acme.test', for: '30d' },
    ],
  });
  const mailedTo = lines.flatMap((line) => (line.type === 'mail' ? [line.to] : []));
  expect(new Set(mailedTo).size).toBe(19);
  expect(mailedTo).toHaveLength(19);
  expect(mailedTo).not.toContain('owner7@acme.test');
  expect(lines.filter(isOf('mail-failed'))).toEqual([
    expect.objectContaining({ to: 'owner7@acme.test', reason: 'rejected' }),
  ]);
});

test('a scanner that is down is told to operators when two scans were missed', async () => {
  const { story } = await play({
    until: at(1),
    events: [{ at: at(0, 5), type: 'fault', target: 'scanner', mode: 'down', for: '6h' }],
  });
  expect(story).toEqual([expect.stringMatching(/^T\+0d6h operators scanner-stopped/)]);
});

test('a tick that dies half way is repaired by the next', async () => {
  const { story, summary } = await play({
    until: at(22),
    events: [
      { at: at(14), type: 'fault', target: 'scanner', mode: 'crash', times: 1 },
      { at: at(20, 20), type: 'fault', target: 'scanner', mode: 'crash', times: 1 },
    ],
  });
  expect(story.filter((line) => line.includes('warning'))).toHaveLength(1);
  expect(summary.oops).toBe(2);
  expect(summary.disabled).toBe(1);
});

test('SES takes a warning and its answer is lost: what SES reports of it decides it, and nothing is repeated', async () => {
  const events = [{ at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', for: '7d' }];
  const { story } = await play({ until: at(22), events });
  expect(story.filter((line) => line.includes(' mail '))).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+18d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+20d mail ana@acme.test: reminder acmeCo/a #1 until T+21d',
    'T+21d+ mail ana@acme.test: disabled acmeCo/a #1',
  ]);
});

test.each(['1h', '6h'])(
  'SES takes a warning and both its answer and its report are lost: after settleAfter it is decided again, with digestEvery %s',
  async (digestEvery) => {
    const { story } = await play({
      until: at(22),
      policy: { mode: 'disable', digestEvery },
      events: [
        { at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 1 },
        { at: at(14), type: 'fault', target: 'feedback', mode: 'down', times: 1 },
      ],
    });
    expect(story.filter((line) => line.includes(' mail ') && line.includes('warning'))).toEqual([
      'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
      'T+14d1h mail ana@acme.test: warning acmeCo/a #1 until T+21d1h',
    ]);
  },
);

test('an event of SES decides a mail whose answer was lost: no repeat', async () => {
  const { story } = await play({
    until: at(22),
    events: [
      { at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 1 },
      unheard(at(14)),
      { at: at(14, 0.5), type: 'mail-event', recipient: ANA, event: 'delivery' },
    ],
  });
  expect(story.filter((line) => line.includes('warning'))).toHaveLength(1);
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

const EVERY = ['ses', 'control-plane', 'table', 'queue', 'scanner', 'notifier', 'disabler'].flatMap(
  (target) =>
    ['throttle', 'reject', 'timeout-after-accept', 'crash', 'down', 'duplicate'].map((mode) => ({
      target,
      mode,
    })),
);

/** For hours on end each of these makes the broker itself give up a message after ten receives, unseen. */
function leavesMessages({ target, mode }: { target: string; mode: string }): boolean {
  const isUnseen = mode === 'timeout-after-accept' && ['notifier', 'disabler'].includes(target);
  return isUnseen || (target === 'table' && mode === 'crash');
}

/** Of the mails to an address: how often a notice of a task stood in one. */
function noticesOf(lines: Played['lines'], to: string, task: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    if (line.type !== 'mail' || line.to !== to) continue;
    for (const { notice } of line.items.filter((item) => item.task === task)) {
      counts[notice] = (counts[notice] ?? 0) + 1;
    }
  }
  return counts;
}

test.each(EVERY)(
  '$target $mode for six hours around the warning and the deadline loses nothing, and tells each thing once',
  async (fault) => {
    const about = fault.mode === 'reject' ? { recipient: 'bob@acme.test' } : {};
    const { lines, summary } = await play({
      until: at(40),
      tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bob@acme.test'] })],
      admins: { 'acmeCo/': ['boss@acme.test'] },
      events: [
        { at: at(14), type: 'fault', ...fault, ...about, for: '6h' },
        { at: at(20, 20), type: 'fault', ...fault, ...about, for: '6h' },
      ],
    });
    expect(summary.disabled).toBe(2);
    if (!leavesMessages(fault)) expect(summary.deadLettered).toBe(0);
    // Whom SES refuses is suppressed, and the admin is warned in their place.
    const bobOrBoss = fault.target === 'ses' && fault.mode === 'reject' ? 'boss@acme.test' : 'bob@acme.test';
    const once = { warning: 1, reminder: 2, disabled: 1 };
    expect(noticesOf(lines, ANA, 'acmeCo/a')).toEqual(once);
    expect(noticesOf(lines, bobOrBoss, 'acmeCo/b')).toEqual(once);
    expect(new Set(lines.flatMap((line) => (line.type === 'mail' ? [line.to] : [])))).toEqual(
      new Set([ANA, bobOrBoss]),
    );
  },
);
