import { tenantOf } from '../abandonment/task.ts';
import { fullInstant, type Instant } from '../abandonment/time.ts';
import type { OperatorAlertCode } from '../platform/alert-codes.ts';

/** How many partitions each bucketed index key is spread over; a row carries the number it was written with (`b`). */
export const BUCKETS = 8;

/** How many partitions the attempts under way are spread over. */
export const WORK_BUCKETS = 4;

/** A sortable text of an instant for index keys. */
export const sortable = fullInstant;

/** The bucket of a name: stable, spread evenly (FNV-1a). */
export function bucketOf(name: string, buckets: number = BUCKETS): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % buckets;
}

/** The number of a listing (a million of them is two years of one a minute), and of a page of it, that sort as text. */
const listingText = (number: number): string => String(number).padStart(7, '0');
const pageText = (page: number): string => String(page).padStart(6, '0');
/** A page has few parts: 35 of 200 KB are more than a transaction can hold. */
const partText = (part: number): string => part.toString(36);

const milestonesOf = (day: string, bucket: number) => ({ pk: `MILESTONES#${day}#${bucket}` });

/** All keys of the table and its indexes are made here and nowhere else. */
export const keys = {
  task: (id: string) => ({ pk: `T#${id}`, sk: 'T' }),
  /** One who holds a mail about an episode that is over. */
  holder: (id: string, episode: number, recipient: string) => ({
    pk: `T#${id}`,
    sk: `H#${String(episode).padStart(6, '0')}#${recipient}`,
  }),
  /** Where the scanner finds a task by its own deadline. */
  deadline: (id: string) => ({ pk: `T#${id}`, sk: 'D' }),
  /** An observation of a task not yet known. */
  waitingObservation: (id: string) => ({ pk: `T#${id}`, sk: 'O' }),
  alert: (id: string, episode: number) => ({ pk: `T#${id}`, sk: `A#${String(episode).padStart(6, '0')}` }),
  /** `mark`: tells acts of one kind at one instant apart. */
  audit: (id: string, at: Instant, act: string, mark: string) => ({
    pk: `T#${id}`,
    sk: `L#${sortable(at)}#${act}#${mark}`,
  }),
  /** An act that is about no task: apart from the tasks, for a task may be called so. */
  auditBeside: (subject: 'operators' | 'recipients', at: Instant, act: string, mark: string) => ({
    pk: `AUDIT#${subject}`,
    sk: `L#${sortable(at)}#${act}#${mark}`,
  }),
  recipient: (recipient: string) => ({ pk: `R#${recipient}`, sk: 'R' }),
  /** The end of a death for a time. */
  softDeath: (until: Instant, recipient: string) => ({ pk: 'SOFT', sk: `${sortable(until)}#${recipient}` }),
  notice: (recipient: string, task: string, episode: number) => ({
    pk: `R#${recipient}`,
    sk: `N#${task}#${String(episode).padStart(6, '0')}`,
  }),
  digest: (digest: string) => ({ pk: `G#${digest}`, sk: 'G' }),
  /** An attempt that began: of one message about one item; four partitions, so that a few queries see all of them. */
  work: (queue: string, item: string, messageId: string) => ({
    pk: `W#${bucketOf(item, WORK_BUCKETS)}`,
    sk: `${queue}#${item}#${messageId}`,
  }),
  /** One of these partitions. */
  workBucket: (bucket: number) => `W#${bucket}`,
  dataPlane: (name: string) => ({ pk: 'PLANES', sk: name }),
  /** How many of them there are. */
  dataPlaneCount: () => ({ pk: 'META', sk: 'PLANES' }),
  /** The rules of a file that says who owns tasks, by their digest. */
  ownerRules: (digest: string) => ({ pk: 'OWNER-RULES', sk: digest }),
  policy: (scope: string) => ({ pk: 'POLICY', sk: `S#${scope}` }),
  /** One of these partitions: who hears of a tenant's tasks; `''`: of all tasks. */
  offices: (tenant: string) => `PEOPLE#${tenant}`,
  /** `target`: a mail address or a topic's ARN. It comes first, and has no space: one query finds all that it has. */
  subscription: (prefix: string, target: string) => ({
    pk: `PEOPLE#${tenantOf(prefix)}`,
    sk: `${target} S#${prefix}`,
  }),
  admin: (prefix: string, email: string) => ({
    pk: `PEOPLE#${tenantOf(prefix)}`,
    sk: `${email} A#${prefix}`,
  }),
  /** Where an earlier version put them: a partition per prefix. */
  oldSubscription: (prefix: string, target: string) => ({ pk: `SUB#${prefix}`, sk: target }),
  oldAdmin: (prefix: string, email: string) => ({ pk: `ADMIN#${prefix}`, sk: email }),
  source: (name: string) => ({ pk: 'SOURCES', sk: name }),
  /** Tasks and data planes per plane and tenant: counts of eligible and of alive tasks. */
  count: (dataPlane: string, tenant: string) => ({ pk: `COUNT#${dataPlane}`, sk: tenant }),
  /** How many tasks of a plane that lost `PRIMARY` at an instant are no longer eligible. */
  leftOutage: (dataPlane: string, lostAt: Instant) => ({ pk: `LEFT#${dataPlane}`, sk: sortable(lostAt) }),
  pauses: () => ({ pk: 'META', sk: 'PAUSES' }),
  scans: () => ({ pk: 'META', sk: 'SCANS' }),
  /** The newest answers by which SES refused recipients. */
  refusals: () => ({ pk: 'META', sk: 'REFUSALS' }),
  /** What was refused of events, for operators. */
  refusedEvents: () => ({ pk: 'META', sk: 'REFUSED-EVENTS' }),
  pace: () => ({ pk: 'META', sk: 'PACE' }),
  ramp: () => ({ pk: 'META', sk: 'RAMP' }),
  /** The newest look of `taskwarden doctor` at the stage. */
  doctor: () => ({ pk: 'META', sk: 'DOCTOR' }),
  /** A task that a run disabled, so that the run can be undone. */
  turnedOff: (run: string, task: string) => ({ pk: `RUN#${run}`, sk: task }),
  run: (run: Instant) => ({ pk: 'RUNS', sk: sortable(run) }),
  generator: (name: string) => ({ pk: 'TURNS', sk: name }),
  /** Of a step of a tick; the partition has the name that steps had before. */
  step: (name: string) => ({ pk: 'GENERATORS', sk: name }),
  operatorAlert: (code: OperatorAlertCode | '', subject: string) => ({
    pk: 'OPERATORS',
    sk: `${code}#${subject}`,
  }),
  /**
   * What operators were notified of, until they heard of its end as well; behind the alerts, so that one query finds
   * both.
   */
  operatorIncident: (code: OperatorAlertCode, subject: string) => ({
    pk: 'OPERATORS',
    sk: `~told#${code}#${subject}`,
  }),
  /** That an operator ended what an alert says. */
  operatorAlertClosed: (code: OperatorAlertCode, subject: string) => ({
    pk: 'OPERATORS',
    sk: `~closed#${code}#${subject}`,
  }),
  /** Failures of one kind, and each of them. */
  oops: (fingerprint: string) => ({ pk: 'OOPS', sk: fingerprint }),
  oopsOccurrence: (fingerprint: string, at: Instant, id: string) => ({
    pk: `OOPS#${fingerprint}`,
    sk: `${sortable(at)}#${id}`,
  }),
  /** Work given up for a failure that no new attempt mends, under the failure's fingerprint. */
  refusal: (fingerprint: string, item: string) => ({ pk: `REFUSED#${fingerprint}`, sk: item }),
  /** How often operators sent an item of a queue back from its dead letters. */
  redriven: (queue: string, item: string) => ({ pk: `REDRIVEN#${queue}#${item}`, sk: 'D' }),
  /** Work of a queue that can never be done for its own sake, under its name. */
  givenUp: (queue: string, item: string) => ({ pk: 'GIVEN-UP', sk: `${queue}#${item}` }),
  /** Work of a generator that can never be done, under the generator and the work's identifier. */
  givenUpOf: (generator: string, item: string) => ({ pk: `GIVEN-UP#${generator}`, sk: item }),
  breaker: (queue: string) => ({ pk: 'BREAKER', sk: queue }),
  /** An operator's pause of a queue. */
  queuePause: (queue: string) => ({ pk: 'BREAKER', sk: `PAUSE#${queue}` }),
  /** What a probe writes to see that it can. */
  probe: (queue: string) => ({ pk: 'BREAKER', sk: `PROBE#${queue}` }),
  /** Whether a control plane may be asked. */
  controlPlaneBreaker: (controlPlane: string) => ({ pk: 'PLANE-BREAKERS', sk: controlPlane }),
  /** The newest canary of a queue that was worked. */
  canary: (queue: string) => ({ pk: 'CANARY', sk: queue }),
  /** When the newest event was taken in, and when SES last said something of a mail. */
  feed: () => ({ pk: 'META', sk: 'FEED' }),
  feedback: () => ({ pk: 'META', sk: 'FEEDBACK' }),
  /** The newest round of mails to SES's mailbox simulator, and what SES said of them. */
  feedbackCanary: () => ({ pk: 'META', sk: 'FEEDBACK-CANARY' }),
  /** How a control plane that is listed fares: its listing under way, the newest whole one, what is held. */
  listing: (controlPlane: string) => ({ pk: 'LISTINGS', sk: controlPlane }),
  /** A listing that ended. */
  listingEnd: (controlPlane: string, number: number) => ({
    pk: `LISTINGS#${controlPlane}`,
    sk: listingText(number),
  }),
  /** A page as a listing found it: its tag, and how many parts list its tasks. The newest listing first. */
  listedPage: (controlPlane: string, page: number, listing: number) => ({
    pk: `LISTED#${controlPlane}`,
    sk: `P#${pageText(page)}#${listingText(listing)}`,
  }),
  /** Some of the tasks of that page. */
  listedPart: (controlPlane: string, page: number, listing: number, part: number) => ({
    pk: `LISTED#${controlPlane}`,
    sk: `T#${pageText(page)}#${listingText(listing)}#${partText(part)}`,
  }),
  /** Tasks that a listing found on another page than the one before it, or missed on theirs. */
  listedMoves: (controlPlane: string, listing: number, page: number, part: number) => ({
    pk: `LISTED#${controlPlane}`,
    sk: `M#${listingText(listing)}#${pageText(page)}#${partText(part)}`,
  }),
  /** Tasks that are missing since a listing that is held. */
  listedMissing: (controlPlane: string, listing: number, part: number) => ({
    pk: `LISTED#${controlPlane}`,
    sk: `H#${listingText(listing)}#${pageText(part)}`,
  }),
  /** A task that we disabled or enabled: the next listing looks at it, though its page be as it was. */
  listedAnew: (controlPlane: string, id: string) => ({ pk: `LISTED#${controlPlane}`, sk: `C#${id}` }),
  /** What happened to an episode on a day (`2026-01-15`), as facts count it. */
  milestone: (
    day: string,
    bucket: number,
    { at, kind, task, episode }: { at: Instant; kind: string; task: string; episode: number },
  ) => ({
    ...milestonesOf(day, bucket),
    sk: `${sortable(at)}#${kind}#${task}#${String(episode).padStart(6, '0')}`,
  }),
  /** One of the partitions of a day's milestones. */
  milestones: (day: string, bucket: number) => milestonesOf(day, bucket).pk,
  /** Facts of one kind about a day; `row` may be empty. */
  fact: (aggregation: string, day: string, row: string) => ({ pk: `FACTS#${aggregation}#${day}`, sk: row }),
  /** Which days are counted, and which week was mailed. */
  factDays: () => ({ pk: 'META', sk: 'FACTS' }),
  /** A webhook, and those whose history is to end. */
  webhook: (id: string) => ({ pk: 'WEBHOOKS', sk: id }),
  /** What happened to a task with one write of it, for the webhooks that hear of it; in the order of its writes. */
  webhookNews: (subject: string, rev: number) => ({
    pk: 'WEBHOOK-NEWS',
    sk: `${subject}#${String(rev).padStart(12, '0')}`,
  }),
  /** One event for one webhook: `D` while it is to be sent, `E` once it ended; in the order in which they are sent. */
  webhookDelivery: (webhook: string, part: 'D' | 'E', seq: number) => ({
    pk: `WEBHOOK#${webhook}`,
    sk: `${part}#${String(seq).padStart(12, '0')}`,
  }),
  /** A bulk command of operators, and a part of the items that it is about. */
  operatorWork: (id: string) => ({ pk: 'OPERATOR-WORK', sk: id }),
  operatorWorkPart: (id: string, part: number) => ({
    pk: `OPERATOR-WORK#${id}`,
    sk: `P#${String(part).padStart(6, '0')}`,
  }),
  /** A request to look once at all open episodes of a prefix (`P#acmeCo/`), a data plane (`D#eu-1`) or all (`ALL`). */
  look: (scope: string) => ({ pk: 'LOOKS', sk: scope }),
} as const;

