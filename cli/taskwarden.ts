import { RealClock } from '../functions/platform/real-clock.ts';
import { INTERRUPTED, Interrupts } from './interrupts.ts';
import { run } from './program.ts';
import { safe } from './terminal.ts';

// A reader that leaves early (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const interrupts = new Interrupts();
process.once('SIGINT', () => {
  const lines = interrupts.lines().map((line) => `${safe(line)}\n`);
  interrupts.removeAll();
  process.stderr.write(`\n${lines.join('')}`);
  process.exit(INTERRUPTED);
});

const exitCode = await run(process.argv.slice(2), {
  // The SDK is loaded only by what asks a stage.
  open: async (name, place) => (await import('./aws-stage.ts')).openAwsStage(name, place),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  folder: process.cwd(),
  pause: (duration) => new RealClock().pause(duration),
  interrupts,
});
if (exitCode !== 0) process.exitCode = exitCode;
