import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { awsProblem } from './aws-problems.ts';
import { paintedDiagnostics, paintFor } from './colour.ts';
import { addGroup, type Cli, withCommonOptions } from './command.ts';
import { registerAdmins } from './commands/admins.ts';
import { registerAlarms } from './commands/alarms.ts';
import { registerAlertsList } from './commands/alerts-list.ts';
import { registerAlertsShow } from './commands/alerts-show.ts';
import { registerApprove } from './commands/approve.ts';
import { registerBackups } from './commands/backups.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConfig } from './commands/config.ts';
import { registerConsole } from './commands/console.ts';
import { registerControlPlanes } from './commands/control-planes.ts';
import { registerControlPlanesCheck } from './commands/control-planes-check.ts';
import { registerCost } from './commands/cost.ts';
import { registerDataPlanes } from './commands/data-planes.ts';
import { registerDismiss } from './commands/dismiss.ts';
import { registerDlq } from './commands/dlq.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEvents } from './commands/events.ts';
import { registerExplain } from './commands/explain.ts';
import { registerGenerators } from './commands/generators.ts';
import { registerHistory } from './commands/history.ts';
import { registerHolds } from './commands/holds.ts';
import { registerInit } from './commands/init.ts';
import { registerMailList } from './commands/mail-list.ts';
import { registerMailResend } from './commands/mail-resend.ts';
import { registerMailShow } from './commands/mail-show.ts';
import { registerOops } from './commands/oops.ts';
import { registerOwners } from './commands/owners.ts';
import { registerPauses } from './commands/pauses.ts';
import { registerPolicyFiles } from './commands/policy-files.ts';
import { registerPolicyGet } from './commands/policy-get.ts';
import { registerPolicyHistory } from './commands/policy-history.ts';
import { registerPolicyList } from './commands/policy-list.ts';
import { registerPolicySet } from './commands/policy-set.ts';
import { registerPolicyUnset } from './commands/policy-unset.ts';
import { registerPreview } from './commands/preview.ts';
import { registerQueues } from './commands/queues.ts';
import { registerRecipientsForget } from './commands/recipients-forget.ts';
import { registerRecipientsList } from './commands/recipients-list.ts';
import { registerRecipientsRevive } from './commands/recipients-revive.ts';
import { registerRecipientsShow } from './commands/recipients-show.ts';
import { registerReport } from './commands/report.ts';
import { registerRollout } from './commands/rollout.ts';
import { registerScan } from './commands/scan.ts';
import { registerSimulate } from './commands/simulate.ts';
import { registerSources } from './commands/sources.ts';
import { registerStatus } from './commands/status.ts';
import { registerSubscriptions } from './commands/subscriptions.ts';
import { registerTasksImport } from './commands/tasks-import.ts';
import { registerTasksList } from './commands/tasks-list.ts';
import { registerTasksResetVersion } from './commands/tasks-reset-version.ts';
import { registerTasksShow } from './commands/tasks-show.ts';
import { registerUndo } from './commands/undo.ts';
import { registerWebhooks } from './commands/webhooks.ts';
import { registerWebhooksHistory } from './commands/webhooks-history.ts';
import { registerWebhooksReplay } from './commands/webhooks-replay.ts';
import { registerWork } from './commands/work.ts';
import { faultLine, UsageError } from './errors.ts';
import { groupCommands, HELP_FORM } from './help.ts';
import { safe } from './terminal.ts';

/** How the program ends (simulate alone has 3: a promise was broken). */
const EXIT = { done: 0, fault: 1, usage: 2 } as const;

const NOTES = `
Exit codes: 0 it was done; 1 a fault; 2 something given was wrong (one line on standard error says what); 130 Ctrl-C.

A stage is named by --stage, TASKWARDEN_STAGE, ./taskwarden.json or ~/.config/taskwarden/config.json, in this order; else it is
local. \`taskwarden config\` shows which. \`taskwarden COMMAND --help\` has examples.
First steps: init, deploy it (README.md), doctor, tasks list, explain. Files that commands read: docs/formats.md.`;

/**
 * Runs the program.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code; `simulate` sets `process.exitCode` itself
 */
