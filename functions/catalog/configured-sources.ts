import { commit, type Writing } from '../store/commit.ts';
import type { SourceRecord } from '../store/sources.ts';
import { loadSources, sourceDelete, sourceWrite } from '../store/sources.ts';
import type { Write } from '../store/table/table.port.ts';

/** Marks a registration that stands in the deployment's configuration and goes with it. */
const CONFIGURED = 'configured';

/**
 * Brings the registered sources in line with the deployment's configuration: what it names is registered as it says,
 * what it no longer names is registered no more. Sources registered by other means stay.
 *
 * @throws TableBusy as `commit` does: what would not be registered would be refused
 */
export async function registerConfiguredSources(
  system: Writing,
  configured: readonly SourceRecord[],
): Promise<void> {
  const registered = new Map((await loadSources(system.table)).map((source) => [source.name, source]));
  const writes = configured
    .filter((source) => !isSame(source, registered.get(source.name)))
    .map(configuredWrite);
  for (const [name, source] of registered) {
    const isDropped =
      Reflect.get(source, CONFIGURED) === true && !configured.some((entry) => entry.name === name);
    if (isDropped) writes.push(sourceDelete(name));
  }
  for (const write of writes) {
    await commit(system, 'a configured source', async () => ({ writes: [write], value: undefined }));
  }
}

function configuredWrite(source: SourceRecord): Write {
  const write = sourceWrite(source);
  return 'put' in write ? { ...write, put: { ...write.put, [CONFIGURED]: true } } : write;
}

function isSame(source: SourceRecord, registered: SourceRecord | undefined): boolean {
  if (registered === undefined || Reflect.get(registered, CONFIGURED) !== true) return false;
  const facts = ({ account, prefixes, dataPlanes }: SourceRecord) =>
    JSON.stringify([account, prefixes, dataPlanes]);
  return facts(source) === facts(registered);
}
