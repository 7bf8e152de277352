import { expect, test } from 'vitest';
import { DAY, formatDuration, formatInstant, HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { EffectLine, MailItemLine } from '../../simulation/engine/effects.ts';
import { SeededRandom } from '../../simulation/engine/seeded-random.ts';
import { simulate } from '../../simulation/engine/simulate.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { deadlineStory, type ModelEvent, type ModelPolicy, type ModelScenario } from './deadline-model.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const SCHEDULES = Number(process.env.DEADLINE_SCHEDULES ?? 80);
const FIRST = Number(process.env.DEADLINE_FIRST ?? 1);

class Draw {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed * 7_919 + 29);
  }

  below(most: number): number {
    return this.#random.below(most);
  }

  of<One>(list: readonly One[]): One {
    return list[this.below(list.length)] as One;
  }

  /** An instant of the first 40 hours, often that of a scan. */
  instant(): number {
    const hour = START + this.below(40) * HOUR;
    return this.below(3) === 0 ? hour : hour + this.below(60) * MINUTE;
  }
}

function policyOf(draw: Draw): ModelPolicy {
  return {
    mode: draw.of(['notify', 'disable', 'disable', 'detect'] as const),
    failAfter: draw.of([null, 3 * HOUR, 5 * HOUR, 8 * HOUR]),
    stopNotice: draw.of([HOUR, 2 * HOUR, 3 * HOUR, 12 * HOUR]),
    atDeadline: draw.of(['nothing', 'alert', 'disable', 'disable'] as const),
  };
}

function eventOf(draw: Draw): ModelEvent {
  const at = draw.instant();
  const task = draw.of(['acmeCo/j', 'acmeCo/w']);
  switch (draw.below(11)) {
    case 0:
    case 1: {
      const ahead = draw.below(3) === 0 ? { deadline: at + draw.below(10) * HOUR } : {};
      return { at, type: 'started', task: 'acmeCo/j', ...ahead };
    }
    case 2:
      return { at, type: 'ended', task: 'acmeCo/j' };
    case 3:
    case 4:
    case 5:
      return {
        at,
        type: 'deadline',
        task,
        deadline: draw.below(7) === 0 ? null : at + (draw.below(20) - 3) * 30 * MINUTE,
      };
    case 6:
      return { at, type: 'published', task, enabled: draw.below(2) === 0 };
    case 7:
      return {
        at,
        type: draw.of(['keep', 'snooze'] as const),
        task,
        by: draw.of([ANA, BOB]),
        for: draw.of([2, 5]) * HOUR,
      };
    case 8:
      return draw.below(4) === 0
        ? { at, type: 'unsubscribe', by: ANA }
        : { at, type: 'deadline', task, deadline: at + 2 * HOUR };
    default:
      return {
        at,
        type: 'policy',
        set: draw.of<Partial<ModelPolicy>>([
          { failAfter: draw.of([3 * HOUR, 4 * HOUR, 6 * HOUR]) },
          { stopNotice: draw.of([HOUR, 2 * HOUR, 4 * HOUR]) },
          { atDeadline: draw.of(['nothing', 'alert', 'disable'] as const) },
          { mode: draw.of(['notify', 'disable'] as const) },
        ]),
      };
  }
}

function scenarioOf(seed: number): ModelScenario {
  const draw = new Draw(seed);
  const subscriptions =
    draw.below(2) === 0 ? [] : [{ email: BOB, types: [draw.of(['task_stopping', 'task_overdue'])] }];
  return {
    start: START,
    until: START + 2 * DAY,
    policy: policyOf(draw),
    subscriptions,
    tasks: [
      {
        id: 'acmeCo/j',
        kind: 'job',
        owners: [ANA, BOB],
        ...(draw.below(2) === 0 ? { startedAt: START } : {}),
      },
      {
        id: 'acmeCo/w',
        kind: 'service',
        owners: [ANA],
        ...(draw.below(2) === 0 ? { deadline: START + draw.below(20) * HOUR } : {}),
      },
    ],
    events: Array.from({ length: 2 + draw.below(9) }, () => eventOf(draw)).sort((a, b) => a.at - b.at),
  };
}

const text = (duration: number | null | undefined) =>
  typeof duration === 'number' ? formatDuration(duration) : duration;

function policyText({ failAfter, stopNotice, ...rest }: Partial<ModelPolicy>): Record<string, unknown> {
  return {
    ...rest,
    ...(failAfter === undefined ? {} : { failAfter: text(failAfter) }),
    ...(stopNotice === undefined ? {} : { stopNotice: text(stopNotice) }),
  };
}

