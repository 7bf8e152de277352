const cache = new Set(['UTC']);

/** The zone itself, or UTC where it is absent or not known here: a mail is never lost over its zone. */
export function knownZone(zone = 'UTC'): string {
  if (cache.has(zone)) return zone;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    return 'UTC';
  }
  cache.add(zone);
  return zone;
}
