import { describe, expect, it } from 'vitest';
import { bucketOf, index, keys } from '../../../functions/store/keys.ts';

const NOON = Date.parse('2026-01-15T12:00:00Z');
const AT = '2026-01-15T12:00:00.000Z';

/** As docs/architecture.md#rows-and-indexes has them: rows that stand in tables today are found under these alone. */
const PLACES: Record<
  keyof typeof keys,
  [made: { pk: string; sk: string } | string, pk: string, sk?: string]
> = {
  task: [keys.task('acmeCo/a'), 'T#acmeCo/a', 'T'],
  holder: [keys.holder('acmeCo/a', 1, 'ana'), 'T#acmeCo/a', 'H#000001#ana'],
  deadline: [keys.deadline('acmeCo/a'), 'T#acmeCo/a', 'D'],
  waitingObservation: [keys.waitingObservation('acmeCo/a'), 'T#acmeCo/a', 'O'],
  alert: [keys.alert('acmeCo/a', 12), 'T#acmeCo/a', 'A#000012'],
  audit: [keys.audit('acmeCo/a', NOON, 'keep', 'm'), 'T#acmeCo/a', `L#${AT}#keep#m`],
  auditBeside: [keys.auditBeside('recipients', NOON, 'forget', 'm'), 'AUDIT#recipients', `L#${AT}#forget#m`],
  recipient: [keys.recipient('ana'), 'R#ana', 'R'],
  softDeath: [keys.softDeath(NOON, 'ana'), 'SOFT', `${AT}#ana`],
  notice: [keys.notice('ana', 'acmeCo/a', 1), 'R#ana', 'N#acmeCo/a#000001'],
  digest: [keys.digest('d1'), 'G#d1', 'G'],
  work: [keys.work('notify', 'b', 'm1'), 'W#1', 'notify#b#m1'],
  workBucket: [keys.workBucket(3), 'W#3'],
  dataPlane: [keys.dataPlane('eu-1'), 'PLANES', 'eu-1'],
  dataPlaneCount: [keys.dataPlaneCount(), 'META', 'PLANES'],
  ownerRules: [keys.ownerRules('abc'), 'OWNER-RULES', 'abc'],
  policy: [keys.policy('acmeCo/'), 'POLICY', 'S#acmeCo/'],
  offices: [keys.offices('acmeCo'), 'PEOPLE#acmeCo'],
  subscription: [
    keys.subscription('acmeCo/prod/', 'ana@acme.test'),
    'PEOPLE#acmeCo',
    'ana@acme.test S#acmeCo/prod/',
  ],
  admin: [keys.admin('acmeCo/prod/', 'ana@acme.test'), 'PEOPLE#acmeCo', 'ana@acme.test A#acmeCo/prod/'],
  oldSubscription: [keys.oldSubscription('acmeCo/', 'ana@acme.test'), 'SUB#acmeCo/', 'ana@acme.test'],
  oldAdmin: [keys.oldAdmin('acmeCo/', 'ana@acme.test'), 'ADMIN#acmeCo/', 'ana@acme.test'],
  source: [keys.source('fleet'), 'SOURCES', 'fleet'],
  count: [keys.count('eu-1', 'acmeCo'), 'COUNT#eu-1', 'acmeCo'],
  leftOutage: [keys.leftOutage('eu-1', NOON), 'LEFT#eu-1', AT],
  pauses: [keys.pauses(), 'META', 'PAUSES'],
  scans: [keys.scans(), 'META', 'SCANS'],
  refusals: [keys.refusals(), 'META', 'REFUSALS'],
  refusedEvents: [keys.refusedEvents(), 'META', 'REFUSED-EVENTS'],
  pace: [keys.pace(), 'META', 'PACE'],
  ramp: [keys.ramp(), 'META', 'RAMP'],
  doctor: [keys.doctor(), 'META', 'DOCTOR'],
  turnedOff: [keys.turnedOff('run-1', 'acmeCo/a'), 'RUN#run-1', 'acmeCo/a'],
  run: [keys.run(NOON), 'RUNS', AT],
  generator: [keys.generator('digests'), 'TURNS', 'digests'],
  step: [keys.step('digests'), 'GENERATORS', 'digests'],
  operatorAlert: [keys.operatorAlert('breaker-open', 'notify'), 'OPERATORS', 'breaker-open#notify'],
  operatorIncident: [
    keys.operatorIncident('breaker-open', 'notify'),
    'OPERATORS',
    '~told#breaker-open#notify',
  ],
  operatorAlertClosed: [
    keys.operatorAlertClosed('breaker-open', 'notify'),
    'OPERATORS',
    '~closed#breaker-open#notify',
  ],
  oops: [keys.oops('f1'), 'OOPS', 'f1'],
  oopsOccurrence: [keys.oopsOccurrence('f1', NOON, 'o1'), 'OOPS#f1', `${AT}#o1`],
  refusal: [keys.refusal('f1', 'acmeCo/a'), 'REFUSED#f1', 'acmeCo/a'],
  redriven: [keys.redriven('disable', 'acmeCo/a'), 'REDRIVEN#disable#acmeCo/a', 'D'],
  givenUp: [keys.givenUp('disable', 'acmeCo/a'), 'GIVEN-UP', 'disable#acmeCo/a'],
  givenUpOf: [keys.givenUpOf('facts', '2026-01-15'), 'GIVEN-UP#facts', '2026-01-15'],
  breaker: [keys.breaker('notify'), 'BREAKER', 'notify'],
  queuePause: [keys.queuePause('notify'), 'BREAKER', 'PAUSE#notify'],
  probe: [keys.probe('notify'), 'BREAKER', 'PROBE#notify'],
  controlPlaneBreaker: [keys.controlPlaneBreaker('connect'), 'PLANE-BREAKERS', 'connect'],
  canary: [keys.canary('notify'), 'CANARY', 'notify'],
  feed: [keys.feed(), 'META', 'FEED'],
  feedback: [keys.feedback(), 'META', 'FEEDBACK'],
  feedbackCanary: [keys.feedbackCanary(), 'META', 'FEEDBACK-CANARY'],
  listing: [keys.listing('connect'), 'LISTINGS', 'connect'],
  listingEnd: [keys.listingEnd('connect', 1), 'LISTINGS#connect', '0000001'],
  listedPage: [keys.listedPage('connect', 1, 2), 'LISTED#connect', 'P#000001#0000002'],
  listedPart: [keys.listedPart('connect', 1, 2, 35), 'LISTED#connect', 'T#000001#0000002#z'],
  listedMoves: [keys.listedMoves('connect', 2, 1, 3), 'LISTED#connect', 'M#0000002#000001#3'],
  listedMissing: [keys.listedMissing('connect', 2, 3), 'LISTED#connect', 'H#0000002#000003'],
  listedAnew: [keys.listedAnew('connect', 'acmeCo/a'), 'LISTED#connect', 'C#acmeCo/a'],
  milestone: [
    keys.milestone('2026-01-15', 4, { at: NOON, kind: 'fired', task: 'acmeCo/a', episode: 1 }),
    'MILESTONES#2026-01-15#4',
    `${AT}#fired#acmeCo/a#000001`,
  ],
  milestones: [keys.milestones('2026-01-15', 4), 'MILESTONES#2026-01-15#4'],
  fact: [keys.fact('mails', '2026-01-15', 'acmeCo/eu-1'), 'FACTS#mails#2026-01-15', 'acmeCo/eu-1'],
  factDays: [keys.factDays(), 'META', 'FACTS'],
  webhook: [keys.webhook('w1'), 'WEBHOOKS', 'w1'],
  webhookNews: [keys.webhookNews('acmeCo/a', 1), 'WEBHOOK-NEWS', 'acmeCo/a#000000000001'],
  webhookDelivery: [keys.webhookDelivery('w1', 'D', 1), 'WEBHOOK#w1', 'D#000000000001'],
  operatorWork: [keys.operatorWork('01W'), 'OPERATOR-WORK', '01W'],
  operatorWorkPart: [keys.operatorWorkPart('01W', 1), 'OPERATOR-WORK#01W', 'P#000001'],
  look: [keys.look('P#acmeCo/'), 'LOOKS', 'P#acmeCo/'],
};

