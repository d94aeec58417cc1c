import { type Ref, ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { ApiError } from '../../api/client.ts';
import { useErrors } from '../../lib/use-errors.ts';
import { useSession } from '../../stores/session.ts';

/** The server sends the browser on to the provider, and to the wanted page when it is back. */
/** `fresh`: who they are has to be proved anew there. */
export const providerPage = (name: string, path: string, fresh = false): string =>
  `/api/v1/auth/oidc/${name}/start?return_to=${encodeURIComponent(path)}${fresh ? '&fresh=true' : ''}`;

export interface SignIn {
  username: Ref<string>;
  password: Ref<string>;
  code: Ref<string>;
  /** The password was right, and a code is wanted now. */
  wantsCode: Ref<boolean>;
  problem: Ref<string>;
  busy: Ref<boolean>;
  /** True when somebody is signed in. */
  send(): Promise<boolean>;
  /** Back to the password. */
  restart(): void;
}

/** Signing in, in one step or two: the password, then a code of who has one-time codes. */
export function useSignIn(name = ''): SignIn {
  const { t } = useI18n();
  const { wording } = useErrors();
  const session = useSession();
  const username = ref(name);
  const password = ref('');
  const code = ref('');
  const ticket = ref('');
  const wantsCode = ref(false);
  const problem = ref('');
  const busy = ref(false);

  function restart(): void {
    for (const text of [password, code, ticket, problem]) text.value = '';
    wantsCode.value = false;
  }

  function missing(): string {
    if (wantsCode.value) return code.value.trim() ? '' : t('login.missingCode');
    return username.value.trim() && password.value ? '' : t('login.missing');
  }

  function refused(error: unknown): void {
    if (!(error instanceof ApiError) || error.status !== 401) {
      problem.value = wording(error);
    } else if (error.ticket) {
      ticket.value = error.ticket;
      wantsCode.value = true;
    } else {
      problem.value = t(wantsCode.value ? 'login.wrongCode' : 'login.wrong');
    }
    password.value = code.value = '';
  }

  async function send(): Promise<boolean> {
    if (busy.value) return false;
    problem.value = missing();
    if (problem.value) return false;
    busy.value = true;
    try {
      if (wantsCode.value) await session.signInWithCode(ticket.value, code.value.trim());
      else await session.signIn(username.value.trim(), password.value);
      return true;
    } catch (error) {
      refused(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { username, password, code, wantsCode, problem, busy, send, restart };
}
