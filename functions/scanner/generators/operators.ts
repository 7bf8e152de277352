import { formatInstant } from '../../abandonment/time.ts';
import { alertEntry, type OperatorAlertCode } from '../../platform/alert-codes.ts';
import type { OperatorAlert } from '../../platform/ports.ts';
import { keys } from '../../store/keys.ts';
import { type OperatorAlertRecord, operatorAlertFromRow } from '../../store/operator-alerts.ts';
import {
  type AlertsAndIncidents,
  loadAlertsAndIncidents,
  operatorIncidentEnd,
  operatorIncidentWrite,
} from '../../store/operator-incidents.ts';
import type { Row, Write } from '../../store/table/table.port.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { type AlertTold, alertNews } from '../../webhooks/alert-news.ts';
import { lasts, lastsThisHour } from '../alert-lasts.ts';
import { count } from '../evaluate-task.ts';
import type { Generator } from '../generator.ts';
import {
  type EndedIncident,
  endedBefore,
  type Followed,
  followUp,
  goneOn,
  incidentOf,
  isSameIncident,
  lengthOf,
  REPEATED_AFTER,
} from '../incidents.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/**
 * Notifies operators of what is new, each week again of what lasts, and of what is over: one message for each code and
 * scan. Webhooks hear of the beginning and of the end.
 */
export const operatorsGenerator: Generator = {
  name: 'operators',
  band: 'urgent',
  everySeconds: 0,
  async run(run) {
    const findings: Findings = {
      groups: new Map(),
      stored: { alerts: new Map(), incidents: new Map(), closed: new Map() },
    };
    await gatherDue(run, findings);
    await gatherEnds(run, findings);
    return sweep(run, {
      name: 'operators',
      partitions: [
        { items: [...findings.groups.values()], work: (group) => notifyOperators(run, findings, group) },
      ],
      atOnce: 1,
    });
  },
};

/** What belongs to one code. */
interface Group {
  id: OperatorAlertCode;
  due: Due[];
  ends: End[];
}

/** One thing, by the sort key of its alert. */
interface Found extends Followed {
  id: string;
}

/** An alert, and its row as it stands. */
interface Due extends Found {
  alert: OperatorAlertRecord;
  row: Row;
}

interface End extends Found {
  incident: EndedIncident;
}

/** What a turn found, and what operators are to be notified of. */
interface Findings {
  stored: AlertsAndIncidents;
  groups: Map<OperatorAlertCode, Group>;
}

function groupOf({ groups }: Findings, code: OperatorAlertCode): Group {
  const group = groups.get(code) ?? { id: code, due: [], ends: [] };
  groups.set(code, group);
  return group;
}

