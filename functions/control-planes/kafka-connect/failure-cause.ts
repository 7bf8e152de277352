import { BOUNDS } from '../../abandonment/bounds.ts';
import type { FailureCause } from '../../abandonment/task.ts';

/** So many exceptions of a trace are read, each of bounded length: those that caused the others stand last. */
const MOST_EXCEPTIONS = 20;
const LONGEST_TRACE = 64 * 1024;

const CAUSED_BY = 'Caused by: ';

/** What exceptions of each class are called, and what their messages say; the first that fits. */
const SIGNS: readonly [FailureCause, RegExp][] = [
  ['out-of-memory', /OutOfMemoryError|java heap space/i],
  [
    'credentials',
    /Auth(entication|orization|entification)\w*Exception|AccessDenied|access denied|Unauthorized|Forbidden|not authori[sz]ed|(authentication|login|logon) failed|(invalid|bad|wrong|expired|incorrect) (credential|username|password|user name|token|api key)|ExpiredToken|InvalidToken|InvalidClientTokenId|SignatureDoesNotMatch|unable to load credentials|\b(401|403)\b/i,
  ],
  [
    'unreachable',
    /UnknownHost|java\.net\.(Connect|NoRouteToHost|PortUnreachable|Socket)\w*|TimeoutException|CommunicationsException|DisconnectException|NetworkException|BrokerNotAvailable|connection (was )?(refused|reset|timed out|closed)|connect timed out|no resolvable bootstrap|could not connect|unable to connect|\b(502|503|504)\b/i,
  ],
  ['configuration', /ClassNotFound|NoClassDefFound|NoSuchMethodError/],
  [
    'schema',
    /Schema\w*(Exception|Error)|DataException|(De)?SerializationException|JsonParseException|JsonMapping\w*|AvroTypeException|SchemaRegistry|schemas\.enable|incompatible schema|unsupported (data )?type|cannot be cast/i,
  ],
  [
    'not-found',
    /(File|Table|Topic|Bucket|Resource|Key|Database|Collection|Index)?NotFound\w*|NoSuch(File|Bucket|Key|Table|Element)|UnknownTopic|(does not|doesn't) exist|no such|couldn't find|could not find/i,
  ],
  [
    'configuration',
    /ConfigException|InvalidConfiguration|IllegalArgument|missing required|is not a valid value/i,
  ],
];

/**
 * The class of what a trace tells of: the innermost exception that gives a sign decides. Nothing else of the trace is
 * kept, for it has data and secrets of others in it.
 */
export function causeOfTrace(trace: string): FailureCause {
  for (const exception of exceptionsOf(trace).toReversed()) {
    const found = SIGNS.find(([, sign]) => sign.test(exception));
    if (found) return found[0];
  }
  return 'other';
}

/** The first line of each exception, the outermost first. */
function exceptionsOf(trace: string): string[] {
  const lines = trace.slice(0, LONGEST_TRACE).split('\n');
  const caused = lines.filter((line) => line.startsWith(CAUSED_BY)).slice(-MOST_EXCEPTIONS);
  return [lines[0] ?? '', ...caused].map((line) => line.slice(0, BOUNDS.searched.most));
}
