import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../functions/abandonment/task.ts';
import {
  type ControlAnswer,
  type ControlPlane,
  ControlPlaneUnavailable,
  type ListedControlPlane,
  type ListedTask,
} from '../../functions/platform/control-plane.port.ts';

/** How a control plane fails. Each lasts until `heal`, and leaves its tasks as they are unless it says otherwise. */
export const FAULTS = {
  /** It answers nobody. */
  down: 'is down',
  /** It asks to be left alone for a while. */
  throttle: 'throttles',
  /** It takes longer than a call may. */
  slow: 'is slow',
  /** The next listed page, and what else is read, is cut in the middle. */
  half: 'answers half a page',
  /** What it lists cannot be meant: it contradicts itself, or lacks what it must have. */
  inconsistent: 'contradicts itself',
  /** What it is asked to do is done, and the answer is lost. Reading goes well. */
  'lose-answer': 'loses an answer after it acted',
} as const;

export type Fault = keyof typeof FAULTS;

/** Steers the double of a control plane, behind the back of what is tested. */
export interface ControlPlaneDriver {
  /** Its tasks with their prefix: three or more, all enabled. Where it pages, more than one page. */
  readonly tasks: readonly string[];
  /** Somebody publishes the task anew. */
  edit(task: string): Promise<void>;
  remove(task: string): Promise<void>;
  /** Somebody disables the task at its control plane. */
  disableByHand(task: string): Promise<void>;
  /** Of one whose double can (`Abilities.spoils`): from now on the task is described as no task may be. */
  spoil?(task: string): Promise<void>;
  /** Whether the task is enabled in truth; undefined where it is gone. */
  isEnabled(task: string): Promise<boolean | undefined>;
  fault(fault: Fault): Promise<void>;
  heal(): Promise<void>;
}

/** A control plane with its double, fresh for each test. */
export interface Made<Controls extends ControlPlane> {
  controls: Controls;
  driver: ControlPlaneDriver;
  close?(): Promise<void>;
}

/** What not every control plane can do or suffer. */
export interface Abilities {
  /** The answer where all is well: done, or asked for by an event. @default 'confirmed' */
  answers?: 'confirmed' | 'requested';
  /** Whether it sees that a task was edited, disabled, or is gone. @default true */
  sees?: boolean;
  /** Whether its double can spoil a task. @default false */
  spoils?: boolean;
  /** Faults that it cannot have. @default none */
  without?: readonly Fault[];
  /** In seconds, what its double says when it throttles; undefined where it says nothing. */
  retryAfter?: number;
}

/** Asks for the things that a test of an adapter knows by name. */
interface Asked {
  revision?: string;
  isRepeated?: boolean;
  kept?: string | undefined;
}

/** As the port words a request to disable. */
export function askToDisable(
  controls: ControlPlane,
  task: string,
  { revision, isRepeated = false }: Asked = {},
): Promise<ControlAnswer> {
  return controls.disable({
    task: taskNamed(task),
    ...(revision !== undefined && { revision }),
    isRepeated,
    run: '2026-01-05T09:30:00Z',
    episode: 1,
    disableAt: Date.UTC(2026, 0, 5, 9),
    requestId: `${task}#1`,
    reason: 'grace-over',
  });
}

/** As the port words a request to enable. */
export function askToEnable(
  controls: ControlPlane,
  task: string,
  { revision, kept }: Asked = {},
): Promise<ControlAnswer> {
  return controls.enable({
    task: taskNamed(task),
    ...(revision !== undefined && { revision }),
    ...(kept !== undefined && { kept }),
    requestId: `${task}#1#undo`,
    by: 'operator',
    reason: 'undo',
  });
}

function taskNamed(id: string): Task {
  const at = Date.UTC(2026, 0, 1);
  return {
    id,
    kind: 'service',
    dekaf: false,
    owners: [],
    dataPlane: 'eu-1',
    enabled: true,
    createdAt: at,
    version: 1,
    firstSeenAt: at,
  };
}

