import type { IconName } from '../ui/icons.ts';

export type Tone = 'ok' | 'bad' | 'warn' | 'run' | 'idle';

export const PENDING = 1;
export const RUNNING = 2;

/** The states of an execution, by the number that the server sends; the key names the text `status.KEY`. */
export const STATUSES: Record<number, { key: string; tone: Tone; icon: IconName }> = {
  1: { key: 'pending', tone: 'idle', icon: 'pending' },
  2: { key: 'running', tone: 'run', icon: 'running' },
  3: { key: 'success', tone: 'ok', icon: 'success' },
  4: { key: 'failure', tone: 'bad', icon: 'failure' },
  5: { key: 'timeout', tone: 'warn', icon: 'hourglass' },
  6: { key: 'cancelled', tone: 'idle', icon: 'cancelled' },
  7: { key: 'skipped', tone: 'idle', icon: 'skipped' },
  8: { key: 'lost', tone: 'warn', icon: 'lost' },
  9: { key: 'missed', tone: 'warn', icon: 'warning' },
};

export const isFinal = (status: number): boolean => status > RUNNING;
/** Ended in a way that somebody should look at. */
export const isBad = (status: number): boolean => status === 4 || status === 5 || status === 8;
