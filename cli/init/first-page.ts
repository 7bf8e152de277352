import { controlPlaneOpener } from '../../functions/control-planes/open-control-plane.ts';
import { AwsSecrets } from '../../functions/platform/aws-secrets.ts';
import { secretsManagerClient, ssmClient } from '../../functions/platform/clients.ts';
import { ControlPlaneUnavailable, type ListedTask } from '../../functions/platform/control-plane.port.ts';
import type { ListedSettings } from '../../functions/platform/control-plane-settings.ts';
import type { Secrets } from '../../functions/platform/ports.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import { RealRandom } from '../../functions/platform/real-random.ts';

/** What a control plane answered when it was tried. */
export type Tried =
  | {
      outcome: 'answers';
      tasks: number;
      /** Tasks that would be watched and are without `PRIMARY` now. */
      failing: number;
      withoutOwner: number;
      refused: { task: string; reason: string }[];
      hasMore: boolean;
    }
  | { outcome: 'unavailable'; why: string };

/**
 * Asks a control plane as the lister will: its check, and the first page of its tasks. Changes nothing there.
 *
 * @param credential the text of its secret, where it is at hand; else it is read from AWS
 */
export async function tryControlPlane(
  settings: ListedSettings,
  credential: string | undefined,
): Promise<Tried> {
  const ports = { clock: new RealClock(), random: new RealRandom(), fetch, secrets: secretsOf(credential) };
  const controls = controlPlaneOpener(ports)(settings);
  try {
    await controls.check();
    const page = await controls.list(null);
    if (page === 'notModified') return { outcome: 'unavailable', why: 'it says that nothing changed' };
    const { tasks, refused, cursor } = page;
    return {
      outcome: 'answers',
      tasks: tasks.length,
      failing: tasks.filter(isFailing).length,
      withoutOwner: tasks.filter(({ owners }) => owners.length === 0).length,
      refused,
      hasMore: cursor !== null,
    };
  } catch (error) {
    if (error instanceof ControlPlaneUnavailable) return { outcome: 'unavailable', why: error.why };
    throw error;
  }
}

function isFailing({ enabled, shards }: ListedTask): boolean {
  return enabled && !shards.some(({ status }) => status === 'PRIMARY');
}

function secretsOf(credential: string | undefined): Secrets {
  if (credential !== undefined) return { read: async () => credential };
  return new AwsSecrets({
    secretsManager: secretsManagerClient(),
    ssm: ssmClient(),
    clock: new RealClock(),
  });
}