it.each(Object.entries(PLACES))('the row `%s` stands where every version finds it', (_, [made, pk, sk]) => {
  expect(made).toEqual(sk === undefined ? pk : { pk, sk });
});

/** The same of the indexes: a scan of today finds by them what another version stored. */
const INDEXES: Record<keyof typeof index, [made: string, key: string]> = {
  canFire: [index.canFire(3), 'C#3'],
  lookAt: [index.lookAt(3), 'L#3'],
  toDisable: [index.toDisable(3), 'X#3'],
  pendingNotices: [index.pendingNotices(3), 'Q#3'],
  openDigests: [index.openDigests(3), 'G#3'],
  untold: [index.untold(3), 'U#3'],
  ended: [index.ended(3), 'Z#3'],
  canFireOfTenant: [index.canFireOfTenant('acmeCo'), 'N#acmeCo'],
  endsAt: [index.endsAt(3), 'E#3'],
  startedAt: [index.startedAt(3), 'S#3'],
  startedOfTenant: [index.startedOfTenant('acmeCo'), 'S#acmeCo'],
  open: [index.open(3), 'O#3'],
  off: [index.off(3), 'D#3'],
  alerts: [index.alerts(3), 'A#3'],
  mails: [index.mails(3), 'M#3'],
  recipients: [index.recipients(3), 'R#3'],
  failures: [index.failures('notify'), 'F#notify'],
  subscriptions: [index.subscriptions(), 'PEOPLE#S'],
  admins: [index.admins(), 'PEOPLE#A'],
  oldSubscriptions: [index.oldSubscriptions(), 'SUBSCRIPTIONS'],
  oldAdmins: [index.oldAdmins(), 'ADMINS'],
  openWork: [index.openWork(), 'OPERATOR-WORK'],
  lostOfPlane: [index.lostOfPlane('eu-1'), 'P#eu-1'],
};

