import { computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { useSession } from '../../stores/session.ts';
import type { IconName } from '../icons.ts';
import { DOCS } from './places.ts';

/** What belongs to the user: preferences, the API reference, the way out. */
export function useAccountMenu(): {
  items: Ref<{ key: string; label: string; icon: IconName }[]>;
  pick(key: string): Promise<void>;
} {
  const { t } = useI18n();
  const router = useRouter();
  const session = useSession();
  const items = computed(() => [
    { key: '/me', label: t('nav.me'), icon: 'user' as const },
    { key: DOCS, label: t('nav.docs'), icon: 'external' as const },
    { key: 'out', label: t('nav.signOut'), icon: 'signOut' as const },
  ]);

  async function pick(key: string): Promise<void> {
    if (key === DOCS) return location.assign(DOCS);
    if (key !== 'out') return void router.push(key);
    await session.signOut().catch(() => {});
    await router.push('/login');
  }
  return { items, pick };
}
