/**
 * Serves tasks: `node examples/control-plane-http/main.ts --port 8080 --tasks tasks.json`, or `--generated 1000000`.
 * Who may ask stands in the environment: TASKS_BASIC (user:password), TASKS_TOKEN, TASKS_SECRET (whsec_...).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { controlPlane } from './server.ts';
import { generatedTasks, tasksOfFile } from './tasks.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
    tasks: { type: 'string', default: join(import.meta.dirname, 'tasks.json') },
    generated: { type: 'string' },
  },
});
const tasks =
  values.generated === undefined ? tasksOfFile(values.tasks) : generatedTasks(Number(values.generated));
const { TASKS_BASIC: basic, TASKS_TOKEN: token, TASKS_SECRET: secret } = process.env;
const server = controlPlane(tasks, { basic, token, secret });
server.listen(Number(values.port), values.host, () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : values.port;
  console.log(`tasks at http://${values.host}:${port}/tasks`);
});
