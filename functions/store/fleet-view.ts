import { holdersOfStopping, judgedPolicy, ownDeadline, reachOf } from '../abandonment/deadlines.ts';
import type { Case, Recipient, Unknown } from '../abandonment/decide.ts';
import type { OwnerRule, OwnerRules } from '../abandonment/owner-rules.ts';
import type { PolicyBook } from '../abandonment/policy-book.ts';
import type { Restored } from '../abandonment/restored.ts';
import { type AlertType, type Pauses, prefixesOf, type Task, tenantOf } from '../abandonment/task.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { Topic } from '../abandonment/topics.ts';
import { recipientKey } from '../platform/addresses.ts';
import { groupsOf } from '../platform/groups.ts';
import { type AlertRecord, alertOf } from './alerts.ts';
import { type DataPlaneRecord, loadDataPlanes, loadDataPlanesOf } from './data-planes.ts';
import { loadOwnerRules } from './owner-rules.ts';
import { loadPauses, type PausesRecord, pausesAt } from './pauses.ts';
import { loadOffices, loadOldOffices, type Office, type Subscriber, targetOf } from './people.ts';
import { loadPolicies } from './policies.ts';
import { loadRecipients, type RecipientRecord } from './recipients.ts';
import { loadScans, type ScansRecord } from './scans.ts';
import type { Table } from './table/table.port.ts';
import type { TaskRecord } from './tasks.ts';

/** A person or a topic that may be notified, and whether it can be reached. */
interface Known<Target extends string> extends Recipient {
  address: Target;
  alive: boolean;
}

/** Who owns a task. */
export interface Owners {
  addresses: readonly string[];
  /** The rule that names them, or that nobody is to own it; null where the task names them, or no rule matches. */
  rule: OwnerRule | null;
}

/** Why somebody is notified of a task. */
export type Why =
  | { as: 'owner' }
  | { as: 'owner-by-rule'; rule: Pick<OwnerRule, 'line' | 'pattern'> }
  /** `scope`: a prefix, the task, or all (the empty one). */
  | { as: 'subscriber' | 'admin'; scope: string };

/** What was announced of a task's own deadlines, where it is asked for. */
type Stopped = Partial<Pick<TaskRecord, 'stopping'>>;

/** What a view begins with. `planes`: all there are; absent: they are read as they are asked for. */
interface Loaded {
  policies: PolicyBook;
  planes?: ReadonlyMap<string, DataPlaneRecord>;
  pauses: PausesRecord;
  scans: ScansRecord;
}

/**
 * What decisions need beside the task's own row, read once per run or batch: policies, pauses, data planes, scan
 * gaps; subscribers, admins and recipients as they are asked for.
 */
export class FleetView {
  readonly policies: PolicyBook;
  /** The data planes read so far; null where there is none of the name. */
  readonly #planes: Map<string, DataPlaneRecord | null>;
  /** Whether these are all there are. */
  readonly #hasAllPlanes: boolean;
  /** Replaced by the scanner where a scan itself changes what the rest of it is to go by. */
  pausesRecord: PausesRecord;
  readonly scans: ScansRecord;
  readonly #table: Table;
  readonly #fleetUnknown: Unknown[];
  /** By tenant, of those asked for: who has an office in each scope. */
  readonly #offices = new Map<string, Promise<ReadonlyMap<string, Office[]>>>();
  /** The same, once it was read. */
  readonly #read = new Map<string, ReadonlyMap<string, Office[]>>();
  #oldOffices: Promise<Office[]> | undefined;
  #ownerRules: Promise<OwnerRules> | undefined;
  #ownerRulesRead: OwnerRules | undefined;
  readonly #recipients = new Map<string, RecipientRecord | null>();

  private constructor(table: Table, { policies, planes, pauses, scans }: Loaded) {
    this.#table = table;
    this.policies = policies;
    this.#planes = new Map(planes);
    this.#hasAllPlanes = planes !== undefined;
    this.pausesRecord = pauses;
    this.scans = scans;
    this.#fleetUnknown = fleetUnknown(pauses, scans);
  }

