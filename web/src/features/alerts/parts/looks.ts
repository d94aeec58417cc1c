import type { Delivery, Incident } from '../../../api/notify.ts';
import type { IconName } from '../../../ui/icons.ts';

interface Looks {
  tone: 'ok' | 'bad' | 'warn' | 'run' | 'idle';
  icon: IconName;
}

export const DELIVERY_LOOKS: Record<Delivery['state'], Looks> = {
  queued: { tone: 'idle', icon: 'pending' },
  sending: { tone: 'run', icon: 'running' },
  sent: { tone: 'ok', icon: 'success' },
  dead: { tone: 'bad', icon: 'failure' },
  merged: { tone: 'idle', icon: 'groups' },
};

/** An incident that somebody has taken on is no longer a call for help. */
export function incidentLooks(incident: Incident): Looks & { key: 'waiting' | 'open' | 'closed' | 'acknowledged' } {
  if (incident.state === 'closed') return { tone: 'ok', icon: 'success', key: 'closed' };
  if (incident.acknowledged_by) return { tone: 'idle', icon: 'check', key: 'acknowledged' };
  if (incident.state === 'waiting') return { tone: 'warn', icon: 'hourglass', key: 'waiting' };
  return { tone: 'bad', icon: 'warning', key: 'open' };
}
