import type { Status } from '../functions/operators/overview/status.ts';
import { amount } from '../functions/platform/amounts.ts';
import type { Paint, Tone } from './colour.ts';
import { pausedText } from './paused.ts';
import { spanText } from './readable.ts';
import { columns, safe } from './terminal.ts';
import { problemOf } from './webhooks.ts';

/** A line of the screen: what it is about, what it says, and what its colour says. */
type Line = [about: string, says: string, tone?: Tone | undefined];

/** The status for people: what is paused first, then a line for each thing; about 25 of them. */
export function statusLines(stage: string, status: Status, paint: Paint, width?: number): string[] {
  const lines = [
    scanLine(status),
    fleetLine(status),
    ...planeLines(status),
    ...alertLines(status),
    dueLine(status),
    ...heldLines(status),
    unreachableLine(status),
    queuesLine(status),
    ...controlPlaneLines(status),
    ...webhookLines(status),
    ...operatorAlertLines(status),
    failuresLine(status),
    ...yesterdayLines(status),
  ];
  const toneOf = (row: number, place: number) => (place === 0 ? 'faint' : lines[row]?.[2]);
  const shown = columns(
    lines.map(([about, says]) => [about, says]),
    '',
    { width, paint, toneOf },
  );
  return [
    `${safe(stage)} at ${status.at}`,
    ...status.paused.map((pause) => paint('bad', `PAUSED since ${pause.since}: ${pausedText(pause)}`)),
    ...shown,
  ];
}

function scanLine({ scan }: Status): Line {
  const { completedAt, agoMs, everyMs, late } = scan;
  if (completedAt === null || agoMs === null) return ['last scan', 'none was completed yet', 'bad'];
  const says = `${completedAt}, ${spanText(agoMs)} ago (every ${spanText(everyMs)})`;
  return late
    ? ['last scan', `${says}: LATE, nobody is warned or disabled`, 'bad']
    : ['last scan', says, 'good'];
}

function fleetLine({ fleet }: Status): Line {
  if (fleet === null) return ['tasks', 'not counted: there are too many data planes'];
  const { eligible, alive, jobs } = fleet;
  const run = jobs === 0 ? '' : `, and ${amount(jobs, 'job')} run`;
  return ['tasks', `${eligible} watched: ${alive} run, ${eligible - alive} fail${run}`];
}

function planeLines({ planes }: Status): Line[] {
  return planes.map(({ name, state, since, inOutage }) => {
    const says = inOutage > 0 ? `outage of ${amount(inOutage, 'task')}` : state;
    return ['data plane', `${name}: ${says} since ${since}`, 'warn'];
  });
}

function alertLines({ alerts, looked }: Status): Line[] {
  const { open, byMode, byCause, overdue } = alerts;
  if (open === 0) return [['open alerts', 'none', 'good']];
  const modes = Object.entries(byMode).flatMap(([mode, tasks]) => (tasks > 0 ? [`${tasks} ${mode}`] : []));
  const late = overdue === 0 ? '' : `, ${overdue} of them past their own deadline`;
  const part = looked.read < looked.found ? ` (of the first ${looked.read} tasks of ${looked.found})` : '';
  const causes = Object.entries(byCause).map(([cause, tasks]) => `${tasks} ${cause}`);
  return [
    ['open alerts', `${open}${part}: by mode ${modes.join(', ')}${late}`],
    ['by cause', causes.join(', ')],
  ];
}

function dueLine({ due }: Status): Line {
  const { past, days, later } = due;
  const next = days.map(({ day, tasks }) => `${day.slice(5)} ${tasks}`).join(', ');
  const now = past === 0 ? '' : `NOW ${past}, `;
  return ['due by day', `${now}${next}, later ${later}`, past > 0 ? 'bad' : undefined];
}

/** The command that ends each hold of many; of the others each task has its own. */
const ENDED_BY: Record<string, string> = {
  'blast-radius': '`approve`',
  paused: '`resume`',
  'feedback-silent': '`doctor`',
  'no-reachable-owner': '`recipients list --suppressed`',
};

