import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import type { Recording } from '../../../functions/store/commit.ts';
import {
  answeredAt,
  canaryRoundWrite,
  type FeedbackCanaryRecord,
  feedbackFromRow,
  loadCanaryRound,
  loadFeedback,
  loadFeedbackCanary,
  noteEvent,
  noteMail,
  noteMailEvent,
} from '../../../functions/store/heard.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadPauses, pausesWrite } from '../../../functions/store/pauses.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { T0 } from '../abandonment/decide-builders.ts';

/** A process that notes what it hears, on a table of its own. */
function process(config: { canaries?: boolean } = { canaries: true }) {
  const table = new MemoryTable();
  let now = T0;
  let isDown = false;
  const logged: unknown[][] = [];
  const { transact } = table;
  table.transact = async (writes, writer) => {
    if (isDown) throw new Error('the table is down');
    return transact.call(table, writes, writer);
  };
  const recording = {
    table,
    clock: { now: () => now },
    random: new SeededRandom(1),
    telemetry: { log: (...line: unknown[]) => void logged.push(line), metric: () => undefined },
    config,
  } as unknown as Recording;
  return {
    recording,
    table,
    logged,
    breakTable: (isBroken: boolean) => {
      isDown = isBroken;
    },
    /** Lets something be heard so long after T0. */
    at: async (after: number, hear: (system: Recording) => Promise<void>) => {
      now = T0 + after;
      await hear(recording);
    },
    eventAt: async () => (await table.get(keys.feed()))?.at,
    feedback: () => loadFeedback(table),
  };
}

describe('that events come in', () => {
  it('is noted at most every five minutes by one process', async () => {
    const { at, eventAt, table } = process();
    await at(0, noteEvent);
    expect(await table.get(keys.feed())).toMatchObject({ at: T0, v: 1 });
    await at(5 * MINUTE - 1, noteEvent);
    expect(await eventAt()).toBe(T0);
    await at(5 * MINUTE, noteEvent);
    expect(await eventAt()).toBe(T0 + 5 * MINUTE);
    await at(7 * MINUTE, noteEvent);
    expect(await eventAt()).toBe(T0 + 5 * MINUTE);
  });

  it('is noted by each process', async () => {
    const [first, second] = [process(), process()];
    await first.at(0, noteEvent);
    await second.at(MINUTE, noteEvent);
    expect([await first.eventAt(), await second.eventAt()]).toEqual([T0, T0 + MINUTE]);
  });

  it.each([{ canaries: false }, {}])('is not noted where nobody watches: %j', async (config) => {
    const { at, table } = process(config);
    for (const note of [noteEvent, noteMail, noteMailEvent]) await at(0, note);
    expect((await table.scan()).rows).toEqual([]);
  });

  it('fails no work where it cannot be noted: the next event is', async () => {
    const { at, eventAt, logged, breakTable } = process();
    breakTable(true);
    for (const note of [noteEvent, noteMail, noteMailEvent]) await at(0, note);
    const line = ['warn', 'not noted for the watches', { error: 'Error: the table is down' }];
    expect(logged).toEqual([line, line, line]);
    breakTable(false);
    await at(1, noteEvent);
    expect(await eventAt()).toBe(T0 + 1);
    expect(logged).toHaveLength(3);
  });
});

describe("SES's word on mails", () => {
  it('is missed since the first mail after which nothing was heard', async () => {
    const { at, feedback, table } = process();
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: null });
    await at(1, noteMail);
    await at(2 * HOUR, noteMail);
    expect(await feedback()).toEqual({ unansweredSince: T0 + 1, heardAt: null });
    expect((await table.get(keys.feedback()))?.v).toBe(1);
  });

  it('is missed no more once something was heard, and the mails of the next hour are not watched', async () => {
    const { at, feedback } = process();
    await at(0, noteMail);
    await at(MINUTE, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 + MINUTE });
    await at(MINUTE + HOUR - 1, noteMail);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 + MINUTE });
    await at(MINUTE + HOUR, noteMail);
    expect(await feedback()).toEqual({ unansweredSince: T0 + MINUTE + HOUR, heardAt: T0 + MINUTE });
  });

  it('is noted again within the hour only where it was missed', async () => {
    const { at, feedback } = process();
    await at(0, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 });
    await at(HOUR - 1, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 });
    await at(HOUR, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 + HOUR });
    await at(2 * HOUR, noteMail);
    await at(2 * HOUR + 1, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 + 2 * HOUR + 1 });
  });

  it('is missed no more by whatever is heard, also where a process with another clock noted the mail', async () => {
    const { at, feedback, table } = process();
    const noted = { ...keys.feedback(), v: 1, unansweredSince: T0, heardAt: T0 - MINUTE };
    await table.transact([{ put: noted }], 'other');
    await at(1, noteMailEvent);
    expect(await feedback()).toEqual({ unansweredSince: null, heardAt: T0 + 1 });
  });

  it('of a row of an older version is as if nothing had been heard', () => {
    expect(feedbackFromRow({ ...keys.feedback(), v: 1 })).toEqual({ unansweredSince: null, heardAt: null });
  });
});

describe('a round of the canary of the feedback path', () => {
  const ROUND: FeedbackCanaryRecord = {
    id: 'round',
    since: T0,
    askedAt: T0,
    sentAt: T0 + 1,
    messages: ['m1', 'm2'],
    deliveredAt: T0 + 2,
    bouncedAt: null,
    rev: 0,
  };

  it('is answered once both answers are in', () => {
    const answered = (deliveredAt: number | null, bouncedAt: number | null) =>
      answeredAt({ ...ROUND, deliveredAt, bouncedAt });
    expect([answered(null, null), answered(7, null), answered(null, 7)]).toEqual([null, null, null]);
    expect([answered(7, 9), answered(9, 7)]).toEqual([9, 9]);
  });

  it('is unknown before the first one', async () => {
    const table = new MemoryTable();
    expect(await loadCanaryRound(table)).toBeUndefined();
    const none = { sentAt: null, deliveredAt: null, bouncedAt: null, holding: null };
    expect(await loadFeedbackCanary(table)).toEqual(none);
  });

  it('says how the feedback path fares, and since when its silence holds what is due', async () => {
    const table = new MemoryTable();
    const pauses = { ...(await loadPauses(table)), feedbackSilent: T0 + 9 };
    await table.transact([canaryRoundWrite(ROUND), pausesWrite(pauses)], 'w');
    expect(await loadCanaryRound(table)).toEqual({ ...ROUND, rev: 1 });
    expect(await loadFeedbackCanary(table)).toEqual({
      sentAt: T0 + 1,
      deliveredAt: T0 + 2,
      bouncedAt: null,
      holding: T0 + 9,
    });
    // Over the revision that was read alone.
    expect((await table.transact([canaryRoundWrite(ROUND)], 'other')).outcome).toBe('refused');
  });
});
