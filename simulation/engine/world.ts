import { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import { formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { OPERATOR_ALERTS } from '../../functions/platform/alert-codes.ts';
import type { OperatorAlert, OperatorChannel } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import { auditFromRow } from '../../functions/store/audit.ts';
import { loadDigest } from '../../functions/store/digests.ts';
import { generatorWrite, newGenerator } from '../../functions/store/generators.ts';
import { type ListingRecord, listingFromRow } from '../../functions/store/listings.ts';
import { type Change, MemoryTable } from '../../functions/store/table/memory-table.ts';
import { Attempts, type ProcessFaults } from '../faults/attempts.ts';
import { type CrashingProcess, ProcessDied } from '../faults/crashing-process.ts';
import { FaultInjection, type FeedbackFault } from '../faults/fault-injection.ts';
import { FaultPlan } from '../faults/fault-plan.ts';
import { calmSince, isFaultyScenario, skewOf } from '../faults/fault-spans.ts';
import { fleetIn, type StageSnapshot } from '../preview/stage-snapshot.ts';
import { parsedPolicies, policyDocuments } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { BrokenPromise } from '../verify/checks.ts';
import { FleetFacts } from '../verify/fleet-facts.ts';
import { ProgressVerifier } from '../verify/progress-verifier.ts';
import { Verifier } from '../verify/verifier.ts';
import { WebhookVerifier } from '../verify/webhook-verifier.ts';
import { WorkVerifier } from '../verify/work-verifier.ts';
import { BreakerWatch } from './breaker-watch.ts';
import { type EffectLine, EffectRecorder, type SummaryLine } from './effects.ts';
import { EventLoop, RANK } from './event-loop.ts';
import { EventPlayer } from './event-player.ts';
import type { FleetMessage } from './fleet-events.ts';
import { LISTED_NAME, type ListedPart, SimListedControlPlane, settingsOf } from './listed-fleet.ts';
import { Schedule } from './schedule.ts';
import { SeededRandom } from './seeded-random.ts';
import type { MailReport, Service } from './service.port.ts';
import { SimFleet } from './sim-fleet.ts';
import { type AcceptedMail, SimMail } from './sim-mail.ts';
import { type Answer, type DeadLetter, type Delivery, SimQueues } from './sim-queues.ts';
import { SIMULATED_CONFIG, simSystem } from './sim-system.ts';
import { type HookPart, SimWebhooks } from './sim-webhooks.ts';
import { VirtualClock } from './virtual-clock.ts';
import { OWNING_SYSTEM, storeSource, storeStart } from './world-start.ts';

export interface WorldOptions {
  /** Whether each mail's text is compared with what its digest row says. @default true */
  readsTexts?: boolean;
  /** Changes what one process stands on; asked before each scan and each message. By default nothing. */
  processOf?: (name: string, system: System) => System;
  /** Whether the verifier sees a mail that SES took; what it does not see it cannot know. By default all. */
  seesMail?: (mail: AcceptedMail) => boolean;
  /** Faults beside those of the scenario. By default none. */
  processFaults?: ProcessFaults;
  /** Whether queues and the feedback path have canaries, as deployments do. @default false */
  canaries?: boolean;
  /**
   * What a deployed stage knew when the scenario starts, instead of what the scenario says of it. What it did before is not
   * known to the verifier, whose findings say nothing then.
   */
  startsFrom?: StageSnapshot;
  /** Whether the verifier sees mails, disablings and audit rows; where its findings say nothing it need not. @default true */
  isJudged?: boolean;
  /** Generators that are paused from the start on: what they do shows in nothing that is asked for. */
  paused?: readonly string[];
  /** Part of the fleet that is listed rather than told by events. By default none. */
  listed?: ListedPart;
  /** Webhooks and their servers. By default none. */
  webhooks?: readonly HookPart[];
  /** What becomes of what SES says of mails. By default it comes at once. */
  feedback?: (at: number) => FeedbackFault | undefined;
}

/** What a scenario came to. */
export interface Outcome {
  lines: EffectLine[];
  summary: SummaryLine;
  broken: BrokenPromise[];
  /** Notices that were mailed again in the one window for it. */
  repeats: number;
  /** How often each promise was at stake and checked. */
  checks: ReadonlyMap<number, number>;
  deadLetters: readonly DeadLetter[];
  /** Processes that died without a fault of the scenario: defects. */
  deaths: { process: string; at: number; error: unknown }[];
}

/** One scenario running: the service under test on simulated ports, the fleet, and who watches both. */
export class World {
  readonly #scenario: Scenario;
  readonly #service: Service;
  readonly #options: WorldOptions;
  readonly #loop: EventLoop;
  readonly #facts = new FleetFacts();
  readonly #recorder: EffectRecorder;
  readonly #verifier: Verifier;
  readonly #workVerifier: WorkVerifier;
  readonly #webhookVerifier: WebhookVerifier;
  /** Undefined where the scenario has none. */
  readonly #webhooks: SimWebhooks | undefined;
  readonly #queues: SimQueues;
  readonly #mail: SimMail;
  readonly #fleet: SimFleet;
  readonly #system: System;
  readonly #plan = new FaultPlan();
  readonly #injection: FaultInjection;
  readonly #processFaults: ProcessFaults;
  readonly #attempts: Attempts;
  readonly #schedule: Schedule;
  readonly #breaker: BreakerWatch;
  /** The verifier, where what happens is judged by it. */
  readonly #judge: Verifier | undefined;
  #book: PolicyBook;
  #progress: ProgressVerifier | undefined;
  #listing: ListingRecord | undefined;
  #listedChangedAt: number | undefined;
  #hasMissed = false;
  #isPolling = false;
  /** The runs of the scanner that said that their scan is completed. */
  readonly #completed = new WeakSet<CrashingProcess>();
  #isAway = false;
  #repeatedFor = 0;
  #sent = 0;

  constructor(scenario: Scenario, service: Service, options: WorldOptions = {}) {
    this.#scenario = scenario;
    this.#service = service;
    this.#options = options;
    const clock = new VirtualClock(scenario.start);
    this.#loop = new EventLoop(clock);
    this.#recorder = new EffectRecorder(clock);
    const { gatherDisabled } = SIMULATED_CONFIG;
    const isFaulty = isFaultyScenario(scenario) || options.processFaults !== undefined;
    this.#verifier = new Verifier({
      facts: this.#facts,
      now: () => clock.now(),
      gathered: gatherDisabled,
      skew: skewOf(scenario),
      isFaulty,
      isBehind: () => (isFaulty && this.#injection.isBehind()) || this.#isListingBehind(),
    });
    this.#judge = (options.isJudged ?? true) ? this.#verifier : undefined;
    this.#workVerifier = new WorkVerifier(this.#verifier, scenario, () => clock.now());
    this.#webhookVerifier = new WebhookVerifier(this.#verifier, {
      now: () => clock.now(),
      skew: skewOf(scenario),
    });
    const { webhooks } = options;
    this.#webhooks = webhooks && new SimWebhooks(webhooks, this.#webhookVerifier, () => clock.now());
    const table = new MemoryTable({
      onCommit: (changes) => this.#committed(changes),
      rows: options.startsFrom?.rows ?? [],
      now: () => clock.now(),
    });
    this.#queues = new SimQueues(this.#loop);
    this.#mail = new SimMail({
      clock,
      digest: (id) => loadDigest(table, id),
      listener: this.#mailListener(),
      readsTexts: options.readsTexts ?? true,
    });
    const { listed } = options;
    this.#fleet = new SimFleet({
      facts: this.#facts,
      clock,
      send: (message) => this.#sendEvent(message),
      listener: this.#fleetListener(),
      refuses: this.#refusing(),
      ...(listed && { isListed: (task: string) => task.startsWith(listed.prefix) }),
    });
    this.#system = simSystem({
      // What a stage wrote of its own period says nothing of this schedule: it would find gaps between all scans.
      scanEvery: options.startsFrom && scenario.scanEvery,
      clock,
      random: new SeededRandom(scenario.seed),
      table,
      queues: this.#queues,
      mailer: this.#mail,
      events: this.#fleet,
      operators: this.#operators(),
      canaries: options.canaries ?? false,
      ...(listed && { listed: this.#listedPart(listed) }),
    });
    this.#injection = this.#makeInjection(table);
    this.#processFaults = options.processFaults ?? this.#injection.processFaults;
    this.#attempts = this.#makeAttempts();
    this.#schedule = this.#makeSchedule();
    this.#breaker = new BreakerWatch({
      loop: this.#loop,
      service,
      queues: this.#queues,
      attempts: this.#attempts,
      system: this.#system,
    });
    this.#queues.onThrottled = () => this.#breaker.wake();
    this.#queues.workWith((delivery) => this.#work(delivery));
    this.#book = new PolicyBook(parsedPolicies(scenario));
  }

  /** Runs the scenario from start to until, once. Throws `ScenarioProblem` where an event cannot happen. */
  async run(): Promise<Outcome> {
    const { start, until, events } = this.#scenario;
    await this.#begin();
    const player = this.#makePlayer();
    for (const event of events) this.#loop.at(event.at, RANK.event, () => player.play(event));
    for (const at of this.#webhooks?.resumptions ?? []) {
      this.#loop.at(at, RANK.event, () => this.#webhooks?.resume(this.#system));
    }
    this.#injection.begin();
    this.#repeatObservationsFrom(start);
    this.#schedule.from(start);
    await this.#loop.run(until, () => this.#verifier.instantOver());
    this.#verifier.instantOver();
    await this.#finish();
    return {
      lines: this.#recorder.lines,
      summary: this.#summary(),
      broken: this.#verifier.broken,
      repeats: this.#verifier.repeats.inWindow,
      checks: this.#verifier.checks,
      deadLetters: this.#queues.deadLetters,
      deaths: this.#queues.deaths,
    };
  }

  /** Whether the owning system refuses now to disable a task. */
  #refusing(): (task: string) => boolean {
    const refusals = (this.#scenario.soakFaults ?? []).filter((entry) => entry.type === 'refusal');
    return (task) => {
      const now = this.#loop.clock.now();
      return refusals.some((entry) => entry.task === task && entry.at <= now && now < entry.at + entry.for);
    };
  }

  /** One receive of a message; in some times one of webhooks is received twice, and two senders have it at once. */
  async #work(delivery: Delivery): Promise<Answer> {
    const isDoubled = delivery.queue === 'webhook' && this.#webhooks?.isDoubled();
    if (!isDoubled) return this.#attempts.work(delivery);
    const both = [this.#attempts.work(delivery), this.#attempts.work(delivery)];
    const [first, second] = await Promise.allSettled(both);
    if (second?.status === 'rejected' && !(second.reason instanceof ProcessDied)) throw second.reason;
    if (first?.status === 'fulfilled') return first.value;
    throw first?.reason;
  }

  async #finish(): Promise<void> {
    const calm = this.#calmSince();
    await this.#webhooks?.finish(this.#system, calm);
    this.#verifier.audits.finish(calm);
    this.#progress?.finish(this.#loop.clock.now(), calm, this.#injection.hasLostFacts());
    this.#workVerifier.finish({
      calmSince: calm,
      waiting: this.#queues.waiting,
      letters: this.#queues.deadLetters,
    });
  }

  /** When the last thing went wrong or was done, as far as the scenario says, or it showed only later. */
  #calmSince(): Instant {
    const struck = [this.#plan.struckAt, this.#processFaults.struckAt].filter((at) => at !== undefined);
    return Math.max(calmSince(this.#scenario), ...struck);
  }

  async #begin(): Promise<void> {
    const { subscriptions, admins, recipients, start, tasks } = this.#scenario;
    for (const [scope, policy] of parsedPolicies(this.#scenario)) this.#facts.setPolicy(scope, policy, start);
    this.#facts.subscriptions.push(...subscriptions);
    for (const [prefix, addresses] of admins) this.#facts.admins.set(prefix, addresses);
    for (const { email, quietHours, zone = 'UTC' } of recipients) {
      if (quietHours) this.#facts.quietHours.set(email, { ...quietHours, zone });
    }
    for (const task of tasks) this.#fleet.load(task);
    const { startsFrom, listed } = this.#options;
    if (startsFrom) {
      this.#fleet.loadKnown(fleetIn(startsFrom), startsFrom.unheard);
      await storeSource(this.#system);
    } else await storeStart(this.#system, this.#scenario, this.#book);
    await this.#pauseGenerators();
    await this.#webhooks?.begin(this.#system);
    this.#progress = new ProgressVerifier({
      facts: this.#facts,
      verifier: this.#verifier,
      scenario: this.#scenario,
      isBehind: () => this.#injection.isBehind() || this.#isListingBehind(),
      isDisturbed: (task) => listed?.faultAt !== undefined && task.startsWith(listed.prefix),
      calmSince: () => this.#calmSince(),
    });
  }

  async #pauseGenerators(): Promise<void> {
    const { paused: names = [] } = this.#options;
    const paused = { by: 'the simulation', at: this.#scenario.start, reason: '' };
    const writes = names.map((name) => generatorWrite({ ...newGenerator(name), paused }));
    if (writes.length === 0) return;
    const { outcome } = await this.#system.table.transact(writes, 'the start of the simulation');
    if (outcome !== 'applied') throw new Error(`the start of the simulation is ${outcome}`);
  }

  #makeInjection(table: MemoryTable): FaultInjection {
    return new FaultInjection({
      scenario: this.#scenario,
      loop: this.#loop,
      service: this.#service,
      plan: this.#plan,
      table,
      queues: this.#queues,
      mail: this.#mail,
      feedback: this.#options.feedback,
      attempts: () => this.#attempts,
      listener: {
        reported: ({ to, digest }, event) => {
          this.#mailReported({ to, digest }, event);
          if (event === 'delivery') return;
          const at = this.#loop.clock.now();
          if (event === 'bounce') this.#recorder.mailFailed({ at, to, digest, reason: 'undeliverable' });
          this.#addressSuppressed(to);
        },
        deadLetterAlarm: (detail) => this.#recorder.operatorAlert('dead-letter', { detail }),
      },
    });
  }

  /** The sender of webhooks alone calls them. */
  #processOf(name: string, system: System): System {
    return (name === 'webhook' && this.#webhooks?.systemOf(system)) || system;
  }

  #makeAttempts(): Attempts {
    return new Attempts({
      system: this.#system,
      service: this.#service,
      plan: this.#plan,
      facts: this.#facts,
      processFaults: this.#processFaults,
      processOf: this.#options.processOf ?? ((name, system) => this.#processOf(name, system)),
      listener: {
        failed: () => this.#breaker.wake(),
        ended: (attempt) => {
          this.#workVerifier.ended(attempt);
          this.#verifier.refusals.ended(attempt);
          this.#webhookVerifier.senderEnded(attempt);
          const digest =
            attempt.outcome === 'done' ? this.#injection.digestReported(attempt.body) : undefined;
          if (digest !== undefined) this.#verifier.repeats.reported(digest);
        },
        endedBadly: ({ mailed }) => {
          if (mailed !== null) this.#verifier.answerLost(mailed);
        },
        metric: (process, name) => {
          if (process.name !== 'scanner' || name !== 'ScanCompleted') return;
          this.#completed.add(process);
          this.#facts.scanned(this.#loop.clock.now());
          this.#schedule.completed(process.startedAt);
        },
        scanned: (process) => {
          if (!this.#completed.has(process)) return;
          this.#progress?.scanCompleted();
          this.#verifier.refusals.scanCompleted();
          this.#verifier.deletions.scanCompleted();
        },
      },
    });
  }

  /** Life signs come just before the scan of their instant; what it causes is through before the next is asked for. */
  #makeSchedule(): Schedule {
    const { until, scanEvery } = this.#scenario;
    return new Schedule({
      loop: this.#loop,
      until,
      scanEvery,
      plan: this.#plan,
      attempts: this.#attempts,
      before: () => this.#hearPlanes(),
      over: (at) => {
        this.#progress?.scanOver(at);
        this.#verifier.refusals.scanOver();
        this.#verifier.deletions.scanOver();
      },
      defect: (at, error) => this.#queues.deaths.push({ process: 'scanner', at, error }),
      alarm: (detail) => {
        this.#workVerifier.operatorAlerted('scanner-stopped', '');
        this.#recorder.operatorAlert('scanner-stopped', { detail });
      },
      lateBy: (at) => this.#processFaults.lateBy?.(at) ?? 0,
    });
  }

  /** While a control plane that is listed is away, nobody can know how its tasks are. */
  #noteListed(): void {
    const { listed } = this.#options;
    const now = this.#loop.clock.now();
    const fault = listed?.faultAt?.(now, 0);
    const isAway = fault !== undefined && 'away' in fault;
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    const planes = new Set(this.#fleet.listedTasks().map(({ dataPlane }) => dataPlane));
    for (const plane of planes) this.#facts.setPlaneKnown(plane, !isAway, now);
  }

  async #hearPlanes(): Promise<void> {
    this.#noteListed();
    for (const plane of this.#fleet.heardPlanes()) await this.#service.hear(this.#system, plane, this.#book);
  }

  #repeatObservationsFrom(at: number): void {
    this.#repeatedFor += 1;
    const mine = this.#repeatedFor;
    const repeat = (): void => {
      if (mine !== this.#repeatedFor) return;
      this.#fleet.repeatObservations();
      this.#loop.at(this.#loop.clock.now() + this.#fleet.repeatAfter, RANK.event, repeat);
    };
    this.#loop.at(at, RANK.event, repeat);
  }

  async #sendEvent({ detailType, detail }: FleetMessage): Promise<void> {
    this.#sent += 1;
    const event = { id: `event-${this.#sent}`, source: OWNING_SYSTEM, 'detail-type': detailType, detail };
    await this.#queues.send('ingest', [{ body: JSON.stringify(event) }]);
  }

  #makePlayer(): EventPlayer {
    return new EventPlayer({
      system: this.#system,
      service: this.#service,
      facts: this.#facts,
      fleet: this.#fleet,
      mail: this.#mail,
      plan: this.#plan,
      documents: policyDocuments(this.#scenario),
      listener: {
        mailReported: (mail, event, soft) => this.#mailReported(mail, event, soft),
        policiesChanged: (book, evidenceMaxAgeChanged) => {
          this.#book = book;
          if (evidenceMaxAgeChanged) this.#repeatObservationsFrom(this.#loop.clock.now());
        },
        mailBounced: (mail) => this.#recorder.mailFailed(mail),
        addressSuppressed: (address) => this.#addressSuppressed(address),
        addressRevived: (address, wasSuppressed) => this.#verifier.addressRevived(address, wasSuppressed),
        personRequested: (action, done) => this.#verifier.personRequested(action, done),
        dismissed: (of, done) => this.#verifier.deletions.dismissed(of, done),
      },
    });
  }

  #mailReported({ to, digest }: Pick<AcceptedMail, 'to' | 'digest'>, event: string, soft = false): void {
    const { repeats, softSuppressions, deadlines } = this.#verifier;
    repeats.reported(digest);
    if (event !== 'delivery' && !soft) deadlines.takenBack(digest);
    if (soft) softSuppressions.bounced(to, digest, this.#loop.clock.now());
    if (event === 'delivery') softSuppressions.delivered(to);
  }

  #addressSuppressed(address: string, answeredTo?: string): void {
    this.#verifier.addressSuppressed(address, answeredTo);
    this.#progress?.addressSuppressed(this.#loop.clock.now());
  }

  #listedPart(part: ListedPart): NonNullable<Parameters<typeof simSystem>[0]['listed']> {
    const plane = new SimListedControlPlane({ fleet: this.#fleet, part, now: () => this.#loop.clock.now() });
    return { controlPlanes: settingsOf(part), openControlPlane: () => plane };
  }

  /** It is asked at once, so that what it says is known as soon as what others tell; again where it is being asked. */
  #pollListed(): void {
    const { clock } = this.#loop;
    this.#hasMissed ||= this.#isUnlisted(clock.now());
    this.#listedChangedAt = clock.now();
    if (this.#isPolling) return;
    this.#isPolling = true;
    const poll = async (): Promise<void> => {
      const begun = await this.#service.poll(this.#system, LISTED_NAME);
      if (begun) this.#isPolling = false;
      else this.#loop.at(clock.now() + MINUTE, RANK.event, poll);
    };
    this.#loop.at(clock.now(), RANK.event, poll);
  }

  /** Whether something happened to what is listed that the newest whole listing could not see, or that came after it began. */
  #isListingBehind(): boolean {
    return this.#fleet.hasUnseen || this.#hasMissed || this.#isUnlisted(this.#loop.clock.now() + 1);
  }

  /**
   * Whether the newest change before an instant is in no whole listing. Another one after it hides it for good: nobody can
   * tell what a task was between two listings.
   */
  #isUnlisted(before: Instant): boolean {
    const changedAt = this.#listedChangedAt;
    return (
      changedAt !== undefined && changedAt < before && (this.#listing?.whole?.startedAt ?? 0) < changedAt
    );
  }

  /** One that a fault holds up shows a change later than it was: how long what it was lasted is known wrongly then. */
  #noteListing(listing: ListingRecord): void {
    const changedAt = this.#listedChangedAt ?? Number.POSITIVE_INFINITY;
    const isFirst = this.#isUnlisted(this.#loop.clock.now() + 1);
    this.#listing = listing;
    const { startedAt = 0, endedAt = 0 } = listing.whole ?? {};
    if (isFirst && startedAt >= changedAt && endedAt > changedAt) this.#hasMissed = true;
  }

  #committed(changes: Change[]): void {
    this.#recorder.committed(changes);
    for (const { after } of changes) {
      if (after?.pk === 'LISTINGS') this.#noteListing(listingFromRow(after));
      if (after?.sk.startsWith('L#') && 'task' in after) this.#judge?.audits.audited(auditFromRow(after));
    }
  }

  #mailListener(): ConstructorParameters<typeof SimMail>[0]['listener'] {
    return {
      accepted: (mail) => {
        if (this.#mail.readsTexts) this.#verifier.mailRead();
        if (this.#options.seesMail?.(mail) ?? true) this.#judge?.mailAccepted(mail);
        this.#recorder.mail(mail);
        this.#injection.mailAccepted(mail);
      },
      refused: (mail) => {
        this.#recorder.mailFailed(mail);
        this.#addressSuppressed(mail.to, mail.digest);
      },
      canary: (mail) => this.#answerCanary(mail),
      answerLost: (digest) => this.#verifier.answerLost(digest),
      untrue: (mail, what) => this.#verifier.mailUntrue(mail.digest, what),
    };
  }

  /** SES's mailbox simulator: it takes what is for `success@`, and bounces the other. */
  async #answerCanary(mail: MailReport['mail']): Promise<void> {
    const event = mail.to.startsWith('success@') ? 'delivery' : 'bounce';
    const body = this.#service.mailReport({ mail, at: mail.at, event });
    await this.#queues.send('mail-events', [{ body }]);
  }

  #fleetListener(): ConstructorParameters<typeof SimFleet>[0]['listener'] {
    return {
      asked: (request) => {
        this.#judge?.disableAsked(request);
      },
      disabled: (done) => {
        this.#judge?.disabled(done);
        this.#webhookVerifier.disabled(done);
        this.#progress?.disabled();
        this.#recorder.taskDisabled(done);
      },
      refused: (request, isTold) => this.#verifier.refusals.refused(request, isTold),
      enabled: (task, by) => {
        this.#verifier.undone(task);
        this.#recorder.taskEnabled(task, by);
      },
      reverted: (task) => this.#progress?.reverted(task),
      listedChanged: () => this.#pollListed(),
    };
  }

  #operators(): OperatorChannel {
    return {
      // One message, and a line for each alert that it tells of: the format has none for what is over.
      notify: async (alert, others = []) => {
        for (const each of [alert, ...others]) if (!each.isOver) this.#operatorAlerted(each);
      },
    };
  }

  #operatorAlerted({ code, subject, detail }: OperatorAlert): void {
    this.#progress?.operatorAlerted(code, subject);
    this.#verifier.refusals.operatorAlerted(code, subject);
    this.#verifier.deletions.operatorAlerted(code, subject);
    this.#workVerifier.operatorAlerted(code, subject);
    this.#webhookVerifier.operatorAlerted(code, subject);
    const about =
      OPERATOR_ALERTS[code].about === 'task'
        ? { task: subject }
        : { detail: detail.includes(subject) ? detail : `${subject}: ${detail}` };
    this.#recorder.operatorAlert(code, about);
  }

  #summary(): SummaryLine {
    return {
      at: formatInstant(this.#scenario.until),
      type: 'summary',
      scans: this.#schedule.scans,
      tasks: this.#facts.tasks.size,
      alertsFired: this.#recorder.alertsFired,
      mails: this.#mail.accepted,
      disabled: this.#recorder.disabled,
      deadLettered: this.#queues.deadLetters.length,
      oops: this.#attempts.failed + this.#queues.throttledReceives,
      promisesChecked: this.#verifier.total,
    };
  }
}
