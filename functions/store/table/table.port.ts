/** The port of the one table, under the name that its implementations and its users have it by. */
export * from '../../platform/table.port.ts';
