import { useI18n } from 'vue-i18n';
import type { Refusal } from './edit.ts';

/** Why steps are not connected, in the reader's words. */
export function useRefusals(): (refusal: Refusal) => string {
  const { t } = useI18n();
  return ({ reason, path }) =>
    t(`flow.refused.${reason}`, { path: path.join(' → '), from: path[0] ?? '', to: path[1] ?? path[0] ?? '' });
}
