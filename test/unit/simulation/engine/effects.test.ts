import { expect, test } from 'vitest';
import type { Row } from '../../../../functions/store/table/table.port.ts';
import { EffectRecorder } from '../../../../simulation/engine/effects.ts';
import { timelineOf } from '../../../../simulation/engine/timeline.ts';
import { VirtualClock } from '../../../../simulation/engine/virtual-clock.ts';

const NOW = Date.parse('2026-01-29T00:00:00Z');
const SINCE = Date.parse('2025-12-30T00:00:00Z');

function recorder() {
  return new EffectRecorder(new VirtualClock(NOW));
}

function alertRow(more: Record<string, unknown> = {}): Row {
  return {
    pk: 'T#acmeCo/a',
    sk: 'A#000001',
    task: 'acmeCo/a',
    type: 'task_abandoned',
    episode: 1,
    since: SINCE,
    stage: 'disable',
    resolvedAt: null,
    reason: null,
    ...more,
  };
}

function taskRow(hold: string | null, episode: number | null): Row {
  return {
    pk: 'T#acmeCo/a',
    sk: 'T',
    task: { id: 'acmeCo/a' },
    open: episode === null ? null : { number: episode },
    hold: hold === null ? null : { reason: hold, since: NOW },
  };
}

test('a new alert row is a fired alert', () => {
  const effects = recorder();
  effects.committed([{ after: alertRow() }]);
  expect(effects.lines).toEqual([
    {
      at: '2026-01-29T00:00:00Z',
      type: 'alert-fired',
      task: 'acmeCo/a',
      alert: 'task_abandoned',
      episode: 1,
      since: '2025-12-30T00:00:00Z',
      stage: 'disable',
    },
  ]);
  expect(effects.alertsFired).toBe(1);
});

test('an alert row that gets an end is a resolved alert, once', () => {
  const effects = recorder();
  const resolved = alertRow({ resolvedAt: NOW, reason: 'recovered' });
  effects.committed([{ before: alertRow(), after: resolved }]);
  effects.committed([{ before: resolved, after: { ...resolved, untold: [] } }]);
  expect(effects.lines).toEqual([
    {
      at: '2026-01-29T00:00:00Z',
      type: 'alert-resolved',
      task: 'acmeCo/a',
      alert: 'task_abandoned',
      episode: 1,
      reason: 'recovered',
    },
  ]);
});

test('a hold is printed when its reason begins and not while it lasts', () => {
  const effects = recorder();
  effects.committed([{ before: taskRow(null, 1), after: taskRow('paused', 1) }]);
  effects.committed([{ before: taskRow('paused', 1), after: taskRow('paused', 1) }]);
  effects.committed([{ before: taskRow('paused', 1), after: taskRow('unknown', 1) }]);
  effects.committed([{ before: taskRow('unknown', 1), after: taskRow(null, 1) }]);
  effects.committed([{ before: taskRow(null, null), after: taskRow('kept', null) }]);
  const held = effects.lines.map((line) => line.type === 'held' && [line.episode, line.reason]);
  expect(held).toEqual([
    [1, 'paused'],
    [1, 'unknown'],
    [null, 'kept'],
  ]);
});

test('an end comes before the hold that follows it', () => {
  const effects = recorder();
  const resolved = { before: alertRow(), after: alertRow({ resolvedAt: NOW, reason: 'user-published' }) };
  effects.committed([{ before: taskRow(null, 1), after: taskRow('user-published', null) }, resolved]);
  expect(effects.lines.map(({ type }) => type)).toEqual(['alert-resolved', 'held']);
});

test('rows of other kinds and deleted rows tell nothing', () => {
  const effects = recorder();
  effects.committed([{ after: { pk: 'R#abc', sk: 'R' } }]);
  effects.committed([{ before: alertRow() }]);
  effects.committed([{ after: { pk: 'T#acmeCo/a', sk: 'L#2026' } }]);
  expect(effects.lines).toEqual([]);
});

test('a disabled task names the run by the instant of its scan', () => {
  const effects = recorder();
  effects.taskDisabled({ task: 'acmeCo/a', episode: 1, run: '2026-01-29T00:00:00.000Z', disableAt: NOW });
  effects.taskDisabled({ task: 'acmeCo/b', episode: 2, run: null, disableAt: null });
  expect(effects.lines).toMatchObject([
    { run: '2026-01-29T00:00:00Z', disableAt: '2026-01-29T00:00:00Z' },
    { run: null, disableAt: null },
  ]);
  expect(effects.disabled).toBe(2);
});

test('the timeline tells each effect in one line', () => {
  const effects = recorder();
  effects.committed([{ after: alertRow() }]);
  effects.taskDisabled({ task: 'acmeCo/a', episode: 1, run: 'r', disableAt: NOW });
  effects.mailFailed({ at: NOW, to: 'ana@acme.test', digest: 'd', reason: 'rejected' });
  effects.operatorAlert('blast-radius', { detail: '20 tasks' });
  expect(effects.lines.map(timelineOf)).toEqual([
    '2026-01-29T00:00:00Z  alert fired      acmeCo/a #1: not running since 2025-12-30T00:00:00Z (mode disable)',
    '2026-01-29T00:00:00Z  task disabled    acmeCo/a #1, due 2026-01-29T00:00:00Z',
    '2026-01-29T00:00:00Z  mail failed      to ana@acme.test: rejected',
    '2026-01-29T00:00:00Z  operators told   blast-radius: 20 tasks',
  ]);
});
