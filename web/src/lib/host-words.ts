// What hosts say of an end is plain English, made for logs. For readers of Chinese the common sentences are translated;
// what is not known is shown as it is.

type Words = (key: string, values: Record<string, string>) => string;

const PATTERNS: [RegExp, string][] = [
  [/^exit status (\d+)$/, 'exit'],
  [/^killed by (.+)$/, 'killed'],
  [/^stopped after its time limit: (.+)$/, 'limit'],
  [/^stopped on request: (.+)$/, 'requested'],
  [/^stopped because the agent was told to stop: (.+)$/, 'agentStopped'],
  [/^cancelled before it started$/, 'neverStarted'],
  [/^(\d+) of at most (\d+) executions of this job were still open on the host$/, 'open'],
  [/^(\d+) process(?:es)? left behind (?:was|were) ended \((.+)\)$/, 'leftBehind'],
  [/^the working directory '(.+)' does not exist/, 'noDirectory'],
  [/^(.+) does not exist on this host/, 'noProgram'],
  [/^no permission to run (.+?)(?: \(.+\))?$/, 'noPermission'],
  [/^no connection to '(.+)' port (\d+) \(.*\): .*[Rr]efused.*$/, 'refused'],
  [/^no connection to '(.+)' port (\d+) \(.*\): (.+)$/, 'noConnection'],
  [/^no connection within the time limit$/, 'connectTimeout'],
  [/^the server closed the connection before its answer was complete$/, 'closed'],
  [/^'(.+)' is refused: .*private addresses are not allowed.*$/, 'privateAddress'],
  [/^'(.+)' is refused: .*link-local and metadata.*$/, 'localAddress'],
  [/^connection reset .*Connection refused.*$/, 'plainRefused'],
  [/^the job is disabled$/, 'disabled'],
  [/^this fire had passed when the agent could decide on it$/, 'passed'],
];

/** A host's words on an end in the reader's language; `word` looks up `hostWords.KEY`. Sentences joined by `;` apart. */
export function hostWords(text: string, word: Words): string {
  for (const [pattern, key] of PATTERNS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const [, first = '', second = '', third = ''] = match;
    const inner = key === 'limit' || key === 'requested' || key === 'agentStopped' ? hostWords(first, word) : first;
    return word(key, { a: inner, b: second, c: third });
  }
  const cut = text.indexOf('; ');
  if (cut < 0) return text;
  return `${hostWords(text.slice(0, cut), word)}; ${hostWords(text.slice(cut + 2), word)}`;
}
