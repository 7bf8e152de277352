import type { Task } from '../../../../functions/abandonment/task.ts';
import { KafkaConnectControlPlane } from '../../../../functions/control-planes/kafka-connect/kafka-connect-control-plane.ts';
import type { DisableRequest, EnableRequest } from '../../../../functions/platform/control-plane.port.ts';
import { readControlPlanes, type SettingsOf } from '../../../../functions/platform/control-plane-settings.ts';

export const NOW = Date.UTC(2026, 0, 5, 9, 30);

/** Settings as a stage's configuration gives them. */
export function kafkaSettings(url: string, more: Record<string, unknown> = {}): SettingsOf<'kafka-connect'> {
  const settings = {
    type: 'kafka-connect',
    name: 'kafka',
    prefix: 'kafka/',
    dataPlane: 'kafka-1',
    url,
    ...more,
  };
  return readControlPlanes(JSON.stringify([settings]))[0] as SettingsOf<'kafka-connect'>;
}

/** The control plane of such settings; its waits take no time unless `pause` is given. */
export function kafkaControlPlane(
  settings: SettingsOf<'kafka-connect'>,
  more: { authorization?: string; pageSize?: number; pause?: (duration: number) => Promise<void> } = {},
): KafkaConnectControlPlane {
  const { authorization, pageSize, pause = async () => {} } = more;
  return new KafkaConnectControlPlane({
    settings,
    fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(settings.timeout) }),
    credentials: async () => authorization,
    clock: { now: () => NOW },
    pause,
    ...(pageSize === undefined ? {} : { pageSize }),
  });
}

export function disabling(id: string, more: Partial<DisableRequest> = {}): DisableRequest {
  const task = { id, version: 1, dataPlane: 'kafka-1' } as Task;
  const request = { requestId: `${id}#1`, reason: 'grace-over', run: null, episode: 1, disableAt: NOW };
  return { task, isRepeated: false, ...request, ...more };
}

export function enabling(id: string, more: Partial<EnableRequest> = {}): EnableRequest {
  const task = { id, version: 1, dataPlane: 'kafka-1' } as Task;
  return { task, requestId: `${id}#1`, by: 'ana@acme.test', reason: 'undo', ...more };
}
