import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { withoutOldestDates, withoutOldestLeft } from '../../../functions/abandonment/bounded-episode.ts';
import { BOUNDS } from '../../../functions/abandonment/bounds.ts';
import { NO_EVIDENCE, observe } from '../../../functions/abandonment/evidence.ts';
import { withSpan } from '../../../functions/abandonment/spans.ts';
import type { Episode, Evidence, RecipientPart } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Interval, MINUTE } from '../../../functions/abandonment/time.ts';
import { withOutage } from '../../../functions/scanner/steps/outages.ts';
import { alertWrite } from '../../../functions/store/alerts.ts';
import { dataPlaneWrite, newDataPlane, type OutageRecord } from '../../../functions/store/data-planes.ts';
import { digestWrite, newDigest } from '../../../functions/store/digests.ts';
import { MOST_WHY, partsOf, workPartWrite } from '../../../functions/store/operator-work.ts';
import { ownerRulesWrite } from '../../../functions/store/owner-rules.ts';
import { pausesWrite } from '../../../functions/store/pauses.ts';
import { rateLimitWrite } from '../../../functions/store/rate-limits.ts';
import { scansWrite } from '../../../functions/store/scans.ts';
import { measureRow, ROW_BYTES } from '../../../functions/store/table/row-limits.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import { aPolicy } from '../abandonment/decide-builders.ts';

const POLICY = aPolicy();
const NOW = Date.parse('2026-06-01T00:00:00Z');
/** Names that no packing makes shorter. */
const hash = (of: number, length: number) =>
  createHash('sha512').update(String(of)).digest('hex').slice(0, length);

/** A row of 400 KB by DynamoDB's count, with a tenth of it to spare. */
const ROOM = 0.9 * ROW_BYTES;

const bytesOf = (write: Write): number => measureRow(('put' in write && write.put) as Row);

/** As many spans as a list keeps, and far more offered. */
function spansOf(most: number): Interval[] {
  let spans: Interval[] = [];
  for (let hours = 0; hours < 9_000; hours += 2)
    spans = withSpan(
      spans,
      { from: NOW - 400 * DAY + hours * HOUR, to: NOW - 400 * DAY + (hours + 1) * HOUR },
      most,
    );
  return spans;
}

function staleEvidence(): Evidence {
  let evidence = NO_EVIDENCE;
  for (let place = 0; place < 6_800; place += 1)
    evidence = observe(
      evidence,
      { at: NOW - 400 * DAY + place * (DAY + MINUTE), statuses: ['FAILED'], name: hash(place, 7) },
      { ...POLICY, evidenceMaxAge: DAY },
    );
  return evidence;
}

const address = (place: number) => `${hash(place, 52)}@acme.test`;

function told(place: number, left: boolean): RecipientPart {
  return {
    address: address(place),
    grace: 3,
    warning: 'accepted',
    dated: true,
    acceptedAt: NOW + place,
    digest: hash(place, 26),
    reminder: { lead: DAY, deadline: NOW, state: 'done' },
    ...(left && { left: true }),
  };
}

function fullEpisode(): Episode {
  const people: Episode['told'] = {};
  for (let place = 0; place < 1_000; place += 1) people[hash(place, 32)] = told(place, false);
  for (let place = 1_000; place < 9_000; place += 1) people[hash(place, 32)] = told(place, true);
  const dates = Array.from({ length: 5_000 }, (_, place) => ({
    at: NOW + place,
    disableAt: NOW + place * MINUTE,
    grace: place,
    after: 7 * DAY,
  }));
  return {
    number: 9_999,
    firedAt: NOW,
    since: NOW,
    warnAfter: 14 * DAY,
    grace: 3,
    disableAfter: 7 * DAY,
    graceMode: 'disable',
    told: withoutOldestLeft(people),
    dates: withoutOldestDates(dates),
    rungs: Array.from({ length: 10 }, (_, lead) => ({ grace: 3, lead, deadline: NOW })),
    // The newest 5,000 are listed.
    mails: Array.from({ length: 5_000 }, (_, place) => hash(place, 26)),
  };
}

it('the row of a task has room for all that it may gather', () => {
  const task = {
    id: `${'é'.repeat(200)}/${hash(1, 100)}`,
    kind: 'capture' as const,
    dekaf: false,
    owners: Array.from({ length: 1_000 }, (_, place) => address(place)),
    dataPlane: 'p'.repeat(128),
    enabled: true,
    createdAt: NOW,
    version: Number.MAX_SAFE_INTEGER,
    firstSeenAt: NOW,
  };
  const evidence = staleEvidence();
  expect(evidence.stale.length).toBeLessThanOrEqual(BOUNDS.staleSpans.most);
  const record = { ...newTaskRecord(task), evidence, episodes: 9_999, open: fullEpisode() };
  const bytes = bytesOf(taskWrite(record, POLICY));
  expect(bytes).toBeLessThan(ROOM);
});

it('the row of a data plane has room for all that it may gather', () => {
  let outages: OutageRecord[] = [];
  for (let place = 0; place < 2_000; place += 1) {
    const from = NOW - 390 * DAY + place * 4 * HOUR;
    const outage = { from, membersUntil: from + HOUR, members: 1e6, countedTo: from, endedAt: from + HOUR };
    outages = withOutage(outages, outage);
  }
  const plane = { ...newDataPlane('p'.repeat(128), NOW), unknown: spansOf(BOUNDS.spans.most), outages };
  expect(bytesOf(dataPlaneWrite(plane))).toBeLessThan(ROOM);
});

