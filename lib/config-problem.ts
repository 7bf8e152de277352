/** A value that its own schema takes and the rest of the configuration does not. */
export interface Problem {
  key: string;
  /** What it is, where that says more than the value itself. */
  is?: string;
  allowed: string;
}

/** A problem that was found by measuring. */
export type Measured = Required<Problem>;
