import { describe, expect, it } from 'vitest';
import { AwsEventBus, type SourcedEntry } from '../../../cli/event-bus.ts';
import { ingestEvent } from '../../../functions/catalog/ingest.ts';
import { storeRefused } from '../../../functions/catalog/refused-events.ts';
import { sourceWrite } from '../../../functions/store/sources.ts';
import { cliStage, day, fileWith } from './cli-stage.ts';

const deleted = (task: string, more: object = {}) =>
  JSON.stringify({ 'detail-type': 'Task Deleted', detail: { version: 1, task, at: day(0) }, ...more });

async function withFleet() {
  const stage = cliStage();
  const fleet = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['*'] };
  await stage.table.transact([sourceWrite(fleet)], 'source');
  return stage;
}

describe('events validate', () => {
  it('says how many are valid, and asks no stage', async () => {
    const { taskwarden } = cliStage({ name: 'prod' });
    const file = fileWith(`${deleted('acmeCo/a')}\n${deleted('acmeCo/b')}\n`);
    const ran = await taskwarden(['events', 'validate', file, '--stage', 'nowhere']);
    expect(ran).toMatchObject({ code: 0, out: '2 events are valid\n', err: '' });
  });

  it('names row and key of each that is not, on standard input too', async () => {
    const text = `${deleted('acmeCo/a')}\n${deleted('acmeCo//b')}\nno\n`;
    const ran = await cliStage().taskwarden(['events', 'validate', '-'], text);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/^error: standard input row 2: detail\.task \("acmeCo\/\/b"\) has an empty part/);
    expect(ran.err).toMatch(/\nerror: standard input row 3: is no JSON/);
    const { json } = await cliStage().taskwarden(['events', 'validate', '-', '--json'], text);
    expect(json).toMatchObject([{ valid: 1, bad: [{ row: 2 }, { row: 3 }] }]);
  });

  it('an empty file has no event', async () => {
    const ran = await cliStage().taskwarden(['events', 'validate', '-'], '\n');
    expect(ran).toMatchObject({ code: 2, err: 'error: standard input has no event\n' });
  });
});

describe('events send', () => {
  it('puts them on the bus in their order, under the source that is named', async () => {
    const stage = await withFleet();
    const text = `${deleted('acmeCo/a', { source: 'other' })}\n${deleted('acmeCo/b')}`;
    const ran = await stage.taskwarden(['events', 'send', '-', '--source', 'fleet'], text);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('sent 2; ');
    expect(stage.onBus.map(({ source, detail }) => [source, detail.task])).toEqual([
      ['fleet', 'acmeCo/a'],
      ['fleet', 'acmeCo/b'],
    ]);
  });

  it.each([
    ['a bad one', [], `${deleted('acmeCo/a', { source: 'fleet' })}\n{}`, 'nothing was sent'],
    ['no source', [], deleted('acmeCo/a'), 'row 1: names no source; give one by --source'],
    [
      'a source that is not registered',
      ['--source', 'flet'],
      deleted('acmeCo/a'),
      'source "flet" is not registered in stage local: registered are fleet',
    ],
  ])('sends none where there is %s', async (_, args, text, problem) => {
    const stage = await withFleet();
    const ran = await stage.taskwarden(['events', 'send', '-', ...args], text);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(problem);
    expect(stage.onBus).toEqual([]);
  });

  it('shows those that EventBridge does not take, and ends as a fault', async () => {
    const stage = await withFleet();
    stage.refuse({ row: 2, code: 'NotAuthorizedForSource', message: 'not yours' });
    const text = `${deleted('acmeCo/a')}\n${deleted('acmeCo/b')}`;
    const ran = await stage.taskwarden(['events', 'send', '-', '--source', 'fleet'], text);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('sent 1; ');
    expect(ran.err).toBe(
      'standard input row 2: EventBridge refused it: NotAuthorizedForSource not yours\nerror: 1 of 2 events was not taken\n',
    );
  });
});

describe('the bus of a stage', () => {
  const entry = (row: number, bytes = 10): SourcedEntry => ({
    row,
    source: 'fleet',
    detailType: 'Task Deleted',
    detail: { text: 'x'.repeat(bytes) },
  });

  /** A client that answers each call for its entries, by their number among all that it was given. */
  function answering(codes: Record<number, string> = {}) {
    const calls: number[] = [];
    let seen = 0;
    const send = async (command: { input: { Entries?: unknown[] } }) => {
      const entries = command.input.Entries ?? [];
      calls.push(entries.length);
      return {
        Entries: entries.map(() => {
          seen += 1;
          const code = codes[seen];
          return code === undefined ? { EventId: 'e' } : { ErrorCode: code, ErrorMessage: 'no' };
        }),
      };
    };
    return { calls, bus: new AwsEventBus({ send } as never, 'the-bus') };
  }

  it('is asked for ten at a time, and for no more than EventBridge takes together', async () => {
    const few = answering();
    await few.bus.put(Array.from({ length: 23 }, (_, place) => entry(place + 1)));
    expect(few.calls).toEqual([10, 10, 3]);
    const large = answering();
    await large.bus.put([entry(1, 600_000), entry(2, 600_000), entry(3)]);
    expect(large.calls).toEqual([1, 2]);
  });

  it('is asked again for what was throttled alone', async () => {
    const { bus, calls } = answering({ 2: 'ThrottlingException', 3: 'MalformedDetail' });
    expect(await bus.put([entry(1), entry(2), entry(3)])).toEqual([
      { row: 3, code: 'MalformedDetail', message: 'no' },
    ]);
    expect(calls).toEqual([3, 1]);
  });
});

describe('events refused', () => {
  it('shows source, reason and key of what was refused in the last week, the newest first', async () => {
    const stage = await withFleet();
    const say = async (source: string, detail: object) => {
      await ingestEvent(stage.system, { id: 'e', source, detailType: 'Task Deleted', detail });
      await storeRefused(stage.system);
    };
    await say('fleet', { version: 1, task: 'acmeCo/a' });
    stage.setNow(Date.parse(day(1)));
    await say('stranger', { version: 1, task: 'acmeCo/a', at: day(0) });
    const { out, json } = await stage.taskwarden(['events', 'refused', '--json']);
    expect(json).toMatchObject([
      { source: 'stranger', registered: false, reason: 'unknown-source', key: 'source', count: 1 },
      { source: 'fleet', registered: true, reason: 'malformed', key: 'at', lastAt: day(0) },
    ]);
    expect(out).not.toContain('isRegistered');
    const shown = await stage.taskwarden(['events', 'refused', '--source', 'fleet']);
    expect(shown.out).toMatch(
      /^SOURCE +EVENT +REASON +KEY +COUNT +LAST +WHAT\nfleet +Task Deleted +malformed +at +1 /,
    );
    expect(shown.out).not.toContain('stranger');
    stage.setNow(Date.parse(day(8)));
    expect((await stage.taskwarden(['events', 'refused'])).out).toBe('nothing was refused\n');
  });
});
