import { DAY, MINUTE } from './time.ts';

/** What a value from outside may be at most, and why. */
export interface Bound {
  /** What is bounded, as operators and sources know it. */
  of: string;
  most: number;
  unit: 'bytes' | 'characters' | 'parts' | 'entries' | 'ms' | 'count' | 'rows';
  /** Why it has an end, with the limit of AWS behind it where there is one. */
  why: string;
}

/**
 * All bounds on values that come from outside, in one place. Parsing holds them; `docs/bounds.md` lists them, and a test
 * holds the page to this table.
 */
export const BOUNDS = {
  taskId: {
    of: 'a task id or prefix',
    most: 512,
    unit: 'bytes',
    why: 'it stands in sort keys beside an address key and a number; a sort key of DynamoDB has 1,024 bytes',
  },
  taskIdParts: {
    of: 'parts of a task id',
    most: 16,
    unit: 'parts',
    why: 'each part is a prefix whose policy, subscribers and admins are looked up',
  },
  dataPlane: {
    of: 'the name of a data plane',
    most: 128,
    unit: 'characters',
    why: 'it stands in keys of three partitions and in the subject of operator alerts (SNS: 100 characters of a line)',
  },
  dataPlanes: {
    of: 'data planes known at a time',
    most: 1_000,
    unit: 'rows',
    why: 'each scan watches every one of them',
  },
  address: {
    of: 'an address',
    most: 320,
    unit: 'characters',
    why: 'RFC 5321 has no longer path; what is stored is at most 254',
  },
  owners: {
    of: 'owners of a task',
    most: 1_000,
    unit: 'entries',
    why: 'each is notified by a mail of their own, and all stand on its row (DynamoDB: 400 KB)',
  },
  ownerBytes: {
    of: 'addresses of the owners of a task',
    most: 64 * 1024,
    unit: 'bytes',
    why: 'they stand on its row, once as owners and once as notified (DynamoDB: 400 KB)',
  },
  eventTasks: {
    of: 'tasks or totals in one event',
    most: 2_000,
    unit: 'entries',
    why: 'a message is begun with 12 s left to the function: ten tasks are worked at a time, each in two calls to the table',
  },
  namings: {
    of: 'namings of one task in one event',
    most: 16,
    unit: 'entries',
    why: 'so many observations of one instant are known again by their names when the event is repeated',
  },
  shards: {
    of: 'shards of a task in one event',
    most: 5_000,
    unit: 'entries',
    why: 'its distinct statuses are kept, its shards are not',
  },
  listedTasks: {
    of: 'tasks on one page of a listing',
    most: 2_000,
    unit: 'entries',
    why: 'the page is stored with what moved on it in one transaction (DynamoDB: 4 MB), with ids of 512 bytes',
  },
  cursor: {
    of: 'where a page of a listing begins',
    most: 4 * 1024,
    unit: 'bytes',
    why: 'it stands on the row of the listing, which is written with each page',
  },
  revision: {
    of: 'the revision of a task that is listed',
    most: 128,
    unit: 'characters',
    why: 'it stands on the row of the task, and is compared, never parsed',
  },
  name: {
    of: 'the name of who did it, the id of a shard',
    most: 256,
    unit: 'characters',
    why: 'it is counted, never parsed or kept',
  },
  requestId: {
    of: 'the id of a request',
    most: 600,
    unit: 'characters',
    why: 'ours is the id of the task with the number of the episode',
  },
  refusalReason: {
    of: 'why an owning system refuses to disable a task',
    most: 500,
    unit: 'characters',
    why: 'operators read it; its first 200 characters are kept on the row of the task',
  },
  source: {
    of: 'the source of an event',
    most: 256,
    unit: 'characters',
    why: 'EventBridge takes no longer one',
  },
  detailType: {
    of: 'the detail type of an event',
    most: 128,
    unit: 'characters',
    why: 'EventBridge takes no longer one',
  },
  eventBytes: {
    of: 'the body of a message',
    most: 1_048_576,
    unit: 'bytes',
    why: 'SQS takes no longer one',
  },
  answerBytes: {
    of: 'an answer of an HTTP control plane',
    most: 8 * 1024 * 1024,
    unit: 'bytes',
    why: 'a page of 1,000 tasks has 300 KB; it is held in memory, and more than once as it is read',
  },
  instant: {
    of: 'the text of an instant',
    most: 40,
    unit: 'characters',
    why: 'RFC 3339 with nanoseconds and a zone has 35',
  },
  ahead: {
    of: 'how far an instant lies ahead of now',
    most: 15 * MINUTE,
    unit: 'ms',
    why: 'clocks may differ; what is dated later would outdo everything true that follows',
  },
  behind: {
    of: 'how far an observation, a count or a report lies behind now',
    most: 400 * DAY,
    unit: 'ms',
    why: 'no threshold reaches back further; the archive (14 days) and a dead-letter queue (14 days) lie far within',
  },
  firstSince: {
    of: 'how far the first report of a data plane reaches back',
    most: DAY,
    unit: 'ms',
    why: 'no task was known there; one that moves there later must not lose what was counted of it',
  },
  versionStep: {
    of: 'what a version may rise by, beyond what its clock explains',
    most: 1_000_000_000,
    unit: 'count',
    why: 'a sequence shared by a whole fleet grows by less between two versions of a task; room for later ones is left',
  },
  restarts: {
    of: 'a running total of restarts',
    most: 1_000_000_000,
    unit: 'count',
    why: 'one restart a second for 30 years; room for later ones is left',
  },
  eventVersion: {
    of: 'the version of an event',
    most: 1_000,
    unit: 'count',
    why: 'what is higher is no release of ours that may still come',
  },
  toldLeft: {
    of: 'people on the row of a task who were notified and are no longer its recipients',
    most: 500,
    unit: 'entries',
    why: 'owners may change with each version, and the row of a task has an end (DynamoDB: 400 KB)',
  },
  dates: {
    of: 'dates on the row of a task that stood in its mails',
    most: 200,
    unit: 'entries',
    why: 'the latest decides; the row of a task has an end (DynamoDB: 400 KB)',
  },
  staleSpans: {
    of: 'spans of old evidence on the row of a task',
    most: 200,
    unit: 'entries',
    why: 'the row of a task (DynamoDB: 400 KB); nearest ones are joined, so that unknown grows and never shrinks',
  },
  spans: {
    of: 'spans of unknown health on the row of a data plane, of pauses and of gaps between scans',
    most: 2_000,
    unit: 'entries',
    why: 'about 60 KB of a row (DynamoDB: 400 KB); nearest ones are joined',
  },
  rungs: {
    of: 'reminders of an episode that were given out, on the row of a task',
    most: 100,
    unit: 'entries',
    why: 'a policy has at most 10 leads, but others may follow; the newest decide',
  },
  admissions: {
    of: 'times at which recipients were newly warned within a day, on the row of the warm-up limit',
    most: 2_000,
    unit: 'entries',
    why: 'a scan a minute has 1,440; nearest ones are joined, so that the share of the day shrinks and never grows',
  },
  refusedKinds: {
    of: 'kinds of refused events that are noted for operators',
    most: 100,
    unit: 'entries',
    why: 'they stand in one row of at most 64 KB, which is written again with each note',
  },
  refusedKindsOfSource: {
    of: 'kinds of refused events that are noted of one source',
    most: 10,
    unit: 'entries',
    why: 'one source leaves room for the others',
  },
  refusedKindsOfStrangers: {
    of: 'kinds of refused events that are noted of all sources that are not registered',
    most: 20,
    unit: 'entries',
    why: 'they may call themselves anything, and must not take the room of those who are',
  },
  refusedWrites: {
    of: 'notes of refused events that one process writes in a minute',
    most: 6,
    unit: 'count',
    why: 'however much is refused, the writes are few; what comes meanwhile is counted with the next one',
  },
  paced: {
    of: 'tenants and data planes on the row of what was disabled within a day',
    most: 1_000,
    unit: 'entries',
    why: 'up to 210 KB of a row (DynamoDB: 400 KB), beside 1,440 scans a day; what finds no room waits, and nothing is lost',
  },
  blamed: {
    of: 'mails whose refusal in the same words suppressed a recipient',
    most: 100,
    unit: 'entries',
    why: 'three recipients at most are blamed in a row, each again whenever somebody revives them; the newest decide',
  },
  policy: {
    of: 'the policy of a scope, as it is written',
    most: 16 * 1024,
    unit: 'bytes',
    why: 'it is kept word for word, and the record of a change has it before and after; 400 dates have 5 KB',
  },
  ownerFile: {
    of: 'a file of owner rules',
    most: 256 * 1024,
    unit: 'bytes',
    why: 'its rules stand in one row, packed (DynamoDB: 400 KB)',
  },
  ownerRules: {
    of: 'rules in a file of owner rules',
    most: 5_000,
    unit: 'entries',
    why: 'each is held against the id of each open task without owners of its own, at each decision',
  },
  workItems: {
    of: 'items of one bulk command',
    most: 100_000,
    unit: 'entries',
    why: 'its rows are written before the first is worked, and all of them are read to list what failed',
  },
  problems: {
    of: 'problems that a refusal names',
    most: 10,
    unit: 'entries',
    why: 'a log line has 256 KB, a dead-letter attribute 1,000 characters',
  },
  searched: {
    of: 'text that a regular expression works on',
    most: 1_000,
    unit: 'characters',
    why: 'the time of some expressions grows with the square of the length',
  },
} as const satisfies Record<string, Bound>;

/** The least instant: what lies before has no place in the order of index keys. */
export const EARLIEST = 0;
