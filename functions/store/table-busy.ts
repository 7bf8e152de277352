/**
 * What was to be stored kept changing under the writer, or the table had no room for it. It passes by itself: whoever
 * classifies failures takes it for retryable, never for a bug (docs/rules.md#failure-classes).
 */
export class TableBusy extends Error {
  override readonly name = 'TableBusy';
}