it('the rows of pauses and of scans have room for all that they may gather', () => {
  const spans = spansOf(BOUNDS.spans.most);
  // The longest ARN, with a name before it, and the longest reason of the command line.
  const note = { by: 'b'.repeat(2_200), reason: 'r'.repeat(500), until: NOW };
  const pauses = {
    notes: { evaluate: note, notify: note, disable: note },
    evaluate: NOW,
    notify: NOW,
    disable: NOW,
    evaluatePaused: spans,
    feedbackSilent: null,
    rev: 0,
  };
  expect(bytesOf(pausesWrite(pauses))).toBeLessThan(ROOM);
  const scans = { claimed: NOW, leaseUntil: NOW, completedAt: NOW, gaps: spans, rev: 0 };
  expect(bytesOf(scansWrite(scans))).toBeLessThan(ROOM);
});

it('the row of an alert has room for all whom it may name', () => {
  const keys = Array.from({ length: 1_500 }, (_, place) => hash(place, 32));
  const facts = { since: NOW, restarts: 9_999, disabledAt: NOW };
  const pending = { notice: 'disabled' as const, since: NOW, notBefore: NOW, facts };
  const write = alertWrite({
    task: `${'é'.repeat(200)}/${hash(1, 100)}`,
    episode: 9_999,
    type: 'task_abandoned',
    stage: 'disable',
    since: NOW,
    firedAt: NOW,
    resolvedAt: NOW,
    reason: 'disabled',
    evidence: {},
    mails: Array.from({ length: 5_000 }, (_, place) => hash(place, 26)),
    run: null,
    untold: keys.map((key, place) => ({ key, address: address(place), pending })),
    holders: keys,
  });
  expect(bytesOf(write)).toBeLessThan(ROOM);
});

it('the row of a mail has room for as many tasks as fit into the mail', () => {
  // 1,000 at most, and 100,000 bytes of HTML in which each id stands once.
  const items = Array.from({ length: 1_000 }, (_, place) => ({
    task: hash(place, 100),
    episode: 9_999,
    notice: 'reminder' as const,
    grace: 3,
    disableAt: NOW,
    after: DAY,
    since: NOW,
    restarts: 1e9,
    twitches: 1e6,
    lead: DAY,
    asked: NOW,
  }));
  const digest = newDigest({
    id: hash(1, 26),
    recipient: hash(1, 32),
    address: address(1),
    claimedAt: NOW,
    leaseUntil: NOW,
  });
  expect(bytesOf(digestWrite({ ...digest, items }, { lookAt: NOW }))).toBeLessThan(ROOM);
});

it('the row of the rate limit has room for a day of one tenant on all data planes', () => {
  const unapproved = Array.from({ length: 1_000 }, (_, place) => ({
    tenant: 't'.repeat(40),
    dataPlane: `${place}`.padStart(128, 'p'),
    count: 1_000,
  }));
  const runs = [{ at: NOW, run: new Date(NOW).toISOString(), count: 1_000_000, unapproved }];
  expect(bytesOf(rateLimitWrite({ runs, rev: 0 }))).toBeLessThan(ROOM);
});

it('who holds no date is left out before who does, and the oldest first', () => {
  const people = {
    a: told(5, true),
    b: { ...told(9, true), dated: false },
    c: told(1, true),
    d: told(0, false),
  };
  expect(Object.keys(withoutOldestLeft(people, 1))).toEqual(['a', 'd']);
});

it('of dates that are too many none is forgotten that was later', () => {
  const date = (at: number, disableAt: number) => ({ at, disableAt, grace: 1, after: DAY });
  expect(withoutOldestDates([date(1, 90), date(2, 50), date(3, 60)], 2)).toEqual([date(1, 90), date(3, 60)]);
});

it('the row of the owner rules has room for the longest file', () => {
  // Digits to the base of 36 pack worst of what addresses may have.
  const local = (place: number) =>
    BigInt(`0x${hash(place, 64)}`)
      .toString(36)
      .slice(0, 48);
  const rules = Array.from({ length: BOUNDS.ownerRules.most }, (_, place) => ({
    line: place + 1,
    pattern: '*',
    owners: [`${local(place)}@b`],
  }));
  const file = rules.map(({ pattern, owners }) => `${pattern} ${owners.join(' ')}`).join('\n');
  expect(file.length).toBeGreaterThan(0.95 * BOUNDS.ownerFile.most);
  expect(file.length).toBeLessThanOrEqual(BOUNDS.ownerFile.most + 5_000);
  expect(bytesOf(ownerRulesWrite(rules))).toBeLessThan(ROOM);
});

it('the row of a part of a bulk command has room for a reason of each of its items', () => {
  const why = '\u{4e00}'.repeat(MOST_WHY);
  const ids = Array.from({ length: 5_000 }, (_, place) => ({
    id: hash(place, 128).padEnd(512, 'x'),
    of: NOW.toString(),
  }));
  const lines = ids.map(({ id }) => ({ id, of: JSON.stringify('o'.repeat(BOUNDS.ownerBytes.most)) }));
  for (const items of [ids, lines.slice(0, 50)]) {
    const parts = partsOf(items);
    expect(parts.flat()).toEqual(items);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(100);
      const worked = part.map((item) => ({
        ...item,
        result: { outcome: 'failed' as const, why, attempt: 1 },
      }));
      expect(bytesOf(workPartWrite(hash(1, 26), { part: 1, items: worked, rev: 1 }, NOW))).toBeLessThan(ROOM);
    }
  }
});
