import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { inject } from 'vitest';
import { loadScans } from '../../functions/store/scans.ts';
import { loadDeployment } from '../../local/deploy.ts';
import { connectTo } from '../../local/local-aws.ts';
import { connectStage, type LocalStage } from '../../local/stage.ts';

/** The mode that was deployed for these tests, whose clock is the machine's. */
export async function deployedStage(): Promise<LocalStage> {
  const aws = connectTo(inject('endpoint'));
  return connectStage(aws, await loadDeployment(aws));
}

/** All mails that SES took so far, each parsed from the message as it went over the wire. */
async function mailsSoFar(): Promise<Email[]> {
  const folder = inject('mailFolder');
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map(async (name) => PostalMime.parse(await readFile(join(folder, name)))));
}

/** The mails to one address. */
export async function mailsTo(address: string): Promise<Email[]> {
  return (await mailsSoFar()).filter(({ to }) => to?.some((recipient) => recipient.address === address));
}

/** Asks until there is an answer; throws when there is none in time. */
export async function eventually<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  withinMs = 150_000,
): Promise<Answer> {
  for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await setTimeout(250);
  }
  throw new Error(`${what}: not within ${withinMs / 1_000} s`);
}

/** Waits until the schedule's next scan is completed, so that what follows has a minute until the one after it. */
export async function nextScan({ system }: LocalStage): Promise<void> {
  const before = (await loadScans(system.table)).completedAt;
  await eventually('the scheduled scan', async () => {
    const { completedAt } = await loadScans(system.table);
    return completedAt !== before ? true : undefined;
  });
}