  /**
   * Reads it. Data planes are read by name as they are asked for: there may be a thousand.
   *
   * @param now when it is judged: pauses that ended by themselves are over then, though no scan noted their end yet
   * @param watched where a scan that stayed away is to count as a span of unknown health before the next scan notes it
   * (for workers), the period of the schedule
   */
  static async load(
    table: Table,
    now: Instant,
    watched?: { scanEvery: Duration | undefined },
  ): Promise<FleetView> {
    const [policies, pauses, scans] = await Promise.all([
      loadPolicies(table),
      loadPauses(table),
      loadScans(table),
    ]);
    const gaps = watched ? withOpenGap(scans, now, watched.scanEvery ?? policies.global.scanEvery) : scans;
    return new FleetView(table, { policies, pauses: pausesAt(pauses, now), scans: gaps });
  }

  /**
   * Reads it with all data planes, for who watches each of them.
   *
   * @param now as in `load`; null: pauses as they are stored, for who notes their end
   */
  static async loadWithPlanes(table: Table, now: Instant | null): Promise<FleetView> {
    const [policies, planes, pauses, scans] = await Promise.all([
      loadPolicies(table),
      loadDataPlanes(table),
      loadPauses(table),
      loadScans(table),
    ]);
    const held = now === null ? pauses : pausesAt(pauses, now);
    return new FleetView(table, { policies, planes, pauses: held, scans });
  }