export async function run(argv: readonly string[], on: Cli): Promise<number> {
  const isPlain = argv.includes('--no-color');
  const stderr = paintedDiagnostics(on.stderr, paintFor(on.stderr, on.env, isPlain));
  const cli: Cli = { ...on, isPlain, stderr };
  try {
    await buildProgram(cli).parseAsync([...argv], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return report(error, argv.includes('--debug'), cli);
  }
}

/** The program with all its commands. */
export function buildProgram(cli: Cli): Command {
  const program = withCommonOptions(new Command('taskwarden'))
    .description('Finds tasks that nobody keeps alive, notifies their owners in time, and disables them.')
    .configureHelp(HELP_FORM)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
      outputError: (text, write) => write(`${safe(asSaid(text))}\n`),
    })
    .version(`taskwarden ${versionOf()}`, '-V, --version', 'the version of this command line')
    .addHelpText('after', NOTES);
  registerStatus(program, cli);
  const tasks = addGroup(program, 'tasks', 'tasks: load, list, show, take a version back');
  for (const register of [
    registerTasksImport,
    registerTasksList,
    registerTasksShow,
    registerTasksResetVersion,
  ])
    register(tasks, cli);
  registerInit(program, cli);
  registerExplain(program, cli);
  registerHistory(program, cli);
  const alerts = addGroup(program, 'alerts', 'the history of alerts');
  for (const register of [registerAlertsList, registerAlertsShow]) register(alerts, cli);
  registerAlarms(
    addGroup(program, 'alarms', 'the alarms of CloudWatch: list, and test that they arrive'),
    cli,
  );
  registerSimulate(program, cli);
  registerPreview(program, cli);
  registerReport(program, cli);
  registerConsole(program, cli);
  const policy = addGroup(program, 'policy', 'what holds where: globally, for a prefix, for a task');
  for (const register of [
    registerPolicyGet,
    registerPolicySet,
    registerPolicyUnset,
    registerPolicyList,
    registerPolicyHistory,
    registerPolicyFiles,
  ]) {
    register(policy, cli);
  }
  registerRollout(
    addGroup(program, 'rollout', 'the mode of a scope, step by step, with what speaks for the next'),
    cli,
  );
  registerSubscriptions(addGroup(program, 'subscriptions', 'who else hears of the alerts of a prefix'), cli);
  registerAdmins(addGroup(program, 'admins', 'who hears of alerts where no owner can be reached'), cli);
  registerOwners(addGroup(program, 'owners', 'who owns tasks that name no owner: rules of a file'), cli);
  const mail = addGroup(program, 'mail', 'mails: list, show, resend');
  for (const register of [registerMailList, registerMailShow, registerMailResend]) register(mail, cli);
  const recipients = addGroup(program, 'recipients', 'who is mailed, and whom no mail reaches');
  registerRecipientsList(recipients, cli);
  for (const register of [registerRecipientsShow, registerRecipientsRevive, registerRecipientsForget])
    register(recipients, cli);
  const webhooks = addGroup(program, 'webhooks', 'URLs that are called when something happens to tasks');
  for (const register of [registerWebhooks, registerWebhooksHistory, registerWebhooksReplay])
    register(webhooks, cli);
  registerSources(addGroup(program, 'sources', 'who may put events on the bus'), cli);
  registerDataPlanes(addGroup(program, 'data-planes', 'data planes: list, say that one is gone'), cli);
  registerEvents(
    addGroup(program, 'events', 'events of owning systems: check, send, see what was refused'),
    cli,
  );
  for (const register of [registerScan, registerPauses, registerApprove, registerDismiss, registerUndo])
    register(program, cli);
  registerWork(addGroup(program, 'work', 'bulk commands: how far they are, and stopping them'), cli);
  registerBackups(program, cli);
  registerDoctor(program, cli);
  registerCost(program, cli);
  const controlPlanes = addGroup(
    program,
    'control-planes',
    'where tasks live: how they are listed, and whether a server keeps to the contract',
  ).alias('control-plane');
  registerControlPlanes(controlPlanes, cli);
  registerControlPlanesCheck(controlPlanes, cli);
  registerHolds(
    addGroup(
      program,
      'holds',
      'what holds many tasks at once until you say so: see, approve, reject, dismiss',
    ),
    cli,
  );
  registerGenerators(
    addGroup(
      program,
      'generators',
      'sources of work beside the steps of a scan: when each is asked, and why',
    ),
    cli,
  );
  registerOops(addGroup(program, 'oops', 'failed attempts, by kind of failure'), cli);
  registerDlq(
    addGroup(program, 'dlq', 'dead letters: what was given up, sending it back, discarding it'),
    cli,
  );
  registerQueues(
    addGroup(program, 'queues', 'whether queues are worked, and pausing and resuming them'),
    cli,
  );
  registerConfig(program, cli);
  registerCompletion(program, cli);
  groupCommands(program);
  return program;
}

/** What commander says of a mistake, on one line and in words of this program. */
function asSaid(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(
      /^(error: (?:missing required argument|too many arguments).*?)\.?$/,
      '$1; --help shows how it is used',
    )
    .replace(
      /command-argument value ('.*') is invalid for argument ('\w+')/,
      'argument $2 is $1, which is invalid',
    );
}

/** The version in `package.json`. */
function versionOf(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}

function report(error: unknown, debug: boolean, cli: Cli): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const usage = error instanceof UsageError;
  const lines = usage ? error.lines : [awsProblem(error, cli.env) ?? faultLine(error)];
  for (const line of lines) cli.stderr.write(`error: ${safe(line)}\n`);
  if (debug && !usage && error instanceof Error) cli.stderr.write(`${safeLines(error.stack ?? '')}\n`);
  return usage ? EXIT.usage : EXIT.fault;
}

function safeLines(text: string): string {
  return text.split('\n').map(safe).join('\n');
}
