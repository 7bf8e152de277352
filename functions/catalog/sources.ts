import type { SourceRecord } from '../store/sources.ts';

/** In a source's prefixes or data planes: all of them. */
const EVERYTHING = '*';

/** Whether a source may speak of a task: one of its prefixes begins the id, or is the id. */
export function maySpeakOfTask(source: SourceRecord, taskId: string): boolean {
  return source.prefixes.some(
    (prefix) =>
      prefix === EVERYTHING || prefix === taskId || (prefix.endsWith('/') && taskId.startsWith(prefix)),
  );
}

/** Whether a source may speak of a data plane. */
export function maySpeakOfPlane(source: SourceRecord, dataPlane: string): boolean {
  return source.dataPlanes.some((name) => name === EVERYTHING || name === dataPlane);
}
