import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchWriteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { TestProject } from 'vitest/node';
import { keys } from '../../functions/store/keys.ts';
import { connectMail, loadDeployment } from '../../local/deploy.ts';
import { type Emulator, startEmulator } from '../../local/emulator.ts';
import {
  awsVariables,
  childEnvironment,
  connectTo,
  LOCAL_FOLDER,
  type LocalAws,
  ROOT,
} from '../../local/local-aws.ts';
import { LocalProblem, say, timed } from '../../local/progress.ts';
import { runProgram } from '../../local/run-program.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where LocalStack answers. */
    localStack: string;
    /** How `npm run demo` went on it: what it wrote, and what was wrong. */
    demo: { output: string; problem: string | null };
  }
}

/** DynamoDB's limit of one call. */
const BATCH = 25;

/** Starts LocalStack, runs the demo on it, and leaves its deployment with an empty table and the machine's time. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  delete process.env.AWS_ENDPOINT_URL;
  let emulator: Emulator | undefined;
  process.once('exit', () => emulator?.kill());
  const teardown = async () => emulator?.stop();
  try {
    emulator = await startEmulator(say, 'localstack');
    const { endpoint } = emulator;
    project.provide('localStack', endpoint);
    project.provide('demo', await timed(say, 'Running the demo on it', () => runDemo(endpoint)));
    const aws = connectTo(endpoint);
    const deployment = await loadDeployment(aws);
    await emptyTable(aws, deployment.table);
    await connectMail(aws, deployment, ['Bounce', 'Complaint', 'Delivery']);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function runDemo(endpoint: string): Promise<{ output: string; problem: string | null }> {
  const log = join(LOCAL_FOLDER, 'localstack-demo.log');
  const env = childEnvironment(awsVariables(endpoint));
  const tsx = join(ROOT, 'node_modules', '.bin', 'tsx');
  const problem = await runProgram(tsx, ['local/demo.ts'], { env, log, what: 'The demo' }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof LocalProblem) return error.message;
      throw error;
    },
  );
  return { output: await readFile(log, 'utf8'), problem };
}

/** The clock that the demo told goes with its fleet; who may put events stays, for functions store that as they start. */
async function emptyTable({ dynamoDb }: LocalAws, table: string): Promise<void> {
  for await (const { Items: rows = [] } of paginateScan({ client: dynamoDb }, { TableName: table })) {
    const gone = rows.filter(({ pk }) => pk?.S !== keys.source('').pk);
    for (let from = 0; from < gone.length; from += BATCH) {
      const requests = gone
        .slice(from, from + BATCH)
        .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: pk!, sk: sk! } } }));
      await dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    }
  }
}
