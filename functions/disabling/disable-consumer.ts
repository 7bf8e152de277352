import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { loadTask } from '../store/tasks.ts';
import type { Consumer } from '../work/consumer.ts';
import { disablingOf, giveUp } from '../work/given-up.ts';
import { type DisableMessage, disableMessage, parseMessage } from '../work/messages.ts';
import { disableTask } from './disable.ts';

/** Works the disable queue: a message hints at a task whose row says that it is to be turned off. */
export const disableConsumer: Consumer<DisableMessage> = {
  queue: 'disable',
  parse: (body) => parseMessage(disableMessage, body),
  nameOf: ({ key, episode }) => disablingOf(key, episode).item,
  notAfter: ({ notAfter }) => notAfter,
  queuedAgainFromState: true,
  restsOnTableAlone: false,
  async giveUp(system, { key, episode }, { error, fingerprint }) {
    const version = (await loadTask(system.table, key))?.task.version;
    const work = { ...disablingOf(key, episode), fingerprint, ...(version === undefined ? {} : { version }) };
    await giveUp(system, work, error);
  },
  async probe(system) {
    await controlPlaneFor(system, '').check?.();
  },
  act: (system, { key, episode }, delivery) => disableTask(system, { task: key, episode }, delivery),
};
