import { computed, ref } from 'vue';
import { sessionApi } from '../api/session.ts';
import type { User } from '../api/types.ts';
import { load, save, storageWorks } from '../lib/storage.ts';
import { defineStore } from '../lib/store.ts';

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null);
  /** False until the server was asked once whether the cookie is good. */
  const known = ref(false);
  /** The session has ended under an open page: the page stays, and the person signs in on top of it. */
  const expired = ref(false);
  /** Viewers look; the server refuses them the rest as well. */
  const canWrite = computed(() => user.value !== null && user.value.role !== 'viewer');
  const isAdmin = computed(() => user.value?.role === 'admin');

  // The cookie cannot be read here. A note that somebody signed in saves first visitors a refused request.
  const HINT = 'qf.signedIn';

  async function restore(): Promise<void> {
    try {
      if (load(HINT) === '1' || !storageWorks()) user.value = await sessionApi.me();
    } catch {
      user.value = null;
    }
    known.value = true;
  }

  async function signIn(username: string, password: string): Promise<void> {
    const { user: signedIn } = await sessionApi.login(username, password);
    user.value = signedIn;
    expired.value = false;
    save(HINT, '1');
    known.value = true;
  }

  function expire(): void {
    if (user.value) expired.value = true;
  }

  async function signOut(): Promise<void> {
    try {
      await sessionApi.logout();
    } finally {
      forget();
    }
  }

  function forget(): void {
    user.value = null;
    expired.value = false;
    save(HINT, '0');
  }

  return { user, known, expired, canWrite, isAdmin, restore, signIn, signOut, expire, forget };
});