/** All pages of a listing, from the first. */
export async function listAll(controls: ListedControlPlane) {
  const tasks: ListedTask[] = [];
  const refused: { task: string; reason: string }[] = [];
  let pages = 0;
  let cursor: string | null = null;
  do {
    const page = await controls.list(cursor);
    if (page === 'notModified') throw new Error('not modified since what? no tag was given');
    tasks.push(...page.tasks);
    refused.push(...page.refused);
    ({ cursor } = page);
    pages += 1;
  } while (cursor !== null && pages < 100);
  return { tasks, refused, pages };
}

/**
 * What every control plane does (docs/decisions/0044-one-suite-for-every-control-plane.md): the port's promises, shown at
 * the double's own truth. What is listed as well is asked by `listedControlPlaneContract`.
 *
 * @param name what is tested
 * @param make a fresh control plane with its double
 */
export function controlPlaneContract(
  name: string,
  make: () => Promise<Made<ControlPlane>>,
  abilities: Abilities = {},
): void {
  describe(`${name}, as every control plane`, () => suite(stageOf(make), async () => undefined, abilities));
}

/** The same for one that is listed, and what listings promise. */
export function listedControlPlaneContract(
  name: string,
  make: () => Promise<Made<ListedControlPlane>>,
  abilities: Abilities = {},
): void {
  describe(`${name}, as every control plane that is listed`, () => {
    const revisionOf = async (controls: ListedControlPlane, task: string) =>
      (await controls.get(task))?.revision;
    const stage = stageOf(make);
    suite(stage, revisionOf, abilities);
    listings(stage, abilities);
    outages(stage, abilities);
  });
}

type RevisionOf<Controls> = (controls: Controls, task: string) => Promise<string | undefined>;

/** What a test stands on. */
interface Stage<Controls> {
  controls: Controls;
  driver: ControlPlaneDriver;
  /** The task that the test is about, and another one. */
  task: string;
  other: string;
}

function stageOf<Controls extends ControlPlane>(make: () => Promise<Made<Controls>>): Stage<Controls> {
  const stage = {} as Stage<Controls>;
  let made: Made<Controls> | undefined;
  beforeEach(async () => {
    made = await make();
    const { controls, driver } = made;
    const [task = '', other = ''] = driver.tasks;
    Object.assign(stage, { controls, driver, task, other });
  });
  afterEach(async () => {
    await made?.close?.();
    made = undefined;
  });
  return stage;
}

function suite<Controls extends ControlPlane>(
  stage: Stage<Controls>,
  revisionOf: RevisionOf<Controls>,
  { answers = 'confirmed', sees = true }: Abilities,
): void {
  const seen = async (task = stage.task) => {
    const revision = await revisionOf(stage.controls, task);
    return revision === undefined ? {} : { revision };
  };
  /** Where the answer comes by an event, it is seen at the double alone. */
  const outcomeOf = (outcome: ControlAnswer['outcome']) => (answers === 'requested' ? 'requested' : outcome);

  it('disables a task, and no other', async () => {
    const { controls, driver, task, other } = stage;
    const answer = await askToDisable(controls, task, await seen());
    expect(answer.outcome).toBe(outcomeOf('confirmed'));
    if (sees) expect([await driver.isEnabled(task), await driver.isEnabled(other)]).toEqual([false, true]);
  });

  it('enables again what it disabled', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    const answer = await askToDisable(controls, task, before);
    const kept = answer.outcome === 'confirmed' ? answer.kept : undefined;
    if (kept !== undefined) expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(4_096);
    const back = await askToEnable(controls, task, { ...before, kept });
    expect(back.outcome).toBe(outcomeOf('confirmed'));
    if (sees) expect(await driver.isEnabled(task)).toBe(true);
  });

  it.runIf(sees)('does not disable what was edited since it was decided upon', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    await driver.edit(task);
    const answer = await askToDisable(controls, task, before);
    expect(answer.outcome).toBe(outcomeOf('changed'));
    expect(await driver.isEnabled(task)).toBe(true);
  });

  it.runIf(sees)('does not enable what was edited since it was disabled', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    const answer = await askToDisable(controls, task, before);
    const kept = answer.outcome === 'confirmed' ? answer.kept : undefined;
    await driver.edit(task);
    const wasEnabled = await driver.isEnabled(task);
    const back = await askToEnable(controls, task, { ...before, kept });
    expect(back.outcome).toBe(outcomeOf('changed'));
    expect(await driver.isEnabled(task)).toBe(wasEnabled);
  });

  it.runIf(sees)('says of a task that is gone that it is gone', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    await driver.remove(task);
    expect((await askToDisable(controls, task, before)).outcome).toBe(outcomeOf('gone'));
    expect((await askToEnable(controls, task, before)).outcome).toBe(outcomeOf('gone'));
    expect(await driver.isEnabled(task)).toBeUndefined();
  });

  it.runIf(sees && answers === 'confirmed')('takes what others disabled for theirs', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    await driver.disableByHand(task);
    expect((await askToDisable(controls, task, before)).outcome).toBe('changed');
    expect(await driver.isEnabled(task)).toBe(false);
  });

  it('takes what it disabled and is asked again for done', async () => {
    const { controls, driver, task } = stage;
    const before = await seen();
    await askToDisable(controls, task, before);
    const again = await askToDisable(controls, task, { ...before, isRepeated: true });
    expect(again.outcome).toBe(outcomeOf('confirmed'));
    if (sees) expect(await driver.isEnabled(task)).toBe(false);
  });
}

