import type { Amount, Subject, WhySlots, Wordings } from './wordings.ts';

function tasks({ count, name }: Subject, singular: string, plural: string): string {
  return count === 1 ? `${name ?? '1 Task'} ${singular}` : `${count} Tasks ${plural}`;
}

/** One, many, and many after `in`. */
const UNITS: Record<Amount['unit'], [one: string, many: string, ahead: string]> = {
  day: ['Tag', 'Tage', 'Tagen'],
  hour: ['Stunde', 'Stunden', 'Stunden'],
  minute: ['Minute', 'Minuten', 'Minuten'],
};

function amounts(all: Amount[], many: 1 | 2): string {
  return all.map(({ count, unit }) => `${count} ${UNITS[unit][count === 1 ? 0 : many]}`).join(' und ');
}

const REPAIR = 'Beheben Sie den Fehler, oder veröffentlichen Sie eine neue Version.';
const KEEP_ONE = `${REPAIR} Soll der Task ruhen? Dann behalten Sie ihn, oder stellen Sie ihn zurück. Braucht ihn niemand mehr? Dann schalten Sie ihn selbst ab.`;
const KEEP_EACH = `${REPAIR} Soll ein Task ruhen? Dann behalten Sie ihn, oder stellen Sie ihn zurück. Braucht ihn niemand mehr? Dann schalten Sie ihn selbst ab.`;
const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

const END_ONE =
  'Beenden Sie ihn, oder lassen Sie seine Frist dort verlängern, wo er läuft. Soll er weiterlaufen? Dann behalten Sie ihn, oder stellen Sie ihn zurück.';
const END_EACH =
  'Beenden Sie jeden, oder lassen Sie seine Frist dort verlängern, wo er läuft. Soll einer weiterlaufen? Dann behalten Sie ihn, oder stellen Sie ihn zurück.';
const MOVE_ONE =
  'Darf er dann enden, ist nichts zu tun. Wird er länger gebraucht, lassen Sie seine Frist dort verlängern, wo er läuft, oder behalten Sie ihn.';

function restartsSince(restarts: number | null): string {
  if (restarts === null) return '';
  if (restarts === 0) return '; seitdem kein Neustart versucht';
  return restarts === 1 ? '; seitdem 1 Neustart versucht' : `; seitdem ${restarts} Neustarts versucht`;
}

function twitchesSince(twitches: number): string {
  if (twitches === 0) return '';
  return `; dazwischen lief er ${twitches === 1 ? 'einmal' : `${twitches}-mal`} zu kurz, um zu zählen`;
}

function youAre(why: WhySlots, count: number | undefined): string {
  const it = count === undefined ? 'ihn' : count === 1 ? 'diesen Task' : 'diese Tasks';
  switch (why.as) {
    case 'owner':
      return `für ${it} zuständig sind`;
    case 'owner-by-rule':
      return `nach der Regel "${why.pattern}" für ${it} zuständig sind`;
    case 'subscriber':
      return `${why.scope === null ? 'alle Tasks' : `"${why.scope}"`} abonniert haben`;
    case 'admin':
      return `${why.scope === null ? 'alle Tasks' : `"${why.scope}"`} verwalten`;
    case 'other':
      return `${it} abonniert haben oder verwalten, oder bereits benachrichtigt wurden`;
  }
}

