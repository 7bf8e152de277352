/**
 * What was to be stored kept changing under the writer, or the table had no room for it. It passes by itself: whoever
 * classifies failures takes it for retryable, never for a bug (design.md section 8).
 */
export class TableBusy extends Error {
  override readonly name = 'TableBusy';
}