function listings(stage: Stage<ListedControlPlane>, { spoils = false }: Abilities): void {
  it('lists each task once, with its prefix and a revision', async () => {
    const { tasks, refused } = await listAll(stage.controls);
    expect(tasks.map(({ id }) => id).sort()).toEqual([...stage.driver.tasks].sort());
    expect(refused).toEqual([]);
    for (const { enabled, revision, dataPlane } of tasks) {
      expect(enabled).toBe(true);
      expect(revision.length).toBeGreaterThan(0);
      expect(revision.length).toBeLessThanOrEqual(128);
      expect(dataPlane).not.toBe('');
    }
  });

  it('gets a task as it lists it, and none where there is none', async () => {
    const { controls, driver, task } = stage;
    const { tasks } = await listAll(controls);
    expect(await controls.get(task)).toEqual(tasks.find(({ id }) => id === task));
    await driver.remove(task);
    expect(await controls.get(task)).toBeUndefined();
    expect((await listAll(controls)).tasks.map(({ id }) => id)).not.toContain(task);
  });

  it('lists the same revisions while nobody publishes, and another one of what is published', async () => {
    const { controls, driver, task } = stage;
    const revisions = async () =>
      new Map((await listAll(controls)).tasks.map(({ id, revision }) => [id, revision]));
    const before = await revisions();
    expect(await revisions()).toEqual(before);
    await driver.edit(task);
    const after = await revisions();
    expect(after.get(task)).not.toBe(before.get(task));
    after.delete(task);
    before.delete(task);
    expect(after).toEqual(before);
  });

  it('shows what it disables and enables, and neither is a publication', async () => {
    const { controls, task } = stage;
    const before = await controls.get(task);
    const revision = before?.revision ?? '';
    const answer = await askToDisable(controls, task, { revision });
    expect(await controls.get(task)).toMatchObject({ enabled: false, revision });
    const kept = answer.outcome === 'confirmed' ? answer.kept : undefined;
    await askToEnable(controls, task, { revision, kept });
    expect(await controls.get(task)).toMatchObject({ enabled: true, revision });
  });

  it('shows what somebody disabled', async () => {
    const { controls, driver, task } = stage;
    await driver.disableByHand(task);
    expect(await controls.get(task)).toMatchObject({ enabled: false });
    expect((await listAll(controls)).tasks.find(({ id }) => id === task)?.enabled).toBe(false);
  });

  it.runIf(spoils)('names a task that cannot be taken, and lists the others', async () => {
    const { controls, driver, task } = stage;
    await driver.spoil?.(task);
    const { tasks, refused } = await listAll(controls);
    expect(tasks.map(({ id }) => id).toSorted()).toEqual(driver.tasks.filter((id) => id !== task).toSorted());
    expect(refused.map((entry) => entry.task)).toEqual([task]);
    expect(refused[0]?.reason).not.toBe('');
    await expectUnavailable(() => controls.get(task));
  });

  it('can be asked', async () => {
    await expect(stage.controls.check()).resolves.toBeUndefined();
  });
}