  /** All data planes, for who loaded it with them. */
  get planes(): DataPlaneRecord[] {
    if (!this.#hasAllPlanes) throw new Error('not all data planes are loaded');
    return [...this.#planes.values()].filter((plane) => plane !== null);
  }

  /** Puts a data plane in the place of what was read of it; null: it is gone. */
  setPlane(name: string, plane: DataPlaneRecord | null): void {
    this.#planes.set(name, plane);
  }

  /** Reads data planes by name, each once. */
  async loadPlanes(names: Iterable<string>): Promise<void> {
    const missing = this.#hasAllPlanes ? [] : [...new Set(names)].filter((name) => !this.#planes.has(name));
    if (missing.length === 0) return;
    for (const name of missing) this.#planes.set(name, null);
    for (const plane of await loadDataPlanesOf(this.#table, missing)) this.#planes.set(plane.name, plane);
  }

  /** A data plane that was read; undefined where there is none. Throws where it was not asked for. */
  planeOf(name: string): DataPlaneRecord | undefined {
    const plane = this.#planes.get(name);
    if (plane === undefined && !this.#hasAllPlanes) throw new Error(`data plane ${name} is not loaded`);
    return plane ?? undefined;
  }

  get pauses(): Pauses {
    const { evaluate, notify, disable } = this.pausesRecord;
    return { evaluate: evaluate !== null, notify: notify !== null, disable: disable !== null };
  }

  /** Whether an earlier version stored people, of whom this view learned, where they cost a query per prefix. */
  async hasOldOffices(): Promise<boolean> {
    return ((await this.#oldOffices)?.length ?? 0) > 0;
  }

  /** Whether SES does not answer the canary of the feedback path. */
  get isFeedbackSilent(): boolean {
    return this.pausesRecord.feedbackSilent !== null;
  }

  /** When the table was last restored, where it ever was. */
  get restored(): Restored {
    const { restoredAt } = this.pausesRecord;
    return restoredAt === undefined ? {} : { restoredAt };
  }

  /** The case of a task. Recipients are looked up only where an episode is open. */
  async caseOf(record: TaskRecord): Promise<Case> {
    await this.loadPlanes([record.task.dataPlane]);
    const audience = record.open ? await this.audienceOf(record.task, alertOf(record.open)) : {};
    const hasDeadline = ownDeadline(record.task, this.policies.for(record.task.id)) !== null;
    const hears = hasDeadline ? await this.hearersOf(record) : {};
    return { ...this.bareCase(record), ...audience, ...hears };
  }

  /** Whether a task's own deadline is so near that its policy may ask for something. */
  isDeadlineNear({ task }: TaskRecord, now: Instant): boolean {
    const policy = this.policies.for(task.id);
    const deadline = ownDeadline(task, policy);
    const reach = reachOf(policy);
    return deadline !== null && reach !== null && now >= deadline - reach.lead;
  }

  /** Reachable recipients of a task's own deadline. */
  async hearersOf({ task }: TaskRecord): Promise<Pick<Case, 'hearers'>> {
    return { hearers: await this.recipientsOf(task, 'task_stopping') };
  }

  /** Who is to be warned of a task: today's recipients, and the admins who may join them (`escalateAt`). */
  async audienceOf(task: Task, alert: AlertRecord['type']): Promise<Pick<Case, 'recipients' | 'admins'>> {
    const base = await this.#reachableBase(task, alert);
    if (base.length === 0) return { recipients: await this.reachableAdmins(task) };
    if (alert === 'task_overdue' || this.policies.for(task.id).escalateAt === null)
      return { recipients: base };
    const baseKeys = new Set(base.map(({ key }) => key));
    const admins = (await this.reachableAdmins(task)).filter(({ key }) => !baseKeys.has(key));
    return { recipients: base, admins };
  }

  /** The case of a task whose data plane is read, without recipients: enough for one without an open episode. */
  bareCase(record: Pick<TaskRecord, 'task' | 'evidence' | 'keep' | 'open'> & Stopped): Case {
    const written = this.policies.for(record.task.id);
    return {
      task: record.task,
      evidence: record.evidence,
      keep: record.keep,
      episode: record.open,
      policy: judgedPolicy(written, record.open),
      written,
      stopping: record.stopping ?? null,
      unknown: this.unknownOf(record),
      pauses: this.pauses,
      feedbackSilent: this.isFeedbackSilent,
      recipients: [],
      ...this.restored,
    };
  }

  /** Every span in which the health of the task could not be known, but for evidence too old. */
  unknownOf(record: Pick<TaskRecord, 'task' | 'evidence'>): Unknown[] {
    const plane = this.planeOf(record.task.dataPlane);
    if (!plane) return this.#fleetUnknown;
    const spans = [...this.#fleetUnknown, ...planeUnknown(plane)];
    const { lostAt } = record.evidence;
    for (const outage of plane.outages) {
      if (lostAt !== undefined && lostAt >= outage.from && lostAt <= outage.membersUntil) {
        spans.push({ from: outage.from, to: outage.endedAt, why: 'outage' });
      }
    }
    return spans;
  }

  /**
   * Reachable recipients of an alert about a task (docs/rules.md#recipients): its owners (`ownersOf`) and the
   * subscribers of its prefixes, unique by address; the admins of the nearest prefix that has a reachable one, where
   * none of these is reachable.
   */
  async recipientsOf(task: Task, alert: AlertType): Promise<Recipient[]> {
    const reachable = await this.#reachableBase(task, alert);
    return reachable.length > 0 ? reachable : this.reachableAdmins(task);
  }

  /**
   * Reachable recipients of the word that a task was disabled: beside those of the alert the admins of the nearest
   * prefix that has a reachable one, where they had joined by then (`escalateAt`), and every admin who was warned in
   * the present grace, though they were no recipient for a while.
   *
   * @param disableAt the date of the task; null where it had none
   */
  async notifiedOfDisabling(
    { task, open, stopping }: TaskRecord,
    disableAt: Instant | null,
    now: Instant,
  ): Promise<Recipient[]> {
    const recipients = await this.recipientsOf(task, 'task_auto_disabled');
    const { escalateAt } = this.policies.for(task.id);
    const haveJoined = escalateAt !== null && disableAt !== null && now >= disableAt - escalateAt;
    const joined = haveJoined ? await this.reachableAdmins(task) : [];
    const isWarned = ({ key }: Recipient) =>
      open?.told[key]?.grace === open?.grace && open?.told[key]?.warning === 'accepted';
    const announced = open?.alert ? holdersOfStopping(stopping, open.since) : [];
    const isTold = (recipient: Recipient) => isWarned(recipient) || announced.includes(recipient.key);
    const warned = open ? inCharge(task, await this.#adminsOfAll(task)).filter(isTold) : [];
    return [
      ...new Map(
        [...recipients, ...joined, ...warned].map((recipient) => [recipient.key, recipient]),
      ).values(),
    ];
  }

  /**
   * Who owns a task (docs/rules.md#owners): whom it names itself, else whom the rule names that counts for it; nobody
   * where there is neither.
   */
  async ownersOf(task: Task): Promise<Owners> {
    if (!this.asksRules(task)) return { addresses: task.owners, rule: null };
    this.#ownerRules ??= loadOwnerRules(this.#table, this.pausesRecord.ownerRules);
    this.#ownerRulesRead = await this.#ownerRules;
    const rule = this.#ownerRulesRead.for(task.id) ?? null;
    return { addresses: rule?.owners ?? [], rule };
  }

  /** Whether rules say who owns a task: it names nobody itself, and there are rules. */
  asksRules({ owners }: Task): boolean {
    return owners.length === 0 && this.pausesRecord.ownerRules !== undefined;
  }

  /**
   * Why somebody is notified of a task, by what was read already for whoever decided about it; undefined where nothing
   * that was read says so.
   */
  whyNotified(task: Task, recipient: string): Why | undefined {
    const has = (addresses: readonly string[]) =>
      addresses.some((address) => recipientKey(address) === recipient);
    if (has(task.owners)) return { as: 'owner' };
    const rule = this.asksRules(task) ? this.#ownerRulesRead?.for(task.id) : undefined;
    if (rule && has(rule.owners))
      return { as: 'owner-by-rule', rule: { line: rule.line, pattern: rule.pattern } };
    const offices = this.#officesRead(task).filter((office) => has([targetOf(office)]));
    const nearest = offices.find(({ alertTypes }) => alertTypes !== null) ?? offices[0];
    return nearest && { as: nearest.alertTypes ? 'subscriber' : 'admin', scope: nearest.scope };
  }

  /** The offices of a task's scopes, as far as they were read; the nearest first. */
  #officesRead(task: Task): Office[] {
    const scopes = [task.id, ...adminScopesOf(task)];
    return scopes.flatMap((scope) => this.#read.get(tenantOf(scope))?.get(scope) ?? []);
  }

  /** Reachable owners, and reachable subscribers to the alert. */
  async #reachableBase(task: Task, alert: AlertType): Promise<Recipient[]> {
    const subscribers = await this.#subscribersOf(task, alert);
    const owners = this.asksRules(task) ? (await this.ownersOf(task)).addresses : task.owners;
    const subscribed = subscribers.flatMap((subscriber) => ('email' in subscriber ? [subscriber.email] : []));
    return inCharge(task, await this.#known([...owners, ...subscribed]));
  }

  /** The reachable admins of the nearest prefix that has one; the empty prefix is the last. */
  async reachableAdmins(task: Task): Promise<Recipient[]> {
    for (const prefix of adminScopesOf(task)) {
      const reachable = inCharge(task, await this.#known(await this.#adminsOf(prefix)));
      if (reachable.length > 0) return reachable;
    }
    return [];
  }

  async #adminsOfAll(task: Task): Promise<Known<string>[]> {
    const admins = await Promise.all(adminScopesOf(task).map((prefix) => this.#adminsOf(prefix)));
    return this.#known(admins.flat());
  }

  /** Topics subscribed to an alert about a task, but for those that refused what was published. */
  async topicsOf(task: Task, alert: AlertType): Promise<Topic[]> {
    const subscribers = await this.#subscribersOf(task, alert);
    const topics = await this.#known(
      subscribers.flatMap((subscriber) => ('topic' in subscriber ? [subscriber.topic] : [])),
    );
    return topics.filter(({ alive }) => alive).map(({ key, address }) => ({ key, topic: address }));
  }

  /** Those of some recipients who can be reached, by what is known of them. */
  async reachableOf(recipients: ReadonlySet<string>): Promise<{ key: string; address: string }[]> {
    await this.loadRecipients(recipients);
    return [...recipients].flatMap((key) => {
      const record = this.#recipients.get(key);
      return record?.address && !record.dead ? [{ key, address: record.address }] : [];
    });
  }

  /** What is known of recipients, read once. */
  async loadRecipients(recipients: Iterable<string>): Promise<void> {
    const missing = [...recipients].filter((key) => !this.#recipients.has(key));
    if (missing.length === 0) return;
    const found = await loadRecipients(this.#table, missing);
    for (const key of missing) this.#recipients.set(key, found.get(key) ?? null);
  }

  /** Whether a recipient that was loaded declined reminders. */
  hasDeclined(recipient: string): boolean {
    return this.#recipients.get(recipient)?.declined ?? false;
  }

  /** In which words a recipient that was loaded chose to be written to. */
  preferencesOf(recipient: string): Pick<RecipientRecord, 'zone' | 'language'> {
    return this.#recipients.get(recipient) ?? {};
  }

  async #known<Target extends string>(targets: readonly Target[]): Promise<Known<Target>[]> {
    const byKey = new Map<string, Target>();
    for (const address of targets) {
      const key = recipientKey(address);
      if (!byKey.has(key)) byKey.set(key, address);
    }
    await this.loadRecipients(byKey.keys());
    return [...byKey].map(([key, address]) => {
      const record = this.#recipients.get(key);
      return { key, address, declined: record?.declined ?? false, alive: !record?.dead };
    });
  }

  /** Who and what is subscribed to an alert about a task. */
  async #subscribersOf(task: Task, alert: AlertType): Promise<Subscriber[]> {
    const scopes = ['', ...prefixesOf(task.id), task.id];
    const offices = await Promise.all(scopes.map((scope) => this.#officesIn(scope)));
    return offices.flat().filter(({ alertTypes }) => alertTypes?.includes(alert));
  }

  async #adminsOf(prefix: string): Promise<string[]> {
    const offices = await this.#officesIn(prefix);
    return offices.flatMap((office) => (office.alertTypes === null ? [office.email] : []));
  }

  /** Read for a whole tenant at once: a query per scope would cost as many as its ids are deep. */
  async #officesIn(scope: string): Promise<Office[]> {
    const tenant = tenantOf(scope);
    const read = this.#offices.get(tenant) ?? this.#loadOffices(tenant);
    this.#offices.set(tenant, read);
    return (await read).get(scope) ?? [];
  }

  async #loadOffices(tenant: string): Promise<ReadonlyMap<string, Office[]>> {
    this.#oldOffices ??= loadOldOffices(this.#table);
    const old = (await this.#oldOffices).filter(({ scope }) => tenantOf(scope) === tenant);
    const offices = [...(await loadOffices(this.#table, tenant)), ...old];
    const byScope = groupsOf(offices, ({ scope }) => scope);
    this.#read.set(tenant, byScope);
    return byScope;
  }
}

/** Those who can be reached, and did not say that the task is not theirs. */
function inCharge({ disclaimed = [] }: Task, recipients: readonly Known<string>[]): Recipient[] {
  return recipients.filter(({ alive, key }) => alive && !disclaimed.includes(key));
}

/** The prefixes of a task whose admins stand in for its owners, the nearest first. */
function adminScopesOf({ id }: Task): string[] {
  return [...prefixesOf(id).reverse(), ''];
}

function fleetUnknown(pauses: PausesRecord, scans: ScansRecord): Unknown[] {
  const spans: Unknown[] = [
    ...pauses.evaluatePaused.map((span) => ({ ...span, why: 'paused' as const })),
    ...scans.gaps.map((span) => ({ ...span, why: 'no-scan' as const })),
  ];
  if (pauses.evaluate !== null) spans.push({ from: pauses.evaluate, to: null, why: 'paused' });
  return spans;
}

function withOpenGap(scans: ScansRecord, now: Instant, scanEvery: Duration): ScansRecord {
  const { completedAt, gaps } = scans;
  if (completedAt === null || now - completedAt <= 2 * scanEvery) return scans;
  return { ...scans, gaps: [...gaps, { from: completedAt + scanEvery, to: null }] };
}

/** The spans in which a plane was down or silent. */
function planeUnknown(plane: DataPlaneRecord): Unknown[] {
  const spans: Unknown[] = plane.unknown.map((span) => ({ ...span, why: 'data-plane' }));
  if (plane.state !== 'up') spans.push({ from: plane.since, to: null, why: 'data-plane' });
  return spans;
}

/** Whether an instant lies within the last 24 h: rolling windows count instants > now − 24 h. */
export function inLastDay(at: Instant, now: Instant): boolean {
  return at > now - 86_400_000;
}
