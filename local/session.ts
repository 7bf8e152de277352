import { type Emulator, startEmulator } from './emulator.ts';
import { LocalProblem, type Say } from './progress.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs a local command on an emulator and cleans up however it ends: done, failed, Ctrl-C or killed politely.
 * @param work answers the exit code; `interrupted` is aborted by Ctrl-C, after which a second one ends at once
 */
export async function onEmulator(
  tell: Say,
  work: (emulator: Emulator, interrupted: AbortSignal) => Promise<number>,
): Promise<void> {
  const controller = new AbortController();
  let emulator: Emulator | undefined;
  const interrupt = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(SIGNALS[name as keyof typeof SIGNALS]);
    controller.abort(name);
  };
  for (const name of Object.keys(SIGNALS)) process.on(name, interrupt);
  process.once('exit', () => emulator?.kill());
  const aborted = new Promise<number>((resolve) => {
    controller.signal.addEventListener('abort', () =>
      resolve(SIGNALS[controller.signal.reason as keyof typeof SIGNALS]),
    );
  });
  const run = async () => {
    emulator = await startEmulator(tell);
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