function outages(stage: Stage<ListedControlPlane>, { without = [], retryAfter }: Abilities): void {
  const can = (fault: Fault) => !without.includes(fault);
  const AWAY = (['down', 'throttle', 'slow'] as const).filter(can);

  it.each(AWAY.map((fault) => [FAULTS[fault], fault] as const))(
    'that %s: concludes nothing, does nothing, and goes on afterwards',
    async (_, fault) => {
      const { controls, driver, task } = stage;
      const revision = (await controls.get(task))?.revision ?? '';
      await driver.fault(fault);
      const asked = [
        () => controls.list(null),
        () => controls.get(task),
        () => controls.check(),
        () => askToDisable(controls, task, { revision }),
        () => askToEnable(controls, task, { revision }),
      ];
      for (const ask of asked) await expectUnavailable(ask);
      await driver.heal();
      expect(await driver.isEnabled(task)).toBe(true);
      expect((await listAll(controls)).tasks).toHaveLength(driver.tasks.length);
      expect((await askToDisable(controls, task, { revision })).outcome).toBe('confirmed');
    },
  );

  it.runIf(can('throttle') && retryAfter !== undefined)('hands on when to ask again', async () => {
    const { controls, driver } = stage;
    await driver.fault('throttle');
    const fault = await expectUnavailable(() => controls.list(null));
    expect(fault.retryAfterSeconds).toBe(retryAfter);
  });

  it.runIf(can('half'))('takes half a page for none', async () => {
    const { controls, driver, task } = stage;
    const revision = (await controls.get(task))?.revision ?? '';
    await driver.fault('half');
    await expectUnavailable(() => listAll(controls));
    await expectUnavailable(() => controls.get(task));
    await driver.heal();
    expect(await driver.isEnabled(task)).toBe(true);
    expect((await controls.get(task))?.revision).toBe(revision);
  });

  it.runIf(can('inconsistent'))('takes nothing for gone where it contradicts itself', async () => {
    const { controls, driver } = stage;
    await driver.fault('inconsistent');
    const listed = await listAll(controls).catch((error: unknown) => {
      expect(error).toBeInstanceOf(ControlPlaneUnavailable);
      return undefined;
    });
    if (listed === undefined) return;
    expect(listed.refused.length).toBeGreaterThan(0);
    const named = [...listed.tasks.map(({ id }) => id), ...listed.refused.map(({ task }) => task)];
    expect(named.toSorted()).toEqual(driver.tasks.toSorted());
  });

  it.runIf(can('lose-answer'))('takes a disabling whose answer was lost for its own', async () => {
    const { controls, driver, task } = stage;
    const revision = (await controls.get(task))?.revision ?? '';
    await driver.fault('lose-answer');
    await expectUnavailable(() => askToDisable(controls, task, { revision }));
    await driver.heal();
    expect(await driver.isEnabled(task)).toBe(false);
    const again = await askToDisable(controls, task, { revision, isRepeated: true });
    expect(again.outcome).toBe('confirmed');
    const kept = again.outcome === 'confirmed' ? again.kept : undefined;
    expect((await askToEnable(controls, task, { revision, kept })).outcome).toBe('confirmed');
    expect(await driver.isEnabled(task)).toBe(true);
  });

  it.runIf(can('lose-answer'))('takes an enabling whose answer was lost for done', async () => {
    const { controls, driver, task } = stage;
    const revision = (await controls.get(task))?.revision ?? '';
    const answer = await askToDisable(controls, task, { revision });
    const kept = answer.outcome === 'confirmed' ? answer.kept : undefined;
    await driver.fault('lose-answer');
    await expectUnavailable(() => askToEnable(controls, task, { revision, kept }));
    await driver.heal();
    expect((await askToEnable(controls, task, { revision, kept })).outcome).toBe('confirmed');
    expect(await driver.isEnabled(task)).toBe(true);
  });
}

async function expectUnavailable(ask: () => Promise<unknown>): Promise<ControlPlaneUnavailable> {
  const result = await ask().then(
    (answer) => ({ answer }),
    (error: unknown) => error,
  );
  expect(result).toBeInstanceOf(ControlPlaneUnavailable);
  const fault = result as ControlPlaneUnavailable;
  expect(fault.message.length).toBeLessThanOrEqual(400);
  return fault;
}
