import { amount } from '../../functions/platform/amounts.ts';
import type { EffectLine, MailItemLine, SummaryLine } from './effects.ts';

/** One line of the output as a person reads it: the instant, then what happened. */
export function timelineOf(line: EffectLine | SummaryLine): string {
  return `${line.at}  ${wording(line)}`;
}

function wording(line: EffectLine | SummaryLine): string {
  switch (line.type) {
    case 'alert-fired':
      return `alert fired      ${line.task} #${line.episode}: ${STATE[line.alert]} ${line.since} (mode ${line.stage})`;
    case 'alert-resolved':
      return `alert resolved   ${line.task} #${line.episode}: ${line.reason}`;
    case 'mail':
      return `mail             to ${line.to}: ${line.report ? `weekly report of ${line.report.week}` : line.items.map(notice).join('; ')}`;
    case 'mail-failed':
      return `mail failed      to ${line.to}: ${line.reason}`;
    case 'task-disabled':
      return `task disabled    ${line.task} #${line.episode}${line.disableAt ? `, due ${line.disableAt}` : ' by an owner'}`;
    case 'task-enabled':
      return `task enabled     ${line.task} by ${line.by}`;
    case 'held':
      return `held             ${line.task}${line.episode === null ? '' : ` #${line.episode}`}: ${line.reason}`;
    case 'operator-alert':
      return `operators told   ${line.code}: ${'task' in line ? line.task : line.detail}`;
    case 'summary':
      return totals(line);
  }
}

const STATE = { task_abandoned: 'not running since', task_overdue: 'past its deadline of' };

function notice(item: MailItemLine): string {
  if (item.episode === null) return `${item.notice} ${item.task}, deadline ${item.disableAt}`;
  const date = item.disableAt ? `, will be disabled ${item.disableAt}` : '';
  return `${item.notice} ${item.task} #${item.episode}${date}`;
}

function totals(line: SummaryLine): string {
  return [
    `${amount(line.scans, 'scan')} of ${amount(line.tasks, 'task')}:`,
    `${amount(line.alertsFired, 'alert')} fired, ${amount(line.mails, 'mail')}, ${line.disabled} disabled,`,
    `${amount(line.deadLettered, 'dead letter')}, ${amount(line.oops, 'failed attempt')},`,
    `${amount(line.promisesChecked, 'check')} of promises held`,
  ].join(' ');
}
