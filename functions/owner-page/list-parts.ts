import { itemRef } from '../notices/render/links.ts';
import type { DigestItem } from '../store/digests.ts';
import type { Failure, TaskState, TaskView } from './task-view.ts';
import type { PageWords } from './words/page-words.ts';

export type Group = keyof PageWords['list']['groups'];
export const GROUPS: readonly Group[] = ['due', 'failing', 'kept', 'off', 'over'];

/** The group of a list in which a task stands. */
export function groupOf(state: TaskState): Group {
  switch (state.state) {
    case 'open':
      return state.failure.disableAt === null ? 'failing' : 'due';
    case 'ahead':
    case 'closing':
      return 'due';
    case 'kept':
      return 'kept';
    case 'off':
      return 'off';
    default:
      return 'over';
  }
}

/** Tasks of a group that share their date and their cause. */
export interface Part {
  /** As forms name it. */
  name: string;
  shared: Failure;
  views: TaskView[];
}

/** The parts of a group with more than one task, the earliest date first, and those that stand by themselves. */
export function partsOf(views: readonly TaskView[]): { parts: Part[]; alone: TaskView[] } {
  const parts = new Map<string, Part>();
  for (const view of views) {
    const name = partOf(view.now);
    if (view.now.state !== 'open' || name === undefined) continue;
    const part = parts.get(name) ?? { name, shared: view.now.failure, views: [] };
    part.views.push(view);
    parts.set(name, part);
  }
  const many = [...parts.values()].filter((part) => part.views.length > 1);
  const shared = new Set(many.flatMap((part) => part.views));
  return {
    parts: many.sort((a, b) => (a.shared.disableAt ?? 0) - (b.shared.disableAt ?? 0)),
    alone: views.filter((view) => !shared.has(view)),
  };
}

/** Of a task that fails; others stand by themselves. */
function partOf(state: TaskState): string | undefined {
  if (state.state !== 'open') return undefined;
  const { disableAt, isOverdue, cause } = state.failure;
  return `${groupOf(state)} ${disableAt ?? 'undated'} ${isOverdue ? 'overdue' : cause}`;
}

/** What was selected of a list: single tasks, as links name them, and whole groups and parts. */
export interface Selection {
  tasks: ReadonlySet<string>;
  wholes: ReadonlySet<string>;
}

/**
 * Of some items those that were selected.
 *
 * @param shown the tasks that the list shows now; asked for only where a whole group or part was selected
 */
export async function selectedOf(
  items: readonly DigestItem[],
  { tasks, wholes }: Selection,
  shown: () => Promise<readonly TaskView[]>,
): Promise<DigestItem[]> {
  const listed = wholes.size === 0 ? [] : await shown();
  const inWholes = new Set(
    listed
      .filter(({ now }) => wholes.has(groupOf(now)) || wholes.has(partOf(now) ?? groupOf(now)))
      .map(({ item }) => itemRef(item)),
  );
  return items.filter((item) => tasks.has(itemRef(item)) || inWholes.has(itemRef(item)));
}