function eventText({ at, ...event }: ModelEvent): Record<string, unknown> {
  const when = { at: formatInstant(at) };
  switch (event.type) {
    case 'started':
      return {
        ...when,
        ...event,
        ...(event.deadline === undefined ? {} : { deadline: formatInstant(event.deadline) }),
      };
    case 'ended':
      return { ...when, ...event, result: 'failed' };
    case 'deadline':
      return { ...when, ...event, deadline: event.deadline === null ? null : formatInstant(event.deadline) };
    case 'published':
      return { ...when, ...event, by: 'user' };
    case 'keep':
    case 'snooze':
      return { ...when, ...event, type: 'action', action: event.type, for: formatDuration(event.for) };
    case 'unsubscribe':
      return { ...when, type: 'action', action: 'unsubscribe', task: 'acmeCo/w', by: event.by };
    case 'policy':
      return { ...when, type: 'policy', scope: '', set: policyText(event.set) };
  }
}

function fileOf({
  start,
  until,
  tasks,
  policy,
  subscriptions,
  events,
}: ModelScenario): Record<string, unknown> {
  return {
    version: 1,
    start: formatInstant(start),
    until: formatInstant(until),
    scanEvery: '1h',
    // Neither windows nor the share of so small a fleet hold anything back.
    policy: { ...policyText(policy), digestEvery: '1m', blastRadius: { shareFloor: 100 } },
    subscriptions: subscriptions.map(({ email, types }) => ({ prefix: 'acmeCo/', email, alertTypes: types })),
    tasks: tasks.map(({ deadline, startedAt, ...task }) => ({
      ...task,
      enabled: true,
      createdAt: '2025-06-01T00:00:00Z',
      dataPlane: 'eu-1',
      shards: task.kind === 'job' ? [] : [{ id: '0', status: 'PRIMARY' }],
      ...(deadline === undefined ? {} : { deadline: formatInstant(deadline) }),
      ...(startedAt === undefined ? {} : { startedAt: formatInstant(startedAt) }),
    })),
    events: events.map(eventText),
  };
}

const NOTICES = ['stopping', 'overdue', 'withdrawn'];

function iso(instant: string): string {
  return new Date(instant).toISOString();
}

function itemText(to: string, { notice, task, episode, disableAt }: MailItemLine): string {
  if (notice === 'stopping') return `${to}: stopping ${task} ${iso(disableAt as string)}`;
  return `${to}: ${notice} ${task} #${episode}${disableAt ? ` until ${iso(disableAt)}` : ''}`;
}

function sentencesOf(line: EffectLine): string[] {
  switch (line.type) {
    case 'alert-fired':
      return [`fired ${line.task} #${line.episode} since ${iso(line.since)}`];
    case 'alert-resolved':
      return [`resolved ${line.task} #${line.episode} ${line.reason}`];
    case 'task-disabled':
      return [`disabled ${line.task} #${line.episode} due ${iso(line.disableAt as string)}`];
    case 'mail':
      return line.items
        .filter(({ notice }) => NOTICES.includes(notice))
        .map((item) => itemText(line.to, item));
    default:
      return [];
  }
}

async function simulated(file: Record<string, unknown>): Promise<string[]> {
  const parsed = parseScenario(file);
  if (!parsed.ok) return [`refused: ${parsed.problem}`];
  const outcome = await simulate(parsed.scenario, deployedService);
  if (!outcome.ok) throw new Error(outcome.problem);
  return [
    ...outcome.lines.flatMap((line) => sentencesOf(line).map((what) => `${iso(line.at)} ${what}`)),
    ...outcome.broken,
  ];
}

test('simulate says of deadlines what a second reading of the rules says', async () => {
  const differing: unknown[] = [];
  let sentences = 0;
  for (let seed = FIRST; seed < FIRST + SCHEDULES; seed += 1) {
    const scenario = scenarioOf(seed);
    const ours = (await simulated(fileOf(scenario))).sort();
    const theirs = deadlineStory(scenario).sort();
    sentences += theirs.length;
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      differing.push({ seed, ours, theirs, events: fileOf(scenario).events });
  }
  expect(differing.slice(0, 1)).toEqual([]);
  expect(differing).toHaveLength(0);
  expect(sentences).toBeGreaterThan(SCHEDULES * 3);
});
