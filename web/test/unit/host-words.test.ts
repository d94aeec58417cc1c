import { hostWords } from '../../src/lib/host-words.ts';
import { equal } from './assert.ts';

const word = (key: string, values: Record<string, string>) =>
  `${key}(${Object.values(values).filter(Boolean).join('|')})`;

Deno.test('host words: known sentences are taken apart, one in the other too', () => {
  equal(
    hostWords('stopped after its time limit: killed by signal 15 (SIGTERM)', word),
    'limit(killed(signal 15 (SIGTERM)))',
  );
  equal(hostWords('1 of at most 1 executions of this job were still open on the host', word), 'open(1|1)');
  equal(
    hostWords("no connection to 'api' port 80 (10.0.0.1): Connection refused", word),
    'refused(api|80)',
  );
  equal(
    hostWords("'127.0.0.1' is refused: 127.0.0.1: private addresses are not allowed on this host", word),
    'privateAddress(127.0.0.1)',
  );
  equal(
    hostWords('exit status 3; 2 processes left behind were ended (7, sleep; 8, cat)', word),
    'exit(3); leftBehind(2|7, sleep; 8, cat)',
  );
});

Deno.test('host words: what is not known stays as it is', () => equal(hostWords('disk on fire', word), 'disk on fire'));
