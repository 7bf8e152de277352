/** Where units went: what was done, on the table or one of its indexes, and to which kind of rows. */
export interface Use {
  what: 'read' | 'write';
  /** `get`, `batchGet`, `query`, `put`, `delete`, `check`, `add`, `index`. */
  by: string;
  rows: string;
  units: number;
}

/** Capacity units by what used them. */
export class CapacityMeter {
  readonly #units = new Map<string, Use>();
  requests = 0;

  add(use: Use): void {
    if (use.units === 0) return;
    const key = `${use.what} ${use.by} ${use.rows}`;
    const counted = this.#units.get(key);
    if (counted) counted.units += use.units;
    else this.#units.set(key, { ...use });
  }

  /** All reads or all writes. */
  total(what: Use['what']): number {
    let sum = 0;
    for (const use of this.#units.values()) if (use.what === what) sum += use.units;
    return sum;
  }

  /** The units of reads or writes by kind of row, the largest first. */
  parts(what: Use['what']): Record<string, number> {
    const byRows = new Map<string, number>();
    for (const use of this.#units.values()) {
      if (use.what === what) byRows.set(use.rows, (byRows.get(use.rows) ?? 0) + use.units);
    }
    return Object.fromEntries([...byRows].sort(([, a], [, b]) => b - a));
  }

  /** Every use apart, as it was added up. */
  uses(): Use[] {
    return [...this.#units.values()];
  }

  reset(): void {
    this.#units.clear();
    this.requests = 0;
  }
}
