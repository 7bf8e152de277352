import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { formatInstant } from '../functions/abandonment/time.ts';
import type { OperatorChannel } from '../functions/platform/ports.ts';
import type { System } from '../functions/platform/system.ts';
import { type Change, MemoryTable } from '../functions/store/memory-table.ts';
import { type AuditEntry, loadDigest } from '../functions/store/records.ts';
import { type EffectLine, EffectRecorder, type SummaryLine } from './effects.ts';
import { EventLoop, RANK } from './event-loop.ts';
import type { FleetMessage } from './fleet-events.ts';
import { FleetFacts } from './fleet-facts.ts';
import { Happenings } from './happenings.ts';
import { ProgressVerifier } from './progress-verifier.ts';
import { parsedPolicies, policyDocuments } from './scenario.ts';
import type { Scenario } from './scenario-types.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Service } from './service.port.ts';
import { SimFleet } from './sim-fleet.ts';
import { SimMail } from './sim-mail.ts';
import { SimQueues } from './sim-queues.ts';
import { SIMULATED_CONFIG, simSystem } from './sim-system.ts';
import { type BrokenPromise, Verifier } from './verifier.ts';
import { VirtualClock } from './virtual-clock.ts';
import { OWNING_SYSTEM, storeStart } from './world-start.ts';

export interface WorldOptions {
  /** Whether each mail's text is compared with what its digest row says. @default true */
  readsTexts?: boolean;
  /** Changes what one process stands on; asked before each scan and each message. By default nothing. */
  processOf?: (name: string, system: System) => System;
}

/** What a scenario came to. */
export interface Outcome {
  lines: EffectLine[];
  summary: SummaryLine;
  broken: BrokenPromise[];
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
  readonly #queues: SimQueues;
  readonly #mail: SimMail;
  readonly #fleet: SimFleet;
  readonly #system: System;
  #book: PolicyBook;
  #progress: ProgressVerifier | undefined;
  #repeatedFor = 0;
  #sent = 0;
  #scans = 0;

