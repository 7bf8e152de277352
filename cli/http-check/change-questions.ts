import { randomUUID } from 'node:crypto';
import { readTask } from '../../functions/control-planes/http/read-tasks.ts';
import type { ListedTask } from '../../functions/platform/control-plane.port.ts';
import { type Checked, type Defect, finding, skipped, unless } from './findings.ts';
import { codeOf, type Prober, type Reply } from './prober.ts';
import { GONE, pathOf, saysGone } from './read-questions.ts';

type Action = 'disable' | 'enable';

/** A version that no task has. */
const NO_VERSION = 'taskwarden-check-no-such-version';
/** How long something that is asked for (202) may take, and how often it is read meanwhile. */
const PATIENCE = { times: 10, every: 1_000 } as const;

/** One task that may be disabled and enabled, and what is done to it. */
class Trial {
  readonly prober: Prober;
  readonly id: string;
  readonly #pause: (milliseconds: number) => Promise<void>;

  constructor(prober: Prober, id: string, pause: (milliseconds: number) => Promise<void>) {
    this.prober = prober;
    this.id = id;
    this.#pause = pause;
  }

  /** The task as it is now; undefined where it cannot be read. */
  async read(): Promise<ListedTask | undefined> {
    const { json, status } = await this.prober.ask(pathOf(this.id));
    const read = readTask(status === 200 ? json : undefined, { prefix: '', dataPlane: '-', now: Date.now() });
    return 'task' in read ? read.task : undefined;
  }

  ask(action: Action, version: string, more: { key?: string; task?: string; of?: string } = {}) {
    const { key = randomUUID(), task = this.id, of = this.id } = more;
    const body = { action, task, version, reason: 'check' };
    return this.prober.ask(`${pathOf(of)}/${action}`, { method: 'POST', key, body });
  }

  /** Brings the task into a state in the version that it has; undefined where it does not go there. */
  async bring(enabled: boolean): Promise<ListedTask | undefined> {
    const now = await this.read();
    if (now === undefined || now.enabled === enabled) return now;
    return this.reads(enabled, await this.ask(enabled ? 'enable' : 'disable', now.revision));
  }

  /** The task once it reads as it was asked to; undefined where it does not come to that. */
  async reads(enabled: boolean, { status }: Reply): Promise<ListedTask | undefined> {
    const times = status === 202 ? PATIENCE.times : 1;
    for (let time = 0; time < times; time += 1) {
      const now = await this.read();
      if (now === undefined || now.enabled === enabled) return now;
      if (time + 1 < times) await this.#pause(PATIENCE.every);
    }
    return undefined;
  }
}

/** Defects; or why it cannot be asked. */
type Answers = (Defect | undefined)[] | { skipped: string };
type Question = (trial: Trial, task: ListedTask) => Promise<Answers>;

const NOT_ENABLED = { skipped: 'the task cannot be enabled for it' };
const NOT_DISABLED = { skipped: 'the task cannot be disabled for it' };

/** Each begins with the task enabled. */
const QUESTIONS: readonly [name: string, question: Question, well: string][] = [
  ['change-of-no-task', noTask, 'a change of what is not there is answered by no-such-task'],
  ['expected-version', otherVersion, 'another version is not disabled'],
  ['path-and-body', otherTask, 'a body about another task than the path is refused'],
  ['disable', disable, 'is disabled, and keeps its version'],
  ['idempotency-key', repeat, 'the same request again is answered as before'],
  ['already-disabled', already, 'what is disabled is not disabled again'],
  ['enable', enable, 'is enabled, and keeps its version'],
];

/**
 * Disables and enables a task, rightly and wrongly, and leaves it enabled.
 *
 * @returns what became of each question; the last says whether the task is enabled again
 */
export async function changeQuestions(
  prober: Prober,
  id: string,
  pause: (milliseconds: number) => Promise<void>,
): Promise<Checked[]> {
  const trial = new Trial(prober, id, pause);
  const before = await trial.read();
  if (!before?.enabled) {
    const found = `${JSON.stringify(id)} ${before === undefined ? 'cannot be read' : 'is disabled'}`;
    return [{ name: 'changes', ...finding([{ found, expected: 'a task that is enabled' }], '') }];
  }
  const checked: Checked[] = [];
  for (const [name, question, well] of QUESTIONS) {
    const task = await trial.bring(true);
    const answers = task?.enabled ? await question(trial, task) : NOT_ENABLED;
    const found = 'skipped' in answers ? skipped(answers.skipped) : finding(answers, well);
    checked.push({ name, ...found });
  }
  const left = await trial.bring(true);
  const expected = 'enabled, as it was before: enable it by hand';
  const defect = left?.enabled ? undefined : { found: `${JSON.stringify(id)} is not enabled now`, expected };
  return [...checked, { name: 'left-as-before', ...finding([defect], `${JSON.stringify(id)} is enabled`) }];
}

