import { useUi } from '../stores/ui.ts';
import { useErrors } from './use-errors.ts';

/**
 * Does what a person has asked for, says that it was done or why not, and looks again at what is there now.
 *
 * Not for forms: their refusals belong beside the fields (`useForm`).
 */
export function useAttempt(
  reload: () => Promise<unknown>,
): (act: () => Promise<unknown>, done?: string) => Promise<void> {
  const { report } = useErrors();
  const ui = useUi();
  return async (act, done = '') => {
    try {
      await act();
      if (done) ui.toast(done);
    } catch (reason) {
      report(reason);
    }
    await reload();
  };
}
