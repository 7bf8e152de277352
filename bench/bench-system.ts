import type { Instant } from '../functions/abandonment/time.ts';
import type { Mailer, OutgoingMessage, QueueName, Queues } from '../functions/platform/ports.ts';
import { buildSystem, type System } from '../functions/platform/system.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import { SeededRandom } from '../simulation/engine/seeded-random.ts';
import { SIMULATED_CONFIG } from '../simulation/engine/sim-system.ts';

/** A message as it was sent. */
export interface Sent {
  queue: QueueName;
  message: OutgoingMessage;
}

/** Keeps what is sent. */
export class KeptQueues implements Queues {
  readonly sent: Sent[] = [];

  async send(queue: QueueName, messages: OutgoingMessage[]): Promise<void> {
    for (const message of messages) this.sent.push({ queue, message });
  }
}

/** Takes every mail and keeps none but its recipient. */
export class CountingMailer implements Mailer {
  readonly recipients: string[] = [];

  async send({ to }: { to: string }): Promise<{ outcome: 'accepted'; messageId: string }> {
    this.recipients.push(to);
    return { outcome: 'accepted', messageId: `mail-${this.recipients.length}` };
  }
}

/** The ports of a deployment on a table, with a clock that stands still. */
export function benchSystem(options: {
  table: Table;
  now: Instant;
  queues: Queues;
  mailer?: Mailer;
  seed: number;
}): System {
  const { now, seed, ...ports } = options;
  return buildSystem('a bench', {
    ...ports,
    clock: { now: () => now },
    random: new SeededRandom(seed),
    operators: { notify: async () => {} },
    config: SIMULATED_CONFIG,
  });
}
