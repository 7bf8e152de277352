import { controlPlaneFor } from '../control-planes/control-plane-for.ts';
import { loadTask } from '../store/tasks.ts';
import type { Consumer } from '../work/consumer.ts';
import { disablingOf, enablingOf, giveUp } from '../work/given-up.ts';
import { type DisablerMessage, disablerMessage, parseMessage } from '../work/read-messages.ts';
import { disableTask } from './disable.ts';
import { enableTask } from './enable.ts';

/** What a message is called among the work items. */
function workOf({ kind, key, episode }: DisablerMessage) {
  return kind === 'disable' ? disablingOf(key, episode) : enablingOf(key, episode);
}

/** Works the disable queue: a message hints at a task whose row says that it is to be disabled, or on again. */
export const disableConsumer: Consumer<DisablerMessage> = {
  queue: 'disable',
  parse: (body) => parseMessage(disablerMessage, body),
  nameOf: (message) => workOf(message).item,
  notAfter: ({ notAfter }) => notAfter,
  queuedAgainFromState: true,
  restsOnTableAlone: false,
  async giveUp(system, message, { error, fingerprint }) {
    const version = (await loadTask(system.table, message.key))?.task.version;
    const work = { ...workOf(message), fingerprint, ...(version === undefined ? {} : { version }) };
    await giveUp(system, work, error);
  },
  async probe(system) {
    await controlPlaneFor(system, '').check?.();
  },
  act: (system, { kind, key: task, episode }, delivery) =>
    kind === 'disable'
      ? disableTask(system, { task, episode }, delivery)
      : enableTask(system, { task, episode }, delivery),
};
