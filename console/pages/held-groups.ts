import { html } from 'hono/html';
import { HELD_BY, type HeldGroups } from '../../functions/operators/holds.ts';
import { type Cell, type Html, table } from '../parts.ts';

/** As many groups are shown of each kind. */
const MOST_GROUPS = 10;

const HEADING: Record<keyof HeldGroups, string> = {
  tenant: 'Tenant',
  plane: 'Data plane',
  owner: 'Owner',
  cause: 'Cause',
};

/** How many tasks of which tenants, data planes, owners and causes; `nameOf`: how a group is shown. */
export function groupTables(
  groups: HeldGroups,
  nameOf: (by: keyof HeldGroups, name: string, tasks: number) => Cell = (_, name) => name,
): Html {
  return html`<div class="groups">${HELD_BY.filter((by) => groups[by].length > 0).map((by) => groupTable(by, groups[by], nameOf))}</div>`;
}

function groupTable(
  by: keyof HeldGroups,
  all: HeldGroups[keyof HeldGroups],
  nameOf: (by: keyof HeldGroups, name: string, tasks: number) => Cell,
): Html {
  const left = all.length > MOST_GROUPS ? `, the ${MOST_GROUPS} largest of ${all.length}` : '';
  return html`<div>${table({
    caption: `By ${HEADING[by].toLowerCase()}${left}`,
    rows: all.slice(0, MOST_GROUPS),
    none: '',
    columns: [
      [HEADING[by], ({ name, tasks }) => nameOf(by, name, tasks)],
      ['Tasks', ({ tasks }) => tasks],
    ],
  })}</div>`;
}
