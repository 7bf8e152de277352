/** Who may say what on the bus. */
export interface SourceRecord {
  name: string;
  /** The account that its events come from; absent where it may be any. */
  account?: string;
  prefixes: string[];
  dataPlanes: string[];
}
