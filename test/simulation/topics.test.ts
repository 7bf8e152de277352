import { expect, test } from 'vitest';
import type { SendResult, TopicMessage } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import { keys } from '../../functions/store/keys.ts';
import { ROW_VERSION } from '../../functions/store/rows.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import { instantsIn, tasksIn } from '../../simulation/engine/read-mail.ts';
import { World } from '../../simulation/engine/world.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { soakScenario } from '../../simulation/soak/soak-scenario.ts';

const CHAT = 'arn:aws:sns:eu-west-1:123456789012:chat';
const GONE = 'arn:aws:sns:eu-west-1:123456789012:gone';

const SCHEDULES = 30;

interface Published extends TopicMessage {
  at: number;
}

/** A topic that is often throttled or does not answer, and one that is gone. */
function topicsOf(system: System, published: Published[], attempts: { count: number }): System {
  const publish = async (message: TopicMessage): Promise<SendResult> => {
    attempts.count += 1;
    if (message.topic === GONE)
      return { outcome: 'refused', cause: 'recipient', code: 'NotFoundException', message: '' };
    if (attempts.count % 5 === 0)
      return { outcome: 'refused', cause: 'rate', code: 'Throttled', message: '' };
    if (attempts.count % 7 === 0) return { outcome: 'unknown', code: 'TimeoutError', message: '' };
    published.push({ ...message, at: system.clock.now() });
    return { outcome: 'accepted', messageId: `m-${attempts.count}` };
  };
  return { ...system, topics: { publish } };
}

/** Runs a schedule of the soak with both topics subscribed to all its tasks. */
async function runWithTopics(seed: number) {
  const parsed = parseScenario(soakScenario(seed));
  if (!parsed.ok) throw new Error(parsed.problem);
  const published: Published[] = [];
  const attempts = { count: 0 };
  let subscribed = false;
  const outcome = await new World(parsed.scenario, deployedService, {
    processOf: (_, system) => {
      if (!subscribed) {
        subscribed = true;
        const alertTypes = ['task_abandoned', 'task_auto_disabled'];
        const tenants = [...new Set(parsed.scenario.tasks.map(({ id }) => `${id.split('/')[0]}/`))];
        const rows = tenants.flatMap((prefix) =>
          [CHAT, GONE].map((topic) => ({
            put: { ...keys.subscription(prefix, topic), v: ROW_VERSION, prefix, topic, alertTypes },
          })),
        );
        void system.table.transact(rows, 'subscribed-by-the-test');
      }
      return topicsOf(system, published, attempts);
    },
  }).run();
  return { ...outcome, published };
}

/** The dates yet to come that a message names for each task; what tells of tasks that are off names until when they come back. */
function announced({
  text,
  at: publishedAt,
  attributes: { notices },
}: Published): { task: string; date: number; publishedAt: number }[] {
  if ([notices].flat().some((notice) => notice === 'disabled' || notice === 'still-off')) return [];
  return text.split(/^(?=\* )/m).flatMap((part) => {
    const [task = ''] = tasksIn(part);
    return [...instantsIn(part)]
      .map((date) => ({ task, date, publishedAt }))
      .filter(({ date }) => date > publishedAt);
  });
}

function disabledAt(lines: EffectLine[]): Map<string, number> {
  return new Map(
    lines.flatMap((line): [string, number][] =>
      line.type === 'task-disabled' && line.disableAt !== null ? [[line.task, Date.parse(line.at)]] : [],
    ),
  );
}

test('topics that hear, are throttled, do not answer or are gone break no promise in random schedules', async () => {
  const broken: string[] = [];
  let dates = 0;
  let silent = 0;
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const { lines, deaths, published, ...outcome } = await runWithTopics(seed);
    broken.push(...outcome.broken.map(({ promise, what }) => `seed ${seed}: promise ${promise}: ${what}`));
    broken.push(...deaths.map(({ error }) => `seed ${seed}: died: ${String(error)}`));
    if (published.length === 0) silent += 1;
    const off = disabledAt(lines);
    for (const { task, date, publishedAt } of published.flatMap(announced)) {
      dates += 1;
      const at = off.get(task);
      if (at !== undefined && publishedAt < at && at < date)
        broken.push(`seed ${seed}: ${task} off at ${new Date(at)} before ${new Date(date)}`);
    }
  }
  expect(broken).toEqual([]);
  expect(silent).toBeLessThan(SCHEDULES * 0.2);
  expect(dates).toBeGreaterThan(SCHEDULES);
});