it.each(Object.entries(INDEXES))(
  'the index use `%s` has the key that every version asks for',
  (_, [made, key]) => {
    expect(made).toBe(key);
  },
);

describe('the bucket of a name', () => {
  /** The published test vectors of FNV-1a, 32 bits. */
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['b', 0xe70c2de5],
    ['foobar', 0xbf9cf968],
  ])('is by its FNV-1a hash: %j', (name, hash) => {
    expect(bucketOf(name, 2 ** 32)).toBe(hash);
  });

  it('is one of eight where nothing else is said: the last three bits of the hash', () => {
    expect(['', 'a', 'b', 'foobar'].map((name) => bucketOf(name))).toEqual([5, 4, 5, 0]);
  });
});

/** Numbers whose texts would sort otherwise without their zeros. */
it.each<[string, (number: number) => string]>([
  ['alerts of a task', (number) => keys.alert('acmeCo/a', number).sk],
  ['holders of an episode', (number) => keys.holder('acmeCo/a', number, 'ana').sk],
  ['notices of a task', (number) => keys.notice('ana', 'acmeCo/a', number).sk],
  ['listings that ended', (number) => keys.listingEnd('connect', number).sk],
  ['pages of a listing', (number) => keys.listedPage('connect', number, 1).sk],
  ['forms of a page', (number) => keys.listedPage('connect', 1, number).sk],
  ['news of a task', (number) => keys.webhookNews('acmeCo/a', number).sk],
  ['deliveries of a webhook', (number) => keys.webhookDelivery('w1', 'D', number).sk],
  ['parts of a bulk command', (number) => keys.operatorWorkPart('01W', number).sk],
])('%s stand in the order of their numbers', (_, skOf) => {
  const sorted = [2, 10, 99, 100, 1_000, 99_999].map(skOf);
  expect(sorted.toSorted()).toEqual(sorted);
});