/** What is due, in one group for each code. */
async function gatherDue(run: Run, findings: Findings): Promise<void> {
  const work = async (due: Due) => {
    if (await isDue(run, due)) groupOf(findings, due.alert.code).due.push(due);
  };
  await sweep(run, { name: 'operators', partitions: [{ items: alertsOf(run, findings), work }], atOnce: 4 });
  for (const { due } of findings.groups.values()) due.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function* alertsOf(run: Run, findings: Findings): AsyncGenerator<Due> {
  findings.stored = await loadAlertsAndIncidents(run.system.table);
  for (const [id, row] of findings.stored.alerts)
    yield { ...foundOf(findings, id), alert: operatorAlertFromRow(row), row };
}

function foundOf({ stored: { alerts, incidents, closed } }: Findings, id: string): Found {
  const row = alerts.get(id);
  const alert = row && operatorAlertFromRow(row);
  return { id, alert, incident: incidents.get(id), closedAt: closed.get(id)?.at };
}

/** Whether it is to be sent now; one that was sent and lasts no more goes. */
async function isDue(run: Run, due: Due): Promise<boolean> {
  const { alert, row } = due;
  if (alert.toldAt === null) return !(await isNotedAsKnown(run, due));
  if (alertEntry(alert.code).isOnce) return false;
  if (alert.rejected && run.now < alert.rejected.until) return false;
  if (alert.endedAt !== undefined || run.now - alert.toldAt < REPEATED_AFTER) return false;
  if (await lasts(run, alert)) return true;
  await writeUnlessRefused(run.system, [{ delete: { pk: row.pk, sk: row.sk } }], 'the end of an alert');
  return false;
}

/** One that flaps is not sent anew; the week after which it is sent again counts from when it was sent. */
async function isNotedAsKnown(run: Run, due: Due): Promise<boolean> {
  const { incident, alert } = due;
  if (!incident || !isSameIncident(due, run.now) || run.now - incident.toldAt >= REPEATED_AFTER) return false;
  const goesOn = incident.endedAt === null ? [] : [operatorIncidentWrite(goneOn(incident))];
  await note(run, due, [notifiedWrite(due, alert.rev, incident.toldAt), ...goesOn]);
  return true;
}

/** Refused where it changed meanwhile: what it says now is sent with the next scan. */
function notifiedWrite({ row }: Due, rev: number, toldAt: number): Write {
  return { put: { ...row, toldAt, rev: rev + 1 }, if: [{ equals: ['rev', rev] }] };
}

/** Follows what is not to be sent now, and finds what is over. */
async function gatherEnds(run: Run, findings: Findings): Promise<void> {
  const { alerts, incidents, closed } = findings.stored;
  const due = new Set([...findings.groups.values()].flatMap((group) => group.due.map(({ id }) => id)));
  const items = [...new Set([...alerts.keys(), ...incidents.keys(), ...closed.keys()])]
    .filter((id) => !due.has(id))
    .map((id) => foundOf(findings, id))
    .filter(({ alert }) => alert?.toldAt !== null);
  const work = (found: Found) => follow(run, findings, found);
  await sweep(run, { name: 'operators', partitions: [{ items, work }], atOnce: 4 });
  for (const { ends } of findings.groups.values()) ends.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function follow(run: Run, findings: Findings, found: Found): Promise<void> {
  const { alert, incident } = found;
  const isLasting = alert && incident ? await lastsThisHour(run, alert) : undefined;
  const next = followUp(found, isLasting, run.now);
  if (next.what === 'notify')
    groupOf(findings, next.ended.code).ends.push({ ...found, incident: next.ended });
  if (next.what === 'forget') await note(run, found, forgotten(findings, found));
  if (next.what !== 'note') return;
  const news = incident ? [] : newsOf(run, next.incident, [{ since: next.incident.since }]);
  await note(run, found, [operatorIncidentWrite(next.incident), ...news]);
}

function forgotten({ stored: { closed } }: Findings, { id, incident }: Found): Write[] {
  const mark = closed.get(id);
  return [
    ...(incident ? [operatorIncidentEnd(incident)] : []),
    ...(mark ? [{ delete: keys.operatorAlertClosed(mark.code, mark.subject) }] : []),
  ];
}

/** What was not stored for another writer or a busy table is found again by the next scan. */
async function note(run: Run, { id }: Found, writes: Write[]): Promise<void> {
  // Named by the scan: who repeats it recognises what it wrote.
  const { outcome } = await run.system.table.transact(writes, `${run.id} ${id}`);
  if (outcome !== 'applied') count(run, 'conflicts');
}

function newsOf(
  run: Run,
  about: Pick<OperatorAlertRecord, 'code' | 'subject'>,
  alerts: AlertTold[],
): Write[] {
  return alertNews(run.system, run.view.pausesRecord.webhooks, about, alerts, run.now);
}

/** Notifies operators of all of one code in one message: a tenant who makes a thousand of them fills no mailbox. */
async function notifyOperators(run: Run, findings: Findings, { due, ends }: Group): Promise<void> {
  const over = [
    ...due.flatMap((alert) => endedBefore(alert, run.now) ?? []),
    ...ends.map(({ incident }) => incident),
  ];
  const [first, ...others] = [
    ...due.map(({ alert: { code, subject, detail } }): OperatorAlert => ({ code, subject, detail })),
    ...over.map(overAlert),
  ];
  if (!first) return;
  await run.system.operators.notify(first, others);
  for (const begun of due) {
    const writes = [notifiedWrite(begun, begun.alert.rev, run.now), ...knownWrites(run, findings, begun)];
    await writeUnlessRefused(run.system, writes, 'that operators were told');
  }
  for (const end of ends) await note(run, end, endWrites(run, findings, end));
}

function overAlert({ code, subject, since, endedAt }: EndedIncident): OperatorAlert {
  const detail = `over since ${formatInstant(endedAt)}; it lasted ${lengthOf(endedAt - since)}`;
  return { code, subject, detail, isOver: true };
}

/** What operators know of an alert once they are notified, and the row for webhooks. */
function knownWrites(run: Run, findings: Findings, due: Due): Write[] {
  const { alert, incident, closedAt } = due;
  const before = endedBefore(due, run.now);
  const lasting = incidentOf(due, run.now);
  const isCondition = !alertEntry(alert.code).isEvent;
  const isNews = (alert.toldAt === null && !isSameIncident(due, run.now)) || (isCondition && !incident);
  const news = newsOf(run, alert, [
    ...(before ? [before] : []),
    ...(isNews ? [{ since: lasting.since }] : []),
  ]);
  const mark = closedAt === undefined ? [] : forgotten(findings, { id: due.id });
  return [...(isCondition ? [operatorIncidentWrite(lasting)] : []), ...mark, ...news];
}

/** It is forgotten, or, where its alert stays until it would be due again, marked as sent. */
function endWrites(run: Run, findings: Findings, end: End): Write[] {
  const { alert, incident } = end;
  const news = newsOf(run, incident, [incident]);
  if (!alert) return [...forgotten(findings, end), ...news];
  return [operatorIncidentWrite({ ...incident, endToldAt: run.now }), ...news];
}
