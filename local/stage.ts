import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Instant } from '../functions/abandonment/time.ts';
import { DEMO_CLOCK_KEY } from '../functions/platform/demo-clock.ts';
import type { Deployment } from '../functions/platform/names.ts';
import type { Clock } from '../functions/platform/ports.ts';
import { readRetention } from '../functions/platform/retention.ts';
import type { System } from '../functions/platform/system.ts';
import { systemBeside } from '../functions/platform/system-beside.ts';
import { ROW_VERSION } from '../functions/store/rows.ts';
import { DynamoDbTable, documentClient } from '../functions/store/table/dynamodb-table.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import type { LocalAws } from './local-aws.ts';

/** A deployed stage as a process beside it sees it. */
export interface LocalStage {
  aws: LocalAws;
  deployment: Deployment;
  /** The repositories' ports on the stage's own table and queues. */
  system: System;
  /** What the functions take for the present, too; undefined while they go by the machine's time. */
  clock: ToldClock;
}

/** Connects to a deployed stage, on whose clock nothing is told yet. */
export function connectStage(aws: LocalAws, deployment: Deployment): LocalStage {
  const table = new DynamoDbTable(documentClient(aws.dynamoDb), deployment.table, {
    now: () => clock.now(),
    retention: readRetention(deployment.retention),
  });
  const clock = new ToldClock(table);
  const system = systemBeside(deployment, {
    who: 'a process beside the stage',
    functionVersion: 'local',
    table,
    clock,
    clients: aws,
  });
  return { aws, deployment, system, clock };
}

/** The clock of the stage `local`: told by a row of the table, which its functions read as they begin. */
class ToldClock implements Clock {
  readonly #table: Table;
  #told: Instant | undefined;
  #writes = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  now(): Instant {
    return this.#told ?? Date.now();
  }

  /** From now on it is this instant, for the functions as well. */
  async set(at: Instant): Promise<void> {
    this.#writes += 1;
    const put = { ...DEMO_CLOCK_KEY, v: ROW_VERSION, at };
    const result = await this.#table.transact([{ put }], `clock-${process.pid}-${this.#writes}`);
    if (result.outcome !== 'applied') throw new Error(`the clock could not be told: ${result.outcome}`);
    this.#told = at;
  }
}

/** What one scan said of itself. */
export type ScanFigures = Record<string, number>;

/**
 * Has the scanner run once and waits for it, as the schedule would start it.
 * @throws Error where it failed or did not run through
 */
export async function scanOnce({ aws, deployment }: LocalStage): Promise<ScanFigures> {
  const answer = await aws.lambda.send(
    new InvokeCommand({ FunctionName: deployment.functions.scanner, Payload: Buffer.from('{}') }),
  );
  const payload = Buffer.from(answer.Payload ?? []).toString('utf8');
  const report = JSON.parse(payload || 'null') as { outcome?: string; figures?: ScanFigures } | null;
  if (answer.FunctionError || report?.outcome !== 'completed') {
    throw new Error(`the scanner did not run through: ${payload.slice(0, 500)}`);
  }
  return report.figures ?? {};
}
