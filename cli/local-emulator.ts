/** Where `npm run local` lets the emulator listen unless set otherwise. */
const USUAL_PORT = '4566';

/** What everything local stands on; emulators take any credentials, and these belong to nobody. */
const EMULATED = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
} as const;

type Variables = Record<string, string | undefined>;

/**
 * Points this process at the emulator, so that the stage `local` is never looked for in a real account. What
 * names another endpoint in `AWS_ENDPOINT_URL` keeps it.
 */
export function pointAtEmulator(env: Variables): void {
  const url = env.AWS_ENDPOINT_URL;
  if (url === undefined || url === '') {
    env.AWS_ENDPOINT_URL = `http://localhost:${env.TASKWARDEN_PORT || USUAL_PORT}`;
    Object.assign(env, EMULATED);
    delete env.AWS_PROFILE;
    delete env.AWS_SESSION_TOKEN;
    return;
  }
  for (const [name, value] of Object.entries(EMULATED)) env[name] ||= value;
}

/** The error where no emulator answers. */
export function describeLocal(env: Variables): string {
  const advice = 'start it with `npm run local`, or name a deployed stage with --stage';
  return `no emulator answers at ${env.AWS_ENDPOINT_URL} for stage 'local': ${advice}`;
}
