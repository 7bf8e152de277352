import { html } from 'hono/html';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { pauseGenerator, resumeGenerator } from '../../functions/operators/generators.ts';
import { resolveOops } from '../../functions/operators/oops.ts';
import { type Pausable, pause, resume } from '../../functions/operators/pauses.ts';
import { pauseQueue, resumeQueue } from '../../functions/operators/queues.ts';
import { amountAre } from '../../functions/platform/amounts.ts';
import { QUEUE_NAMES, type QueueName } from '../../functions/platform/queues.ts';
import { GENERATORS } from '../../functions/scanner/generators.ts';
import { PAUSABLE } from '../../functions/store/pauses.ts';
import type { Act, ActResult, Console, Values } from '../console.ts';
import type { Html } from '../parts.ts';
import { REASON_AND_UNTIL, reasonField, untilField, untilOf, withReason } from '../typed.ts';

const EFFECT: Record<Pausable, string> = {
  evaluate: 'Nothing is decided, and the clocks of all tasks stand still.',
  notify: 'Nobody is mailed; notices wait.',
  disable: 'Nothing is disabled; warnings and reminders go on.',
};

/** Something that is stopped, or let go on. */
interface Stop<Name extends string> {
  name: string;
  field: string;
  names: readonly Name[];
  title: (name: Name) => string;
  effect: (name: Name) => string;
  button: string;
  isCareful?: boolean;
  typed?: NonNullable<Act['typed']>;
  /** What is typed into its confirmation. */
  asks?: Html;
  act: (at: Console, name: Name, by: string, typed: Values) => Promise<ActResult>;
}

function stopAct<Name extends string>(stop: Stop<Name>): Act {
  const named = (values: Readonly<Record<string, string>>) =>
    stop.names.find((name) => name === values[stop.field]);
  return {
    name: stop.name,
    fields: [stop.field],
    ...(stop.typed && { typed: stop.typed }),
    confirm: async (_, values) => {
      const name = named(values);
      if (name === undefined) return { refused: `allowed are ${stop.names.join(', ')}` };
      return {
        title: stop.title(name),
        body: html`<p>${stop.effect(name)}</p>`,
        ...(stop.asks && { asks: stop.asks }),
        button: stop.button,
        values: { [stop.field]: name },
        ...(stop.isCareful === true && { isCareful: true }),
      };
    },
    act: async (at, values) => {
      const name = named(values);
      if (name === undefined) return { refused: `allowed are ${stop.names.join(', ')}` };
      return stop.act(at, name, await at.operator(), values);
    },
  };
}

export const pauseAct = stopAct<Pausable>({
  name: 'pause',
  field: 'what',
  names: PAUSABLE,
  title: (what) => `Pause ${what} for the whole stage`,
  effect: (what) => `${EFFECT[what]} It stays so until somebody resumes it, or until the end that is given.`,
  button: 'Pause it',
  isCareful: true,
  typed: REASON_AND_UNTIL,
  asks: html`${reasonField()}${untilField('It goes on by itself (optional)')}`,
  act: async ({ system }, what, by, { reason = '', until: text = '' }) => {
    const end = untilOf(text, system.clock.now());
    const until = typeof end === 'number' ? end : null;
    await pause(system, what, by, { reason, until });
    return { done: [`${what} is paused${until === null ? '' : ` until ${formatInstant(until)}`}.`] };
  },
});

export const resumeAct = stopAct<Pausable>({
  name: 'resume',
  field: 'what',
  names: PAUSABLE,
  title: (what) => `Resume ${what}`,
  effect: () => 'It goes on with the next scan.',
  button: 'Resume it',
  act: async ({ system }, what, by) => {
    const { wasPaused } = await resume(system, what, by);
    return wasPaused ? { done: [`${what} goes on.`] } : { refused: `${what} was not paused` };
  },
});

export const pauseQueueAct = stopAct<QueueName>({
  name: 'pause-queue',
  field: 'queue',
  names: QUEUE_NAMES,
  title: (queue) => `Pause the queue ${queue}`,
  effect: () => 'Its messages wait until it is resumed; after days they are lost.',
  button: 'Pause it',
  isCareful: true,
  act: async ({ system, stage }, queue, by) => {
    await pauseQueue(system, stage.workers, queue, by);
    return { done: [`${queue} is paused.`] };
  },
});

export const resumeQueueAct = stopAct<QueueName>({
  name: 'resume-queue',
  field: 'queue',
  names: QUEUE_NAMES,
  title: (queue) => `Resume the queue ${queue}`,
  effect: () => 'Its worker goes on, unless the breaker keeps it off.',
  button: 'Resume it',
  act: async ({ system, stage }, queue, by) => {
    const { worked } = await resumeQueue(system, stage.workers, queue, by);
    return {
      done: [
        worked ? `${queue} goes on.` : `the breaker keeps ${queue} off until its worker works a message.`,
      ],
    };
  },
});

const generatorNames = GENERATORS.map(({ name }) => name);

export const pauseGeneratorAct = stopAct<string>({
  name: 'pause-generator',
  field: 'name',
  names: generatorNames,
  title: (name) => `Pause the generator ${name}`,
  effect: () => 'It is asked no more until it is resumed.',
  button: 'Pause it',
  isCareful: true,
  typed: withReason(),
  asks: reasonField(),
  act: async ({ system }, name, by, { reason = '' }) => {
    await pauseGenerator(system, name, by, reason);
    return { done: [`${name} is asked no more.`] };
  },
});

export const resumeGeneratorAct = stopAct<string>({
  name: 'resume-generator',
  field: 'name',
  names: generatorNames,
  title: (name) => `Resume the generator ${name}`,
  effect: () => 'It is asked with the next scan.',
  button: 'Resume it',
  act: async ({ system }, name, by) => {
    await resumeGenerator(system, name, by);
    return { done: [`${name} is asked with the next scan.`] };
  },
});

/** Says that a kind of failure is mended. */
export const resolveOopsAct: Act = {
  name: 'resolve-oops',
  fields: ['fingerprint'],
  confirm: async (_, { fingerprint = '' }) => ({
    title: `Failure ${fingerprint} is mended`,
    body: html`<p>It is listed no more until it comes back, and what was given up because of it is asked for again by the next scan.</p>`,
    button: 'It is mended',
    values: { fingerprint },
  }),
  act: async ({ system, operator }, { fingerprint = '' }) => {
    const resolved = await resolveOops(system, fingerprint, await operator());
    if (!resolved) return { refused: 'no failure has this fingerprint' };
    return {
      done: [`${fingerprint} is resolved; ${amountAre(resolved.again.length, 'item')} asked for again.`],
    };
  },
};
