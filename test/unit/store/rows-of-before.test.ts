import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { breakerFromRow } from '../../../functions/breaker/run.ts';
import { waitingFromRow } from '../../../functions/catalog/waiting.ts';
import { doctorRunFromRow } from '../../../functions/operators/doctor.ts';
import { stepFromRow } from '../../../functions/scanner/step.ts';
import { alertFromRow, alertWrite } from '../../../functions/store/alerts.ts';
import { auditBesideFromRow, auditFromRow, auditWrite } from '../../../functions/store/audit.ts';
import { dataPlaneFromRow, dataPlaneWrite } from '../../../functions/store/data-planes.ts';
import { digestFromRow, digestWrite } from '../../../functions/store/digests.ts';
import { generatorFromRow, newGenerator } from '../../../functions/store/generators.ts';
import { givenUpFromRow } from '../../../functions/store/given-up.ts';
import { canaryRoundFromRow, canaryRoundWrite, feedbackFromRow } from '../../../functions/store/heard.ts';
import { milestoneFromRow } from '../../../functions/store/milestones.ts';
import { noticeFromRow, noticeWrite } from '../../../functions/store/notices.ts';
import { occurrenceFromRow, oopsFromRow } from '../../../functions/store/oops.ts';
import { operatorAlertFromRow, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import {
  operatorIncidentFromRow,
  operatorIncidentWrite,
} from '../../../functions/store/operator-incidents.ts';
import {
  operatorWorkFromRow,
  operatorWorkWrite,
  workPartFromRow,
  workPartWrite,
} from '../../../functions/store/operator-work.ts';
import { ownerRulesFromRow } from '../../../functions/store/owner-rules.ts';
import { pausesFromRow, pausesWrite } from '../../../functions/store/pauses.ts';
import { adminFromRow, subscriptionFromRow } from '../../../functions/store/people.ts';
import { rateLimitFromRow, rateLimitWrite, warmUpLimitWrite } from '../../../functions/store/rate-limits.ts';
import { recipientFromRow, recipientWrite } from '../../../functions/store/recipients.ts';
import { refusalsFromRow, refusalsWrite } from '../../../functions/store/refusals.ts';
import { refusedEventsFromRow, refusedEventsWrite } from '../../../functions/store/refused-events.ts';
import { scansFromRow, scansWrite } from '../../../functions/store/scans.ts';
import { sourceFromRow, sourceWrite } from '../../../functions/store/sources.ts';
import { withSeconds } from '../../../functions/store/table/expiry.ts';
import type { Row, Write } from '../../../functions/store/table/table.port.ts';
import { taskFromRow, taskWrite } from '../../../functions/store/tasks.ts';
import { startFromRow } from '../../../functions/work/oops.ts';

/** Rows as version 0.1 stored them, one of each kind. What is here may stand in a table: it is never renewed. */
const STORED = {
  alert: {
    pk: 'T#acmeCo/prod/c',
    sk: 'A#000001',
    v: 1,
    b: 8,
    task: 'acmeCo/prod/c',
    episode: 1,
    type: 'task_abandoned',
    stage: 'disable',
    since: 1768192680000,
    firedAt: 1768951800000,
    resolvedAt: 1769230800000,
    reason: 'disabled',
    evidence: {
      statuses: ['FAILED'],
      observedAt: 1769202000000,
      restarts: 0,
      countedMs: 797400000,
      warnAfterMs: 518400000,
      warnAfterFrom: 'global',
      version: 1,
    },
    mails: ['01KFFES0400331J4PBXD24JC9V', '01KFMKJE4003EMCTMSN08V3EJC'],
    run: '2026-01-24T05:00:00Z',
    untold: [{ key: 'ca5286dcdd932351e1046ef6c1f0e361', address: 'cem@xn--bcher-kva.test' }],
    holders: ['ca5286dcdd932351e1046ef6c1f0e361'],
    parting: {
      notice: 'enabled',
      since: 1770195600000,
      notBefore: 1770195600000,
      facts: { since: 1768192680000, restarts: 0, enabledAt: 1770195600000 },
    },
    ttl: 1803790800,
    g2pk: 'A#1',
    g2sk: '2026-01-20T23:30:00.000Z#acmeCo/prod/c',
    g1pk: 'U#1',
    g1sk: 'acmeCo/prod/c#1',
    w: '01KGKY2GM00587219HJVHRHKHY',
  },
  openAlert: {
    pk: 'T#beta/h',
    sk: 'A#000001',
    v: 1,
    b: 8,
    task: 'beta/h',
    episode: 1,
    type: 'task_abandoned',
    stage: 'notify',
    since: 1768213620000,
    firedAt: 1768388400000,
    resolvedAt: null,
    reason: null,
    evidence: {
      statuses: ['FAILED'],
      observedAt: 1768327200000,
      restarts: 0,
      countedMs: 174780000,
      warnAfterMs: 172800000,
      warnAfterFrom: 'global',
      version: 1,
    },
    mails: [],
    run: null,
    untold: [],
    holders: [],
    g2pk: 'A#0',
    g2sk: '2026-01-14T11:00:00.000Z#beta/h',
    w: '01KEY2K4W00136J09YB5136ZD9',
  },
  recipient: {
    pk: 'R#5374360461a1c32b6eb1eb01b213b54b',
    sk: 'R',
    v: 1,
    b: 8,
    key: '5374360461a1c32b6eb1eb01b213b54b',
    address: 'ana@acme.test',
    dead: null,
    declined: false,
    lastMailAt: 1768388460000,
    lastWarnedAt: 1768388460000,
    lastDigest: '01KF1D0X8000P23E4077J40923',
    sending: null,
    retryAt: null,
    admittedAt: 1768327200000,
    queuedFor: null,
    gatheringUntil: 1767982200000,
    rev: 26,
    zone: 'Europe/Berlin',
    quietHours: { from: '00:00', to: '12:01' },
    g2pk: 'R#5',
    g2sk: 'alive#5374360461a1c32b6eb1eb01b213b54b',
    w: '01KF1D0Y7800PQJ24KM1TEXG1Q',
    mailedAt: [1768500000000],
    lastWithdrawnAt: 1768500000000,
  },
  notice: {
    pk: 'R#5374360461a1c32b6eb1eb01b213b54b',
    sk: 'N#beta/h#000001',
    v: 1,
    b: 8,
    recipient: '5374360461a1c32b6eb1eb01b213b54b',
    address: 'ana@acme.test',
    task: 'beta/h',
    episode: 1,
    pending: {
      notice: 'warning',
      since: 1768388400000,
      notBefore: 1768388400000,
      order: { firedAt: 1768388400000, since: 1768213620000 },
    },
    g1pk: 'Q#5',
    g1sk: '5374360461a1c32b6eb1eb01b213b54b#beta/h#1',
    p: {
      notBefore: 1768388400000,
      notice: 'warning',
      order: { firedAt: 1768388400000, since: 1768213620000, address: 'ana@acme.test' },
    },
    w: '01KEY2K4W00136J09YB5136ZD9',
  },
  digest: {
    pk: 'G#01KEE31GR000A1BM5XF44CNK0X',
    sk: 'G',
    v: 1,
    b: 8,
    id: '01KEE31GR000A1BM5XF44CNK0X',
    recipient: '5374360461a1c32b6eb1eb01b213b54b',
    address: 'ana@acme.test',
    claimedAt: 1767852000000,
    leaseUntil: 1767852060000,
    state: 'superseded',
    notAfter: 1767852060000,
    sentAt: null,
    messageId: null,
    retryAt: null,
    items: [
      {
        task: 'acmeCo/task4',
        episode: 2,
        notice: 'warning',
        grace: 1,
        disableAt: 1768024800000,
        after: 172800000,
        since: 1767634860000,
        restarts: 0,
        asked: 1767808800000,
      },
    ],
    applied: false,
    rev: 2,
    g2pk: 'M#2',
    g2sk: '2026-01-08T06:00:00.000Z#01KEE31GR000A1BM5XF44CNK0X#5374360461a1c32b6eb1eb01b213b54b',
    w: '01KEEQMPG000AF6KR3WKNSKJER',
    unsettled: true,
    g1pk: 'G#2',
    g1sk: '2026-01-08T06:01:00.000Z#01KEE31GR000A1BM5XF44CNK0X',
  },
  pauses: {
    pk: 'META',
    sk: 'PAUSES',
    v: 1,
    b: 8,
    evaluate: null,
    notify: 1768199460000,
    disable: null,
    evaluatePaused: [],
    rev: 1,
    w: '01KERED550012ZHZ4V6YCKM20Y',
  },
  scans: {
    pk: 'META',
    sk: 'SCANS',
    v: 1,
    b: 8,
    claimed: 1767225600000,
    leaseUntil: 1767225840000,
    completedAt: null,
    gaps: [],
    rev: 1,
    w: '01KDVDNA00000H1HJ1TF11SBYA',
  },
  pace: {
    pk: 'META',
    sk: 'PACE',
    v: 1,
    b: 8,
    runs: [
      {
        at: 1768122000000,
        run: '2026-01-11T09:00:00Z',
        count: 1,
        unapproved: [{ tenant: 'gamma', dataPlane: 'eu-1', count: 1 }],
      },
    ],
    rev: 1,
    w: '01KEP4H8M001GGF5CFQ64AG96H',
  },
  ramp: {
    pk: 'META',
    sk: 'RAMP',
    v: 1,
    b: 8,
    runs: [{ at: 1768388400000, count: 3 }],
    rev: 1,
    w: '01KEY2K4W0013900SEWCWSX0BE',
  },
  dataPlane: {
    pk: 'PLANES',
    sk: 'eu-1',
    v: 1,
    b: 8,
    name: 'eu-1',
    state: 'up',
    since: 1767225600000,
    lifeSignAt: 1769177220000,
    unknown: [],
    outages: [
      {
        from: 1767690000000,
        membersUntil: 1767693600000,
        members: 11,
        countedTo: 1768233600000,
        endedAt: 1768233600000,
      },
    ],
    rev: 561,
    w: '01KFNJW0X001X2C04BVGYWFD15',
    reportedAt: 1769177220000,
  },
  operatorAlert: {
    pk: 'OPERATORS',
    sk: 'data-plane-silent#eu-1',
    v: 1,
    code: 'data-plane-silent',
    subject: 'eu-1',
    detail: 'no life sign of eu-1 since 2026-01-09T12:00:00.000Z; the clocks of its tasks stand still',
    since: 1767966420000,
    toldAt: 1767966420000,
    active: true,
    rev: 3,
    w: '01KEHYMK8000DW419NZ8M17FYZ',
    endedAt: 1767981600000,
  },
  operatorIncident: {
    pk: 'OPERATORS',
    sk: '~told#data-plane-silent#eu-1',
    v: 1,
    b: 8,
    code: 'data-plane-silent',
    subject: 'eu-1',
    since: 1767966420000,
    toldAt: 1767966420000,
    endedAt: null,
    active: false,
    detail: '',
    rev: 1,
    w: '01KEHYMK8000DW419NZ8M17FYZ',
  },
  source: {
    pk: 'SOURCES',
    sk: 'owning-system',
    v: 1,
    name: 'owning-system',
    prefixes: ['*'],
    dataPlanes: ['*'],
    w: '01KDVDNA000001GXW8Z6QWBRYP',
  },
  audit: {
    pk: 'T#gamma/k',
    sk: 'L#2026-01-11T09:00:00.000Z#disabled#1awgmmr',
    v: 1,
    task: 'gamma/k',
    at: 1768122000000,
    act: 'disabled',
    by: 'taskwarden',
    reason: 'abandoned; its grace is over',
    evidence: {
      notPrimarySince: 1767344400000,
      counted: 777600000,
      abandonedAt: 1767862800000,
      disableAt: 1768122000000,
      recoversAt: null,
      withdraw: [],
      run: '2026-01-11T09:00:00Z',
      confirmedAt: 1768122000000,
    },
    mails: ['01KEEDB3M00126JTM3YZYY5B14', '01KEKJ4HM001BP3GG464K14MS0'],
    ttl: 1802682000,
    w: '01KEP4H8M001GPPESC5CNA0EG8',
  },
  auditBeside: {
    pk: 'AUDIT#operators',
    sk: 'L#2026-01-12T10:00:00.000Z#pause disable#439prs',
    v: 1,
    subject: 'operators',
    at: 1768212000000,
    act: 'pause disable',
    by: 'ops@acme.test',
    reason: 'a move of the fleet',
    evidence: { until: 1768384800000 },
    mails: [],
    ttl: 1802772000,
    w: '01KERXQ2M001GPPESC5CNA0EG8',
  },
  oops: {
    pk: 'OOPS',
    sk: 'c0d2472814f0',
    v: 1,
    worker: 'notify',
    cause: 'permanent',
    error: 'unreadable',
    site: 'functions/work/pipeline.ts recordFailure',
    fingerprint: 'c0d2472814f0',
    sample: 'not JSON',
    firstSeenAt: 1767340860000,
    lastSeenAt: 1767340860000,
    count: 1,
    lastItem: 'm7',
    lastAttempt: 1,
    lastVersion: '1',
    resolvedAt: null,
    rev: 1,
    ttl: 1801900860,
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  attempt: {
    pk: 'W#2',
    sk: 'notify#d1a1694080c56373e8e80610c2aef72a#m78',
    v: 1,
    queue: 'notify',
    item: 'd1a1694080c56373e8e80610c2aef72a',
    messageId: 'm78',
    attempt: 1,
    startedAt: 1768388400000,
    since: 1768388400000,
    endsBy: 1768388430000,
    endedAt: null,
    functionVersion: '1',
    ttl: 1768820400,
    w: '01KEY2K4W0013EFE4HNPTE0V3N',
  },
  breaker: {
    pk: 'BREAKER',
    sk: 'ingest',
    v: 1,
    phase: 'closed',
    since: 0,
    version: '1',
    versionSince: 0,
    countFrom: 0,
    trippedBy: null,
    probed: null,
    probeAt: null,
    wait: 300000,
    incident: null,
    toldAt: null,
    busySince: null,
    failedAt: null,
    trialFailedAt: null,
    rev: 1,
    w: '01KDYVMK600019HBF792K109P5',
  },
  milestone: {
    pk: 'MILESTONES#2026-01-15#3',
    sk: '2026-01-15T00:00:00.000Z#ended#acmeCo/prod/a#000001',
    v: 1,
    b: 8,
    at: 1768435200000,
    task: 'acmeCo/prod/a',
    episode: 1,
    cell: { plane: 'eu-1', mode: 'disable', cause: 'failed' },
    kind: 'ended',
    reason: 'recovered',
    wasWarned: true,
    restarts: 3,
    ttl: 1802995200,
    w: '01KEZ2K4W0013EFE4HNPTE0V3N',
  },
  generator: {
    pk: 'TURNS',
    sk: 'listings',
    v: 1,
    b: 8,
    name: 'listings',
    cursor: null,
    notBefore: 1767340860000,
    leaseUntil: null,
    isHung: false,
    empty: 2,
    failures: 1,
    failure: { at: 1767340800000, reason: 'Error: away', fingerprint: 'c0d2472814f0' },
    turns: 12,
    askedAt: 1767340800000,
    settings: 'urgent 0  ',
    version: '1',
    paused: null,
    rev: 24,
    w: '2026-01-02T08:00:00Z generators 2',
  },
  step: {
    pk: 'GENERATORS',
    sk: 'digests',
    v: 1,
    name: 'digests',
    cursor: null,
    failures: 1,
    notBefore: 0,
    w: '01KECSV58000945R7AC2Z09FTQ',
  },
  task: {
    pk: 'T#acmeCo/prod/a',
    sk: 'T',
    v: 1,
    b: 8,
    task: {
      id: 'acmeCo/prod/a',
      kind: 'derivation',
      dekaf: false,
      owners: ['cem@xn--bcher-kva.test'],
      dataPlane: 'eu-1',
      enabled: true,
      createdAt: 1748736000000,
      version: 4,
      firstSeenAt: 1767225600000,
      enabledAt: 1769187600000,
      publishedByUserAt: 1769173200000,
      publishedAt: 1769187600000,
    },
    evidence: {
      statuses: ['BACKFILL', 'FAILED'],
      lastSeen: {},
      stale: [{ from: 1768219200000, to: 1769187600000 }],
      restarts: { total: 0, atLoss: 0 },
      observedAt: 1770206400000,
      firstObservedAt: 1767225600000,
      spells: { BACKFILL: 1767225600000, FAILED: 1767225600000 },
      heard: ['13wh8hl'],
    },
    episodes: 2,
    open: {
      number: 2,
      firedAt: 1769623200000,
      since: 1769187600000,
      warnAfter: 345600000,
      grace: 1,
      disableAfter: 604800000,
      graceStage: 'disable',
      told: {
        ca5286dcdd932351e1046ef6c1f0e361: {
          address: 'cem@xn--bcher-kva.test',
          grace: 1,
          warning: 'accepted',
          dated: true,
          acceptedAt: 1769709600000,
          digest: '01KG5EJZ8000X4F8BDWBCW1ENF',
          reminder: { lead: 86400000, deadline: 1770228000000, state: 'done' },
        },
      },
      dates: [{ at: 1769623200000, disableAt: 1770228000000, grace: 1, after: 604800000 }],
      rungs: [{ grace: 1, lead: 86400000, deadline: 1770228000000 }],
      mails: ['01KG2W688000VR6EPPG1NWFRYV'],
      disabling: {
        state: 'requested',
        run: '2026-02-04T18:00:00Z',
        disableAt: 1770228000000,
        queuedAt: 1770228000000,
        attempts: 1,
        requestedAt: 1770228000000,
      },
    },
    vetoes: { count: 1, lastAt: 1769173200000 },
    asked: {
      at: 1770228000000,
      episode: 2,
      run: '2026-02-04T18:00:00Z',
      disableAt: 1770228000000,
      since: 1769187600000,
    },
    undo: { episode: 1, by: 'operator', at: 1769187600000, state: 'told' },
    next: { at: 1770229800000, why: 'look' },
    rev: 66,
    g2pk: 'O#3',
    g2sk: 'acmeCo/prod/a',
    g1pk: 'L#3',
    g1sk: '2026-02-04T18:30:00.000Z',
    g3pk: 'P#eu-1',
    g3sk: '2026-01-23T17:00:00.000Z#N',
    w: '01KGMWZ980012XMTAGYXRPGSJJ',
  },
  feedbackSilentPauses: {
    pk: 'META',
    sk: 'PAUSES',
    v: 1,
    b: 8,
    evaluate: null,
    notify: null,
    disable: null,
    evaluatePaused: [{ from: 1767225600000, to: 1767229200000 }],
    feedbackSilent: 1767312000000,
    rev: 3,
    w: '01KERED550012ZHZ4V6YCKM20Y',
  },
  canaryRound: {
    pk: 'META',
    sk: 'FEEDBACK-CANARY',
    v: 1,
    b: 8,
    id: '01KEE31GR000A1BM5XF44CNK0X',
    since: 1767852000000,
    askedAt: 1767852000000,
    sentAt: 1767852060000,
    messages: ['ses-1', 'ses-2'],
    deliveredAt: 1767852120000,
    bouncedAt: null,
    rev: 4,
    w: '01KEEQMPG000AF6KR3WKNSKJER',
  },
  refusals: {
    pk: 'META',
    sk: 'REFUSALS',
    v: 1,
    b: 8,
    words: 'Address is not valid',
    recipients: ['5374360461a1c32b6eb1eb01b213b54b'],
    many: false,
    blamed: ['01KEE31GR000A1BM5XF44CNK0X'],
    rev: 2,
    w: '01KEEQMPG000AF6KR3WKNSKJER',
  },
  softRecipient: {
    pk: 'R#2bbeb3de67aee674b013a0e423d895ce',
    sk: 'R',
    v: 1,
    b: 8,
    key: '2bbeb3de67aee674b013a0e423d895ce',
    address: 'bob@acme.test',
    dead: { reason: 'soft-bounce', at: 1767571200000, until: 1768780800000 },
    soft: [{ digest: '01KE5Q86000042KJ56C4X0K48P', at: 1767571200000 }],
    declined: true,
    lastMailAt: null,
    lastWarnedAt: null,
    lastDigest: null,
    sending: null,
    retryAt: null,
    admittedAt: null,
    queuedFor: null,
    gatheringUntil: null,
    language: 'en',
    rev: 3,
    g2pk: 'R#6',
    g2sk: 'dead#2bbeb3de67aee674b013a0e423d895ce',
    w: '01KE5Q86000046CDBDWQAVRWM0',
  },
  occurrence: {
    pk: 'OOPS#c0d2472814f0',
    sk: '2026-01-02T08:01:00.000Z#01KDYVJRK00018NKW2A8SJ820F',
    v: 1,
    fingerprint: 'c0d2472814f0',
    at: 1767340860000,
    worker: 'notify',
    item: 'm7',
    attempt: 1,
    version: '1',
    attempts: 3,
    feedsBreaker: true,
    ttl: 1769932860,
    g2pk: 'F#notify',
    g2sk: '2026-01-02T08:01:00.000Z#01KDYVJRK00018NKW2A8SJ820F',
    p: { version: '1', attempts: 3, since: 1767340860000 },
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  givenUp: {
    pk: 'GIVEN-UP',
    sk: 'disable#acmeCo/a#1',
    v: 1,
    queue: 'disable',
    item: 'acmeCo/a#1',
    fingerprint: 'c0d2472814f0',
    version: 4,
    at: 1767340860000,
    reason: 'Error: too large',
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  doctorRun: {
    pk: 'META',
    sk: 'DOCTOR',
    v: 1,
    at: 1767340860000,
    by: 'operator',
    green: false,
    checks: [{ name: 'queues', result: 'fail' }],
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  waiting: {
    pk: 'T#acmeCo/a',
    sk: 'O',
    v: 1,
    evidence: {
      statuses: ['FAILED'],
      lastSeen: {},
      stale: [],
      restarts: { total: 0, atLoss: 0 },
      observedAt: 1767340860000,
    },
    deletion: null,
    at: 1767340860000,
    rev: 2,
    ttl: 1767945660,
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  feedback: {
    pk: 'META',
    sk: 'FEEDBACK',
    v: 1,
    unansweredSince: null,
    heardAt: 1767340860000,
    w: '01KDYVJRK00018NKW2A8SJ820F',
  },
  reminder: {
    pk: 'R#5374360461a1c32b6eb1eb01b213b54b',
    sk: 'N#beta/h#000001',
    v: 1,
    b: 8,
    recipient: '5374360461a1c32b6eb1eb01b213b54b',
    address: 'ana@acme.test',
    task: 'beta/h',
    episode: 1,
    pending: {
      notice: 'reminder',
      since: 1768388400000,
      notBefore: 1768388400000,
      lead: 86400000,
      by: 1768474800000,
    },
    g1pk: 'Q#5',
    g1sk: '5374360461a1c32b6eb1eb01b213b54b#beta/h#1',
    p: { notBefore: 1768388400000, notice: 'reminder', by: 1768474800000 },
    w: '01KEY2K4W00136J09YB5136ZD9',
  },
  topicTold: {
    pk: 'R#2bbeb3de67aee674b013a0e423d895ce',
    sk: 'N#beta/h#000001',
    v: 1,
    b: 8,
    recipient: '2bbeb3de67aee674b013a0e423d895ce',
    address: 'arn:aws:sns:eu-west-1:123456789012:task-news',
    task: 'beta/h',
    episode: 1,
    pending: {
      notice: 'disabled',
      since: 1768388400000,
      notBefore: 1768389000000,
      facts: {
        since: 1768213620000,
        restarts: 2,
        twitches: 1,
        disabledAt: 1768388400000,
        resolvedReason: 'disabled',
      },
    },
    g1pk: 'Q#6',
    g1sk: '2bbeb3de67aee674b013a0e423d895ce#beta/h#1',
    p: { notBefore: 1768389000000, notice: 'disabled', informs: true },
    w: '01KEY2K4W00136J09YB5136ZD9',
  },
} satisfies Record<string, Row>;

/** What a row of before says beside what places it in the table. */
function recordOf(row: Row, ...placing: string[]): Record<string, unknown> {
  const beside = new Set(['pk', 'sk', 'v', 'b', 'w', 'ttl', 'p', 'g1pk', 'g1sk', 'g2pk', 'g2sk', ...placing]);
  return Object.fromEntries(Object.entries(row).filter(([name]) => !beside.has(name)));
}

/** What stands in the table after a write, but for who wrote it. */
function stored(write: Write): Row {
  const [written] = withSeconds([write]);
  if (!written || !('put' in written)) throw new Error('not a row');
  const { w: _, ...row } = written.put;
  return JSON.parse(JSON.stringify(row)) as Row;
}

describe('a row of before that is read and stored again is the same row, a revision later', () => {
  const { task, digest, operatorAlert } = STORED;
  const policy = new PolicyBook(new Map()).for('acmeCo/prod/a');
  it.each<[string, { row: Row; again: Write; beside?: Record<string, unknown> }]>([
    ['a task', { row: task, again: taskWrite(taskFromRow(task), policy) }],
    ['an alert that goes on', { row: STORED.openAlert, again: alertWrite(alertFromRow(STORED.openAlert)) }],
    [
      'an alert that is resolved, which stays while somebody is to be notified',
      {
        row: STORED.alert,
        again: alertWrite(alertFromRow(STORED.alert)),
        beside: { ttl: undefined },
      },
    ],
    ['a recipient', { row: STORED.recipient, again: recipientWrite(recipientFromRow(STORED.recipient)) }],
    [
      'a recipient who was queued and never mailed, without an address',
      {
        row: { ...STORED.recipient, address: '' },
        again: recipientWrite(recipientFromRow({ ...STORED.recipient, address: '' })),
      },
    ],
    [
      'a recipient who is suppressed for a time',
      { row: STORED.softRecipient, again: recipientWrite(recipientFromRow(STORED.softRecipient)) },
    ],
    ['a warning', { row: STORED.notice, again: noticeWrite(noticeFromRow(STORED.notice)) }],
    ['a reminder', { row: STORED.reminder, again: noticeWrite(noticeFromRow(STORED.reminder)) }],
    [
      'what a topic hears of a disabling',
      { row: STORED.topicTold, again: noticeWrite(noticeFromRow(STORED.topicTold)) },
    ],
    ['a mail', { row: digest, again: digestWrite(digestFromRow(digest), { lookAt: 1_767_852_060_000 }) }],
    ['a data plane', { row: STORED.dataPlane, again: dataPlaneWrite(dataPlaneFromRow(STORED.dataPlane)) }],
    [
      'the pauses',
      {
        row: STORED.feedbackSilentPauses,
        again: pausesWrite(pausesFromRow(STORED.feedbackSilentPauses)),
      },
    ],
    ['the scans', { row: STORED.scans, again: scansWrite(scansFromRow(STORED.scans)) }],
    [
      'the rate limit of disabling',
      { row: STORED.pace, again: rateLimitWrite(rateLimitFromRow(STORED.pace)) },
    ],
    [
      'the rate limit of warnings',
      { row: STORED.ramp, again: warmUpLimitWrite(rateLimitFromRow(STORED.ramp)) },
    ],
    [
      'a round of the canary',
      { row: STORED.canaryRound, again: canaryRoundWrite(canaryRoundFromRow(STORED.canaryRound)) },
    ],
    ['the refusals', { row: STORED.refusals, again: refusalsWrite(refusalsFromRow(STORED.refusals)) }],
    ['a source', { row: STORED.source, again: sourceWrite(sourceFromRow(STORED.source)) }],
    ['an act on a task', { row: STORED.audit, again: auditWrite(auditFromRow(STORED.audit)) }],
    [
      'an act that is about no task',
      { row: STORED.auditBeside, again: auditWrite(auditBesideFromRow(STORED.auditBeside)) },
    ],
    [
      'an alert to operators, with the number of buckets that all rows carry',
      {
        row: operatorAlert,
        again: operatorAlertWrite(operatorAlertFromRow(operatorAlert)),
        beside: { b: 8 },
      },
    ],
    [
      'what operators know of an alert',
      {
        row: STORED.operatorIncident,
        again: operatorIncidentWrite(operatorIncidentFromRow(STORED.operatorIncident)),
      },
    ],
  ])('%s', (_, { row, again, beside }) => {
    const { w: _w, ...before } = row;
    const rev = typeof row.rev === 'number' ? { rev: row.rev + 1 } : {};
    expect(stored(again)).toEqual({ ...before, ...beside, ...rev });
  });
});

it.each<[string, Row, object]>([
  ['a failure', STORED.oops, oopsFromRow(STORED.oops)],
  ['an attempt that failed', STORED.occurrence, occurrenceFromRow(STORED.occurrence)],
  ['an attempt that began', STORED.attempt, startFromRow(STORED.attempt)],
  ['work that is given up', STORED.givenUp, givenUpFromRow(STORED.givenUp)],
  ['a run of the doctor', STORED.doctorRun, doctorRunFromRow(STORED.doctorRun)],
  ['a generator', STORED.generator, generatorFromRow(STORED.generator)],
  ['a step of a tick', STORED.step, stepFromRow(STORED.step)],
  ['a milestone', STORED.milestone, milestoneFromRow(STORED.milestone)],
  ['what waits for a task', STORED.waiting, waitingFromRow(STORED.waiting)],
  ['what SES says of mails', STORED.feedback, feedbackFromRow(STORED.feedback)],
])('the row of %s says what it said', (_, row, record) => {
  expect(record).toEqual(recordOf(row));
});

it('the row of a generator that was woken before its first turn is that of a new one', () => {
  const row = { pk: 'TURNS', sk: 'listings', rev: 1, notBefore: 0, empty: 0 };
  expect(generatorFromRow(row)).toEqual({ ...newGenerator('listings'), rev: 1 });
});

it('the row of a breaker says what it said; its revision guards its writes and is no part of it', () => {
  expect(breakerFromRow(STORED.breaker)).toEqual(recordOf(STORED.breaker, 'rev'));
});

it('the rows of people say who hears of what, wherever they stand', () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:task-news';
  const alertTypes = ['task_abandoned'];
  const person = { pk: 'PEOPLE#acmeCo', sk: 'ana@acme.test S#acmeCo/', v: 1, g2pk: 'PEOPLE#S', w: 'w' };
  const subscription = { prefix: 'acmeCo/', email: 'ana@acme.test', alertTypes };
  expect(subscriptionFromRow({ ...person, ...subscription })).toEqual(subscription);
  const old = { pk: 'SUB#acmeCo/', sk: topic, v: 1, g2pk: 'SUBSCRIPTIONS', g2sk: 'acmeCo/', w: 'w' };
  const published = { prefix: 'acmeCo/', topic, alertTypes };
  expect(subscriptionFromRow({ ...old, ...published })).toEqual(published);
  const admin = { prefix: '', email: 'root@platform.test' };
  expect(adminFromRow({ pk: 'PEOPLE#', sk: 'root@platform.test A#', v: 1, ...admin, w: 'w' })).toEqual(admin);
});

it('the row of owner rules says what each of them says', () => {
  const packed = 'H4sIAAAAAAAAA4uONtJRSkzOTXXO11fSiVZKzEt0AHH1SlKLS5RiY3WijeHyJbkFIDWxsbEApX97vjYAAAA=';
  const { rules } = ownerRulesFromRow({ pk: 'OWNER-RULES', sk: 'digest', v: 1, packed, w: 'w' });
  expect(rules).toEqual([
    { line: 2, pattern: 'acmeCo/', owners: ['ana@acme.test'] },
    { line: 3, pattern: 'acmeCo/tmp/', owners: [] },
  ]);
});

it('the row of refused events is stored again as it was read', () => {
  const event = {
    source: 'fleet',
    isRegistered: true,
    detailType: 'Task Deleted',
    reason: 'malformed',
    key: 'at',
  };
  const kind = { ...event, detail: 'at is missing', count: 2, firstAt: 1, lastAt: 2 };
  const row = { pk: 'META', sk: 'REFUSED-EVENTS', v: 1, b: 8, kinds: [kind], more: null, rev: 3 };
  expect(stored(refusedEventsWrite(refusedEventsFromRow(row)))).toEqual({ ...row, rev: 4 });
});

it('the rows of a bulk command are stored again as they were read', () => {
  const request = { id: '01W', kind: 'undo', what: 'undo', by: 'olga', reason: '', at: 1_768_192_680_000 };
  const size = { items: 2, parts: 1, counts: { done: 1, skipped: 0, failed: 0 } };
  const place = { next: 0, round: 1, attempt: 0, notBefore: 2, startedAt: 3, workedAt: 4, endedAt: null };
  const lease = { holder: 'h', until: 5 };
  const command = { ...request, priority: 'normal', state: 'open', ...size, ...place, lease, rev: 3 };
  const found = { g2pk: 'OPERATOR-WORK', g2sk: '1#2026-01-12T04:38:00.000Z#01W' };
  const row = { pk: 'OPERATOR-WORK', sk: '01W', v: 1, b: 8, ...command, ...found };
  expect(stored(operatorWorkWrite(operatorWorkFromRow(row)))).toEqual({ ...row, rev: 4 });
  const items = [
    { id: 'a', of: 'r' },
    { id: 'b', result: { outcome: 'skipped', why: 'it is on', attempt: 0 } },
  ];
  const part = {
    pk: 'OPERATOR-WORK#01W',
    sk: 'P#000000',
    v: 1,
    b: 8,
    part: 0,
    items,
    rev: 1,
    ttl: 10_368_000,
  };
  expect(stored(workPartWrite('01W', workPartFromRow(part), 0))).toEqual({ ...part, rev: 2 });
});

describe('what older rows lack is as if nothing had been said', () => {
  const without = (row: Row, ...names: string[]): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))) as Row;

  it('of a recipient: no soft bounces, no mails of the day, no quiet hours', () => {
    const row = without(STORED.recipient, 'mailedAt', 'quietHours');
    expect(recipientFromRow(row)).toMatchObject({ soft: [], mailedAt: [], quietHours: null });
    expect(stored(recipientWrite(recipientFromRow(row)))).not.toHaveProperty('mailedAt');
  });

  it('of a mail: settled, and never acted on', () => {
    expect(digestFromRow(without(STORED.digest, 'unsettled'))).toMatchObject({ unsettled: false, acts: 0 });
  });

  it('of an alert: nobody held its warning; each is to be notified of what its own row says', () => {
    const pending = { notice: 'recovered', since: 1, notBefore: 2 };
    const untold = [{ key: 'k', address: 'ana@acme.test', pending }];
    const row = { ...without(STORED.alert, 'holders', 'parting'), untold } as Row;
    expect(alertFromRow(row)).toMatchObject({ holders: [], untold });
  });

  it('of the pauses: SES answers', () => {
    expect(pausesFromRow(STORED.pauses)).toMatchObject({ feedbackSilent: null, notify: 1_768_199_460_000 });
  });

  it('of an attempt: its message was received first when it began', () => {
    expect(startFromRow(without(STORED.attempt, 'since')).since).toBe(STORED.attempt.startedAt);
  });

  it('of a breaker that is open: the incident began when it opened, and operators were notified', () => {
    const row = without({ ...STORED.breaker, phase: 'open', since: 7 }, 'incident', 'busySince', 'failedAt');
    expect(breakerFromRow(row)).toMatchObject({ incident: 7, failedAt: 7, busySince: null });
  });

  it('of a task: no episode, no hold, no keep', () => {
    const row = without(STORED.task, 'open', 'vetoes', 'asked', 'undo', 'next');
    const none = { open: null, vetoes: null, asked: null, undo: null, next: null, keep: null, hold: null };
    expect(taskFromRow(row)).toMatchObject(none);
  });
});

it('what a newer version added to a row is kept by an older one that stores it again', () => {
  const row: Row = { ...STORED.recipient, pronouns: 'they' };
  expect(stored(recipientWrite(recipientFromRow(row)))).toMatchObject({ pronouns: 'they' });
});

it('the mark of a restored table is kept by who does not know it: on the pauses and on an episode', () => {
  const pauses = { ...STORED.feedbackSilentPauses, restoredAt: 7 };
  expect(stored(pausesWrite(pausesFromRow(pauses)))).toMatchObject({ restoredAt: 7 });
  const task = { ...STORED.task, open: { ...STORED.task.open, restoredAt: 7 } };
  const policy = new PolicyBook(new Map()).for('acmeCo/prod/a');
  expect(stored(taskWrite(taskFromRow(task), policy))).toMatchObject({ open: { restoredAt: 7 } });
});

describe('what a release stored of a whole fleet', () => {
  const folder = join(import.meta.dirname, '..', '..', 'fixtures');
  const files = readdirSync(folder).filter((name) => name.startsWith('rows-'));
  const rows: Row[] = files.flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).rows);
  const again: Record<string, (row: Row) => Write> = {
    A: (row) => alertWrite(alertFromRow(row)),
    G: (row) => digestWrite(digestFromRow(row), { lookAt: digestFromRow(row).claimedAt }),
    L: (row) => auditWrite(auditFromRow(row)),
    N: (row) => noticeWrite(noticeFromRow(row)),
    R: (row) => recipientWrite(recipientFromRow(row)),
    OPERATORS: (row) => operatorAlertWrite(operatorAlertFromRow(row)),
    PLANES: (row) => dataPlaneWrite(dataPlaneFromRow(row)),
    SOURCES: (row) => sourceWrite(sourceFromRow(row)),
  };
  const kindOf = ({ pk, sk }: Row): string => {
    const [kind = ''] = pk.split('#', 1);
    return ['T', 'R', 'G'].includes(kind) ? (sk.split('#', 1)[0] as string) : kind;
  };

  it.each(Object.keys(again))('is read and stored again as it was: %s', (kind) => {
    const ofKind = rows.filter((row) => kindOf(row) === kind);
    expect(ofKind.length).toBeGreaterThan(0);
    for (const row of ofKind) {
      const { w: _, ...before } = row;
      const rev = typeof row.rev === 'number' ? { rev: row.rev + 1 } : {};
      // Where indexes find a mail depends on when it is settled next, which its row does not say.
      expect(stored((again[kind] as (record: Row) => Write)(row))).toMatchObject(
        kind === 'G' ? { ...recordOf(row), ...rev } : { ...before, ...rev },
      );
    }
  });
});
