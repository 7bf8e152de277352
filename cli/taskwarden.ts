import { userInfo } from 'node:os';
import { run } from './program.ts';

/** Whom the audit names where nobody says. */
function operator(): string {
  const named = process.env.TASKWARDEN_OPERATOR;
  if (named) return named;
  try {
    return userInfo().username;
  } catch {
    return 'operator';
  }
}

// A reader that leaves early (`| head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const exitCode = await run(process.argv.slice(2), {
  // The SDK is loaded only by what asks a stage.
  open: async (name) => (await import('./aws-stage.ts')).openAwsStage(name),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  operator: operator(),
  onInterrupt: (act) => {
    const end = () => {
      process.exitCode = 130;
      act();
    };
    process.once('SIGINT', end);
    return () => void process.off('SIGINT', end);
  },
});
if (exitCode !== 0) process.exitCode = exitCode;
