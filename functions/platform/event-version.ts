/** The version of the events that this code writes and reads; a newer one is left for a later try. */
export const EVENT_VERSION = 1;
