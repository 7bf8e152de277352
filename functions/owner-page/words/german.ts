import type { PageWords } from './page-words.ts';

const NEWEST =
  'Nichts wurde geändert. Verwenden Sie den Link in der neuesten Mail; gibt es keine, fragen Sie die unten Genannten.';
const tasks = (count: number) => (count === 1 ? '1 Task' : `${count} Tasks`);

export const german: PageWords = {
  language: 'de',
  ask: 'Bei Fragen',
  titles: {
    one: 'Ihr Task',
    many: (count) => `Ihre ${count} Tasks`,
    all: 'Alle Ihre Tasks',
    preferences: 'Ihre Einstellungen',
  },
  notices: {
    invalid: {
      title: 'Dieser Link ist ungültig',
      lines: [
        'Nichts wurde geändert. Öffnen Sie den Link in der Mail noch einmal, oder kopieren Sie ihn ganz.',
        'Hilft das nicht, fragen Sie die unten Genannten.',
      ],
    },
    'too-often': {
      title: 'Diese Mail wurde zu oft benutzt',
      lines: [
        'Nichts wurde geändert: Mit den Links dieser Mail wurde so viel geändert, wie mit einer Mail erlaubt ist.',
        'Verwenden Sie den Link einer neueren Mail; gibt es keine, fragen Sie die unten Genannten.',
      ],
    },
    method: { title: 'Das geht hier nicht', lines: ['Nichts wurde geändert.'] },
    failed: {
      title: 'Bei uns ist etwas schiefgegangen',
      lines: [
        'Vielleicht wurde Ihre Änderung gespeichert, vielleicht nicht. Versuchen Sie es in einer Minute noch einmal: Zweimal schadet nicht.',
      ],
    },
    expired: {
      title: 'Dieser Link ist abgelaufen',
      lines: ['Links in Mails gelten 60 Tage, und dieser ist älter.', NEWEST],
    },
    gone: {
      title: 'Diese Mail gibt es hier nicht mehr',
      lines: ['Worum es in ihr ging, ist vorbei und nicht mehr gespeichert.', NEWEST],
    },
  },
  saved: 'Gespeichert.',
  wrongButton: 'Nichts wurde geändert. Verwenden Sie die Schaltfläche.',
  notNow: 'Das geht jetzt nicht; nichts wurde geändert.',
  changed: 'Seit Sie diese Seite geöffnet haben, hat sich etwas geändert:',
  said: {
    keep: 'Er wird behalten. Alle, denen ein Termin angekündigt wurde, erfahren, dass er nicht mehr gilt.',
    snooze: 'Er ist zurückgestellt. Läuft er danach noch immer nicht, werden Sie wieder gewarnt.',
    end: 'Er wird nicht länger behalten. Läuft er noch immer nicht, werden Sie wieder gewarnt, mit einer vollen neuen Frist.',
    disable: 'Alle, die benachrichtigt wurden, erfahren es, wenn er abgeschaltet ist.',
    undo: 'Er ist wieder eingeschaltet.',
    'not-mine':
      'Sie bekommen zu ihm keine Nachrichten mehr. Die Admins und wer diesen Dienst betreibt, erfahren davon; ist sonst niemand da, werden die Admins gewarnt.',
    mine: 'Sie bekommen zu ihm wieder Nachrichten.',
    asked: 'Das System, in dem er läuft, soll ihn wieder einschalten; das kann einige Minuten dauern.',
  },
  backToMail: 'Alle Tasks dieser Mail',
  backToList: 'Zurück zur Liste',
  standing: {
    gone: 'Es gibt ihn nicht mehr. Es ist nichts zu tun.',
    noSay: 'Sie bekommen zu ihm keine Nachrichten mehr und können hier nichts mehr für ihn tun.',
    disclaimed: 'Sie haben angegeben, nicht zuständig zu sein, und bekommen zu ihm keine Nachrichten mehr.',
    newer: 'Das ist vorbei, und er ist später wieder ausgefallen: Verwenden Sie die neueste Mail zu ihm.',
    undated: 'Er läuft nicht. Es ist kein Termin angekündigt, zu dem er abgeschaltet wird.',
    undatedLate:
      'Er ist über seine Frist hinaus. Es ist kein Termin angekündigt, zu dem er abgeschaltet wird.',
    due: (date, when) => `Er wird am ${date} abgeschaltet, ${when}, wenn Sie nichts tun.`,
    closing:
      'Er wird gerade abgeschaltet. Soll er eingeschaltet bleiben, behalten Sie ihn, oder stellen Sie ihn zurück.',
    kept: (kind, until) => `${kind === 'keep' ? 'Behalten' : 'Zurückgestellt'} bis ${until}.`,
    off: (at) => `Er wurde am ${at} abgeschaltet.`,
    offBecause: {
      abandoned: 'Er lief nicht, und niemand hat sich um ihn gekümmert.',
      overdue: 'Er lief über seine Frist hinaus, und niemand hat sich um ihn gekümmert.',
      asked: 'Jemand hat darum gebeten.',
    },
    onAgain: 'Er wurde abgeschaltet und ist wieder eingeschaltet. Es ist nichts zu tun.',
    over: (reason) => `Es ist nichts zu tun${reason === null ? '' : `: ${reason}`}.`,
  },
  facts: {
    what: 'Was',
    overSince: 'Vorbei seit',
    ends: 'Soll enden',
    deadline: 'Frist',
    wasNotRunning: 'Lief nicht seit',
    notRunning: 'Läuft nicht seit',
    why: 'Warum',
    restarts: 'Seitdem versuchte Neustarts',
    told: 'Ebenfalls benachrichtigt',
    by: 'Von',
    reason: 'Grund',
  },
  ago: (length) => `${length} darüber`,
  nobodyElse: 'sonst niemand',
  acts: {
    keep: {
      title: 'Behalten',
      text: 'Er bleibt bis zum Ende des gewählten Tages eingeschaltet, auch wenn er nicht läuft, und niemand wird gewarnt.',
      many: 'Die Tasks bleiben bis zum Ende des gewählten Tages eingeschaltet, auch wenn sie nicht laufen, und niemand wird gewarnt.',
      button: 'Behalten',
    },
    snooze: {
      title: 'Zurückstellen',
      text: 'Sie brauchen Zeit, um den Fehler zu beheben. Läuft er danach noch immer nicht, kommt eine neue Warnung mit einer vollen neuen Frist.',
      many: 'Sie brauchen Zeit, um die Fehler zu beheben. Läuft ein Task danach noch immer nicht, kommt eine neue Warnung mit einer vollen neuen Frist.',
      button: 'Zurückstellen',
    },
    end: {
      title: 'Nicht länger behalten',
      text: 'Er wird sofort wieder überwacht: Läuft er noch immer nicht, werden Sie gewarnt, mit einer vollen neuen Frist.',
      many: 'Die Tasks werden sofort wieder überwacht: Läuft einer noch immer nicht, werden Sie gewarnt, mit einer vollen neuen Frist.',
      button: 'Nicht länger behalten',
    },
    disable: {
      title: 'Jetzt abschalten',
      text: 'Braucht ihn niemand? Er wird abgeschaltet, ohne auf einen Termin zu warten, und die anderen werden benachrichtigt. Er lässt sich wieder einschalten.',
      many: 'Braucht sie niemand? Die Tasks werden abgeschaltet, ohne auf einen Termin zu warten, und die anderen werden benachrichtigt. Sie lassen sich wieder einschalten.',
      button: 'Jetzt abschalten',
    },
    'not-mine': {
      title: 'Nicht zuständig?',
      text: 'Sie bekommen zu ihm keine Nachrichten mehr und können hier nichts mehr für ihn tun; das lässt sich hier zurücknehmen. Für die anderen bleibt sein Termin. Ist sonst niemand da, werden die Admins gewarnt, mit einer vollen neuen Frist.',
      many: 'Sie bekommen zu diesen Tasks keine Nachrichten mehr und können hier nichts mehr für sie tun; das lässt sich hier zurücknehmen. Für die anderen bleiben die Termine. Ist sonst niemand da, werden die Admins gewarnt, mit einer vollen neuen Frist.',
      button: 'Ich bin nicht zuständig',
    },
    mine: {
      title: 'Doch zuständig?',
      text: 'Sie bekommen zu ihm wieder Nachrichten und können hier etwas für ihn tun.',
      many: 'Sie bekommen zu diesen Tasks wieder Nachrichten und können hier etwas für sie tun.',
      button: 'Ich bin zuständig',
    },
    undo: {
      title: 'Wieder einschalten',
      text: 'Er wird von da an neu überwacht: Läuft er weiter nicht, werden Sie wieder gewarnt, mit einer vollen neuen Frist.',
      many: 'Die Tasks werden von da an neu überwacht: Läuft einer weiter nicht, werden Sie wieder gewarnt, mit einer vollen neuen Frist.',
      button: 'Wieder einschalten',
    },
  },
  instead: 'Wer zuständig ist: die Mailadresse (optional)',
  keep: {
    again: 'Bis zu einem anderen Tag behalten',
    zone: (zone) => `Es zählen die Tage der Zeitzone ${zone}.`,
    until: 'Behalten bis',
    reason: 'Grund (optional)',
  },
  snooze: {
    again: 'Für länger oder kürzer zurückstellen',
    days: (most) => `Für wie viele Tage ab jetzt (1 bis ${most})`,
  },
  problems: {
    nothing: 'Das Formular enthielt keine Aktion. Verwenden Sie eine Schaltfläche der Seite.',
    address: 'Geben Sie eine einzelne Mailadresse ein, oder lassen Sie das Feld leer.',
    none: 'Wählen Sie mindestens einen Task aus.',
    tooMany: (most) => `Wählen Sie höchstens ${most} Tasks auf einmal aus.`,
    keepDays: (first, last, most) =>
      `Wählen Sie einen Tag vom ${first} bis zum ${last}: Ein Task wird höchstens ${most} behalten.`,
    snoozeDays: (most) => `Wählen Sie eine ganze Zahl von Tagen von 1 bis ${most}.`,
    'time-of-day':
      'Geben Sie für die Ruhezeit Uhrzeiten von 00:00 bis 23:59 ein, oder lassen Sie beide Felder leer.',
    zone: 'Wählen Sie eine Zeitzone aus der Liste.',
    language: 'Wählen Sie eine Sprache aus der Liste.',
    'both-times': 'Füllen Sie beide Felder der Ruhezeit aus, oder lassen Sie beide leer.',
    'least-awake':
      'Verkürzen Sie die Ruhezeit: Mindestens eine Stunde am Tag muss bleiben, in der Mails kommen dürfen.',
  },
  preferences: {
    forAll: (address) => `Für alle Mails an ${address}.`,
    remind: 'Mich vor einem Termin erinnern, der mir angekündigt wurde',
    language: 'Sprache der Mails und dieser Seite',
    zone: 'Zeitzone von Terminen',
    quiet: 'Ruhezeit',
    quietText:
      'Zwischen diesen Uhrzeiten Ihrer Zeitzone kommt keine Mail: Sie kommt danach. Ein Termin, der Ihnen angekündigt wurde, bleibt. Lassen Sie beide Felder leer, um jederzeit Mails zu bekommen.',
    from: 'Von',
    to: 'Bis',
    save: 'Speichern',
    declined: (address) => `Erinnerungen an ${address} sind abbestellt.`,
    decline: (address) => `Keine Erinnerungen mehr, für alle Tasks, an ${address}?`,
    stop: 'Erinnerungen abbestellen',
    stopped: 'Erinnerungen abbestellt',
  },
  list: {
    ofMail: (count) =>
      count === 1
        ? 'Der Task dieser Mail in seinem jetzigen Zustand. Öffnen Sie ihn, um zu sehen, warum er hier steht und was Sie tun können.'
        : 'Die Tasks dieser Mail in ihrem jetzigen Zustand. Öffnen Sie einen, oder wählen Sie mehrere aus, um gemeinsam etwas für sie zu tun.',
    ofAll: (tenants) =>
      `Tasks${tenants === '' ? '' : ` von ${tenants}`}, für die Sie etwas tun können und die nicht laufen, behalten werden oder abgeschaltet wurden. Wählen Sie mehrere aus, um gemeinsam etwas für sie zu tun.`,
    empty: 'Hier gibt es keine Tasks.',
    allTasks: 'Alle Ihre Tasks, nicht nur die dieser Mail',
    filter: 'Filtern',
    contains: 'Name enthält',
    show: 'Zeigen',
    everything: 'alles',
    groups: {
      due: 'Werden abgeschaltet',
      failing: 'Laufen nicht',
      kept: 'Behalten oder zurückgestellt',
      off: 'Abgeschaltet',
      over: 'Nichts zu tun',
    },
    select: (name) => `${name} auswählen`,
    selectAll: (count) => `Alle ${count} auswählen`,
    range: (first, last, total) => `${first} bis ${last} von ${total}`,
    selected: 'Was soll mit den ausgewählten Tasks geschehen?',
    buttons: {
      keep: 'Behalten',
      snooze: 'Zurückstellen',
      end: 'Nicht länger behalten',
      disable: 'Jetzt abschalten',
      undo: 'Wieder einschalten',
      'not-mine': 'Nicht zuständig',
      mine: 'Doch zuständig',
    },
    next: 'Weitere',
    previous: 'Vom Anfang',
    confirm: (act, count) =>
      ({
        keep: `${tasks(count)} behalten?`,
        snooze: `${tasks(count)} zurückstellen?`,
        end: `${tasks(count)} nicht länger behalten?`,
        disable: `${tasks(count)} jetzt abschalten?`,
        undo: `${tasks(count)} wieder einschalten?`,
        'not-mine': `Für ${tasks(count)} nicht zuständig?`,
        mine: `Für ${tasks(count)} doch zuständig?`,
      })[act],
    confirmText: 'Noch wurde nichts geändert. Es geht um:',
    cancel: 'Nichts ändern und zurück',
    cannot: 'Bei diesen geht es nicht:',
    result: 'Ergebnis',
    done: (count) => `Erledigt für ${tasks(count)}:`,
    notDone: (count) => `Nicht erledigt für ${tasks(count)}; dort wurde nichts geändert:`,
    leftActs: (count) =>
      `Mit den Links dieser Mail kann noch ${count}-mal etwas geändert werden. Wählen Sie weniger Tasks aus, oder verwenden Sie eine neuere Mail.`,
  },
};
