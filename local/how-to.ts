import { USUAL_ENDPOINT } from './emulator.ts';

/** A call of the command line, from the checkout. */
export function commandLine(args: string): string {
  return `npm run -s taskwarden -- ${args}`;
}

/** What another terminal needs so that the command line finds the stage `local`; nothing on the usual port. */
export function pointingAt(endpoint: string): string[] {
  return endpoint === USUAL_ENDPOINT ? [] : [`export AWS_ENDPOINT_URL=${endpoint}`];
}

/** What to type there to ask the stage; `task`: one that is worth a look. */
export function askingCommands(task: string): string[] {
  return [
    commandLine('alerts list'),
    commandLine(`explain ${task}`),
    commandLine(`tasks show ${task}`),
    commandLine('policy list'),
    commandLine('--help'),
  ];
}
