import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { deployLocal } from '../../local/deploy.ts';
import { type Emulator, startEmulator } from '../../local/emulator.ts';
import { connectTo } from '../../local/local-aws.ts';
import { say, timed } from '../../local/progress.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the emulator answers. */
    endpoint: string;
    /** A folder with each mail that its SES took, as it went over the wire. */
    mailFolder: string;
  }
}

/** Starts an emulator of its own and deploys the stage `local` with its schedule of a tick each minute. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The mails are read as they go over the wire, which an emulator that runs already does not show.
  delete process.env.AWS_ENDPOINT_URL;
  const mailFolder = await mkdtemp(join(tmpdir(), 'taskwarden-mails-'));
  let emulator: Emulator | undefined;
  process.once('exit', () => emulator?.kill());
  const teardown = async () => {
    await emulator?.stop();
    await rm(mailFolder, { recursive: true, force: true });
  };
  try {
    emulator = await startEmulator(say);
    const { endpoint } = emulator;
    collectMails(emulator, mailFolder);
    await timed(say, 'Deploying stage local', () => deployLocal(connectTo(endpoint)));
    project.provide('endpoint', endpoint);
    project.provide('mailFolder', mailFolder);
    process.env.TASKWARDEN_TABLE_ENDPOINT = endpoint;
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

function collectMails(emulator: Emulator, folder: string): void {
  let mails = 0;
  emulator.onMail((raw) => {
    mails += 1;
    writeFile(join(folder, `${String(mails).padStart(4, '0')}.eml`), raw).catch((error: unknown) =>
      say(`a mail could not be kept: ${error}`),
    );
  });
}
