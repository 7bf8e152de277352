import { loadLater } from '../../catalog/bulk-load.ts';
import type { WorkKind } from '../kind.ts';

/** Loads tasks of a file: an item is a task, `of` its line. */
export const importKind: WorkKind = {
  name: 'import',
  async work(system, { of: text = '' }) {
    const loaded = await loadLater(system, text);
    if (typeof loaded === 'string') return { outcome: 'failed', why: loaded };
    return loaded ? { outcome: 'done' } : { outcome: 'skipped', why: 'it is known as given already' };
  },
};
