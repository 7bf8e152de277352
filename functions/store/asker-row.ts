import type { Asker, DisableRequest, Disabling, Episode } from '../abandonment/task.ts';

/** Who asked for a disabling as rows have it: an empty run where a person did. */
interface AskerRow {
  run: string;
  /** The person; absent in rows of older versions. */
  by?: string;
  /** When a person asked, it is that instant. */
  disableAt: number;
}

type RowOf<Whole extends { asker: Asker }> = Omit<Whole, 'asker'> & AskerRow;

/** An open episode as rows have it. */
export type EpisodeRow = Omit<Episode, 'disabling'> & { disabling?: RowOf<Disabling> };

/** A request to disable as rows have it. */
export type AskedRow = RowOf<DisableRequest>;

/** The person, where an older version did not keep their name. */
const SOME_OWNER = 'owner';

function askerFromRow({ run, by = SOME_OWNER, disableAt }: AskerRow): Asker {
  return run === '' ? { by: 'person', person: by, at: disableAt } : { by: 'run', run, disableAt };
}

function askerToRow(asker: Asker): AskerRow {
  return asker.by === 'run'
    ? { run: asker.run, disableAt: asker.disableAt }
    : { run: '', by: asker.person, disableAt: asker.at };
}

/** Reads an open episode; who asked for its disabling is a run or a person from here on. */
export function episodeFromRow({ disabling, ...open }: EpisodeRow): Episode {
  if (!disabling) return open;
  const { run, by, disableAt, ...rest } = disabling;
  return {
    ...open,
    disabling: { ...rest, asker: askerFromRow({ run, disableAt, ...(by !== undefined && { by }) }) },
  };
}

/** The open episode as its row has it. */
export function episodeToRow({ disabling, ...open }: Episode): EpisodeRow {
  if (!disabling) return open;
  const { state, asker, ...rest } = disabling;
  return { ...open, disabling: { state, ...askerToRow(asker), ...rest } };
}

/** Reads what was asked of the owning system. */
export function askedFromRow({ run, by, disableAt, ...rest }: AskedRow): DisableRequest {
  return { ...rest, asker: askerFromRow({ run, disableAt, ...(by !== undefined && { by }) }) };
}

/** What was asked of the owning system as its row has it. */
export function askedToRow({ at, episode, asker, since }: DisableRequest): AskedRow {
  return { at, episode, ...askerToRow(asker), since };
}
