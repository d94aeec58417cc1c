import { computed, ref } from 'vue';
import { ApiError, hasToken, leave } from '../api/client.ts';
import { sessionApi, type SignOn } from '../api/session.ts';
import type { GrantScope, Permission, User } from '../api/types.ts';
import { load, save, storageWorks } from '../lib/storage.ts';
import { defineStore } from '../lib/store.ts';

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null);
  /** False until the server was asked once whether the cookie is good. */
  const known = ref(false);
  /** The session has ended under an open page: the page stays, and the person signs in on top of it. */
  const expired = ref(false);
  /** Nobody can say who is signed in: the server does not answer, or has lost its database. It is asked again. */
  const away = ref(false);
  /** How people sign in here, other than with a password. */
  const signOn = ref<SignOn>({ proxy: false });
  let isSignOnKnown = false;
  const scopes = computed((): Partial<Record<Permission, GrantScope>> => user.value?.scopes ?? {});

  /** Whether the permission holds anywhere: what offers a thing at all asks this. The server asks again. */
  function can(permission: Permission): boolean {
    const scope = scopes.value[permission];
    return scope === 'all' || (scope?.length ?? 0) > 0;
  }

  /** Whether it holds on all of these groups, as changing a job asks for; on none of them only when it holds everywhere. */
  function canOn(permission: Permission, groups: number[], hidden = false): boolean {
    const scope = scopes.value[permission];
    if (scope === 'all') return true;
    return !hidden && groups.length > 0 && groups.every((group) => scope?.includes(group));
  }

  // The cookie cannot be read here. A note that somebody signed in saves first visitors a refused request.
  const HINT = 'qf.signedIn';

  /** How people sign in here: only who is not signed in has to know, and asks once. */
  async function askSignOn(): Promise<void> {
    if (isSignOnKnown) return;
    try {
      signOn.value = (await sessionApi.signOn()) ?? signOn.value;
      isSignOnKnown = true;
    } catch {
      // An older server, or none that answers: the page with the password says more.
    }
  }

  /** Asks who is signed in. That the server has no answer is another thing than that nobody is. */
  async function ask(): Promise<'known' | 'nobody' | 'away'> {
    try {
      user.value = await sessionApi.me();
      expired.value = false;
      if (!hasToken()) save(HINT, '1');
      return 'known';
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      return status === 0 || status === 429 || status >= 500 ? 'away' : 'nobody';
    }
  }

  const resume = async (): Promise<boolean> => (await ask()) === 'known';

  const AWAY_MS = 3000;
  /** Ends the pause before the next question. */
  let wake: (() => void) | undefined;
  let restoring: Promise<void> | undefined;

  /** Asks until there is an answer. */
  async function askUntilTold(): Promise<'known' | 'nobody'> {
    const found = await ask();
    if (found !== 'away') return found;
    away.value = true;
    await new Promise<void>((done) => {
      wake = done;
      setTimeout(done, AWAY_MS);
    });
    return await askUntilTold();
  }

  async function find(): Promise<void> {
    // Who was here before is asked for at once: one request is all that the first page waits for.
    const wasHere = load(HINT) === '1' || !storageWorks();
    const found = wasHere ? await askUntilTold() : 'nobody';
    away.value = false;
    if (found === 'nobody') {
      await askSignOn();
      const elsewhere = signOn.value.proxy || (signOn.value.providers ?? []).length > 0;
      if (elsewhere && !wasHere) await resume();
    }
    known.value = true;
  }

  /** Until it is known who is signed in; while the server has no answer the page says so and waits. */
  const restore = (): Promise<void> => restoring ??= find().finally(() => restoring = undefined);
  /** Asks at once instead of in some seconds. */
  const askAgain = (): void => wake?.();

  async function signIn(username: string, password: string): Promise<void> {
    await sessionApi.login(username, password);
    await begin();
  }

  /** The second step of those who have one-time codes; `ticket` came with the refusal of the first. */
  async function signInWithCode(ticket: string, code: string): Promise<void> {
    await sessionApi.code(ticket, code);
    await begin();
  }

  async function begin(): Promise<void> {
    // The answer names the user; what they may do, and where, is a question of its own.
    user.value = await sessionApi.me();
    expired.value = false;
    save(HINT, '1');
    known.value = true;
  }

  /** Asks again what the user may do: somebody has changed it. */
  async function refresh(): Promise<void> {
    try {
      user.value = await sessionApi.me();
    } catch {
      // The next request finds out whether the session is still good.
    }
  }

  function expire(): void {
    if (user.value) expired.value = true;
  }

  async function signOut(): Promise<void> {
    try {
      const answer = await leave(sessionApi.logout);
      if (answer?.url) location.assign(answer.url);
    } finally {
      forget();
    }
  }

  function forget(): void {
    user.value = null;
    expired.value = false;
    save(HINT, '0');
  }

  return {
    user,
    known,
    expired,
    away,
    askAgain,
    signOn,
    can,
    canOn,
    askSignOn,
    resume,
    restore,
    refresh,
    signIn,
    signInWithCode,
    signOut,
    expire,
    forget,
  };
});