function heldLines({ held }: Status): Line[] {
  if (held.length === 0) return [['held', 'none']];
  return held.map(({ reason, tasks, since }) => {
    const ends = ENDED_BY[reason];
    const oldest = since === null ? '' : `, since ${since}`;
    return [`held`, `${tasks} ${reason}${oldest}${ends === undefined ? '' : ` (${ends})`}`, 'warn'];
  });
}

function unreachableLine({ unreachable: { addresses, first } }: Status): Line {
  if (addresses === 0) return ['unreachable', 'no address', 'good'];
  const some = first.map(({ address, why }) => `${address} (${why})`).join(', ');
  const more = addresses > first.length ? ', ...' : '';
  return ['unreachable', `${amount(addresses, 'address', 'addresses')}: ${some}${more}`, 'warn'];
}

function queuesLine({ queues, queuesProblem }: Status): Line {
  if (queuesProblem !== null) return ['queues', `cannot be asked: ${queuesProblem}`, 'warn'];
  const troubled = queues.filter(({ worked, breaker, paused }) => !worked || paused || breaker !== 'closed');
  if (troubled.length === 0) return ['queues', `all ${queues.length} are worked`, 'good'];
  const says = troubled.map(({ queue, worked, paused, open, breaker }) => {
    const by = paused ? `paused by ${paused.by}` : '';
    const broken = open ? `breaker ${breaker}` : '';
    return `${queue} ${worked ? '' : 'OFF '}(${[by, broken].filter(Boolean).join(', ') || 'switched off'})`;
  });
  return ['queues', `${says.join(', ')}; the others are worked`, 'bad'];
}

function controlPlaneLines({ controlPlanes, listings }: Status): Line[] {
  const failing = controlPlanes.map(
    ({ name, since, failures, why }): Line => [
      'control plane',
      `${name} fails since ${since} (${failures} in a row: ${why})`,
      'bad',
    ],
  );
  const held = listings.map(({ name, missing, before, pausedBy }): Line => {
    const says =
      missing === null ? `paused by ${pausedBy}` : `held: misses ${missing} of ${before} (\`holds list\`)`;
    return ['listing', `${name} ${says}`, 'warn'];
  });
  return [...failing, ...held];
}

/** A line for each that is not called as it should be; none where there are no webhooks. */
function webhookLines({ webhooks }: Status): Line[] {
  if (webhooks.length === 0) return [];
  const troubled = webhooks.flatMap((webhook): Line[] => {
    const problem = problemOf(webhook);
    return problem ? [['webhook', `${webhook.id} ${problem.says} (\`webhooks show\`)`, problem.tone]] : [];
  });
  if (troubled.length > 0) return troubled;
  return [
    [
      'webhooks',
      webhooks.length === 1 ? 'the one there is is called' : `all ${webhooks.length} are called`,
      'good',
    ],
  ];
}

/** A line for each code, with the newest that it is about. */
function operatorAlertLines({ operatorAlerts }: Status): Line[] {
  const codes = [...new Set(operatorAlerts.map(({ code }) => code))];
  return codes.flatMap((code): Line[] => {
    const [newest, ...others] = operatorAlerts.filter((alert) => alert.code === code);
    if (!newest) return [];
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const { subject, since, detail } = newest;
    return [['operators', `${code} ${subject}${more} since ${since}: ${detail}`, 'warn']];
  });
}

function failuresLine({ failures: { kinds, newest } }: Status): Line {
  if (!newest) return ['failures', 'none that is not resolved', 'good'];
  const says = `${amount(kinds, 'kind')}, the newest ${newest.lastSeenAt} in ${newest.worker}: ${newest.error} (\`oops list\`)`;
  return ['failures', says, 'warn'];
}

function yesterdayLines({ yesterday }: Status): Line[] {
  const { scans, fired, over, disabled, undone, acts } = yesterday;
  const says = `${amount(scans, 'scan')}, ${amount(fired, 'alert')} fired, ${over} over, ${amount(disabled, 'task')} disabled, ${undone} undone`;
  const done = acts.map(({ at, act, by, reason }): Line => {
    const why = reason === '' ? '' : ` (${reason})`;
    return ['', `${at} ${act}${why} by ${by}`];
  });
  return [['last 24 h', says], ...done];
}
