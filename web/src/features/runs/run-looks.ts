import type { Tone } from '../../lib/status.ts';
import type { IconName } from '../../ui/icons.ts';

/** The states of a run by the server's word; the key names the text `run.state.KEY`. */
export const RUN_LOOKS: Record<string, { key: string; tone: Tone; icon: IconName }> = {
  pending: { key: 'pending', tone: 'idle', icon: 'pending' },
  running: { key: 'running', tone: 'run', icon: 'running' },
  succeeded: { key: 'succeeded', tone: 'ok', icon: 'success' },
  failed: { key: 'failed', tone: 'bad', icon: 'failure' },
  cancelled: { key: 'cancelled', tone: 'idle', icon: 'cancelled' },
  skipped: { key: 'skipped', tone: 'idle', icon: 'skipped' },
};