/** Partition keys of the indexes; `bucket` from 0 to BUCKETS − 1. */
export const index = {
  /** g1: eligible tasks without `PRIMARY`, without an open episode or a hold with an end; by `notPrimarySince`. */
  canFire: (bucket: number) => `C#${bucket}`,
  /** g1: tasks to evaluate again; by the instant. */
  lookAt: (bucket: number) => `L#${bucket}`,
  /** g1: tasks whose next event is to be disabled; by `disableAt`, `notPrimarySince`, id. */
  toDisable: (bucket: number) => `X#${bucket}`,
  /** g1: notices that wait for a mail; by recipient. */
  pendingNotices: (bucket: number) => `Q#${bucket}`,
  /** g1: digests whose outcome is unknown or not applied; by the instant to check them. */
  openDigests: (bucket: number) => `G#${bucket}`,
  /** g1: alerts that still have notices to be written. */
  untold: (bucket: number) => `U#${bucket}`,
  /** g1: deleted tasks of which nothing is open, by the end of what is kept for them. */
  ended: (bucket: number) => `Z#${bucket}`,
  /** g2: the tasks of `canFire`, by tenant; sorted the same. */
  canFireOfTenant: (tenant: string) => `N#${tenant}`,
  /** g1: tasks for which their owning system said a deadline, by that. */
  endsAt: (bucket: number) => `E#${bucket}`,
  /** g2: jobs that run, by their start. */
  startedAt: (bucket: number) => `S#${bucket}`,
  /** g3: the jobs of `startedAt`, by tenant; sorted the same. */
  startedOfTenant: (tenant: string) => `S#${tenant}`,
  /** g2: tasks with an open episode or a hold with an end, by id. */
  open: (bucket: number) => `O#${bucket}`,
  /** g2: tasks that we disabled, without an open episode or a hold with an end, by id. */
  off: (bucket: number) => `D#${bucket}`,
  /** g2: all alerts, by the instant they fired. */
  alerts: (bucket: number) => `A#${bucket}`,
  /** g2: all mails, by the instant they were claimed, with their recipient's key. */
  mails: (bucket: number) => `M#${bucket}`,
  /** g2: all recipients; the suppressed ones together. */
  recipients: (bucket: number) => `R#${bucket}`,
  /** g2: failures that feed the breaker of a queue, by the instant. */
  failures: (queue: string) => `F#${queue}`,
  /** g2: all subscriptions and all admins, by prefix and address (for lists); `old`: those not moved yet. */
  subscriptions: () => 'PEOPLE#S',
  admins: () => 'PEOPLE#A',
  oldSubscriptions: () => 'SUBSCRIPTIONS',
  oldAdmins: () => 'ADMINS',
  /** g2: bulk commands that are not at their end, by priority and age. */
  openWork: () => 'OPERATOR-WORK',
  /** g3: eligible tasks of a data plane without `PRIMARY`, by `notPrimarySince`; `#L` seen to lose it, `#N` not. */
  lostOfPlane: (dataPlane: string) => `P#${dataPlane}`,
} as const;
