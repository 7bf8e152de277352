import { relative } from 'node:path';
import { argument } from '../functions/platform/shell-word.ts';
import { type Emulator, USUAL_ENDPOINT } from './emulator.ts';
import { TITLES } from './emulator-kind.ts';
import { ROOT } from './local-aws.ts';
import { MAILS_URL } from './mailbox.ts';

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
    commandLine(`explain ${argument(task)}`),
    commandLine(`tasks show ${argument(task)}`),
    commandLine('policy list'),
    commandLine('--help'),
  ];
}

/** What holds of an emulator: who hears of its mails, who starts the scanner, and what Ctrl-C does. */
export function whatHolds({ name, endpoint, log }: Emulator): string[] {
  const schedule =
    name === 'localstack'
      ? [`Schedules never fire on LocalStack: ${commandLine('scan')} has the scanner run.`]
      : [];
  if (log !== undefined) {
    const stopping = 'Ctrl-C stops it and removes what is deployed.';
    return [...schedule, `The emulator's log: ${relative(ROOT, log)}`, stopping];
  }
  return [
    ...schedule,
    `This ${TITLES[name]} was started elsewhere. Mails are not written to files here; it shows what its SES took at`,
    `  ${endpoint}${MAILS_URL[name]}`,
    'Its log is where it was started. Ctrl-C ends this command alone: the emulator and what is deployed stay.',
  ];
}
