import { planesOf, silence, silentSince } from '../../catalog/listings/living-planes.ts';
import { loadDataPlane } from '../../store/data-planes.ts';
import { eachListed, type Listed } from '../each-listed.ts';
import { scanEveryOf } from '../evaluate-task.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';

/**
 * Takes the data planes of a control plane that is listed for silent where no listing of it came to its end in time. Before
 * anything is decided: the clocks of their tasks stand still since the newest whole listing.
 */
export const silenceStep: Step = {
  name: 'silence',
  run: (run) => eachListed(run, 'silence', watch),
};

async function watch(run: Run, { settings, record }: Listed): Promise<void> {
  if (!record) return;
  const { system, view, now } = run;
  const { silentAfter } = view.policies.global;
  const rhythm = { pollEvery: settings.pollEvery, scanEvery: scanEveryOf(system, view), silentAfter };
  const since = silentSince(record, rhythm, now);
  if (since === undefined) return;
  for (const plane of planesOf(record, settings)) {
    if ((view.planeOf(plane)?.state ?? 'up') !== 'up') continue;
    await silence(system, plane, { since, now, book: view.policies });
    const silent = await loadDataPlane(system.table, plane);
    if (silent) view.setPlane(plane, silent);
  }
}
