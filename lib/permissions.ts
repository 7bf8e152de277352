import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { INDEX_NAMES } from './state-stack.ts';

/** Allows what the table port does (a transaction needs the permissions of its parts), and telling operators. */
export function allowState(taker: TaskwardenFunction, table: TableV2, operators: ITopic): void {
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
  taker.allow(['sns:Publish'], [operators.topicArn]);
}
