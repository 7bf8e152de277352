import { parseArgs } from 'node:util';
import { EMULATORS, type EmulatorName } from './emulator-kind.ts';

/** What a local command may be told. */
export interface LocalArguments {
  /** The emulator to start; undefined for the default. */
  emulator: EmulatorName | undefined;
  /** Whether the emulator is to run on when all is done. */
  keep: boolean;
  /** The real control plane that the demo is to show; undefined for a fleet that speaks by events. */
  controlPlane?: DemoControlPlane;
}

const CONTROL_PLANES = ['kafka-connect'] as const;
type DemoControlPlane = (typeof CONTROL_PLANES)[number];

/** Reads the arguments of a local command; a text is what to say of wrong ones. */
export function parseLocalArguments(
  args: readonly string[],
  { mayKeep }: { mayKeep: boolean },
): LocalArguments | string {
  const options = {
    emulator: { type: 'string' },
    ...(mayKeep ? ({ keep: { type: 'boolean' }, 'control-plane': { type: 'string' } } as const) : {}),
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { emulator, keep = false } = values as { emulator?: string; keep?: boolean };
    const { 'control-plane': wanted } = values as { 'control-plane'?: string };
    const name = EMULATORS.find((candidate) => candidate === emulator);
    const controlPlane = CONTROL_PLANES.find((candidate) => candidate === wanted);
    if (name === undefined && emulator !== undefined) return notAllowed('--emulator', emulator, EMULATORS);
    if (controlPlane === undefined && wanted !== undefined)
      return notAllowed('--control-plane', wanted, CONTROL_PLANES);
    return { emulator: name, keep, ...(controlPlane && { controlPlane }) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function notAllowed(option: string, text: string, allowed: readonly string[]): string {
  return `${option} is ${JSON.stringify(text)}, allowed: ${allowed.join(', ')}`;
}

/** The arguments this process was given; where they are wrong it says so and ends with exit code 2. */
export function localArguments(command: 'local' | 'demo'): LocalArguments {
  const mayKeep = command === 'demo';
  const parsed = parseLocalArguments(process.argv.slice(2), { mayKeep });
  if (typeof parsed !== 'string') return parsed;
  process.stderr.write(`error: ${parsed}\n`);
  process.stderr.write(
    `usage: npm run ${command} [-- ${mayKeep ? '[--keep] [--control-plane TYPE] ' : ''}[--emulator NAME]]\n`,
  );
  if (mayKeep) {
    process.stderr.write('  --keep           leaves the emulator running until Ctrl-C\n');
    process.stderr.write(`  --control-plane  shows a real one: ${CONTROL_PLANES.join(' or ')}\n`);
  }
  process.stderr.write(`  --emulator NAME  ${EMULATORS.join(' (the default) or ')}\n`);
  process.exit(2);
}