  constructor(scenario: Scenario, service: Service, options: WorldOptions = {}) {
    this.#scenario = scenario;
    this.#service = service;
    this.#options = options;
    const clock = new VirtualClock(scenario.start);
    this.#loop = new EventLoop(clock);
    this.#recorder = new EffectRecorder(clock);
    const { gatherDisabled } = SIMULATED_CONFIG;
    this.#verifier = new Verifier({ facts: this.#facts, now: () => clock.now(), gathered: gatherDisabled });
    const table = new MemoryTable({ onCommit: (changes) => this.#committed(changes) });
    this.#queues = new SimQueues(this.#loop);
    this.#mail = new SimMail({
      clock,
      digest: (id) => loadDigest(table, id),
      listener: this.#mailListener(),
      readsTexts: options.readsTexts ?? true,
    });
    this.#fleet = new SimFleet({
      facts: this.#facts,
      clock,
      send: (message) => this.#sendEvent(message),
      listener: this.#fleetListener(),
    });
    this.#system = simSystem({
      clock,
      random: new SeededRandom(scenario.seed),
      table,
      queues: this.#queues,
      mailer: this.#mail,
      events: this.#fleet,
      operators: this.#operators(),
    });
    this.#queues.workWith((delivery) => service.work(this.#processOf(delivery.queue), delivery));
    this.#book = new PolicyBook(parsedPolicies(scenario));
  }

  /** Runs the scenario from start to until, once. Throws `ScenarioProblem` where an event cannot happen. */
  async run(): Promise<Outcome> {
    const { start, until, events } = this.#scenario;
    await this.#begin();
    const happenings = this.#happenings();
    for (const event of events) this.#loop.at(event.at, RANK.event, () => happenings.happen(event));
    this.#repeatObservationsFrom(start);
    this.#tickAt(start);
    await this.#loop.run(until, () => this.#verifier.instantOver());
    this.#verifier.instantOver();
    return {
      lines: this.#recorder.lines,
      summary: this.#summary(),
      broken: this.#verifier.broken,
      deaths: this.#queues.deaths,
    };
  }

  async #begin(): Promise<void> {
    const { subscriptions, admins, start, tasks } = this.#scenario;
    for (const [scope, policy] of parsedPolicies(this.#scenario)) this.#facts.setPolicy(scope, policy, start);
    this.#facts.subscriptions.push(...subscriptions);
    for (const [prefix, addresses] of admins) this.#facts.admins.set(prefix, addresses);
    for (const task of tasks) this.#fleet.load(task);
    await storeStart(this.#system, this.#scenario, this.#book);
    this.#progress = new ProgressVerifier({
      facts: this.#facts,
      verifier: this.#verifier,
      scenario: this.#scenario,
    });
  }

  #processOf(name: string): System {
    return this.#options.processOf?.(name, this.#system) ?? this.#system;
  }

  /** Life signs come just before the scan of their instant; what it causes is through before the next is asked for. */
  #tickAt(at: number): void {
    if (at > this.#scenario.until) return;
    this.#loop.at(at, RANK.event, () => this.#hearPlanes());
    this.#loop.at(at, RANK.scan, async () => {
      await this.#scan(at);
      this.#loop.at(at, RANK.scan, () => this.#progress?.scanOver(at));
      this.#tickAt(at + this.#scenario.scanEvery);
    });
  }

  async #scan(at: number): Promise<void> {
    this.#scans += 1;
    try {
      await this.#service.scan(this.#processOf('scanner'), at);
    } catch (error) {
      this.#queues.deaths.push({ process: 'scanner', at, error });
    }
  }

  async #hearPlanes(): Promise<void> {
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

  #happenings(): Happenings {
    return new Happenings({
      system: this.#system,
      service: this.#service,
      facts: this.#facts,
      fleet: this.#fleet,
      mail: this.#mail,
      documents: policyDocuments(this.#scenario),
      listener: {
        policiesChanged: (book, evidenceMaxAgeChanged) => {
          this.#book = book;
          if (evidenceMaxAgeChanged) this.#repeatObservationsFrom(this.#loop.clock.now());
        },
        mailBounced: (mail) => this.#recorder.mailFailed(mail),
        addressDied: (address) => this.#addressDied(address),
      },
    });
  }

  #addressDied(address: string): void {
    this.#verifier.addressDied(address);
    this.#progress?.addressDied(this.#loop.clock.now());
  }

  #committed(changes: Change[]): void {
    this.#recorder.committed(changes);
    for (const { after } of changes) {
      if (after?.sk.startsWith('L#')) this.#verifier.audited(after as unknown as AuditEntry);
    }
  }

  #mailListener(): ConstructorParameters<typeof SimMail>[0]['listener'] {
    return {
      accepted: (mail) => {
        if (this.#mail.readsTexts) this.#verifier.mailRead();
        this.#verifier.mailAccepted(mail);
        this.#recorder.mail(mail);
      },
      refused: (mail) => {
        this.#recorder.mailFailed(mail);
        this.#addressDied(mail.to);
      },
      untrue: (mail, what) => this.#verifier.mailUntrue(mail.digest, what),
    };
  }

  #fleetListener(): ConstructorParameters<typeof SimFleet>[0]['listener'] {
    return {
      asked: (request) => this.#verifier.disableAsked(request),
      turnedOff: (done) => {
        this.#verifier.turnedOff(done);
        this.#recorder.taskDisabled(done);
      },
      turnedOn: (task, by) => this.#recorder.taskEnabled(task, by),
    };
  }

  #operators(): OperatorChannel {
    return {
      tell: async ({ code, subject, detail }) => {
        this.#progress?.operatorsTold(code, subject);
        const about = this.#facts.tasks.has(subject)
          ? { task: subject }
          : { detail: detail.includes(subject) ? detail : `${subject}: ${detail}` };
        this.#recorder.operatorAlert(code, about);
      },
    };
  }

  #summary(): SummaryLine {
    return {
      at: formatInstant(this.#scenario.until),
      type: 'summary',
      scans: this.#scans,
      tasks: this.#facts.tasks.size,
      alertsFired: this.#recorder.alertsFired,
      mails: this.#mail.accepted,
      disabled: this.#recorder.disabled,
      deadLettered: this.#queues.deadLetters.length,
      oops: this.#queues.failedReceives,
      promisesChecked: this.#verifier.total,
    };
  }
}
