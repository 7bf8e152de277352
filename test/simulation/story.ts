import { HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { EffectLine, MailItemLine, SummaryLine } from '../../simulation/engine/effects.ts';
import { simulate } from '../../simulation/engine/simulate.ts';
import type { WorldOptions } from '../../simulation/engine/world.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import type { Scenario } from '../../simulation/scenario/scenario-types.ts';

/** The instant that stories count from. */
export const T = '2026-01-01T00:00:00Z';
const START = Date.parse(T);

/** RFC 3339 of `T` + days and hours. */
export function at(days: number, hours = 0): string {
  return new Date(START + (days * 24 + hours) * HOUR).toISOString().replace('.000Z', 'Z');
}

/** A task that fails since `T`. */
export function failing(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    kind: 'capture',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners: ['ana@acme.test'],
    dataPlane: 'eu-1',
    shards: [{ id: '0', status: 'FAILED' }],
    lastPrimaryAt: T,
    ...more,
  };
}

/** Nothing is heard of what SES reports for a time: a minute, unless a test says otherwise. */
export function unheard(from: string, lasts = '1m'): Record<string, unknown> {
  return { at: from, type: 'fault', target: 'feedback', mode: 'down', for: lasts };
}

export interface Played {
  /** One text per effect: when since `T`, and what. */
  story: string[];
  lines: EffectLine[];
  summary: SummaryLine;
}

/**
 * Runs a scenario of hourly scans from `T` in mode `disable`, or as a test says; throws where a promise broke.
 * `adapt` changes the scenario once it is read: for what a file cannot say.
 */
export async function play(
  scenario: Record<string, unknown>,
  options: WorldOptions = {},
  adapt = (read: Scenario) => read,
): Promise<Played> {
  const parsed = parseScenario(
    fallingLater({
      version: 1,
      start: T,
      until: at(30),
      scanEvery: '1h',
      policy: { mode: 'disable' },
      tasks: [failing('acmeCo/a')],
      ...scenario,
    }),
  );
  if (!parsed.ok) throw new Error(parsed.problem);
  const simulated = await simulate(adapt(parsed.scenario), deployedService, options);
  if (!simulated.ok) throw new Error(simulated.problem);
  if (simulated.broken.length > 0) throw new Error(simulated.broken.join('\n'));
  const { lines, summary } = simulated;
  return { story: lines.map(sentence), lines, summary };
}

interface Story {
  start: string;
  tasks: Record<string, unknown>[];
  events?: Record<string, unknown>[];
  [key: string]: unknown;
}

/** A task with a `lastPrimaryAt` after the start runs until then, and fails from then on. */
function fallingLater({ tasks, events = [], ...story }: Story): Record<string, unknown> {
  const falls = tasks.filter(
    ({ lastPrimaryAt }) => Date.parse(String(lastPrimaryAt)) > Date.parse(story.start),
  );
  return {
    ...story,
    tasks: tasks.map((task) => {
      const { lastPrimaryAt: _, ...rest } = task;
      return falls.includes(task) ? { ...rest, shards: [{ id: '0', status: 'PRIMARY' }] } : task;
    }),
    events: [
      ...falls.map(({ id, shards, lastPrimaryAt }) => ({
        at: lastPrimaryAt,
        type: 'shards',
        task: id,
        shards,
      })),
      ...events,
    ],
  };
}

/** `T+14d`, `T+20d23h`, `T+20d23h30m`; a gathered mail of up to a quarter of an hour later reads `T+21d+`. */
function when(instant: string, isGathered = false): string {
  const after = Date.parse(instant) - START;
  const hours = Math.floor(after / HOUR);
  const rest = after - hours * HOUR;
  const days = Math.floor(hours / 24);
  const hour = hours % 24 === 0 ? '' : `${hours % 24}h`;
  const late = isGathered && rest <= 15 * MINUTE ? '+' : `${rest / MINUTE}m`;
  return `T+${days}d${hour}${rest === 0 ? '' : late}`;
}

function sentence(line: EffectLine): string {
  // Only `disabled` notices are gathered (docs/scenario.md).
  const isGathered = line.type === 'mail' && line.items.every(({ notice }) => notice === 'disabled');
  return `${when(line.at, isGathered)} ${wording(line)}`;
}

function wording(line: EffectLine): string {
  switch (line.type) {
    case 'alert-fired':
      return `fired ${overdue(line)}${line.task} #${line.episode} since ${when(line.since)} (${line.stage})`;
    case 'alert-resolved':
      return `resolved ${overdue(line)}${line.task} #${line.episode} ${line.reason}`;
    case 'mail':
      return `mail ${line.to}: ${line.items.map(item).sort().join(', ')}`;
    case 'mail-failed':
      return `mail-failed ${line.to} ${line.reason}`;
    case 'task-disabled':
      return `disabled ${line.task} #${line.episode} due ${line.disableAt && when(line.disableAt)}`;
    case 'task-enabled':
      return `enabled ${line.task} by ${line.by}`;
    case 'held':
      return `held ${line.task} #${line.episode} ${line.reason}`;
    case 'operator-alert':
      return `operators ${line.code} ${'task' in line ? line.task : line.detail}`;
  }
}

/** Of an alert that is not of an abandoned task. */
function overdue({ alert }: { alert: string }): string {
  return alert === 'task_overdue' ? 'overdue ' : '';
}

function item({ task, episode, notice, disableAt }: MailItemLine): string {
  const of = episode === null ? '' : ` #${episode}`;
  return `${notice} ${task}${of}${disableAt ? ` until ${when(disableAt)}` : ''}`;
}
