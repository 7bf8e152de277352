import type { Mailbox } from './mailbox.ts';
import type { Say } from './progress.ts';

/** An emulator that can be installed and started here. */
export interface EmulatorProgram {
  /** Taken where it is free. */
  usualPort: number;
  /** What its command line has in it, by which one that was left behind is known. */
  mark: string;
  startWithinMs: number;
  /** How long it may take to end when it is asked to; then it is ended by force. */
  stopWithinMs: number;
  /**
   * Installs it where it is missing.
   * @throws LocalProblem where this machine does not have what it takes
   */
  install(tell: Say): Promise<Installed>;
  /** Where its mails can be read; opened before it starts. */
  openMailbox(endpoint: string): Promise<Mailbox>;
}

/** A program that is ready to be started. */
export interface Installed {
  command: string;
  args: readonly string[];
  /** Its settings; it gets no more of this shell than it needs, for functions may inherit all that it has. */
  variables(run: { port: number; temporary: string }): Record<string, string>;
}