export const german: Wordings = {
  language: 'de',
  dates: {
    locale: 'de-DE',
    day: ({ year, month, day }) => `${day}. ${month} ${year}`,
    weekday: ({ weekday, year, month, day }) => `${weekday}, ${day}. ${month} ${year}`,
    time: ({ hour, minute }, zone) => `${hour}:${minute} Uhr ${zone === null ? 'UTC' : `Ortszeit ${zone}`}`,
    length: (all) => amounts(all, 1),
    ahead: (all) => `in ${amounts(all, 2)}`,
    dueNow: 'jetzt fällig',
  },
  subject: {
    due: (slots) => {
      const date = slots.more ? `ab dem ${slots.day}` : `am ${slots.day}`;
      const opening = slots.reminder ? 'Erinnerung: ' : '';
      return `${opening}${tasks(slots, 'wird', 'werden')} ${date} abgeschaltet, wenn Sie nichts tun`;
    },
    overdue: (slots) => {
      const what = tasks(slots, 'ist über seine Frist hinaus', 'sind über ihre Frist hinaus');
      if (slots.day === '') return what;
      const date = slots.more ? `ab dem ${slots.day}` : `am ${slots.day}`;
      const off = `${slots.count === 1 ? 'wird' : 'werden'} ${date} abgeschaltet`;
      return `${what} und ${off}, wenn Sie nichts tun`;
    },
    stopping: (slots) => {
      const date = slots.more ? `ab dem ${slots.day}` : `am ${slots.day}`;
      return `Für ${slots.count === 1 ? (slots.name ?? '1 Task') : `${slots.count} Tasks`} endet die Frist ${date}`;
    },
    'still-off': (slots) => {
      const off = tasks(slots, 'ist noch abgeschaltet', 'sind noch abgeschaltet');
      if (slots.more)
        return `${off}; der erste lässt sich nur bis zum ${slots.day} wieder einschalten, wie er war`;
      const [can, asBefore] = slots.count === 1 ? ['lässt', 'wie er war'] : ['lassen', 'wie sie waren'];
      return `${off} und ${can} sich nur bis zum ${slots.day} wieder einschalten, ${asBefore}`;
    },
    disabled: (slots) => tasks(slots, 'wurde abgeschaltet', 'wurden abgeschaltet'),
    withdrawn: ({ count, name }) =>
      count === 1
        ? `Der für ${name ?? '1 Task'} angekündigte Termin gilt nicht mehr`
        : `Die für ${count} Tasks angekündigten Termine gelten nicht mehr`,
    disclaimed: ({ count, name }) =>
      `Für ${count === 1 ? (name ?? '1 Task') : `${count} Tasks`} hat sich jemand für nicht zuständig erklärt`,
    failing: (slots) => tasks(slots, 'läuft nicht', 'laufen nicht'),
    enabled: (slots) => tasks(slots, 'wurde wieder eingeschaltet', 'wurden wieder eingeschaltet'),
    recovered: (slots) => tasks(slots, 'läuft wieder', 'laufen wieder'),
  },
  andOthers: (count) => `, dazu ${count} weitere ${count === 1 ? 'Meldung' : 'Meldungen'}`,
  preheader: {
    one: (lasted, cause) => `Läuft seit ${lasted} nicht: ${german.causes[cause]}.`,
    many: (names, more) => `${names.join(', ')}${more === 0 ? '' : ` und ${more} weitere`}`,
  },
  heading: {
    due: (count) => `${count === 1 ? 'Wird' : 'Werden'} abgeschaltet, wenn Sie nichts tun`,
    overdue: () => 'Über die Frist hinaus',
    stopping: () => 'Fristen, die bald enden',
    'still-off': () => 'Noch abgeschaltet',
    disabled: () => 'Abgeschaltet',
    withdrawn: () => 'Angekündigte Termine, die nicht mehr gelten',
    disclaimed: () => 'Nicht zuständig',
    failing: (count) => (count === 1 ? 'Läuft nicht' : 'Laufen nicht'),
    enabled: () => 'Wieder eingeschaltet',
    recovered: (count) => (count === 1 ? 'Läuft wieder' : 'Laufen wieder'),
  },
  whatToDo: 'Was zu tun ist',
  whatItMeans: 'Was das heißt',
  introduction: {
    due: (count) => (count === 1 ? KEEP_ONE : KEEP_EACH),
    overdue: (count) => (count === 1 ? END_ONE : END_EACH),
    stopping: (count) =>
      count === 1
        ? `Er soll zu seiner eigenen Frist enden. ${MOVE_ONE}`
        : `Jeder soll zu seiner eigenen Frist enden. ${MOVE_ONE}`,
    'still-off': (count) =>
      `Wird ${count === 1 ? 'der' : 'ein'} Task noch gebraucht? Dann beheben Sie den Fehler, und schalten Sie ihn vorher wieder ein. Sonst ist nichts zu tun.`,
    disabled: (count) =>
      count === 1
        ? 'Wird der Task noch gebraucht? Dann beheben Sie den Fehler, und schalten Sie ihn wieder ein. Sonst ist nichts zu tun.'
        : 'Wird ein Task noch gebraucht? Dann beheben Sie den Fehler, und schalten Sie ihn wieder ein. Sonst ist nichts zu tun.',
    withdrawn: (count) =>
      count === 1
        ? 'Zu dem Termin, der Ihnen angekündigt wurde, geschieht mit diesem Task nichts.'
        : 'Zu den Terminen, die Ihnen angekündigt wurden, geschieht mit diesen Tasks nichts.',
    disclaimed: () =>
      'Lassen Sie dort, wo der Task definiert ist, die richtige Person eintragen. Bis dahin werden die anderen benachrichtigt und, wenn sonst niemand erreichbar ist, Sie.',
    failing: (count) =>
      count === 1
        ? `Mit diesem Task geschieht nichts: Diese Mail soll Sie nur informieren. ${KEEP_ONE}`
        : `Mit diesen Tasks geschieht nichts: Diese Mail soll Sie nur informieren. ${KEEP_EACH}`,
    enabled: (count) =>
      count === 1
        ? 'Was Ihnen angekündigt oder gemeldet wurde, gilt nicht mehr. Läuft der Task noch immer nicht, beginnt seine Frist von vorn: Beheben Sie den Fehler, oder schalten Sie ihn selbst ab.'
        : 'Was Ihnen angekündigt oder gemeldet wurde, gilt nicht mehr. Für Tasks, die noch immer nicht laufen, beginnt die Frist von vorn: Beheben Sie den Fehler, oder schalten Sie sie selbst ab.',
    recovered: () => 'Es ist nichts zu tun.',
  },
  undoable: 'Bis dahin lässt es sich verhindern, danach rückgängig machen.',
  where: (kind) => `${capital(kind)}, Data Plane`,
  whereMany: (kinds, planes, more) => {
    const places = planes.map((plane) => `"${plane}"`).join(', ');
    const word = planes.length + more === 1 ? 'Data Plane' : 'Data Planes';
    return `${kinds.map(capital).join(', ')}, ${word} ${places}${more === 0 ? '' : ` und ${more} weitere`}`;
  },
  notRunningMany: ({ first, last, restarts, past }) => {
    const since = first === last ? `seit dem ${first}` : `seit Tagen vom ${first} bis zum ${last}`;
    const state = past ? `Waren ${since} nicht gelaufen` : `Laufen ${since} nicht`;
    const most = restarts === 1 ? '1 Neustart' : `${restarts} Neustarts`;
    return `${state}${restarts === null ? '' : `; höchstens ${most} je Task versucht`}.`;
  },
  outlivedMany: ({ first, last }) =>
    first === last ? `Frist am ${first}.` : `Fristen vom ${first} bis zum ${last}.`,
  notRunning: ({ since, lasted, restarts, twitches, partly, past }) => {
    const left = partly ? ' ohne die Zeit, in der sein Zustand nicht bekannt war' : '';
    const state = past ? `War nicht gelaufen seit dem ${since}` : `Läuft nicht seit dem ${since}`;
    return `${state} (${lasted}${left})${restartsSince(restarts)}${twitchesSince(twitches)}.`;
  },
  outlived: ({ since, lasted, past }) =>
    past
      ? `Seine Frist war ${since}; danach lief er noch ${lasted}.`
      : `Seine Frist war ${since}; er läuft schon ${lasted} länger.`,
  endsOn: ({ date, when }, isTurnedOff) =>
    `Seine Frist endet am ${date}, ${when}.${isTurnedOff ? ' Läuft er dann noch, wird er abgeschaltet.' : ''}`,
  stillRuns: 'Bis dahin darf er laufen.',
  causes: {
    failed: 'seine Shards sind ausgefallen',
    'failed-credentials': 'seine Shards sind ausgefallen, weil ihre Zugangsdaten abgelehnt werden',
    'failed-unreachable':
      'seine Shards sind ausgefallen, weil ein System, das sie brauchen, nicht erreichbar ist',
    'failed-not-found': 'seine Shards sind ausgefallen, weil es etwas, das sie brauchen, nicht gibt',
    'failed-schema': 'seine Shards sind ausgefallen, weil Daten nicht die erwartete Form haben',
    'failed-out-of-memory': 'seine Shards sind ausgefallen, weil ihr Speicher nicht ausreicht',
    'failed-configuration': 'seine Shards sind ausgefallen, weil seine Konfiguration ungültig ist',
    pending: 'seine Shards warten auf den Start',
    idle: 'seine Shards sind untätig',
    standby: 'er hat nur Standby-Shards',
    backfill: 'sein Backfill ist nicht beendet',
    'never-primary': 'keiner seiner Shards wurde je primär',
    unknown: 'nicht bekannt',
  },
  causesOfMany: {
    failed: 'Ihre Shards sind ausgefallen',
    'failed-credentials': 'Ihre Shards sind ausgefallen, weil Zugangsdaten abgelehnt werden',
    'failed-unreachable':
      'Ihre Shards sind ausgefallen, weil ein System, das sie brauchen, nicht erreichbar ist',
    'failed-not-found': 'Ihre Shards sind ausgefallen, weil es etwas, das sie brauchen, nicht gibt',
    'failed-schema': 'Ihre Shards sind ausgefallen, weil Daten nicht die erwartete Form haben',
    'failed-out-of-memory': 'Ihre Shards sind ausgefallen, weil ihr Speicher nicht ausreicht',
    'failed-configuration': 'Ihre Shards sind ausgefallen, weil eine Konfiguration ungültig ist',
    pending: 'Ihre Shards warten auf den Start',
    idle: 'Ihre Shards sind untätig',
    standby: 'Sie haben nur Standby-Shards',
    backfill: 'Ihr Backfill ist nicht beendet',
    'never-primary': 'Keiner ihrer Shards wurde je primär',
    unknown: 'Die Ursache ist nicht bekannt',
  },
  causeIs: (cause) => `Ursache: ${german.causes[cause]}.`,
  reasons: {
    recovered: 'Er läuft wieder',
    disabled: 'Er wurde abgeschaltet',
    deleted: 'Er wurde gelöscht',
    ineligible: 'Er wird nicht mehr überwacht',
    'user-published': 'Eine neue Version wurde veröffentlicht',
    kept: 'Er soll behalten werden',
    snoozed: 'Er wurde zurückgestellt',
    policy: 'Die Regeln wurden geändert',
    ended: 'Er ist beendet',
    'disabled-by-owner': 'Jemand, der für ihn zuständig ist, hat ihn abgeschaltet',
  },
  reasonOfMany: (reason) => `Jeweils: ${german.reasons[reason]}`,
  willBeTurnedOff: ({ date, when }, reminder) =>
    `${reminder ? 'Erinnerung: ' : ''}Er wird am ${date} abgeschaltet, ${when}.`,
  wasTurnedOff: (date, byOwner) =>
    `Abgeschaltet${date === null ? '' : ` am ${date}`}${byOwner ? ', von jemandem, der dafür zuständig ist' : ''}.`,
  restorable: (day) => `Bis zum ${day} lässt er sich wieder einschalten, wie er war.`,
  restorableStill: ({ date, left }) =>
    `Noch ${left} lang, bis zum ${date}, lässt er sich wieder einschalten, wie er war.`,
  disclaimed: ({ by, instead }) =>
    `${by} ist nach eigener Angabe nicht zuständig und hat ${instead ?? 'niemanden'} genannt.`,
  disclaimedMany: ({ by, instead }) =>
    `${by} ist nach eigener Angabe nicht zuständig und hat ${instead ?? 'niemanden'} genannt`,
  nothingAnnounced: 'Zurzeit wird niemand gewarnt.',
  noLongerHolds: (reason) => {
    const because = reason === undefined ? '' : `: ${german.reasons[reason]}`;
    return `Der Termin, zu dem er abgeschaltet werden sollte, gilt nicht mehr${because}.`;
  },
  runsAgain: 'Er läuft wieder.',
  wasTurnedOn: (date) =>
    `Wieder eingeschaltet${date === null ? '' : ` am ${date}`}, von jemandem, der die Plattform betreibt.`,
  alsoTold: (addresses, more) => {
    if (addresses.length === 0) return 'Sonst wurde niemand benachrichtigt.';
    return `Ebenfalls benachrichtigt: ${addresses.join(', ')}${more === 0 ? '' : ` und ${more} weitere`}.`;
  },
  youGetThis: (why, count) => `Sie erhalten dies, weil Sie ${youAre(why, count)}.`,
  listed: {
    due: ({ date, when }) => `Am ${date}, ${when}`,
    past: (day) => `Am ${day}`,
    restorable: ({ date, left }) =>
      `Noch ${left} lang, bis zum ${date}, lassen sie sich wieder einschalten, wie sie waren`,
  },
  counted: (what, count) => `${what} (${count})`,
  under: (folder) => `Unter "${folder}":`,
  sentTo: (recipient) => `Gesendet an ${recipient}.`,
  ask: (contact) => `Bei Fragen: ${contact}`,
  declining: {
    yes: 'Sie haben Erinnerungen abbestellt. Warnungen und Meldungen über das Abschalten kommen weiterhin.',
    no: 'Auch wer Erinnerungen abbestellt, erhält Warnungen und Meldungen über das Abschalten weiterhin.',
  },
  acting: {
    review: 'Ansehen und behalten',
    again: 'Ansehen und wieder einschalten',
    one: 'Ansehen',
    preferences: 'Ihre Einstellungen',
    stop: 'Erinnerungen abbestellen',
  },
  report: {
    subject: (tenant, { from, to }) =>
      `Wochenbericht${tenant === null ? '' : ` für ${tenant}`}, ${from} bis ${to}`,
    introduction: ({ from, to }) =>
      `Was vom ${from} bis zum ${to} (UTC) mit Tasks geschah, die niemand am Laufen hielt. Zu tun ist nichts: Wer handeln soll, erhält eine eigene Mail.`,
    of: (tenant) => (tenant === null ? 'Alle Mandanten' : `Mandant "${tenant}"`),
    thisWeek: 'Diese Woche',
    weekBefore: 'Woche davor',
    figures: {
      tasks: 'Tasks am Ende der Woche',
      failing: 'Davon laufen nicht',
      abandoned: 'Verwaist gefunden',
      overdue: 'Nach ihrer Frist gefunden',
      warned: 'Davor gewarnt',
      kept: 'Behalten oder zurückgestellt',
      recoveredAfterWarning: 'Laufen nach einer Warnung wieder',
      disabled: 'Abgeschaltet',
      undone: 'Auf Wunsch wieder eingeschaltet',
      off: 'Abgeschaltet und noch aus',
      restartsAvoided: 'Vermiedene Neustarts (geschätzt)',
    },
    byTenant: 'Die meisten nach Mandant',
    byCause: 'Die meisten nach Ursache',
    said: (found, disabled) => `${found} gefunden, ${disabled} abgeschaltet`,
    unknown: '-',
    estimate:
      'Vermiedene Neustarts: so viele, wie jeder abgeschaltete Task davor jeden Tag versucht hatte, solange er aus ist.',
    youGetThis: 'Sie erhalten diese Mail, weil Sie Wochenberichte abonniert haben.',
  },
  notDeclinable:
    'Warnungen und Meldungen über das Abschalten lassen sich nicht abbestellen: Nichts wird ohne Ankündigung abgeschaltet.',
};
