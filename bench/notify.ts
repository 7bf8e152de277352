import { MINUTE } from '../functions/abandonment/time.ts';
import { QUEUE, STUB_OPTIONS } from './notify-deployment.ts';
import { type Fault, faults, NO_FAULT } from './notify-faults.ts';
import { ownerName } from './notify-fleet.ts';
import { type PeerLine, peerObstacle, runPeer, runPeerParts } from './notify-peer.ts';
import type { WorkDone } from './notify-process.ts';
import { bundleNotifyProcess, NotifyService } from './notify-service.ts';
import { machine, print, printFigure, rounded } from './output.ts';
import { PeerStub, type StubReport } from './peer-stub.ts';

/** What is to be compared. */
export interface NotifyOptions {
  tasks: number;
  owners: number;
  /** The folder with the peer's script and its stub. */
  peer: string;
  tableLatencyMs: number;
}

const LATENCIES_MS = [0, 50];
const STEP = 15 * MINUTE;
/** What is not settled after so many steps never will be. */
const MOST_STEPS = 60;
const GOAL = 10;

/** What became of one run of ours. */
interface Course {
  report: StubReport;
  seconds: number;
  done: WorkDone[];
  /** Mails accepted whose record was lost: the window for a repeat. */
  window: number;
  /** Until nothing waited any more, by the service's clock; null: never. */
  doneAfterMinutes: number | null;
  whileItLasted?: { lost: number; tasksNeverNamed: number };
}

/** The parameters of both sides in one run. */
interface Size {
  tasks: number;
  owners: number;
  sesLatencyMs: number;
}

/**
 * How fast all owners of many abandoned tasks are told, and what is lost or notified twice when SES or a worker fails:
 * the deployed notifier against Cloud Custodian's mailer, one after the other, both on the peer's stub of SQS and SES.
 */
export async function benchNotify(options: NotifyOptions): Promise<void> {
  const { tasks, owners } = options;
  const obstacle = await peerObstacle(options.peer);
  if (obstacle !== undefined) print({ bench: 'notify', step: `only our side: ${obstacle}` });
  const bench = new NotifyBench(options, await bundleNotifyProcess(), obstacle === undefined);
  for (const sesLatencyMs of LATENCIES_MS) await bench.compareSpeed({ tasks, owners, sesLatencyMs });
  for (const fault of faults(ownerName(Math.floor(owners / 2)))) {
    const { smaller = 1 } = fault;
    const size = { tasks: Math.ceil(tasks / smaller), owners: Math.ceil(owners / smaller), sesLatencyMs: 0 };
    await bench.compareFault(fault, size);
  }
  bench.reportFaults();
}

class NotifyBench {
  readonly #options: NotifyOptions;
  readonly #program: string;
  readonly #hasPeer: boolean;
  #lost = 0;
  #repeated = 0;
  #window = 0;
  #outsideWindow = 0;
  #lostByPeer = 0;
  #repeatedByPeer = 0;

  constructor(options: NotifyOptions, program: string, hasPeer: boolean) {
    this.#options = options;
    this.#program = program;
    this.#hasPeer = hasPeer;
  }

  async compareSpeed(size: Size): Promise<void> {
    const { sesLatencyMs, owners } = size;
    const course = await this.#ours(NO_FAULT, size);
    const ours = course.report.byRecipient.recipients / course.seconds;
    const theirs = await this.#theirs(NO_FAULT, size);
    if (!theirs) return;
    const theirSpeed = theirs.ownersReached / theirs.seconds;
    const ratio = rounded(ours / theirSpeed, 1);
    const judged = sesLatencyMs === 50;
    const whole = course.report.mails === owners && course.report.tasks.named === size.tasks;
    printFigure({
      bench: 'notify',
      figure: `owners notified per second at ${sesLatencyMs} ms SES latency, against c7n-mailer`,
      details: {
        ...machine(),
        ...size,
        ownersPerSecond: rounded(ours, 1),
        peerOwnersPerSecond: rounded(theirSpeed, 2),
        mails: course.report.mails,
        sendingOnlyRatio: rounded(theirs.sendSeconds / course.report.sendSeconds, 1),
      },
      value: ratio,
      goal: judged ? `>= ${GOAL}, each owner in one mail` : 'stated; each owner in one mail',
      met: whole && (!judged || ratio >= GOAL),
      ratio,
    });
  }

  async compareFault(fault: Fault, size: Size): Promise<void> {
    const { report, window } = await this.#ours(fault, size);
    const { lost, tasksNeverNamed } = missing(report, size);
    this.#lost += lost + tasksNeverNamed;
    this.#repeated += report.duplicates;
    this.#window += window;
    this.#outsideWindow += Math.max(0, report.duplicates - (fault.events ? 0 : window));
    const theirs = await this.#theirs(fault, size);
    if (!theirs) return;
    this.#lostByPeer += theirs.lost + theirs.tasksNeverNamed;
    this.#repeatedByPeer += theirs.duplicates;
  }

