import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import type { Stats } from '../../api/types.ts';
import { useSession } from '../../stores/session.ts';
import type { IconName } from '../icons.ts';

/** A page that the navigation leads to, and the number beside it that says why to go there now. */
export interface Place {
  name: string;
  path: string;
  icon: IconName;
  badge?: { text: string; tone: string; title: string };
}

export interface Section {
  caption?: string;
  places: Place[];
}

/** On a phone the bar has room for five places; the others, and what the foot holds, are in a menu. */
export const IN_BAR = new Set(['overview', 'jobs', 'executions', 'tasks', 'hosts']);
/** The API reference, a page of its own outside the console. */
export const DOCS = '/docs';

/** Where this user can go, with what runs, what is away and what waits to be decided. */
export function usePlaces(stats: Ref<Stats | null>, toDecide: Ref<number | null>): Ref<Section[]> {
  const { t } = useI18n();
  const session = useSession();

  const running = (n: number): Pick<Place, 'badge'> =>
    n ? { badge: { text: String(n), tone: 'run', title: t('nav.runningNow', { n }) } } : {};
  const away = (n: number): Pick<Place, 'badge'> =>
    n > 0 ? { badge: { text: t('nav.away', { n }), tone: 'bad', title: t('nav.awayTitle', { n }) } } : {};
  const waiting = (n: number): Pick<Place, 'badge'> =>
    n ? { badge: { text: String(n), tone: 'bad', title: t('nav.toDecide', { n }) } } : {};

  return computed((): Section[] => {
    const now = stats.value;
    return [
      {
        places: [
          { name: 'overview', path: '/', icon: 'overview' },
          { name: 'jobs', path: '/jobs', icon: 'jobs' },
          { name: 'executions', path: '/executions', icon: 'executions', ...running(now?.running ?? 0) },
          { name: 'tasks', path: '/tasks', icon: 'tasks' },
          ...(session.can('jobs:read') ? [{ name: 'workflows', path: '/workflows', icon: 'workflows' as const }] : []),
          { name: 'calendar', path: '/calendar', icon: 'calendar' },
          ...(session.can('jobs:read')
            ? [{ name: 'approvals', path: '/approvals', icon: 'shield' as const, ...waiting(toDecide.value ?? 0) }]
            : []),
        ],
      },
      {
        caption: t('nav.resources'),
        places: [
          { name: 'hosts', path: '/hosts', icon: 'hosts', ...away(now ? now.hosts_total - now.hosts_online : 0) },
          { name: 'groups', path: '/groups', icon: 'groups' },
        ],
      },
      {
        caption: t('nav.insight'),
        places: [
          { name: 'reports', path: '/reports', icon: 'reports' },
          ...(session.can('notify:read') ? [{ name: 'alerts', path: '/alerts', icon: 'bell' as const }] : []),
          { name: 'settings', path: '/settings', icon: 'settings' },
        ],
      },
    ];
  });
}
