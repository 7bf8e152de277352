import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type Lists, listsOfStage, readStage } from './demo-lists.ts';
import { episodesReport, firstOfEachKind, leftAloneReport, sampleMail } from './demo-report.ts';
import { ROOT } from './local-aws.ts';
import { type FiledMail, fileMails } from './mail-files.ts';
import type { SentMail } from './mailbox.ts';
import { say } from './progress.ts';
import type { LocalStage } from './stage.ts';

/** A path as one would type it in the checkout. */
export function here(path: string): string {
  return relative(ROOT, path);
}

/**
 * Says what a stage decided and why, and files its mails; answers the lists of its acts.
 * @param files where they go, and `about`: the task of which a mail is shown, where it matters which
 */
export async function showStage(
  stage: LocalStage,
  mails: readonly SentMail[],
  files: { mails: string; report: string; about?: string },
): Promise<Lists> {
  const rows = await readStage(stage.system.table);
  const digests = new Map(rows.digests.map((digest) => [digest.messageId ?? '', digest]));
  const filed = await fileMails(files.mails, mails, digests);
  const episodes = episodesReport(rows, filed);
  const alone = await leftAloneReport(stage, rows);
  await writeFile(files.report, [...episodes, '', ...alone, ''].join('\n'));
  say('\nWhat was decided, and why:\n');
  for (const line of episodes) say(line);
  say('\nHow all tasks stand at the end, by the decision that holds now:\n');
  for (const line of alone) say(line);
  showMails(filed, files);
  showDisabled(rows.tasks);
  return listsOfStage(rows, mails);
}

function showMails(
  filed: readonly FiledMail[],
  { mails: folder, about }: { mails: string; about?: string },
): void {
  say(`\n${filed.length} mails as their owners read them: ${here(folder)}/*.eml and *.html, for example`);
  for (const { eml, mail } of firstOfEachKind(filed)) say(`  ${here(eml)}\n      ${mail.subject}`);
  const sample = sampleMail(filed, about);
  if (!sample) return;
  say(`\nOne of them (${here(sample.eml)}), to ${sample.digest.address}:\n`);
  say(`  | Subject: ${sample.mail.subject}`);
  for (const line of sample.mail.text.trimEnd().split(/\r?\n/)) say(`  | ${line}`);
}

function showDisabled(tasks: Awaited<ReturnType<typeof readStage>>['tasks']): void {
  const off = tasks.filter(({ disabledByUs }) => disabledByUs !== null);
  say(`\nDisabled in the control plane (${off.length}):`);
  for (const { task } of off.sort((a, b) => (a.disabledByUs?.at ?? 0) - (b.disabledByUs?.at ?? 0))) {
    say(`  ${task.id}`);
  }
}
