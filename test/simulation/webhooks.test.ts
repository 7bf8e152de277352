import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { webhookHistory } from '../../functions/operators/webhooks.ts';
import type { WebhookAnswer } from '../../functions/platform/ports.ts';
import { SeededRandom } from '../../simulation/engine/seeded-random.ts';
import { answered, GONE_AWAY, type WebhookStage, webhookStage } from '../unit/webhooks/webhook-stage.ts';

const TASKS = Array.from({ length: 20 }, (_, number) => `acmeCo/t${number}`);

/** How the events of a webhook ended, and how often. */
async function ends(stage: WebhookStage, id: string): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const { state, ended } of await webhookHistory(stage.table, id, { limit: 100_000 })) {
    const end = ended?.reason ? `${state}: ${ended.reason}` : state;
    counted[end] = (counted[end] ?? 0) + 1;
  }
  return counted;
}

/** Where a task's events came in another order than they happened; repetitions are none. */
function outOfOrder(stage: WebhookStage, taken: readonly boolean[]): string[] {
  const newest = new Map<string, number>();
  return stage.said().flatMap(({ data }, at) => {
    const { task, rev } = data as { task: string; rev: number };
    const before = newest.get(task) ?? 0;
    if (taken[at]) newest.set(task, Math.max(before, rev));
    const isKnown = stage
      .said()
      .slice(0, at)
      .some((event) => event.data.rev === rev);
    return rev < before && !isKnown ? [`${task}: ${rev} after ${before}`] : [];
  });
}

describe('a webhook whose server is gone for eight days', () => {
  it('has one message in flight at most, and each event ends: expired, or told in order once it is back', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    const taken: boolean[] = [];
    let isThere = false;
    stage.answering(() => {
      taken.push(isThere);
      return isThere ? answered(200) : GONE_AWAY;
    });
    // 1,000 events: 20 each four hours for the first 200 hours.
    for (let hour = 0; hour < 10 * 24; hour += 1) {
      isThere = hour >= 8 * 24;
      if (hour % 4 === 0 && hour < 200) await stage.happen(TASKS);
      await stage.scan();
      for (let receives = 0; stage.queue.length > 0 && receives < 20; receives += 1) await stage.work();
      stage.pass(HOUR);
    }
    // The server is back in hour 192: for what happened in hours 0 to 24 (7 times 20) seven days are over by then, and for
    // hour 28 by the time at which it is asked, six hours later at the latest.
    const { sent = 0, 'dead: expired': expired = 0, ...others } = await ends(stage, id);
    expect(others).toEqual({});
    expect(sent + expired).toBe(1_000);
    expect(expired).toBeGreaterThanOrEqual(140);
    expect(expired).toBeLessThanOrEqual(160);
    expect(outOfOrder(stage, taken)).toEqual([]);
    expect(stage.state).toMatchObject({ mostInFlight: 1, mostAtOnce: 1 });
    // 10 minutes of doubling, then every three to six hours.
    expect(taken.filter((isTaken) => !isTaken).length).toBeLessThan(80);
    expect(await stage.webhook(id)).toMatchObject({ due: 0, queuedAt: null, lease: null });
  });
});

/** Messages come twice, or are lost. */
function shuffle({ queue }: WebhookStage, isHit: (share: number) => boolean): void {
  for (const message of [...queue]) {
    if (isHit(0.2)) queue.push({ ...message });
    if (isHit(0.1)) queue.splice(queue.indexOf(message), 1);
  }
}

/** What the world does to a sender: by chance, and the same for a seed. */
async function chaos(seed: number) {
  const chance = new SeededRandom(seed);
  const isHit = (share: number) => chance.next() < share;
  const stage = webhookStage();
  const { id } = await stage.add();
  const taken: boolean[] = [];
  let isDown = false;
  const answerNow = (): WebhookAnswer => {
    taken.push(false);
    if (isHit(0.05)) throw new Error('the process died in its call');
    if (isDown) return isHit(0.5) ? GONE_AWAY : answered(503);
    if (isHit(0.05)) return answered(422);
    taken[taken.length - 1] = true;
    return answered(200);
  };
  stage.answering(answerNow);
  for (let quarter = 0; quarter < 4 * 24 * 4; quarter += 1) {
    const isStormy = quarter < 4 * 24 * 2;
    if (quarter % 24 === 0) isDown = isStormy && isHit(0.5);
    if (isStormy) await stage.happen(TASKS.slice(0, 5).filter(() => isHit(0.2)));
    await stage.scan();
    if (isStormy) shuffle(stage, isHit);
    await Promise.all([stage.work(), stage.work()]);
    stage.pass(15 * MINUTE);
  }
  return { stage, id, taken };
}

describe.each(Array.from({ length: 6 }, (_, seed) => seed + 1))('chaos of seed %d', (seed) => {
  it('never calls a webhook twice at once, loses nothing, and keeps the order of each task', async () => {
    const { stage, id, taken } = await chaos(seed);
    expect(stage.state.mostAtOnce).toBe(1);
    expect(outOfOrder(stage, taken)).toEqual([]);
    const { sent = 0, ...others } = await ends(stage, id);
    expect(sent).toBeGreaterThan(50);
    expect(others).toEqual({});
    expect(await stage.webhook(id)).toMatchObject({ due: 0 });
  });
});

describe('what waits for a webhook', () => {
  it('is dead after seven days, though the webhook is never called in them', async () => {
    const stage = webhookStage();
    const { id } = await stage.add();
    stage.answering(() => answered(429, { retryAfter: String(86_400) }));
    for (let hour = 0; hour < 24; hour += 1) {
      await stage.happen(TASKS);
      stage.pass(HOUR);
    }
    for (let day = 0; day < 9; day += 1) {
      await stage.scan();
      for (let receives = 0; stage.queue.length > 0 && receives < 20; receives += 1) await stage.work();
      stage.pass(DAY);
    }
    expect(await ends(stage, id)).toEqual({ 'dead: expired': 24 * TASKS.length });
  });
});
