import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../functions/catalog/event-entries.ts';

const DETAIL = { version: 1, task: 'acmeCo/a', at: '2026-01-05T09:30:00Z' };
const DELIVERED = { source: 'fleet', 'detail-type': 'Task Deleted', detail: DETAIL };
const PUT = { Source: 'fleet', DetailType: 'Task Deleted', Detail: JSON.stringify(DETAIL) };
const READ = { source: 'fleet', detailType: 'Task Deleted', detail: DETAIL };

describe('events are read', () => {
  it.each([
    ['one, over several lines', JSON.stringify(DELIVERED, null, 2), [{ ...READ, row: 1 }]],
    [
      'a list',
      JSON.stringify([DELIVERED, PUT]),
      [
        { ...READ, row: 1 },
        { ...READ, row: 2 },
      ],
    ],
    [
      'one a line, with empty lines between',
      `${JSON.stringify(DELIVERED)}\n\n${JSON.stringify(PUT)}\n`,
      [
        { ...READ, row: 1 },
        { ...READ, row: 3 },
      ],
    ],
    [
      'as the bus delivers it',
      JSON.stringify({ ...DELIVERED, id: 'x', account: '1' }),
      [{ ...READ, row: 1 }],
    ],
    ['with a detail that is no text', JSON.stringify({ ...PUT, Detail: DETAIL }), [{ ...READ, row: 1 }]],
    [
      'without a source',
      JSON.stringify({ 'detail-type': 'Task Deleted', detail: DETAIL }),
      [{ row: 1, detailType: 'Task Deleted', detail: DETAIL }],
    ],
  ])('%s', (_, text, entries) => {
    expect(readEvents(text)).toEqual({ entries, bad: [] });
  });
});

describe('what is wrong is said with its row and its key', () => {
  it.each([
    ['no JSON', '{"detail"', 'is no JSON ('],
    ['no object', '7', 'is 7; allowed: an object with "detail-type" and "detail"'],
    [
      'a key that is written otherwise',
      JSON.stringify({ detailType: 'Task Deleted', detail: DETAIL }),
      'unknown key "detailType"; did you mean "detail-type"?',
    ],
    [
      'a detail type that is nearly one',
      JSON.stringify({ ...DELIVERED, 'detail-type': 'Task Delete' }),
      'detail-type is "Task Delete"; did you mean "Task Deleted"?',
    ],
    [
      'a name that objects have',
      JSON.stringify({ ...DELIVERED, 'detail-type': 'constructor' }),
      'detail-type is',
    ],
    [
      'what Taskwarden says itself',
      JSON.stringify({ ...DELIVERED, 'detail-type': 'Task Disable Requested' }),
      'which Taskwarden says itself',
    ],
    [
      'the name of Taskwarden',
      JSON.stringify({ ...PUT, Source: 'taskwarden' }),
      'Source is "taskwarden"; allowed: a text of at most 256 characters other than "taskwarden"',
    ],
    ['no detail', JSON.stringify({ 'detail-type': 'Task Deleted' }), 'detail is missing; allowed: an object'],
    ['a detail that is no JSON', JSON.stringify({ ...PUT, Detail: '{' }), 'Detail is no JSON ('],
    ['a text for an object', JSON.stringify({ ...PUT, Detail: '"x"' }), 'Detail is "x"; allowed: an object'],
    [
      'a missing key',
      JSON.stringify({ ...DELIVERED, detail: { version: 1, task: 'acmeCo/a' } }),
      'detail.at is missing; allowed: a text',
    ],
    [
      'a version of tomorrow',
      JSON.stringify({ ...PUT, Detail: { ...DETAIL, version: 2 } }),
      'Detail.version is 2; allowed: 1',
    ],
    [
      'a key deep in a list',
      JSON.stringify({
        'detail-type': 'Shards Observed',
        detail: {
          version: 1,
          dataPlane: 'eu-1',
          observedAt: '2026-01-05T09:30:00Z',
          tasks: [{ task: 'acmeCo/a', shards: [{ id: '0', status: 'UP' }] }],
        },
      }),
      'detail.tasks[0].shards[0].status is "UP"; allowed: "PRIMARY"',
    ],
  ])('%s', (_, text, problem) => {
    const { entries, bad } = readEvents(text);
    expect(entries).toEqual([]);
    expect(bad).toEqual([{ row: 1, problem: expect.stringContaining(problem) }]);
  });

  it('for each row that is bad, and no other', () => {
    const lines = [JSON.stringify(DELIVERED), 'no', JSON.stringify({ ...DELIVERED, detail: {} })];
    const { entries, bad } = readEvents(lines.join('\n'));
    expect(entries.map(({ row }) => row)).toEqual([1]);
    expect(new Set(bad.map(({ row }) => row))).toEqual(new Set([2, 3]));
  });

  it('what EventBridge would not take: an event above 1 MiB', () => {
    const detail = { ...DETAIL, note: 'x'.repeat(1_048_576) };
    const { bad } = readEvents(JSON.stringify({ ...DELIVERED, detail }));
    expect(bad).toEqual([
      { row: 1, problem: expect.stringMatching(/has \d+ bytes; EventBridge takes 1048576/) },
    ]);
  });
});
