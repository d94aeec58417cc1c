import { useI18n } from 'vue-i18n';
import type { Bilingual } from '../api/types.ts';

/** What was kept in English, such as a host's own words, in the reader's language where the server knows them. */
export function useTold(): (text: string, both: Bilingual | null | undefined) => string {
  const { locale } = useI18n();
  return (text, both) => both?.[locale.value === 'en' ? 'en' : 'zh'] || text;
}
