import { DAY, HOUR, type Instant } from '../../functions/abandonment/time.ts';
import { controlPlaneOpener } from '../../functions/control-planes/open-control-plane.ts';
import type { ListedControlPlane } from '../../functions/platform/control-plane.port.ts';
import type { ListedSettings } from '../../functions/platform/control-plane-settings.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import { buildSystem, type System } from '../../functions/platform/system.ts';
import { loadDigest } from '../../functions/store/digests.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { EventLoop, RANK } from '../../simulation/engine/event-loop.ts';
import { SeededRandom } from '../../simulation/engine/seeded-random.ts';
import { SimMail } from '../../simulation/engine/sim-mail.ts';
import { SimQueues } from '../../simulation/engine/sim-queues.ts';
import { SIMULATED_CONFIG } from '../../simulation/engine/sim-system.ts';
import { VirtualClock } from '../../simulation/engine/virtual-clock.ts';

/** How often is scanned. */
const SCAN_EVERY = 6 * HOUR;

/** What a control plane that is listed is opened by, in the place of what deployments open. */
export type Adapter = NonNullable<Parameters<typeof controlPlaneOpener>[1]>;

/**
 * The real code on a virtual clock, with a control plane that is really there: what is decided within weeks happens to it
 * within seconds.
 */
export class ListedWorld {
  /** `3d18h mail ana@example.com: warning ecs/main/api` */
  readonly #story: string[] = [];
  readonly system: System;
  readonly #start: Instant;
  #scannedAt: Instant;
  readonly #loop: EventLoop;
  readonly #queues: SimQueues;
  readonly #open: (settings: ListedSettings) => ListedControlPlane;

  constructor(settings: ListedSettings, adapter: Adapter) {
    // Creations at the control plane are of now.
    this.#start = Math.ceil(Date.now() / HOUR) * HOUR;
    this.#scannedAt = this.#start;
    const clock = new VirtualClock(this.#start);
    this.#loop = new EventLoop(clock);
    const table = new MemoryTable();
    const random = new SeededRandom(1);
    this.#queues = new SimQueues(this.#loop);
    const pacing = new RealClock();
    const secrets = { read: () => Promise.reject(new Error('there are none')) };
    this.#open = controlPlaneOpener({ secrets, fetch, clock, pacing, random, table }, adapter);
    this.system = buildSystem('the story', {
      clock,
      random,
      table,
      queues: this.#queues,
      mailer: this.#mailer(clock, table),
      operators: {
        notify: async (alert, others = []) => {
          for (const { code, subject, isOver } of [alert, ...others])
            this.#tell(`operators ${isOver ? 'over ' : ''}${code} ${subject}`);
        },
      },
      config: { ...SIMULATED_CONFIG, scanEvery: SCAN_EVERY, controlPlanes: [settings] },
      openControlPlane: (plane) => this.#open(plane),
    });
    this.#queues.workWith((delivery) => deployedService.work(this.system, delivery));
  }

  async setPolicy(scope: string, policy: Record<string, unknown>): Promise<void> {
    const writes = [policyWrite(scope, policy)];
    const { outcome } = await this.system.table.transact(writes, 'the policy of the story');
    if (outcome !== 'applied') throw new Error(`the policy is ${outcome}`);
  }

  /** Lets time go on to an hour past a day since the start, scans included; `before` each of them. */
  async until(day: number, before: () => Promise<void> = async () => {}): Promise<void> {
    const end = this.#start + day * DAY;
    for (; this.#scannedAt + SCAN_EVERY <= end; ) {
      this.#scannedAt += SCAN_EVERY;
      const at = this.#scannedAt;
      this.#loop.at(at, RANK.event, before);
      this.#loop.at(at, RANK.scan, () => deployedService.scan(this.system, at));
    }
    await this.#loop.run(end + HOUR);
    const failed = [...this.#queues.deaths.map(({ error }) => error), ...this.#queues.deadLetters];
    if (failed.length > 0) throw new Error(`work failed: ${JSON.stringify(failed)} ${failed[0]}`);
  }

  /** What was heard since this was last asked. */
  heard(): string[] {
    return this.#story.splice(0);
  }

  #mailer(clock: VirtualClock, table: MemoryTable): SimMail {
    return new SimMail({
      clock,
      digest: (id) => loadDigest(table, id),
      listener: {
        accepted: ({ to, items }) => {
          const notices = items.map(({ notice, task }) => `${notice} ${task}`).sort();
          this.#tell(`mail ${to}: ${notices.join(', ')}`);
        },
        refused: ({ to }) => this.#tell(`refused ${to}`),
        untrue: ({ to }, what) => this.#tell(`untrue mail to ${to}: ${what}`),
      },
    });
  }

  #tell(what: string): void {
    const hours = (this.#loop.clock.now() - this.#start) / HOUR;
    this.#story.push(`${Math.floor(hours / 24)}d${Math.floor(hours % 24)}h ${what}`);
  }
}
