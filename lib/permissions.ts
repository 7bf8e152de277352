import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { TaskwardenFunction } from './constructs/taskwarden-function.ts';
import { INDEX_NAMES } from './state-stack.ts';

/** What the table port does (a transaction needs the permissions of its parts), and on what. */
export function stateStatements(table: TableV2): PolicyStatement[] {
  const indexes = INDEX_NAMES.map((name) => `${table.tableArn}/index/${name}`);
  return [
    new PolicyStatement({
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
      ],
      resources: [table.tableArn],
    }),
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [table.tableArn, ...indexes] }),
  ];
}

/** Allows a function what the table port does. */
export function allowState(taker: TaskwardenFunction, table: TableV2): void {
  for (const statement of stateStatements(table)) taker.role.addToPolicy(statement);
}
