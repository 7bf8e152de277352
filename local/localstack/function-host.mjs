// Runs a Lambda function's handler in this process: invocations come as JSON lines on standard input, answers go as
// JSON lines to the pipe whose number is given. When standard input ends, so does the process.
import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const PIPE = Number(process.argv[2]);
const { env } = process;
const MODULES = ['.mjs', '.js', '.cjs'];

let logs = '';
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) => {
    logs += chunk;
    return write(chunk, ...rest);
  };
}

function answer(body, failed) {
  writeSync(PIPE, `${JSON.stringify({ body: body ?? null, failed, logs })}\n`);
}

function described(error) {
  const { name = 'Error', message = String(error), stack = '' } = error instanceof Error ? error : {};
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}

async function load() {
  const [file, name] = (env._HANDLER ?? 'index.handler').split('.');
  const found = MODULES.map((ending) => join(env.LAMBDA_TASK_ROOT, file + ending)).find(existsSync);
  if (found === undefined) throw new Error(`Cannot find module '${file}'`);
  const handler = (await import(pathToFileURL(found).href))[name];
  if (typeof handler !== 'function') throw new Error(`${env._HANDLER} is undefined or not exported`);
  return handler;
}

function contextOf(invocation) {
  const endsAt = performance.now() + Number(env.AWS_LAMBDA_FUNCTION_TIMEOUT) * 1_000;
  return {
    awsRequestId: invocation['invoke-id'],
    invokedFunctionArn: invocation['invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
  };
}

async function run(handler, invocation) {
  const context = contextOf(invocation);
  env._X_AMZN_TRACE_ID = invocation['trace-id'];
  logs = `START RequestId: ${context.awsRequestId} Version: ${context.functionVersion}\n`;
  const result = await handler(JSON.parse(invocation.payload || 'null'), context).then(
    (body) => ({ body, failed: false }),
    (error) => ({ body: described(error), failed: true }),
  );
  logs += `END RequestId: ${context.awsRequestId}\n`;
  answer(result.body, result.failed);
}

try {
  const handler = await load();
  const invocations = createInterface({ input: process.stdin });
  invocations.on('line', (line) => run(async (...given) => handler(...given), JSON.parse(line)));
  invocations.on('close', () => process.exit(0));
  answer(null, false);
} catch (error) {
  answer(described(error), true);
  process.exit(1);
}
