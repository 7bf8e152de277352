import type { ChaosWorld } from './world.ts';

/** What can be told to a run of chaos. */
export interface ChaosOptions {
  /** Messages among which the poison is. */
  messages: number;
  /** Dead letters that are sent back. */
  letters: number;
  /** Says how far something is that takes long. */
  tell: (line: string) => void;
  /** Restarts the emulator, whose state is kept. */
  restart: () => Promise<void>;
}

/** A fault, from its beginning to its repair. */
export interface Fault {
  name: string;
  /** What is done, in words. */
  what: string;
  /** Before which of the two it is injected: the mail that warns, or the disabling a day later. */
  before: 'warning' | 'disabling';
  /** Why it cannot be had on this machine; undefined where it can. */
  missing?: () => string | undefined;
  /** Tasks that are seeded for it. @default 6 */
  tasks?: number;
  /** Where its tasks are warned about and stay on. */
  isWarnedOnly?: true;
  /** Where its tasks are connectors of Kafka Connect, which is listed. */
  isOfConnect?: true;
  /** Injects it, has the service run, and waits until it was felt; gives what repairs it, and what else it measured. */
  inject(world: ChaosWorld, options: ChaosOptions): Promise<Injected>;
}

export interface Injected {
  repair?: () => Promise<void>;
  note?: string;
}