  reportFaults(): void {
    printFigure({
      bench: 'notify',
      figure: 'owners never warned and tasks never named, in all faults',
      details: this.#hasPeer ? { byPeer: this.#lostByPeer } : {},
      value: this.#lost,
      goal: '0',
      met: this.#lost === 0,
      ratio: this.#lost,
    });
    printFigure({
      bench: 'notify',
      figure: 'repeats outside the stated window (accepted, the record lost, no word of SES in settleAfter)',
      details: {
        repeats: this.#repeated,
        mailsInTheWindow: this.#window,
        ...(this.#hasPeer ? { repeatsByPeer: this.#repeatedByPeer } : {}),
      },
      value: this.#outsideWindow,
      goal: '0',
      met: this.#outsideWindow === 0,
      ratio: this.#outsideWindow,
    });
  }

  async #ours(fault: Fault, size: Size): Promise<Course> {
    const stub = await PeerStub.start(this.#options.peer);
    try {
      await stub.reset({ ...STUB_OPTIONS, sesLatencyMs: size.sesLatencyMs, ...fault.stub });
      const { tableLatencyMs } = this.#options;
      const service = new NotifyService({ stub, program: this.#program, tableLatencyMs });
      await service.prepare(size.tasks, size.owners);
      const course = await follow(service, stub, fault, size);
      printOurs(course, fault, size, tableLatencyMs);
      return course;
    } finally {
      stub.stop();
    }
  }

  async #theirs(fault: Fault, size: Size): Promise<PeerLine | undefined> {
    if (!this.#hasPeer || fault.peer === undefined) return undefined;
    const { peer } = this.#options;
    const line =
      fault.peer === 'script'
        ? await runPeer(peer, { ...size, fault: fault.name })
        : await runPeerParts(peer, { ...size, options: fault.stub });
    print({ bench: 'notify', side: 'c7n-mailer', fault: fault.name, ...line });
    return line;
  }
}

/** Works until nobody waits for a mail: each time nothing is left to do, the clock is put ahead. */
async function follow(service: NotifyService, stub: PeerStub, fault: Fault, size: Size): Promise<Course> {
  const done: WorkDone[] = [];
  let [seconds, window, seen] = [0, 0, 0];
  let whileItLasted: Course['whileItLasted'];
  const work = async (endAt?: number) => {
    const started = performance.now();
    done.push(...(await service.work(endAt)));
    seconds += (performance.now() - started) / 1_000;
    const mails = await stub.mails();
    window += await service.unrecorded(mails.slice(seen));
    seen = mails.length;
    if (fault.events) await service.hearOf(mails);
  };
  if (fault.endAt !== undefined) {
    await work(Math.floor(size.owners * fault.endAt));
    await stub.redeliver();
  }
  await work();
  let isDone = await service.isDone();
  for (let step = 0; step < MOST_STEPS && !isDone; step += 1) {
    if (fault.healed && service.aheadMs === fault.lasts) {
      whileItLasted = missing(await stub.report(), size);
      await stub.configure(fault.healed);
    }
    await service.pass(STEP);
    await work();
    isDone = await service.isDone();
  }
  const doneAfterMinutes = isDone ? service.aheadMs / MINUTE : null;
  const course = { report: await stub.report(), seconds, done, window, doneAfterMinutes };
  return whileItLasted ? { ...course, whileItLasted } : course;
}

function missing({ byRecipient, tasks }: StubReport, size: Size): { lost: number; tasksNeverNamed: number } {
  return { lost: size.owners - byRecipient.recipients, tasksNeverNamed: size.tasks - tasks.named };
}

function printOurs(course: Course, fault: Fault, size: Size, tableLatencyMs: number): void {
  const { report, seconds, done, window, doneAfterMinutes, whileItLasted } = course;
  print({
    bench: 'notify',
    side: 'taskwarden',
    fault: fault.name,
    ...(fault === NO_FAULT ? {} : { sesEvents: fault.events }),
    ...size,
    tableLatencyMs,
    processes: QUEUE.maxConcurrency,
    mails: report.mails,
    ownersReached: report.byRecipient.recipients,
    ...missing(report, size),
    ...(whileItLasted && { whileItLasted }),
    duplicates: report.duplicates,
    mailsInTheWindow: window,
    settledAfterMinutes: doneAfterMinutes,
    seconds: rounded(seconds, 2),
    sendSeconds: rounded(report.sendSeconds, 2),
    cpuSeconds: rounded(
      done.reduce((sum, work) => sum + work.cpuSeconds, 0),
      2,
    ),
    peakRssMb: rounded(Math.max(0, ...done.map((work) => work.peakRssBytes)) / 2 ** 20, 1),
    invocations: done.reduce((sum, work) => sum + work.invocations, 0),
    sesCalls: report.calls.SendRawEmail ?? 0,
    sesErrors: report.errors,
    leftInQueue: report.queues.notify?.left ?? 0,
  });
}
