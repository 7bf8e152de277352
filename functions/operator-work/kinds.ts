import type { WorkKind } from './kind.ts';
import { approveKind } from './kinds/approve.ts';
import { importKind } from './kinds/import.ts';
import { replayKind } from './kinds/replay.ts';
import { resendKind } from './kinds/resend.ts';
import { undoKind } from './kinds/undo.ts';

/** What operators can ask to be done with many items. */
const KINDS: readonly WorkKind[] = [undoKind, approveKind, importKind, resendKind, replayKind];

/** A kind by its name; undefined where only a newer version knows it. */
export function kindOf(name: string): WorkKind | undefined {
  return KINDS.find((kind) => kind.name === name);
}
