/** The emulators that the stage `local` can be deployed to, as one names them on the command line. */
export const EMULATORS = ['ministack', 'localstack'] as const;
export type EmulatorName = (typeof EMULATORS)[number];

/** As people write them. */
export const TITLES: Record<EmulatorName, string> = { ministack: 'MiniStack', localstack: 'LocalStack' };

/** LocalStack and MiniStack both answer here. */
const HEALTH = '/_localstack/health';

/** MiniStack alone answers here. */
const HEALTH_OF_MINISTACK = '/_ministack/health';

/** Whether an emulator answers at an address. */
export function isHealthy(endpoint: string): Promise<boolean> {
  return answers(`${endpoint}${HEALTH}`);
}

/** Which of the emulators answers at an address, whoever started it. */
export async function emulatorAt(endpoint: string): Promise<EmulatorName> {
  return (await answers(`${endpoint}${HEALTH_OF_MINISTACK}`)) ? 'ministack' : 'localstack';
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