async function noTask(trial: Trial): Promise<(Defect | undefined)[]> {
  const of = `no-such-task-${randomUUID()}`;
  const reply = await trial.ask('disable', NO_VERSION, { of, task: of });
  return [unless(saysGone(reply), reply, GONE)];
}

async function otherVersion(trial: Trial): Promise<(Defect | undefined)[]> {
  const reply = await trial.ask('disable', NO_VERSION);
  const expected = '409 with the code "version-changed": the request names another version';
  const isRight = reply.status === 409;
  const after = await trial.read();
  return [unless(isRight, reply, expected), isRight ? stillEnabled(after, reply) : undefined];
}

async function otherTask(trial: Trial, { revision }: ListedTask): Promise<Answers> {
  if (trial.prober.target.secret === undefined) return { skipped: 'no secret was given' };
  const reply = await trial.ask('disable', revision, { task: `${trial.id}-another` });
  const isRight = reply.status >= 400 && reply.status < 500;
  const expected = '400: a signature covers the body and not the path';
  return [unless(isRight, reply, expected), isRight ? stillEnabled(await trial.read(), reply) : undefined];
}

function stillEnabled(after: ListedTask | undefined, { request, status }: Reply): Defect | undefined {
  if (after?.enabled) return undefined;
  return { found: `${request} answers ${status} and disables the task`, expected: 'nothing is done' };
}

async function disable(trial: Trial, before: ListedTask): Promise<(Defect | undefined)[]> {
  const reply = await trial.ask('disable', before.revision);
  return changed(trial, reply, before, false);
}

async function enable(trial: Trial): Promise<Answers> {
  const before = await trial.bring(false);
  if (before?.enabled !== false) return NOT_DISABLED;
  const wrong = await trial.ask('enable', NO_VERSION);
  const expected = '409 with the code "version-changed": the request names another version';
  const refused = unless(wrong.status === 409, wrong, expected);
  const again = await trial.bring(false);
  if (again?.enabled !== false) return [refused];
  const reply = await trial.ask('enable', again.revision);
  return [refused, ...(await changed(trial, reply, again, true))];
}

/** Whether a change was done, and was no publication. */
async function changed(
  trial: Trial,
  reply: Reply,
  before: ListedTask,
  enabled: boolean,
): Promise<(Defect | undefined)[]> {
  const done = enabled ? 'enabled' : 'disabled';
  if (![200, 202, 204].includes(reply.status)) return [unless(false, reply, `200: the task is ${done}`)];
  const after = await trial.reads(enabled, reply);
  if (after === undefined) {
    const found = `${reply.request} answers ${reply.status}, and the task does not read ${done}`;
    return [{ found, expected: `enabled: ${enabled} by GET ${pathOf(trial.id)}` }];
  }
  if (after.revision === before.revision) return [];
  const versions = `${JSON.stringify(before.revision)} to ${JSON.stringify(after.revision)}`;
  const found = `${reply.request} changes the version from ${versions}`;
  return [{ found, expected: 'the same version: that it was changed is no publication' }];
}

async function repeat(trial: Trial, { revision }: ListedTask): Promise<Answers> {
  const key = randomUUID();
  const first = await trial.ask('disable', revision, { key });
  if (first.status >= 300) return NOT_DISABLED;
  const again = await trial.ask('disable', revision, { key });
  const about = ' to the same Idempotency-Key again';
  return [
    unless(again.status === first.status, again, `${first.status}, as before: its answer may be lost`, about),
  ];
}

async function already(trial: Trial): Promise<Answers> {
  const disabled = await trial.bring(false);
  if (disabled?.enabled !== false) return NOT_DISABLED;
  const reply = await trial.ask('disable', disabled.revision);
  const isRight = reply.status === 409;
  const expected = '409 with the code "already-disabled": else what others disabled is taken for ours';
  const coded = unless(codeOf(reply.json) === 'already-disabled', reply, expected);
  return [isRight ? coded : unless(false, reply, expected, ' to another request')];
}
