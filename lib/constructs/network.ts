/** The private network that a function runs in. */
export interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}
