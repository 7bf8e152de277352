import { type Emulator, type RunOptions, startEmulator } from './emulator.ts';
import type { EmulatorName } from './emulator-kind.ts';
import { LocalProblem, type Say } from './progress.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** One Ctrl-C may come twice: from the terminal, and passed on by what started us. */
const SAME_SIGNAL_MS = 1_000;

/** Signals that were waited for: ending by them is no failure. */
const awaited = new WeakSet<AbortSignal>();

/** As long as a timer can be. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits for Ctrl-C, which is how the command is to end. */
export async function untilInterrupted(interrupted: AbortSignal): Promise<void> {
  awaited.add(interrupted);
  if (interrupted.aborted) return;
  // Waiting for a signal keeps no process alive, and of an emulator that runs elsewhere there is nothing else here.
  const alive = setInterval(() => {}, LONGEST_TIMER_MS);
  await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
  clearInterval(alive);
}

/**
 * Runs a local command on an emulator and cleans up however it ends: done, failed, Ctrl-C or killed politely.
 * @param wanted which emulator to start; undefined for the default
 * @param work answers the exit code; `interrupted` is aborted by Ctrl-C, and a second one ends all at once
 */
export async function onEmulator(
  say: Say,
  wanted: EmulatorName | undefined,
  work: (emulator: Emulator, interrupted: AbortSignal) => Promise<number>,
  options: RunOptions = {},
): Promise<void> {
  const controller = new AbortController();
  let emulator: Emulator | undefined;
  let interruptedAt = 0;
  const interrupt = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      interruptedAt = performance.now();
      say('\nStopping and cleaning up');
      controller.abort(name);
    } else if (performance.now() - interruptedAt > SAME_SIGNAL_MS) {
      process.exit(SIGNALS[name as keyof typeof SIGNALS]);
    }
  };
  for (const name of Object.keys(SIGNALS)) process.on(name, interrupt);
  process.once('exit', () => emulator?.kill());
  const aborted = new Promise<number>((resolve) => {
    const { signal } = controller;
    signal.addEventListener('abort', () =>
      resolve(awaited.has(signal) ? 0 : SIGNALS[signal.reason as keyof typeof SIGNALS]),
    );
  });
  const run = async () => {
    emulator = await startEmulator(say, wanted, options);
    return controller.signal.aborted ? 130 : work(emulator, controller.signal);
  };
  let code = 1;
  try {
    code = await Promise.race([run(), aborted]);
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
  } finally {
    await emulator?.stop();
  }
  process.exit(code);
}
