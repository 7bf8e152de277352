import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE, type Service } from '../functions/platform/names.ts';
import { byWorker, QUEUES } from '../functions/platform/queues.ts';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { INDEX_NAMES } from './state-stack.ts';

/**
 * What a function, or an operator, does to the table beside reading, putting rows and adding to them. A transaction needs
 * the permissions of its parts.
 */
export interface TableUse {
  /** Whether it makes a write depend on a row that it does not write. */
  readonly checks: boolean;
  /** The partitions of the rows that it deletes, `*` at their end for all that begin so; absent: of any. */
  readonly deletes?: readonly string[];
}

/** Of operators, whose command line changes rows of every kind, and of the scanner, which ends what others began. */
export const ALL_USE: TableUse = { checks: true };

/**
 * By function. Each worker ends its attempts; the page ends an episode whose notices then go, and is open to everybody;
 * the breaker takes its own alerts back.
 */
export const TABLE_USE: Readonly<Record<Service, TableUse>> = {
  ...byWorker((queue) => ({ checks: QUEUES[queue].checksRows })),
  // It calls hosts that others chose: it ends its attempts and its events, and takes its alerts back.
  'webhook-sender': { checks: false, deletes: ['W#*', 'WEBHOOK#*', 'OPERATORS'] },
  scanner: ALL_USE,
  'owner-page': { checks: false, deletes: ['R#*', 'OPERATORS'] },
  breaker: { checks: false, deletes: ['OPERATORS'] },
};

/** What the table port does, as far as it is used, and on what. */
export function stateStatements(table: TableV2, { checks, deletes }: TableUse): PolicyStatement[] {
  const indexes = INDEX_NAMES.map((name) => `${table.tableArn}/index/${name}`);
  const actions = [
    'dynamodb:BatchGetItem',
    ...(checks ? ['dynamodb:ConditionCheckItem'] : []),
    ...(deletes ? [] : ['dynamodb:DeleteItem']),
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ];
  const statements = [
    new PolicyStatement({ actions, resources: [table.tableArn] }),
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [table.tableArn, ...indexes] }),
  ];
  if (deletes) statements.push(deletionOf(table, deletes));
  return statements;
}

function deletionOf(table: TableV2, partitions: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:DeleteItem'],
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
  });
}

/** Allows a function what it does to the table. */
export function allowState(taker: TaskwardenFunction, table: TableV2, use: TableUse): void {
  for (const statement of stateStatements(table, use)) taker.role.addToPolicy(statement);
}

/** Putting events on the bus in Taskwarden's own name, and in no other's. */
export function ownEvents(bus: EventBus): PolicyStatement {
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [bus.eventBusArn],
    conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
  });
}
