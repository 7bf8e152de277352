import * as z from 'zod/mini';
import { taskIdProblem } from '../../abandonment/policy-scope.ts';
import type { FailureCause, ShardStatus } from '../../abandonment/task.ts';
import { normaliseAddress } from '../../platform/addresses.ts';
import type { ListedTask } from '../../platform/control-plane.port.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { causeOfTrace } from './failure-cause.ts';
import { revisionOf } from './revision.ts';

const state = z.object({ state: z.string(), trace: z.optional(z.string()) });

/** `GET /connectors/NAME/status`. */
export const statusAnswer = z.object({
  connector: state,
  tasks: z.array(z.extend(state, { id: z.int() })),
});

/** `GET /connectors/NAME`. */
export const infoAnswer = z.object({ config: z.record(z.string(), z.unknown()) });

/** A connector as Kafka Connect describes it. */
const connector = z.object({ status: statusAnswer, info: infoAnswer });
export type Connector = z.output<typeof connector>;

/** A connector that nobody runs: it was paused or stopped. */
const OFF = ['PAUSED', 'STOPPED'] as const;
export type OffState = (typeof OFF)[number];

/** What the states of a connector and of its tasks mean for a shard (docs/connect/kafka-connect.md). */
const SHARD_OF_STATE: Record<string, ShardStatus> = {
  RUNNING: 'PRIMARY',
  FAILED: 'FAILED',
  UNASSIGNED: 'PENDING',
  RESTARTING: 'PENDING',
  // Until all of a connector that was paused or resumed has followed.
  PAUSED: 'PENDING',
  STOPPED: 'PENDING',
};

/** What a name is when it cannot be a task, or a part of a URL. */
const LONGEST_NAME = 80;

/** Which of the two it is when a connector is off; undefined where it is to run. */
export function offStateOf({ status }: Connector): OffState | undefined {
  return OFF.find((off) => off === status.connector.state);
}

/** A name as it may stand in a report: short, and without addresses. */
export function named(name: string): string {
  return recordable(name).slice(0, LONGEST_NAME);
}

/** Why no path of a URL can name it; undefined where one can. */
export function nameProblem(name: string): string | undefined {
  return name === '.' || name === '..' ? 'no URL can name it' : undefined;
}

/** Reads what an answer has of one connector; the text says why it cannot be taken. */
export function readConnector(value: unknown): Connector | string {
  const parsed = z.safeParse(connector, value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') ?? '';
  return `Connect says of it what cannot be read (${recordable(place).slice(0, LONGEST_NAME)})`;
}

/** The task that a connector is; a text says why it cannot be taken. */
export function listedTask(
  name: string,
  { status, info }: Connector,
  settings: SettingsOf<'kafka-connect'>,
): ListedTask | string {
  const id = settings.prefix + name;
  const problem = nameProblem(name) ?? taskIdProblem(id);
  if (problem !== undefined) return problem;
  const shards = shardsOf(status);
  if (typeof shards === 'string') return shards;
  const cause = causeOf(status);
  return {
    id,
    kind: 'connector',
    enabled: offStateOf({ status, info }) === undefined,
    owners: ownersIn(info.config[settings.ownersKey]),
    dataPlane: settings.dataPlane,
    shards,
    ...(cause !== undefined && { cause }),
    revision: revisionOf(info.config),
  };
}

/** The connector itself is a shard where it failed, or where no task is there to speak for it. */
function shardsOf({ connector: self, tasks }: Connector['status']): ListedTask['shards'] | string {
  const unknown = [self, ...tasks].find((part) => SHARD_OF_STATE[part.state] === undefined);
  if (unknown) return `it has a state that is not known (${named(unknown.state)})`;
  if (OFF.some((off) => off === self.state)) return [];
  const own: ListedTask['shards'] = [];
  if (self.state === 'FAILED') own.push({ id: 'connector', status: 'FAILED' });
  else if (tasks.length === 0) own.push({ id: 'connector', status: 'PENDING' });
  const others = tasks.map((part) => ({
    id: String(part.id),
    status: SHARD_OF_STATE[part.state] ?? ('PENDING' as const),
  }));
  return [...own, ...others];
}

/** What the first of those that failed says, the connector before its tasks. */
function causeOf({ connector: self, tasks }: Connector['status']): FailureCause | undefined {
  if (OFF.some((off) => off === self.state)) return undefined;
  const failed = [self, ...tasks].find((part) => part.state === 'FAILED');
  return failed && causeOfTrace(failed.trace ?? '');
}

/** The addresses that a value names, separated by commas or spaces; what is none is left out. */
function ownersIn(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  const addresses = value.split(/[\s,;]+/).map(normaliseAddress);
  return [...new Set(addresses.filter((address) => address !== undefined))];
}
