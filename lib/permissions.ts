import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { INDEX_NAMES } from './state-stack.ts';

/** Allows what the table port does (a transaction needs the permissions of its parts). */
export function allowState(taker: TaskwardenFunction, table: TableV2): void {
  taker.allow(
    [
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
    ],
    [table.tableArn],
  );
  const indexes = INDEX_NAMES.map((name) => `${table.tableArn}/index/${name}`);
  taker.allow(['dynamodb:Query'], [table.tableArn, ...indexes]);
}
