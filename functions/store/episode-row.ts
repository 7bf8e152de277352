import type { Asker, DisableRequest, Disabling, Episode, Mode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';

/** Who asked for a disabling as rows have it: an empty run where a person did. */
interface AskerRow {
  run: string;
  /** The person; absent in rows of older versions. */
  by?: string;
  /** When a person asked, it is that instant. */
  disableAt: number;
}

type RowOf<Whole extends { asker: Asker }> = Whole extends unknown ? Omit<Whole, 'asker'> & AskerRow : never;

/** An open episode as rows have it: what speaks of a mode is named after a stage there. */
export type EpisodeRow = Omit<Episode, 'disabling' | 'graceMode' | 'modeRaisedAt'> & {
  graceStage: Mode;
  stageRaisedAt?: Instant;
  disabling?: RowOf<Disabling>;
};

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
export function episodeFromRow({ disabling, graceStage, stageRaisedAt, ...open }: EpisodeRow): Episode {
  const episode: Episode = { ...open, graceMode: graceStage };
  if (stageRaisedAt !== undefined) episode.modeRaisedAt = stageRaisedAt;
  if (!disabling) return episode;
  const { run, by, disableAt, ...rest } = disabling;
  const asker = askerFromRow({ run, disableAt, ...(by !== undefined && { by }) });
  return { ...episode, disabling: { ...rest, asker } };
}

/** The open episode as its row has it. */
export function episodeToRow({ disabling, graceMode, modeRaisedAt, ...open }: Episode): EpisodeRow {
  const row: EpisodeRow = { ...open, graceStage: graceMode };
  if (modeRaisedAt !== undefined) row.stageRaisedAt = modeRaisedAt;
  if (!disabling) return row;
  const { asker, ...rest } = disabling;
  return { ...row, disabling: { ...rest, ...askerToRow(asker) } };
}

/** Reads what was asked of the owning system. */
export function askedFromRow({ run, by, disableAt, ...rest }: AskedRow): DisableRequest {
  return { ...rest, asker: askerFromRow({ run, disableAt, ...(by !== undefined && { by }) }) };
}

/** What was asked of the owning system as its row has it. */
export function askedToRow({ at, episode, asker, since, alert, decided }: DisableRequest): AskedRow {
  return { at, episode, ...askerToRow(asker), since, ...(alert && { alert }), ...(decided && { decided }) };
}
