import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DAY } from '../functions/abandonment/time.ts';
import { RealClock } from '../functions/platform/real-clock.ts';
import { localArguments } from './arguments.ts';
import { fleetAt } from './demo-fleet.ts';
import { deployLocal } from './deploy.ts';
import type { Emulator } from './emulator.ts';
import { askingCommands, commandLine, pointingAt, whatHolds } from './how-to.ts';
import { connectTo, LOCAL_FOLDER, ROOT } from './local-aws.ts';
import { mailFileName } from './mail-files.ts';
import type { RawMail } from './mail-sink.ts';
import { parseMail } from './mailbox.ts';
import { say, timed } from './progress.ts';
import { onEmulator, untilInterrupted } from './session.ts';

const FLEET = join(LOCAL_FOLDER, 'fleet.ndjson');
const MAILS = join(LOCAL_FOLDER, 'mails');

const clock = new RealClock();

/** Tasks to try it with, of which some are abandoned since today. */
async function writeFleet(): Promise<void> {
  const tasks = fleetAt(clock.now(), 8 * DAY);
  await writeFile(FLEET, tasks.map((task) => `${JSON.stringify(task)}\n`).join(''));
}

/** Puts each mail into files as it goes out, and says so. */
async function watchMails(emulator: Emulator): Promise<void> {
  await rm(MAILS, { recursive: true, force: true });
  await mkdir(MAILS, { recursive: true });
  let mails = 0;
  emulator.onMail((raw) => {
    mails += 1;
    fileMail(mails, raw).catch((error: unknown) => say(`a mail could not be written to a file: ${error}`));
  });
}

async function fileMail(number: number, raw: RawMail): Promise<void> {
  const mail = await parseMail(raw);
  const to = mail.to.join(', ');
  const path = join(MAILS, mailFileName(number, clock.now(), to, 'mail'));
  await writeFile(`${path}.eml`, raw);
  await writeFile(`${path}.html`, mail.html);
  say(`mail to ${to}: ${mail.subject}\n  ${relative(ROOT, path)}.eml and .html`);
}

function explain(emulator: Emulator): void {
  const ticks = emulator.name === 'ministack';
  const [deployed, soon] = ticks
    ? ['Stage local is deployed; its scanner runs every minute.', 'Within a minute']
    : ['Stage local is deployed.', 'Then'];
  say(`\n${deployed} To try it, in another terminal:\n`);
  const first = ['policy set global mode=disable', `tasks import ${relative(ROOT, FLEET)}`];
  const commands = [...first, ...(ticks ? [] : ['scan'])].map(commandLine);
  for (const line of [...pointingAt(emulator.endpoint), ...commands]) say(`  ${line}`);
  const appear = emulator.log === undefined ? 'go out' : 'appear here';
  say(`\n${soon} the first alerts fire, and mails to their owners ${appear}. Then ask:\n`);
  for (const line of askingCommands('acmeCo/legacy/crm-capture')) say(`  ${line}`);
  say('');
  for (const line of [...whatHolds(emulator), '']) say(line);
}

await onEmulator(say, localArguments('local').emulator, async (emulator, interrupted) => {
  await timed(say, 'Deploying stage local by cdk deploy (log: .local/deploy-*.log)', () =>
    deployLocal(connectTo(emulator.endpoint)),
  );
  await writeFleet();
  await watchMails(emulator);
  explain(emulator);
  await untilInterrupted(interrupted);
  return 0;
});
