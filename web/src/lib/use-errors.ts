import { useI18n } from 'vue-i18n';
import { ApiError, type FieldError } from '../api/client.ts';
import { isPartAway } from './part-away.ts';
import { useUi } from '../stores/ui.ts';

/** Words errors for the reader: known codes in their language, otherwise what the server said. */
export function useErrors(): {
  wording(error: unknown): string;
  fieldWording(error: FieldError): string;
  report(error: unknown): void;
} {
  const { t, te, locale } = useI18n();
  const ui = useUi();

  function wording(error: unknown): string {
    // A part of the console that did not come: the browser's words name files.
    if (isPartAway(error)) return t('errors.network');
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
    const key = `errors.${error.code}`;
    // English readers get the server's own message: it names what was wrong in this case.
    if (locale.value === 'en' && error.status > 0 && error.message) return error.message;
    // So does its Chinese, where it has one; without it stands the English itself.
    const said = error.text.zh;
    if (said && said !== error.text.en) return said;
    return te(key) ? t(key) : error.message;
  }

  const fieldWording = (error: FieldError): string => {
    const key = `errors.${error.code}`;
    // What stands behind the colon are names and numbers of this case, such as the circle that jobs would wait in.
    const about = error.message.split(': ').slice(1).join(': ');
    if (locale.value === 'en') return error.message;
    if (error.text && error.text.zh !== error.text.en) return error.text.zh;
    return error.code && te(key) ? t(key, { about }) : error.message;
  };

  return {
    wording,
    fieldWording,
    report: (error) => {
      // The end of the session already leads to the sign-in page.
      if (error instanceof ApiError && error.status === 401) return;
      // What waits for another person is no failure.
      ui.toast(wording(error), error instanceof ApiError && error.approval ? 'info' : 'bad');
    },
  };
}
