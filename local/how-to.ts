import { STAGE } from './deploy.ts';
import { awsVariables } from './local-aws.ts';

/** A call of the command line, from the checkout. */
export function commandLine(args: string): string {
  return `npm run -s taskwarden -- ${args}`;
}

/** What to type into another terminal to ask the stage on an emulator; `task`: one that is worth a look. */
export function furtherCommands(endpoint: string, task: string): string[] {
  const wanted = ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const variables = awsVariables(endpoint);
  const of = (args: string) => commandLine(`--stage ${STAGE} ${args}`);
  return [
    `export ${wanted.map((name) => `${name}=${variables[name]}`).join(' ')}`,
    of('alerts list'),
    of(`explain ${task}`),
    of(`tasks show ${task}`),
    of('policy list'),
    of(`undo --task ${task}`),
  ];
}
